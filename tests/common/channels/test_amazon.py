"""Amazon's orders and notifications, as its own samples and its models have them."""

import copy
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from common.canonical import (
    Address,
    Attribute,
    BorneBy,
    CanonicalOrder,
    DeliveryWish,
    Discount,
    DiscountKind,
    FulfilledBy,
    Gift,
    OrderKind,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.amazon import CHANNEL, Notification, read_notification
from common.channels.amazon_order import read_order
from common.channels.base import RawRequest, ShopRef, UnreadableDelivery
from tests.conftest import ROOT

PAYLOADS = ROOT / "tests" / "payloads" / "amazon"
SHOP = ShopRef("main", "JPY")


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


def sandbox(name: str) -> CanonicalOrder:
    """An order of Amazon's own test environment."""
    answer = payload(name)["response"]
    return read_order(answer["orders"][0] if "orders" in answer else answer["order"], SHOP)


@pytest.fixture
def full() -> dict[str, Any]:
    found: dict[str, Any] = payload("order_every_field")
    return found


@pytest.fixture
def pending() -> dict[str, Any]:
    found: dict[str, Any] = payload("order_pending")
    return found


def yen(amount: int) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "JPY"}


def item(order: dict[str, Any], n: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = order["orderItems"][n]
    return found


# -- what is what


def test_amazon_sends_no_webhooks() -> None:
    request = RawRequest({}, b"{}", datetime(2026, 11, 21, tzinfo=UTC))

    assert not CHANNEL.verify_webhook(request, ["secret"]).ok
    assert list(CHANNEL.parse_webhook(request, SHOP)) == []


def test_the_order_is_known_by_amazons_number_and_versioned_by_its_last_change(
    full: dict[str, Any],
) -> None:
    order = read_order(full, SHOP)

    assert (order.channel_order_id, order.display_no) == ("250-5555555-1234567",) * 2
    assert order.source_version == "2026-11-21T01:02:03.456Z"
    assert order.ordered_at == datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "status", "paid"),
    [
        ("PENDING_AVAILABILITY", SourceStatus.ON_HOLD, PaymentStatus.UNPAID),
        ("PENDING", SourceStatus.ON_HOLD, PaymentStatus.UNPAID),
        ("UNSHIPPED", SourceStatus.READY, PaymentStatus.AUTHORISED),
        ("PARTIALLY_SHIPPED", SourceStatus.PARTIALLY_SHIPPED, PaymentStatus.PAID),
        ("SHIPPED", SourceStatus.SHIPPED, PaymentStatus.PAID),
        ("CANCELLED", SourceStatus.CANCELLED, PaymentStatus.VOIDED),
        ("UNFULFILLABLE", SourceStatus.ON_HOLD, PaymentStatus.UNKNOWN),
        ("TELEPORTED", SourceStatus.UNKNOWN, PaymentStatus.UNKNOWN),
    ],
)
def test_the_status_is_read_by_a_table(
    pending: dict[str, Any], word: str, status: SourceStatus, paid: PaymentStatus
) -> None:
    pending["fulfillment"]["fulfillmentStatus"] = word
    pending["payment"]["paymentExecutions"][0]["paymentMethod"] = "CreditCard"

    order = read_order(pending, SHOP)

    assert (order.status, order.payment.status) == (status, paid)
    assert order.payment.method is PaymentMethod.CARD
    assert order.raw_status["fulfillmentStatus"] == word


def test_a_pending_order_takes_units_but_has_neither_address_nor_amounts(
    pending: dict[str, Any],
) -> None:
    order = read_order(pending, SHOP)

    assert order.status is SourceStatus.ON_HOLD
    assert order.flags == ("pending",)
    assert order.destinations == ()
    [line] = order.lines
    assert (line.listing, line.quantity, line.quantity_cancelled) == ("SENCHA-100", 2, 0)
    assert (line.unit_price, line.line_total, line.destination_id) == (None, None, "")
    money = order.money
    assert {money.total, money.goods_total, money.shipping_total, money.discount_total} == {None}
    assert order.payment.method is PaymentMethod.CVS
    assert order.related["ship_by"] == "2026-11-24T14:59:59Z"
    assert order.related["service_level"] == "STANDARD"


