"""Bad deliveries over real HTTP: refused in one way, or parked. Nothing leaks."""

import base64
import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stack import Stack
from malls import own_cart
from malls.shopify.orders import build_order as shopify_order
from tests.flows.asking import in_path, pages, until
from tests.flows.problems import assert_problem
from tests.flows.shops import (
    CART_SECRET,
    Shop,
    buyer,
    open_cart,
    open_shopify,
    register,
)
from tests.flows.workers import paused

pytestmark = pytest.mark.flow

OTHER_SECRET = "whsec_" + base64.b64encode(b"somebody else's secret, 32 bytes").decode()
INBOUND = "banto-local-orders-inbound"
LIMIT = 1_000_000


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Shop:
    register(stack, "BAD-1", 10)
    return open_cart(stack, "bad")


@pytest.fixture(scope="module")
def shopify(stack: Stack) -> Shop:
    return open_shopify(stack, "bad-shopify")


def _without(delivery: own_cart.Delivery, name: str) -> own_cart.Delivery:
    kept = {n: v for n, v in delivery.headers.items() if n.lower() != name.lower()}
    return own_cart.Delivery(kept, delivery.body)


def _with(delivery: own_cart.Delivery, name: str, value: str) -> own_cart.Delivery:
    return own_cart.Delivery({**_without(delivery, name).headers, name: value}, delivery.body)


def _forgeries(shop: Shop) -> Iterator[tuple[str, own_cart.Delivery]]:
    now = datetime.now(UTC)
    placed = own_cart.build_order("F1", [("BAD-1", 1)], now, buyer("f1"))
    good = shop.delivery(placed)
    stranger = own_cart.delivery(OTHER_SECRET, placed, id_="msg_f", at=now)
    yield "signed with another secret", stranger
    yield "not signed", _without(good, "webhook-signature")
    yield "without an id", _without(good, "webhook-id")
    yield "without a time", _without(good, "webhook-timestamp")
    yield "with another time", _with(good, "webhook-timestamp", str(int(now.timestamp()) + 1))
    yield "with another body", own_cart.Delivery(good.headers, good.body + b" ")
    yield "with another scheme", _with(good, "webhook-signature", "v2,AAAA")
    yield "with garbage", _with(good, "webhook-signature", "v1,%%% \x7f")
    for minutes in (-6, 6):
        at = now + timedelta(minutes=minutes)
        yield f"{minutes} minutes off", own_cart.delivery(CART_SECRET, placed, id_="msg", at=at)


def _shopify_forgeries(shop: Shop) -> Iterator[tuple[str, own_cart.Delivery]]:
    placed = shopify_order(random.Random(1), number=1, at=datetime.now(UTC))
    good = shop.delivery(placed, kind="orders/create")
    name = "X-Shopify-Hmac-Sha256"
    yield "not signed", _without(good, name)
    yield "signed for other bytes", own_cart.Delivery(good.headers, good.body + b" ")
    yield "not base64", _with(good, name, "!!!")
    yield "too short", _with(good, name, "AAAA")


def _waiting(stack: Stack) -> int:
    return stack.queues()[INBOUND]


def test_what_is_not_genuine_is_refused_in_one_way_and_never_enqueued(
    stack: Stack, shop: Shop, shopify: Shop
) -> None:
    stack.settle()
    answers: dict[str, Mapping[str, Any]] = {}
    with paused(stack, "orders", "import_orders"):
        for where, forgeries in ((shop, _forgeries(shop)), (shopify, _shopify_forgeries(shopify))):
            for name, delivery in forgeries:
                found = assert_problem(where.post(delivery), 401, "unauthenticated")
                answers[f"{where.id}: {name}"] = found
        assert len({json.dumps(problem) for problem in answers.values()}) == 1, answers
        assert _waiting(stack) == 0
        # The proof that it would have been seen: a genuine one waits.
        id_ = shop.sell("GENUINE", ("BAD-1", 1))
        assert _waiting(stack) == 1
    until(lambda: [row["id"] for row in shop.rows()], lambda ids: ids == [id_], "the genuine one")
    assert shopify.rows() == []


