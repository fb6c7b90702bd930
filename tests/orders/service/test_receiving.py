"""Taking a delivery in, on fakes."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from common.channels.base import RawRequest
from common.errors import BantoError, NotFound, TooLarge, Unauthenticated, Unavailable
from common.shops import Shop, ShopMail
from orders.service.receiving import MAX_BODY, MAX_INLINE, receive
from tests.builders import NOW, SECRET, SHOPIFY_SECRET, generic_headers, shopify_headers


def shop(id: str, channel: str, *secrets: str, enabled: bool = True) -> Shop:
    mail = ShopMail("", "", "", "")
    return Shop(id, id, channel, "JPY", enabled, mail, secrets, version=1)


SHOPS = {
    made.id: made
    for made in (
        shop("demo", "generic", "/shops/demo/new"),
        shop("cart", "shopify", "/shops/cart/new"),
        shop("closed", "generic", "/shops/demo/new", enabled=False),
        shop("bare", "generic"),
        shop("woo", "woocommerce", "/shops/demo/new"),
        shop("odd", "pigeon"),
    )
}


class FakeWorld:
    """Shops, secrets, archive and queue, and what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.archived: dict[str, bytes] = {}
        self.queued: list[Mapping[str, Any]] = []
        self.secrets = {"/shops/demo/new": SECRET, "/shops/cart/new": SHOPIFY_SECRET}
        self.queue_is_down = False

    def get(self, shop_id: str) -> Shop | None:
        self.asked.append(shop_id)
        return SHOPS.get(shop_id)

    def values(self, names: tuple[str, ...]) -> Sequence[str]:
        return [self.secrets[name] for name in names]

    def put(self, key: str, body: bytes) -> None:
        self.archived[key] = body

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        if self.queue_is_down:
            raise Unavailable("the queue did not answer")
        self.queued += bodies

    def receive(self, shop_id: str, body: bytes, headers: Mapping[str, str]) -> str:
        return receive(
            shop_id,
            RawRequest(headers, body, NOW),
            shops=self,
            secrets=self,
            archive=self,
            inbound=self,
        )


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


def refusal(world: FakeWorld, shop_id: str, body: bytes, headers: Mapping[str, str]) -> BantoError:
    with pytest.raises(BantoError) as found:
        world.receive(shop_id, body, headers)
    assert world.queued == []
    assert world.archived == {}
    return found.value


def test_a_genuine_delivery_is_queued_with_the_bytes_and_the_headers_it_is_read_by(
    world: FakeWorld,
) -> None:
    body = b'{"type":"order.created"}'
    headers = {**generic_headers(body), "user-agent": "cart/1", "cookie": "secret"}

    assert world.receive("demo", body, headers) == "msg_1"
    assert world.queued == [
        {
            "shop_id": "demo",
            "channel": "generic",
            "headers": {
                "webhook-id": "msg_1",
                "webhook-timestamp": headers["webhook-timestamp"],
            },
            "received_at": "2026-11-21T03:00:00.000Z",
            "delivery_id": "msg_1",
            "body": base64.b64encode(body).decode(),
        }
    ]
    assert world.archived == {}


def test_bytes_that_are_no_text_are_queued_as_they_are(world: FakeWorld) -> None:
    body = b"\xff\xfe\x00"
    world.receive("cart", body, shopify_headers(body))

    assert base64.b64decode(world.queued[0]["body"]) == body


@pytest.mark.parametrize("size", [MAX_INLINE, MAX_INLINE + 1, MAX_BODY])
def test_a_body_too_large_for_a_message_waits_in_the_archive(world: FakeWorld, size: int) -> None:
    body = b" " * size
    world.receive("cart", body, shopify_headers(body))

    message = world.queued[0]
    if size > MAX_INLINE:
        assert "body" not in message
        assert message["raw_key"].startswith("deliveries/cart/2026/11/21/")
        assert world.archived == {message["raw_key"]: body}
    else:
        assert "raw_key" not in message
        assert world.archived == {}


def test_a_body_over_one_megabyte_is_refused_before_anything_is_looked_at(
    world: FakeWorld,
) -> None:
    body = b" " * (MAX_BODY + 1)

    assert isinstance(refusal(world, "demo", body, generic_headers(body)), TooLarge)
    assert world.asked == []


@pytest.mark.parametrize("shop_id", ["", "unknown", "closed", "x" * 101])
def test_no_shop_a_closed_shop_and_an_impossible_name_are_one_answer(
    world: FakeWorld, shop_id: str
) -> None:
    body = b"{}"
    error = refusal(world, shop_id, body, generic_headers(body))

    assert isinstance(error, NotFound)
    assert error.detail == "There is no such address."


def test_an_impossible_name_is_not_looked_up(world: FakeWorld) -> None:
    refusal(world, "x" * 101, b"{}", {})

    assert world.asked == []


def test_every_wrong_proof_is_one_answer(world: FakeWorld) -> None:
    body = b'{"type":"order.created"}'
    good = generic_headers(body)
    other = "whsec_" + base64.b64encode(b"another secret, 24 bytes").decode()
    wrong = {
        "missing": {},
        "no signature": {k: v for k, v in good.items() if k != "webhook-signature"},
        "of another body": generic_headers(body + b" "),
        "of another secret": generic_headers(body, secret=other),
        "of another id": {**good, "webhook-id": "msg_2"},
        "stale": generic_headers(body, at=NOW - timedelta(seconds=301)),
        "from the future": generic_headers(body, at=NOW + timedelta(seconds=301)),
        "not base64": {**good, "webhook-signature": "v1,***"},
        "of a version we do not know": {
            **good,
            "webhook-signature": good["webhook-signature"].replace("v1,", "v9,"),
        },
    }

    for what, headers in wrong.items():
        error = refusal(world, "demo", body, headers)
        assert (type(error), error.detail) == (
            Unauthenticated,
            "The signature is not valid.",
        ), what


def test_a_shop_without_a_secret_believes_nobody(world: FakeWorld) -> None:
    body = b"{}"

    assert isinstance(refusal(world, "bare", body, generic_headers(body)), Unauthenticated)


def test_shopify_s_signature_is_checked_over_the_raw_bytes(world: FakeWorld) -> None:
    signed, sent = b'{"id": 1}', b'{"id":1}'

    assert isinstance(refusal(world, "cart", sent, shopify_headers(signed)), Unauthenticated)
    world.receive("cart", signed, shopify_headers(signed))
    assert len(world.queued) == 1


def test_the_trial_of_a_new_webhook_is_taken_and_does_nothing(world: FakeWorld) -> None:
    assert world.receive("woo", b"webhook_id=142", {}) == ""

    assert (world.queued, world.archived) == ([], {})
    assert isinstance(refusal(world, "woo", b"webhook_id=142&id=1", {}), Unauthenticated)
    assert isinstance(refusal(world, "demo", b"webhook_id=142", {}), Unauthenticated)


def test_a_shop_of_a_channel_we_do_not_speak_is_not_there(world: FakeWorld) -> None:
    assert isinstance(refusal(world, "odd", b"{}", {}), NotFound)


def test_when_the_queue_is_down_the_sender_is_told_to_come_again(world: FakeWorld) -> None:
    body = b"{}"
    world.queue_is_down = True
    assert isinstance(refusal(world, "demo", body, generic_headers(body)), Unavailable)

    world.queue_is_down = False
    world.receive("demo", body, generic_headers(body))
    assert len(world.queued) == 1