def test_zero_is_not_determined_while_an_order_is_pending(pending: dict[str, Any]) -> None:
    pending["proceeds"] = {"grandTotal": yen(0)}
    item(pending)["product"]["price"] = {"unitPrice": yen(0)}
    before = read_order(pending, SHOP)
    pending["fulfillment"]["fulfillmentStatus"] = "UNSHIPPED"

    after = read_order(pending, SHOP)

    assert (before.money.total, before.lines[0].unit_price) == (None, None)
    assert (after.money.total, after.lines[0].unit_price) == (0, 0)


def test_a_preorder_that_is_not_out_yet_is_one(pending: dict[str, Any]) -> None:
    assert read_order(pending, SHOP).order_kind is OrderKind.NORMAL
    pending["fulfillment"]["fulfillmentStatus"] = "PENDING_AVAILABILITY"

    order = read_order(pending, SHOP)

    assert (order.order_kind, order.flags) == (OrderKind.PREORDER, ("pending",))


def test_what_amazon_ships_itself_is_marked_as_that() -> None:
    order = sandbox("orders2026__searchOrders__200__0")

    assert order.fulfilled_by is FulfilledBy.PLATFORM
    assert order.status is SourceStatus.SHIPPED
    assert (order.money.total, order.money.goods_total) == (19940, 19940)
    assert [line.line_total for line in order.lines] == [5980, 13960]
    assert order.related["points_granted"] == "200"


@pytest.mark.parametrize("word", ["SOMEBODY", None])
def test_who_ships_is_never_guessed_of_an_order_that_may_be_shipped(
    full: dict[str, Any], word: str | None
) -> None:
    full["fulfillment"]["fulfilledBy"] = word

    with pytest.raises(UnreadableDelivery) as unreadable:
        read_order(full, SHOP)

    assert "fulfilledBy" in unreadable.value.detail
    assert "SOMEBODY" not in unreadable.value.detail


def test_a_pending_order_may_leave_open_who_ships(pending: dict[str, Any]) -> None:
    del pending["fulfillment"]["fulfilledBy"]

    assert read_order(pending, SHOP).fulfilled_by is FulfilledBy.MERCHANT


def test_a_buyers_wish_to_cancel_is_a_request() -> None:
    order = read_order(payload("order_cancel_requested"), SHOP)

    assert order.status is SourceStatus.CANCEL_REQUESTED
    assert order.flags == ("cancel_requested_by_buyer",)
    assert order.attributes == (
        Attribute("cancelReason", "注文を間違えました"),
        Attribute("cancelReason", "在庫なし"),
    )
    assert order.raw_status["cancellationRequest"] == "BUYER"
    assert [(li.quantity_cancelled, li.quantity_shipped) for li in order.lines] == [(0, 0), (1, 1)]


def test_a_request_that_came_too_late_changes_no_status() -> None:
    late = payload("order_cancel_requested")
    late["fulfillment"]["fulfillmentStatus"] = "SHIPPED"

    assert read_order(late, SHOP).status is SourceStatus.SHIPPED


# -- goods


def test_a_line_is_listed_by_its_sku(full: dict[str, Any]) -> None:
    first, second = read_order(full, SHOP).lines

    assert (first.listing, first.sku_candidates) == ("SENCHA-100", ("SENCHA-100",))
    assert first.channel_sku == {"sku": "SENCHA-100", "asin": "B0EXAMPLE1"}
    assert (first.unit_price, first.line_total, first.quantity) == (5000, 10000, 2)
    assert (second.quantity, second.quantity_shipped, second.quantity_cancelled) == (3, 1, 1)