def test_an_unknown_shop_looks_like_any_other_unknown_shop(stack: Stack, shop: Shop) -> None:
    closed = open_cart(stack, "closed")
    admin, path = stack.person("admin"), "/api/settings/shops/closed"
    settings = {**closed.known.settings(), "enabled": False}
    version = admin.get(path)["version"]
    admin.call("PUT", path, json_body=settings, headers={"If-Match": f'"{version}"'}).expect(200)
    delivery = shop.delivery(own_cart.build_order("N1", [("BAD-1", 1)], datetime.now(UTC)))
    answers = [
        stack.deliver(name, delivery.headers, delivery.body)
        for name in ("nobody", "nobody-else", "closed", "x" * 300, "%E5%BA%97", "SHOP%23bad")
    ]
    problems = [assert_problem(answer, 404, "not_found") for answer in answers]
    assert [problem for problem in problems if problem != problems[0]] == []
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


def test_a_body_of_more_than_a_megabyte_is_refused(shop: Shop) -> None:
    now = datetime.now(UTC)
    large = own_cart.sign(CART_SECRET, b" " * (LIMIT + 1), id_="msg_large", at=now)
    assert_problem(shop.post(large), 413, "too_large")


def _nonsense() -> Iterator[tuple[str, bytes]]:
    """Bodies that no adapter can read, with the reason that staff are shown."""
    placed = own_cart.build_order("Q1", [("BAD-1", 1)], datetime.now(UTC), buyer("q1"))
    envelope = {"type": "order.created", "timestamp": own_cart.stamp(datetime.now(UTC))}

    def told(**wrong: Any) -> bytes:
        return json.dumps({**envelope, "data": {**placed, **wrong}}).encode()

    yield "not_json", b"no JSON, but the word canary"
    yield "not_json", b"\xff\xfe\x00"
    yield "not_json", b"[" * 50_000
    yield "wrong_shape", b"[]"
    yield "wrong_shape", json.dumps({**envelope, "data": 7}).encode()
    yield "wrong_shape", told(lines="canary")
    yield "wrong_shape", told(ordered_at="canary")
    yield "wrong_shape", told(buyer={"email": ["canary@example.com"]})
    yield "no_order_id", told(channel_order_id="")


def test_signed_nonsense_is_parked_with_its_bytes_and_the_reason(stack: Stack, shop: Shop) -> None:
    now = datetime.now(UTC)
    bodies = list(_nonsense())
    for n, (_, body) in enumerate(bodies):
        signed = own_cart.sign(CART_SECRET, body, id_=f"msg_n{n}", at=now)
        # As bytes, because the emulator takes JSON for text and mends what is no UTF-8.
        shop.post(_with(signed, "Content-Type", "application/octet-stream")).expect(202)
    # As large as a delivery may be: kept, and too large to be an order.
    largest = b"[" + b" " * (LIMIT - 2) + b"]"
    shop.post(own_cart.sign(CART_SECRET, largest, id_="msg_largest", at=now)).expect(202)
    found = until(
        lambda: [
            parked
            for parked in pages(stack.person("viewer"), "/api/orders/failed-imports")
            if parked["shop_id"] == shop.id
        ],
        lambda parked: len(parked) == len(bodies) + 1,
        "all of it parked",
    )
    wanted = sorted([reason for reason, _ in bodies] + ["wrong_shape"])
    assert sorted(parked["reason"] for parked in found) == wanted
    assert {parked["size"] for parked in found} == {len(body) for _, body in bodies} | {LIMIT}
    # Places are named, values are not.
    assert [parked for parked in found if "canary" in parked["detail"]] == []
    staff = stack.person("staff")
    raw = {
        staff.get(f"/api/orders/failed-imports/{in_path(parked['id'])}/raw")["text"]
        for parked in found
        if parked["size"] < LIMIT
    }
    assert raw == {body.decode("utf-8", "replace") for _, body in bodies}
    assert stack.dead_letters() == {}
