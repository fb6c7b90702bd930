"""What is particular about talking to Yahoo, against its emulator."""

import base64
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.canonical import Contact, SourceStatus
from common.channels.port import (
    CancelReason,
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from common.channels.yahoo_api import API
from common.channels.yahoo_call import _auth_url
from common.channels.yahoo_key import BadKey, encrypt, read_public_key
from malls.http_mall import Faults
from malls.shopify.catalogue import BY_SKU
from malls.yahoo.keys import PUBLIC_PEM, opened
from malls.yahoo.mall import YahooMall
from tests.common.channels.channel_cases import api_case_of
from tests.common.channels.contexts import T0, ShopContext, context

CASE = api_case_of("yahoo")
CUP, TOTE = BY_SKU["YUNOMI-01"], BY_SKU["TOTE-NAT"]


class Desk:
    """A shop, and its way to the emulator."""

    def __init__(self, mall: YahooMall) -> None:
        self.mall = mall
        self.ctx = self.context()

    def context(self, **options: str) -> ShopContext:
        return CASE.context(self.mall, options={**CASE.options, **options})

    def poll(self, phase: str = "new", hours: int = 1) -> list[str]:
        now = self.ctx.now()
        cursor: Cursor | None = Cursor(now - timedelta(hours=hours), now, phase)
        found: list[str] = []
        while cursor is not None:
            page = API.fetch_orders_since(self.ctx, cursor)
            found += [ref.channel_order_id for ref in page.refs]
            cursor = page.next
        return found

    def raw(self, order_id: str) -> dict[str, Any]:
        order = self.mall.order(order_id)
        assert order is not None
        return order

    def notice(self, order_id: str, *numbers: str) -> ShipmentNotice:
        return ShipmentNotice(order_id, "sagawa", numbers, date(2026, 11, 22), "key")


@pytest.fixture
def desk() -> Iterator[Desk]:
    here: list[Desk] = []
    mall = CASE.mall(lambda: here[0].ctx.now() if here else T0)
    assert isinstance(mall, YahooMall)
    with mall:
        here.append(Desk(mall))
        yield here[0]


def refused(error: pytest.ExceptionInfo[ChannelError]) -> tuple[ErrorKind, str]:
    return error.value.kind, error.value.code


# -- the key


@pytest.mark.parametrize("bits", [1024, 2048])
def test_what_is_sealed_with_a_key_is_opened_with_its_other_half(bits: int) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = read_public_key(public.decode())

    sealed = [encrypt(key, b"snbx-example:1795262400") for _ in range(3)]

    assert {len(cipher) for cipher in sealed} == {bits // 8}
    assert len(set(sealed)) == 3
    assert {private.decrypt(cipher, padding.PKCS1v15()) for cipher in sealed} == {
        b"snbx-example:1795262400"
    }


def test_a_key_may_come_without_its_frame_or_on_one_line() -> None:
    bare = "".join(PUBLIC_PEM.strip().splitlines()[1:-1])

    assert read_public_key(bare) == read_public_key(PUBLIC_PEM)
    assert read_public_key(PUBLIC_PEM.replace("\n", "\\n")) == read_public_key(PUBLIC_PEM)
    # A field of one line drops the line breaks of what is pasted into it.
    assert read_public_key(PUBLIC_PEM.replace("\n", "")) == read_public_key(PUBLIC_PEM)
    assert read_public_key(PUBLIC_PEM).exponent == 65537


@pytest.mark.parametrize(
    "pem", ["", "x", "AAAA", "MAA=", PUBLIC_PEM[:200], base64.b64encode(b"\x30\x84").decode()]
)
def test_what_is_no_key_is_refused(pem: str) -> None:
    with pytest.raises(BadKey):
        read_public_key(pem)


def test_a_message_that_is_too_long_is_refused() -> None:
    key = read_public_key(PUBLIC_PEM)

    assert len(encrypt(key, b"x" * 245)) == 256
    with pytest.raises(ValueError, match="too long"):
        encrypt(key, b"x" * 246)


def test_the_emulator_opens_what_the_adapter_seals() -> None:
    sealed = encrypt(read_public_key(PUBLIC_PEM), b"snbx-example:1795262400")

    found = opened(base64.b64encode(sealed).decode())
    assert found is not None
    assert (found.seller_id, found.at) == ("snbx-example", 1_795_262_400)
    assert opened("AAAA") is None


# -- who asks


def test_one_token_serves_many_calls_and_its_renewal_is_sealed_too(desk: Desk) -> None:
    for _ in range(3):
        API.check(desk.ctx)
        desk.ctx.forward(seconds=5)

    assert [c.operation for c in desk.mall.calls] == ["token", *["orderCount"] * 3]
    desk.ctx.forward(hours=13)
    API.check(desk.ctx)
    assert desk.mall.tokens.issued == 2


def test_after_four_weeks_somebody_has_to_allow_it_again(desk: Desk) -> None:
    desk.ctx.forward(days=29)

    with pytest.raises(ChannelError) as error:
        API.check(desk.ctx)

    assert refused(error) == (ErrorKind.AUTH, "invalid_grant")


@pytest.mark.parametrize(
    ("credentials", "options", "code"),
    [
        ({"public_key": "none"}, {}, "public_key"),
        ({"client_secret": "wrong"}, {}, "invalid_client"),
        ({}, {"seller_id": ""}, "seller_id"),
        ({"refresh_token": ""}, {}, "no_credential"),
    ],
)
def test_what_is_wrong_with_the_access_is_said(
    desk: Desk, credentials: dict[str, str], options: dict[str, str], code: str
) -> None:
    ctx = context(
        "yahoo", desk.mall.url, {**CASE.credentials, **credentials}, {**CASE.options, **options}
    )

    with pytest.raises(ChannelError) as error:
        API.check(ctx)

    assert refused(error) == (ErrorKind.AUTH, code)


def test_a_key_of_another_version_is_forbidden(desk: Desk) -> None:
    with pytest.raises(ChannelError) as error:
        API.check(desk.context(public_key_version="2"))

    assert refused(error) == (ErrorKind.FORBIDDEN, "px-04301")


def test_tokens_come_from_yahoo_or_from_whoever_stands_in_for_it(desk: Desk) -> None:
    for url, auth in (
        ("https://circus.shopping.yahooapis.jp", "https://auth.login.yahoo.co.jp"),
        ("https://test.circus.shopping.yahooapis.jp", "https://auth.login.yahoo.co.jp"),
        (desk.mall.url, desk.mall.url),
    ):
        assert _auth_url(context("yahoo", url, CASE.credentials)) == auth


# -- polling


def test_an_order_held_for_fraud_is_found_within_the_overlap(desk: Desk) -> None:
    desk.mall.hold = timedelta(hours=5)
    order_id = desk.mall.place([(CUP, 1)], T0)
    assert desk.poll() == []
    desk.ctx.forward(hours=5, minutes=30)

    assert desk.poll(hours=1) == []
    assert desk.poll(hours=7) == [order_id]
    assert API.info.limits.poll_overlap == API.info.limits.visibility_delay == timedelta(hours=6)


def test_a_change_of_an_old_order_is_found_by_its_time(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0 - timedelta(days=9))
    assert desk.poll() == []
    desk.mall.cancel(order_id)

    assert desk.poll() == [order_id]


def test_the_list_says_of_an_order_what_the_order_says_of_itself(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0)
    desk.ctx.forward(minutes=1)
    API.notify_shipment(desk.ctx, desk.notice(order_id, "1"))
    now = desk.ctx.now()

    [ref] = API.fetch_orders_since(desk.ctx, Cursor(T0, now)).refs
    [order] = API.fetch_orders(desk.ctx, [order_id]).orders

    assert (ref.channel_order_id, ref.version) == (order_id, order.source_version)
    assert ref.words == {"OrderStatus": "2", "IsSeen": "true", "PayStatus": "0", "ShipStatus": "3"}
    assert ref.words.items() <= order.raw_status.items()


def test_an_order_whose_version_the_list_does_not_tell_is_asked_for(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0)
    desk.mall.replace(desk.raw(order_id) | {"Version": "one"})

    [ref] = API.fetch_orders_since(desk.ctx, Cursor(T0, T0 + timedelta(hours=1))).refs

    assert (ref.channel_order_id, ref.version) == (order_id, "")


def test_the_sweep_sees_what_is_open_within_60_days(desk: Desk) -> None:
    ids = [desk.mall.place([(CUP, 1)], T0 - timedelta(days=n)) for n in (59, 30, 20, 61)]
    desk.mall.cancel(ids[1])

    assert desk.poll("open") == [ids[0], ids[2]]


@pytest.mark.parametrize("token", ["x", "7|1", "0|", "|1"])
def test_a_token_that_is_not_ours_is_refused(desk: Desk, token: str) -> None:
    with pytest.raises(ChannelError) as error:
        API.fetch_orders_since(desk.ctx, Cursor(T0, T0, token=token))

    assert error.value.kind is ErrorKind.INVALID


def test_an_order_that_cannot_be_read_spoils_no_others(desk: Desk) -> None:
    good, bad = (desk.mall.place([(CUP, 1)], T0) for _ in range(2))
    desk.mall.replace(desk.raw(bad) | {"Version": "one"})

    page = API.fetch_orders(desk.ctx, [good, bad, "snbx-example-0"])

    assert [order.channel_order_id for order in page.orders] == [good]
    assert dict(page.failed) == {
        bad: "wrong_shape: Version is not a number.",
        "snbx-example-0": "od91001",
    }


def test_a_social_gift_gets_its_address_later(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0, social_gift=True)
    [waiting] = API.fetch_orders(desk.ctx, [order_id]).orders
    desk.ctx.forward(hours=1)
    desk.mall.type_address(order_id)
    [typed] = API.fetch_orders(desk.ctx, [order_id]).orders

    assert (waiting.status, waiting.destinations[0].contact) == (SourceStatus.ON_HOLD, Contact())
    assert typed.status is SourceStatus.READY
    assert typed.destinations[0].contact.name
    assert typed.source_version > waiting.source_version


# -- stock


def updates(*rows: tuple[str, int]) -> list[StockUpdate]:
    return [StockUpdate(Listing(code), quantity, f"k{code}") for code, quantity in rows]


def test_a_wrong_code_and_a_wrong_quantity_are_told_one_by_one(desk: Desk) -> None:
    tote, cup = desk.mall.codes["TOTE-NAT"], desk.mall.codes["YUNOMI-01"]

    results = API.push_stock(
        desk.ctx, updates((tote, 5), ("a,b", 1), (cup, 10_000_000_000), ("c:d:e", 2))
    )

    assert [result.outcome for result in results] == [
        StockOutcome.ACCEPTED,
        StockOutcome.REJECTED,
        StockOutcome.REJECTED,
        StockOutcome.REJECTED,
    ]
    assert results[2].message == "st-02104"
    assert (desk.mall.shelf.shown(tote), desk.mall.shelf.shown(cup)) == (5, 180)


def test_one_alone_that_is_wrong_is_rejected_not_an_error(desk: Desk) -> None:
    cup = desk.mall.codes["YUNOMI-01"]

    [result] = API.push_stock(desk.ctx, updates((cup, 10_000_000_000)))

    assert (result.outcome, result.message) == (StockOutcome.REJECTED, "st-02104")


def test_a_code_that_is_not_there_is_taken_and_read_back_as_missing(desk: Desk) -> None:
    [result] = API.push_stock(desk.ctx, updates(("new-thing", 5)))

    assert result.outcome is StockOutcome.ACCEPTED
    assert desk.mall.orphans == {"new-thing": 5}
    assert API.read_stock(desk.ctx, [Listing("new-thing"), Listing("a,b")]) == {
        "new-thing": None,
        "a,b": None,
    }


# -- shipping and cancelling


def test_a_new_number_replaces_the_one_before(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0)

    API.notify_shipment(desk.ctx, desk.notice(order_id, "1"))
    again = API.notify_shipment(desk.ctx, desk.notice(order_id, "2", "3"))

    ship = desk.raw(order_id)["Ship"]
    assert (ship["ShipInvoiceNumber1"], ship["ShipInvoiceNumber2"]) == ("2", "3")
    assert (ship["ShipCompanyCode"], ship["ShipDate"]) == ("1002", "2026-11-22")
    assert (again.already, desk.mall.reports) == (False, [order_id, order_id])
    assert desk.raw(order_id)["OrderStatus"] == "2"


def test_a_paid_order_is_completed_if_the_shop_wants_it(desk: Desk) -> None:
    paid, unpaid = (desk.mall.place([(CUP, 1)], T0) for _ in range(2))
    order = desk.raw(paid)
    desk.mall.replace(order | {"Pay": order["Pay"] | {"PayStatus": "1"}})
    ctx = desk.context(complete_when_shipped="yes")

    for order_id in (paid, unpaid):
        API.notify_shipment(ctx, desk.notice(order_id, "1"))

    assert [desk.raw(order_id)["OrderStatus"] for order_id in (paid, unpaid)] == ["5", "2"]
    assert API.notify_shipment(ctx, desk.notice(paid, "1")).already


def test_what_yahoo_has_no_room_for_or_has_cancelled_is_refused(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0)
    with pytest.raises(ChannelError) as many:
        API.notify_shipment(desk.ctx, desk.notice(order_id, "1", "2", "3"))
    desk.mall.cancel(order_id)
    with pytest.raises(ChannelError) as gone:
        API.notify_shipment(desk.ctx, desk.notice(order_id, "1"))

    assert refused(many) == (ErrorKind.INVALID, "parcels")
    assert refused(gone) == (ErrorKind.CONFLICT, "cancelled")
    assert desk.mall.reports == []


def test_what_has_left_is_not_cancelled(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0)
    API.notify_shipment(desk.ctx, desk.notice(order_id, "1"))

    with pytest.raises(ChannelError) as error:
        API.cancel_order(desk.ctx, order_id, CancelReason.CUSTOMER)

    assert refused(error) == (ErrorKind.CONFLICT, "left")
    other = desk.mall.place([(TOTE, 1)], T0)
    API.cancel_order(desk.ctx, other, CancelReason.OUT_OF_STOCK)
    assert desk.raw(other)["CancelReason"] == "210"


def test_a_token_that_ends_in_between_is_renewed_once(desk: Desk) -> None:
    order_id = desk.mall.place([(CUP, 1)], T0)
    API.check(desk.ctx)
    desk.mall.faults = Faults(expire_tokens=True, only="orderInfo")

    assert len(API.fetch_orders(desk.ctx, [order_id]).orders) == 1
    assert desk.mall.tokens.issued == 2