def test_what_is_special_about_a_line_is_among_its_options(full: dict[str, Any]) -> None:
    first, second = read_order(full, SHOP).lines

    assert {option.name: option.value for option in first.options} == {
        "gift_wrap": "リボン包装",
        "gift_message": "お誕生日おめでとう はなこ",
        "condition": "USED / VERY_GOOD",
        "condition_note": "箱に傷",
        "measurement": "250 GRAMS",
        "customization": "https://example.com/custom/1.zip",
        "price_designation": "BUSINESS_PRICE",
        "serial_numbers": "REQUIRED",
    }
    assert second.options == ()


def test_an_item_without_id_or_quantity_makes_the_order_unreadable(full: dict[str, Any]) -> None:
    for name in ("orderItemId", "quantityOrdered"):
        spoilt = copy.deepcopy(full)
        del spoilt["orderItems"][1][name]
        with pytest.raises(UnreadableDelivery):
            read_order(spoilt, SHOP)


def test_units_are_never_freed_by_the_numbers_of_a_pending_order(full: dict[str, Any]) -> None:
    item(full)["fulfillment"] |= {"quantityFulfilled": 0, "quantityUnfulfilled": 0}
    assert read_order(full, SHOP).lines[0].quantity_cancelled == 2
    full["fulfillment"]["fulfillmentStatus"] = "PENDING"

    assert read_order(full, SHOP).lines[0].quantity_cancelled == 0


# -- money


def test_the_sums_are_those_of_amazon(full: dict[str, Any]) -> None:
    money = read_order(full, SHOP).money

    assert (money.goods_total, money.shipping_total, money.gift_fee) == (11500, 550, 330)
    assert (money.cod_fee, money.other_fees, money.discount_total) == (440, 290, 800)
    assert (money.total, money.tax_total, money.tax_included) == (12310, 1075, True)


def test_points_are_off_what_the_buyer_owes_not_off_the_total(full: dict[str, Any]) -> None:
    order = read_order(full, SHOP)

    assert (order.money.total, order.money.amount_due) == (12310, 12000)
    assert order.money.discounts[1:] == (Discount(310, DiscountKind.POINT, BorneBy.PLATFORM),)
    assert order.payment.method is PaymentMethod.COD
    assert order.payment.status is PaymentStatus.UNPAID
    assert order.payment.raw_name == "PointsAccount, CashOnDelivery"


def test_a_discount_goes_where_it_was_taken_off(full: dict[str, Any]) -> None:
    order = read_order(full, SHOP)
    codes = "AUTUMN-2026, FREE-SHIPPING"

    assert order.lines[0].discounts == (Discount(250, DiscountKind.COUPON, BorneBy.SHOP, codes),)
    assert order.money.discounts[0] == Discount(550, DiscountKind.COUPON, BorneBy.SHOP, "SHIPPING")


def test_without_sums_of_the_order_those_of_its_items_count(full: dict[str, Any]) -> None:
    del full["proceeds"]["breakdowns"]
    full["proceeds"]["grandTotal"] = yen(11580)

    money = read_order(full, SHOP).money

    assert (money.shipping_total, money.gift_fee, money.cod_fee) == (550, 330, None)
    assert (money.discount_total, money.tax_total, money.tax_included) == (800, 935, True)


def test_tax_on_top_is_seen_from_the_sums(full: dict[str, Any]) -> None:
    full["proceeds"]["grandTotal"] = yen(12310 + 1075)

    order = read_order(full, SHOP)

    assert not order.money.tax_included
    assert {line.unit_price_tax_included for line in order.lines} == {False}


def test_an_amount_that_cannot_be_read_is_not_determined_and_stops_nothing(
    full: dict[str, Any],
) -> None:
    full["proceeds"]["grandTotal"] = {"amount": "一万円", "currencyCode": "JPY"}
    item(full)["product"]["price"]["unitPrice"] = {"amount": "50.00", "currencyCode": "USD"}

    order = read_order(full, SHOP)

    assert (order.money.total, order.lines[0].unit_price) == (None, None)
    assert order.extra["orderItems"][0]["product"]["price"]["unitPrice"]["amount"] == "50.00"


def test_minor_units_are_those_of_the_orders_currency() -> None:
    order = sandbox("orders2026__getOrder__200__0")

    assert (order.money.currency, order.money.total) == ("BRL", 29990)
    assert sandbox("orders2026__getOrder__200__1").money.total == 12500


