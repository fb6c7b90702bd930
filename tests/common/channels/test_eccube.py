"""EC-CUBE's deliveries and API, as the documentation of its plugin has them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from common.canonical import (
    Address,
    BorneBy,
    CanonicalOrder,
    DeliveryWish,
    Discount,
    DiscountKind,
    Option,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
    TaxSum,
)
from common.channels import load
from common.channels.base import OrderRef, RawRequest, UnreadableDelivery
from common.channels.eccube_api import API
from common.channels.eccube_order import read_order
from common.channels.port import (
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    Request,
    Response,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from common.channels.reading import UNLIMITED
from malls.eccube.mall import EcCubeMall
from malls.eccube.orders import status_of
from malls.http_mall import Faults
from tests.common.channels.cases.eccube import API_CASE, CASE, sign
from tests.common.channels.channel_cases import NOW, PAYLOADS, SHOP
from tests.common.channels.contexts import T0, FakeTime, ShopContext, context

ECCUBE = load("eccube")
ANY_DAY = date(2026, 11, 22)


def read(**fields: Any) -> CanonicalOrder:
    return read_order(CASE.payload("eccube") | fields, SHOP)


def delivery(body: bytes) -> RawRequest:
    return RawRequest(sign(body, "test-secret"), body, NOW)


# -- genuine or not


def test_the_recorded_delivery_is_genuine_and_names_one_order() -> None:
    envelope = json.loads((PAYLOADS / "eccube" / "transcribed_webhook.json").read_text())
    headers = {name.lower(): value for name, value in envelope["headers"].items()}
    request = RawRequest(headers, envelope["raw_body"].encode(), NOW)

    assert ECCUBE.verify_webhook(request, ["test-secret"]).ok
    assert not ECCUBE.verify_webhook(request, ["another-secret"]).ok
    assert list(ECCUBE.parse_webhook(request, SHOP)) == [OrderRef("95")]


def test_the_same_bytes_later_are_another_delivery() -> None:
    request = delivery(b'[{"entity":"order","id":95,"action":"updated"}]')
    later = request._replace(received_at=NOW + timedelta(milliseconds=1))

    first, again, second = (
        ECCUBE.verify_webhook(sent, ["test-secret"]).delivery_id
        for sent in (request, request, later)
    )

    assert first == again
    assert first != second


def test_an_order_is_named_once_whatever_happened_to_it() -> None:
    rows = [
        {"entity": "order", "id": 95, "action": "created"},
        {"entity": "customer", "id": 7, "action": "updated"},
        {"entity": "order", "id": "96", "action": "deleted"},
        {"entity": "order", "id": 95, "action": "updated"},
    ]

    found = ECCUBE.parse_webhook(delivery(json.dumps(rows).encode()), SHOP)

    assert list(found) == [OrderRef("95"), OrderRef("96")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"\xff", "not_json"),
        (b"[" * 5000, "not_json"),
        (b"{}", "wrong_shape"),
        (b"[]", "wrong_shape"),
        (b"[1]", "wrong_shape"),
        (b'[{"entity":"order"}]', "no_order_id"),
        (b'[{"entity":"order","id":true}]', "no_order_id"),
        (b'[{"entity":"order","id":"9/5"}]', "no_order_id"),
        (b'[{"entity":"order","id":""}]', "no_order_id"),
    ],
)
def test_what_names_no_order_is_unreadable(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDelivery) as unreadable:
        ECCUBE.parse_webhook(delivery(body), SHOP)

    assert unreadable.value.reason == reason


# -- what is read


def test_each_shipment_is_a_destination_with_its_own_goods() -> None:
    order = read()

    home, gift = order.destinations
    assert (home.id, home.contact.name, home.contact.kana) == ("201", "山田 花子", "ヤマダ ハナコ")
    assert home.contact.address == Address(
        "JP", "1500041", "東京都", "渋谷区神南", "1-2-3 見本ハイツ101"
    )
    assert home.delivery_wish == DeliveryWish(date(2026, 11, 25), "14:00", "16:00", "14:00～16:00")
    assert (home.shipping_fee, home.shipping_method, home.carrier_hint) == (
        550,
        "ヤマト運輸",
        "サンプル業者",
    )
    assert (gift.id, gift.contact.company) == ("202", "ひのき有限会社")
    assert gift.delivery_wish == DeliveryWish(label="午前")
    assert gift.notes == "不在の場合は宅配ボックス"
    assert [(line.destination_id, line.quantity_shipped) for line in order.lines] == [
        ("201", 0),
        ("202", 2),
    ]
    assert order.status is SourceStatus.PARTIALLY_SHIPPED


def test_goods_and_sums_have_their_tax() -> None:
    order = read()

    tote, tea = order.lines
    assert (tote.listing, tote.sku_candidates) == ("TOTE-NAT", ("TOTE-NAT",))
    assert (tote.unit_price, tote.line_total, tote.tax_rate) == (4980, 4980, Decimal("0.1"))
    assert tote.options == (Option("色", "生成り"),)
    assert (tea.quantity, tea.unit_price, tea.tax_rate) == (2, 1296, Decimal("0.08"))
    money = order.money
    assert (money.goods_total, money.shipping_total, money.total) == (7572, 1100, 8402)
    assert (money.cod_fee, money.payment_fee, money.other_fees) == (330, None, None)
    assert money.discount_total == 600
    assert money.discounts == (
        Discount(500, DiscountKind.COUPON, BorneBy.SHOP, "はじめてクーポン"),
        Discount(100, DiscountKind.POINT, BorneBy.SHOP, "ポイント"),
    )
    assert money.taxes == (
        TaxSum(Decimal("0.08"), 192, 2592),
        TaxSum(Decimal("0.1"), 582, 6410),
    )
    assert (money.tax_total, money.amount_due, money.currency) == (774, 8402, "JPY")


def test_numbers_may_come_with_a_point() -> None:
    payload = CASE.payload("eccube") | {"total": 8402.0, "subtotal": 7572.0}
    payload["OrderItems"][1] |= {"quantity": 2.0, "price": 1200.0}

    assert read_order(payload, SHOP) == read()


def test_who_ordered_and_when() -> None:
    order = read()

    assert (order.channel_order_id, order.display_no) == ("95", "20261121-95")
    assert (order.buyer.name, order.buyer.email) == ("山田 花子", "hanako@example.com")
    assert (order.buyer.platform_customer_id, order.buyer.is_member) == ("57", True)
    assert order.ordered_at == datetime(2026, 11, 21, 11, 52, 30, tzinfo=UTC)
    assert order.source_version == "2026-11-21T11:59:40.000Z"
    assert (order.remarks, order.shop_memo) == ("玄関の前に置いてください。", "お得意様")
    assert (order.extra["use_point"], order.extra["add_point"]) == (100, 75)
    guest = read(Customer=None)
    assert (guest.buyer.platform_customer_id, guest.buyer.is_member) == ("", False)


def _unshipped(**fields: Any) -> CanonicalOrder:
    payload = CASE.payload("eccube") | fields
    for row in payload["Shippings"]:
        row["shipping_date"] = None
    return read_order(payload, SHOP)


@pytest.mark.parametrize(
    ("status", "fields", "expected", "paid"),
    [
        ("1", {}, SourceStatus.NEW, PaymentStatus.UNPAID),
        ("1", {"payment_method": "銀行振込"}, SourceStatus.AWAITING_PAYMENT, PaymentStatus.UNPAID),
        ("1", {"payment_method": "クレジットカード"}, SourceStatus.NEW, PaymentStatus.AUTHORISED),
        (
            "1",
            {"payment_date": "2026-11-21T12:00:00+00:00"},
            SourceStatus.READY,
            PaymentStatus.PAID,
        ),
        ("3", {}, SourceStatus.CANCELLED, PaymentStatus.VOIDED),
        ("4", {}, SourceStatus.READY, PaymentStatus.UNPAID),
        ("5", {}, SourceStatus.SHIPPED, PaymentStatus.UNPAID),
        ("6", {}, SourceStatus.READY, PaymentStatus.PAID),
        ("9", {}, SourceStatus.COMPLETED, PaymentStatus.UNKNOWN),
        ("10", {}, SourceStatus.UNKNOWN, PaymentStatus.UNKNOWN),
    ],
)
def test_statuses(
    status: str, fields: dict[str, Any], expected: SourceStatus, paid: PaymentStatus
) -> None:
    order = _unshipped(OrderStatus=status_of(status), **fields)

    assert (order.status, order.payment.status) == (expected, paid)


def test_payment_goes_by_its_copied_name_or_by_the_master_s() -> None:
    copied = read(payment_method="PayPay").payment
    named = read(payment_method=None, Payment={"id": "1", "method": "郵便振替"}).payment
    none = read(payment_method=None, Payment=None).payment

    assert (copied.method, copied.raw_name) == (PaymentMethod.PAYPAY, "PayPay")
    assert (named.method, named.raw_name) == (PaymentMethod.BANK, "郵便振替")
    assert none.method is PaymentMethod.UNKNOWN


def test_an_item_of_an_unknown_type_is_still_in_the_sums() -> None:
    payload = CASE.payload("eccube")
    payload["OrderItems"][4]["OrderItemType"] = {"id": "8", "name": "のし"}

    order = read_order(payload, SHOP)

    assert order.money.other_fees == 330
    assert order.extra["OrderItems"][4]["product_name"] == "手数料"


# -- the API


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def mall(time: FakeTime) -> Iterator[EcCubeMall]:
    with EcCubeMall(rng=Random(7), clock=time) as mall:
        yield mall


@pytest.fixture
def ctx(mall: EcCubeMall) -> ShopContext:
    return API_CASE.context(mall)


def sell(mall: EcCubeMall, *lines: tuple[str, int]) -> str:
    [order_id] = mall.sell(lines or [("YUNOMI-01", 1)], 1, mall.now())
    return order_id


def poll(ctx: ShopContext, since: datetime = T0 - timedelta(hours=1)) -> list[str]:
    """Ids of a poll with all its pages, as they come."""
    cursor: Cursor | None = Cursor(since, T0)
    found = []
    while cursor is not None:
        page = API.fetch_orders_since(ctx, cursor)
        found += [order.channel_order_id for order in page.orders]
        cursor = page.next
    return found


def test_an_order_that_changes_during_a_poll_is_not_missed(
    mall: EcCubeMall, ctx: ShopContext, time: FakeTime
) -> None:
    mall.page_size = 2
    ids = []
    for _ in range(4):
        ids.append(sell(mall))
        time.now += timedelta(minutes=1)
    first = API.fetch_orders_since(ctx, Cursor(T0 - timedelta(hours=1), T0))
    assert [order.channel_order_id for order in first.orders] == [ids[3], ids[2]]
    # The oldest moves to the front, and everything else one place back.
    mall.change(mall.orders[ids[0]], None, note="急ぎ")

    found = {order.channel_order_id: order for order in first.orders}
    cursor = first.next
    while cursor is not None:
        page = API.fetch_orders_since(ctx, cursor)
        found |= {order.channel_order_id: order for order in page.orders}
        cursor = page.next

    assert set(found) == set(ids)
    assert found[ids[0]].shop_memo == "急ぎ"


def test_many_changes_in_one_second_do_not_keep_a_poll_going(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    mall.page_size = 2
    ids = [sell(mall) for _ in range(5)]

    assert set(poll(ctx)) == set(ids)
    assert sorted(poll(ctx, T0)) == sorted(ids)


def test_orders_in_the_checkout_are_none_yet(mall: EcCubeMall, ctx: ShopContext) -> None:
    for status in ("7", "8"):
        order_id = sell(mall)
        mall.orders[order_id]["OrderStatus"] = status_of(status)
        page = API.fetch_orders(ctx, [order_id])
        assert (page.orders, page.failed) == ((), ())
    assert poll(ctx) == []


def test_an_order_that_is_gone_is_named(mall: EcCubeMall, ctx: ShopContext) -> None:
    there = sell(mall)

    page = API.fetch_orders(ctx, [there, "42"])

    assert [order.channel_order_id for order in page.orders] == [there]
    assert list(page.failed) == [("42", "not_found")]


def test_the_sweep_brings_open_orders_of_whatever_age(mall: EcCubeMall, ctx: ShopContext) -> None:
    mall.page_size = 1
    old, done, newer = sell(mall), sell(mall), sell(mall)
    mall.change(mall.orders[done], "5")
    cursor: Cursor | None = Cursor(T0.replace(year=2027), T0, "open")
    found = []
    while cursor is not None:
        page = API.fetch_orders_since(ctx, cursor)
        found += [order.channel_order_id for order in page.orders]
        cursor = page.next

    assert sorted(found) == sorted([old, newer])


def test_the_code_of_the_consent_page_becomes_tokens_once(mall: EcCubeMall) -> None:
    credentials = {**API_CASE.credentials, "refresh_token": f"code:{mall.code()}"}
    first = API_CASE.context(mall, credentials=credentials)
    second = API_CASE.context(mall, credentials=credentials)

    API.check(first)
    first.forward(hours=2)
    mall.expire_tokens()
    API.check(first)

    with pytest.raises(ChannelError) as refused:
        API.check(second)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.AUTH, "invalid_grant")


def push(ctx: ShopContext, *wanted: tuple[str, int]) -> list[tuple[StockOutcome, int | None, str]]:
    updates = [StockUpdate(Listing(code), n, f"k{n}") for code, n in wanted]
    return [(r.outcome, r.observed, r.message) for r in API.push_stock(ctx, updates)]


def test_a_batch_is_one_request_and_each_quantity_stands_for_itself(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    mall.classes["HOJICHA-80"].code = "SENCHA-100"

    found = push(ctx, ("TOTE-NAT", 3), ("NOPE", 4), ("SENCHA-100", 5), ("YUNOMI-01", 6))

    assert found == [
        (StockOutcome.APPLIED, 3, ""),
        (StockOutcome.UNKNOWN_SKU, None, ""),
        (StockOutcome.REJECTED, None, "code_of_several_products"),
        (StockOutcome.APPLIED, 6, ""),
    ]
    assert [call.operation for call in mall.calls][1:] == ["updateProductStock"]


def test_a_listing_without_limit_has_one_once_it_is_pushed_to(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    mall.classes["YUNOMI-01"].is_unlimited = True
    assert API.read_stock(ctx, [Listing("YUNOMI-01")]) == {"YUNOMI-01": UNLIMITED}
    [row] = [r for r in API.list_skus(ctx).rows if r.sku == "YUNOMI-01"]
    assert row.quantity is None

    assert push(ctx, ("YUNOMI-01", 4)) == [(StockOutcome.APPLIED, 4, "")]

    assert API.read_stock(ctx, [Listing("YUNOMI-01")]) == {"YUNOMI-01": 4}


def test_a_code_inside_other_codes_is_found_on_a_later_page(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    mall.page_size = 2
    # Its code is part of many others, and it is the last of all products.
    mall.classes["KASA-ENJI"].code = "O"
    mall.classes["O"] = mall.classes.pop("KASA-ENJI")
    mall.shelf.add("O", 7)

    found = API.read_stock(ctx, [Listing("O"), Listing("TOTE-NVY"), Listing("")])

    assert found == {"O": 7, "TOTE-NVY": 240, "": None}


def notice(order_id: str, **fields: Any) -> ShipmentNotice:
    plain = ShipmentNotice(order_id, "yamato", ("4012-3456-7890",), ANY_DAY, "ship-1")
    return plain._replace(**fields)


def two_places(mall: EcCubeMall) -> tuple[str, list[dict[str, Any]]]:
    """An order to two places, one line each."""
    order_id = sell(mall, ("YUNOMI-01", 2), ("SENCHA-100", 1))
    order = mall.orders[order_id]
    first = order["Shippings"][0]
    order["Shippings"].append(first | {"id": f"{first['id']}9"})
    order["OrderItems"][1]["Shipping"] = {"id": f"{first['id']}9"}
    return order_id, order["Shippings"]


def test_a_shipment_has_carrier_day_and_number_and_a_mail_when_wanted(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    order_id = sell(mall)

    done = API.notify_shipment(
        ctx, notice(order_id, tracking_numbers=("1", "2"), notify_customer=True)
    )

    [row] = mall.orders[order_id]["Shippings"]
    assert row["shipping_delivery_name"] == "ヤマト運輸"
    assert row["shipping_date"] == "2026-11-22T00:00:00+09:00"
    assert row["tracking_number"] == "1, 2"
    assert row["mail_send_date"] is not None
    assert mall.orders[order_id]["OrderStatus"]["id"] == "5"
    assert (done.already, done.remote_id) == (False, row["id"])


def test_a_carrier_we_have_no_name_for_leaves_the_shop_s_own(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    order_id = sell(mall)

    API.notify_shipment(ctx, notice(order_id, carrier="other"))

    assert mall.orders[order_id]["Shippings"][0]["shipping_delivery_name"] == "サンプル業者"


def test_of_several_shipments_only_the_one_that_left_is_told(
    mall: EcCubeMall, ctx: ShopContext
) -> None:
    order_id, (first, second) = two_places(mall)
    tea = mall.orders[order_id]["OrderItems"][1]["id"]

    API.notify_shipment(ctx, notice(order_id, destination_id=first["id"]))
    [part] = API.fetch_orders(ctx, [order_id]).orders
    done = API.notify_shipment(ctx, notice(order_id, key="ship-2", lines=((tea, 1),)))
    [whole] = API.fetch_orders(ctx, [order_id]).orders

    assert part.status is SourceStatus.PARTIALLY_SHIPPED
    assert done.remote_id == second["id"]
    assert whole.status is SourceStatus.SHIPPED


def test_what_ec_cube_cannot_say_is_refused(mall: EcCubeMall, ctx: ShopContext) -> None:
    order_id = sell(mall, ("YUNOMI-01", 2))
    line = mall.orders[order_id]["OrderItems"][0]["id"]
    for wrong, kind in (
        ({"lines": ((line, 1),)}, ErrorKind.UNSUPPORTED),
        ({"lines": (("999", 1),)}, ErrorKind.INVALID),
        ({"destination_id": "999"}, ErrorKind.INVALID),
    ):
        with pytest.raises(ChannelError) as refused:
            API.notify_shipment(ctx, notice(order_id, **wrong))
        assert refused.value.kind is kind
    assert mall.orders[order_id]["Shippings"][0]["shipping_date"] is None


def test_another_number_for_what_has_left_is_a_conflict(mall: EcCubeMall, ctx: ShopContext) -> None:
    order_id, cancelled = sell(mall), sell(mall)
    mall.cancel(cancelled)
    API.notify_shipment(ctx, notice(order_id))

    for wrong in (notice(order_id, tracking_numbers=("9",)), notice(cancelled)):
        with pytest.raises(ChannelError) as refused:
            API.notify_shipment(ctx, wrong)
        assert refused.value.kind is ErrorKind.CONFLICT


def test_a_shipment_is_not_asked_for_again_by_itself(mall: EcCubeMall, ctx: ShopContext) -> None:
    order_id = sell(mall)
    API.check(ctx)
    mall.faults = Faults(error_500=1, only="updateShipped")

    with pytest.raises(ChannelError) as failed:
        API.notify_shipment(ctx, notice(order_id))

    assert failed.value.may_be_applied
    assert [call.operation for call in mall.calls].count("updateShipped") == 1


# -- trouble


class Wire:
    """A transport that gives out a token, and answers one thing to everything else."""

    def __init__(self, status: int, body: bytes) -> None:
        self._answer = Response(status, {}, body)

    def __call__(self, request: Request, timeout: float = 20.0) -> Response:
        if request.url.endswith("/token"):
            return Response(200, {}, b'{"access_token": "a", "expires_in": 3600}')
        return self._answer


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, b'{"error":"access_denied"}', "auth", "401"),
        (403, b"<html>", "forbidden", "403"),
        (404, b"<html>", "not_found", "404"),
        (302, b"", "invalid", "redirect"),
        (200, b"<html>", "remote", "not_json"),
        (200, b'{"data":null}', "remote", "no_data"),
        (200, b'{"errors":[{"message":"Insufficient permission. (read)"}]}', "forbidden", "scope"),
        (200, b'{"errors":[{"message":"Internal server error"}]}', "remote", "internal"),
        (200, b'{"errors":[{"message":"secret"}]}', "invalid", "graphql"),
        (200, b'{"errors":[{"message":"x","path":["orders"]}],"data":null}', "invalid", "graphql"),
    ],
)
def test_errors_are_told_apart(status: int, body: bytes, kind: str, code: str) -> None:
    ctx = context(
        "eccube", "https://cube.example.com", API_CASE.credentials, transport=Wire(status, body)
    )

    with pytest.raises(ChannelError) as error:
        API.check(ctx)

    assert (error.value.kind, error.value.code) == (kind, code)
    assert "secret" not in str(error.value)