@pytest.mark.parametrize(
    ("said", "method", "status"),
    [
        (["ConvenienceStore"], PaymentMethod.CVS, PaymentStatus.PAID),
        (["Invoice"], PaymentMethod.DEFERRED, PaymentStatus.AUTHORISED),
        (["PointsAccount"], PaymentMethod.POINTS_ONLY, PaymentStatus.AUTHORISED),
        (["Points", "CreditCard"], PaymentMethod.CARD, PaymentStatus.AUTHORISED),
        (["Barter"], PaymentMethod.OTHER, PaymentStatus.AUTHORISED),
        ([], PaymentMethod.UNKNOWN, PaymentStatus.AUTHORISED),
    ],
)
def test_how_it_is_paid_is_read_by_a_table(
    pending: dict[str, Any], said: list[str], method: PaymentMethod, status: PaymentStatus
) -> None:
    pending["fulfillment"]["fulfillmentStatus"] = "UNSHIPPED"
    pending["payment"]["paymentExecutions"] = [{"paymentMethod": word} for word in said]

    payment = read_order(pending, SHOP).payment

    assert (payment.method, payment.status, payment.raw_name) == (method, status, ", ".join(said))


def test_a_line_that_is_collected_at_the_door_is_cash_on_delivery(full: dict[str, Any]) -> None:
    del full["payment"]

    assert read_order(full, SHOP).payment.method is PaymentMethod.COD


# -- people and deadlines


def test_the_address_is_read_as_the_label_needs_it() -> None:
    [place] = read_order(payload("order_cancel_requested"), SHOP).destinations

    assert place.contact.address == Address(
        postal="530-0000", prefecture="大阪府", line1="大阪市北区見本町1-2-3"
    )
    assert (place.contact.name, place.contact.phone) == ("架空 太郎", "090-0000-0002")


def test_a_code_of_a_prefecture_becomes_its_name(full: dict[str, Any]) -> None:
    full["recipient"]["deliveryAddress"]["stateOrRegion"] = "JP-27"

    assert read_order(full, SHOP).destinations[0].contact.address.prefecture == "大阪府"


@pytest.mark.parametrize(
    ("email", "is_masked"),
    [
        ("x1@marketplace.amazon.co.jp", True),
        ("x1@Marketplace.Amazon.com", True),
        ("hanako@example.com", False),
        ("", False),
    ],
)
def test_a_relay_address_is_known_as_one(full: dict[str, Any], email: str, is_masked: bool) -> None:
    full["buyer"]["buyerEmail"] = email

    buyer = read_order(full, SHOP).buyer

    assert (buyer.email, buyer.email_is_masked) == (email, is_masked)


def test_the_destination_says_when_and_how(full: dict[str, Any]) -> None:
    [place] = read_order(full, SHOP).destinations

    assert place.ship_by == datetime(2026, 11, 23, 14, 59, 59, tzinfo=UTC)
    assert place.deliver_by == datetime(2026, 11, 25, 14, 59, 59, tzinfo=UTC)
    assert place.delivery_wish == DeliveryWish(
        date(2026, 11, 24), "14:00", "16:00", "2026-11-24T05:00:00Z - 2026-11-24T07:00:00Z"
    )
    assert place.gift == Gift(
        is_gift=True, wrapping=("リボン包装",), message_card="お誕生日おめでとう はなこ"
    )
    assert (place.pickup_point, place.leave_at_door) == ("道頓堀商事", True)
    assert place.notes.splitlines() == [
        "FRONT_DOOR",
        "玄関前に置いてください",
        "MON 09:00-17:30",
        "2026-12-31 OPEN 10:05-12:15",
        "HAS_ACCESS_POINT",
    ]


@pytest.mark.parametrize(
    ("windows", "wish"),
    [
        ([("2026-11-23T15:00:00Z", "2026-11-24T14:59:59Z")], (date(2026, 11, 24), "", "")),
        ([("2026-11-24T03:00:00Z", "")], (date(2026, 11, 24), "", "")),
        ([("2026-11-23T03:00:00Z", "2026-11-25T03:00:00Z")], (None, "", "")),
        ([("soon", "2026-11-25T03:00:00Z")], (None, "", "")),
        ([("9999-12-31T23:00:00Z", "")], (None, "", "")),
        (
            [("2026-11-24T03:00:00Z", "2026-11-24T05:00:00Z")] * 2,
            (date(2026, 11, 24), "12:00", "14:00"),
        ),
        (
            [
                ("2026-11-24T03:00:00Z", "2026-11-24T05:00:00Z"),
                ("2026-11-25T03:00:00Z", "2026-11-25T05:00:00Z"),
            ],
            (None, "", ""),
        ),
    ],
)
def test_a_wish_is_a_day_only_when_there_is_one(
    full: dict[str, Any], windows: list[tuple[str, str]], wish: tuple[date | None, str, str]
) -> None:
    for n, (first, last) in enumerate(windows):
        window = {"earliestDateTime": first, "latestDateTime": last}
        item(full, n).setdefault("fulfillment", {})["shipping"] = {
            "scheduledDeliveryWindow": window
        }

    found = read_order(full, SHOP).destinations[0].delivery_wish

    assert (found.date, found.slot_from, found.slot_to) == wish
    assert windows[0][0] in found.label


def test_what_has_no_place_is_told_as_text(full: dict[str, Any]) -> None:
    order = read_order(full, SHOP)

    assert order.related == {
        "ship_from": "2026-11-21T15:00:00Z",
        "deliver_from": "2026-11-23T15:00:00Z",
        "label_from": "2026-11-21T16:00:00Z",
        "seller_order_id": "JP-2026-0042",
        "replacement_original_id": "250-1111111-7654321",
        "sales_channel": "NON_AMAZON",
        "marketplace_id": "A1VC38T7YXB528",
        "marketplace": "Amazon.co.jp",
        "promotions": "AUTUMN-2026, FREE-SHIPPING",
        "points_granted": "100",
        "points_cost": "100",
        "package_1": "YAMATO 宅急便 4012-3456-7890 IN_TRANSIT PICKED_UP 2026-11-21T01:00:00Z",
        "purchase_order_no": "PO-778",
    }
    assert order.flags == (
        *("AMAZON_BUSINESS", "PRIME", "SUBSCRIBE_AND_SAVE", "TRANSPARENCY"),
        *("cash_on_delivery", "pallet_delivery", "recipient_age_verification"),
        *("recipient_identity_verification", "signature_confirmation"),
    )
    assert order.order_kind is OrderKind.SUBSCRIPTION


def test_what_must_not_be_kept_is_not(full: dict[str, Any]) -> None:
    assert "never-kept" not in str(read_order(full, SHOP).extra)


# -- notifications


def test_a_notification_names_seller_and_order() -> None:
    [message] = payload("ORDER_CHANGE_notification_examples")

    assert read_notification(json.dumps(message).encode()) == Notification(
        "A3TH9S8BH6GOGM",
        "903-8868176-2219830",
        "d0e9e693-c3ad-4373-979f-ed4ec98dd746",
        "ATVPDKIKX0DER",
    )


@pytest.mark.parametrize("kind", ["LISTINGS_ITEM_MFN_QUANTITY_CHANGE", "", None])
def test_a_notification_of_anything_else_is_none(kind: str | None) -> None:
    body = json.dumps({"NotificationType": kind, "Payload": {"SellerId": "A1"}}).encode()

    assert read_notification(body) is None


@pytest.mark.parametrize("missing", ["SellerId", "AmazonOrderId"])
def test_a_notification_without_seller_or_order_cannot_be_read(missing: str) -> None:
    [message] = payload("ORDER_CHANGE_notification_examples")
    del message["Payload"]["OrderChangeNotification"][missing]

    with pytest.raises(UnreadableDelivery):
        read_notification(json.dumps(message).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"NotificationType": {}}'])
def test_what_is_no_message_cannot_be_read(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        read_notification(body)
