"""Shopify's deliveries, as its own samples and its documentation have them."""

import base64
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from common.canonical import (
    Address,
    Attribute,
    BorneBy,
    CanonicalOrder,
    Discount,
    DiscountKind,
    Option,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
    TaxSum,
)
from common.channels import load
from common.channels.base import RawRequest, ShopRef, UnreadableDelivery
from tests.common.channels.cases.shopify import CASE
from tests.common.channels.cases.shopify import sign as sign_shopify
from tests.common.channels.channel_cases import NOW, PAYLOADS, SHOP, tampered

SHOPIFY = load("shopify")


@pytest.fixture
def payload() -> dict[str, Any]:
    return CASE.payload("shopify")


def read(payload: dict[str, Any]) -> CanonicalOrder:
    [order] = SHOPIFY.parse_webhook(CASE.delivery(payload), SHOP)
    return order


def recorded() -> RawRequest:
    envelope = json.loads((PAYLOADS / "shopify" / "transcribed_webhook_envelope.json").read_text())
    headers = {name.lower(): value for name, value in envelope["headers"].items()}
    return RawRequest(headers, envelope["raw_body"].encode(), NOW)


# -- genuine or not


def test_the_recorded_delivery_is_genuine() -> None:
    verdict = SHOPIFY.verify_webhook(recorded(), ["test-secret"])

    assert verdict.ok
    assert verdict.delivery_id == "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"
    assert verdict.topic == "orders/create"
    assert not SHOPIFY.verify_webhook(recorded(), ["another-secret"]).ok


def test_the_headers_of_2026_without_x_are_taken_too() -> None:
    old = recorded()
    new = {name.removeprefix("x-"): value for name, value in old.headers.items()}

    assert SHOPIFY.verify_webhook(old._replace(headers=new), ["test-secret"]).ok
    assert len(SHOPIFY.parse_webhook(old._replace(headers=new), SHOP)) == 1


def test_a_delivery_without_an_id_is_named_by_its_body() -> None:
    nameless = tampered(recorded(), x_shopify_webhook_id=None)

    first, second = (SHOPIFY.verify_webhook(nameless, ["test-secret"]) for _ in range(2))

    assert len(first.delivery_id) == 64
    assert first == second


def test_a_hexadecimal_signature_is_refused() -> None:
    request = recorded()
    digest = base64.b64decode(request.headers["x-shopify-hmac-sha256"])

    spoilt = tampered(request, x_shopify_hmac_sha256=digest.hex())

    assert not SHOPIFY.verify_webhook(spoilt, ["test-secret"]).ok


# -- topics


@pytest.mark.parametrize(
    "topic",
    [
        *("orders/create", "orders/updated", "orders/paid", "orders/partially_fulfilled"),
        *("orders/fulfilled", "orders/cancelled", "orders/edited"),
    ],
)
def test_topics_about_orders_carry_one_order(payload: dict[str, Any], topic: str) -> None:
    request = tampered(CASE.delivery(payload), x_shopify_topic=topic)

    assert len(SHOPIFY.parse_webhook(request, SHOP)) == 1


@pytest.mark.parametrize(
    ("topic", "sample"),
    [
        ("fulfillments/create", "rest_fulfillment.json"),
        ("inventory_levels/update", "rest_inventory_level.json"),
        ("products/update", "rest_variant.json"),
        ("orders/delete", "rest_order.json"),
    ],
)
def test_other_topics_carry_none(topic: str, sample: str) -> None:
    body = (PAYLOADS / "shopify" / sample).read_bytes()
    request = RawRequest(sign_shopify(body, "test-secret", topic), body, NOW)

    assert SHOPIFY.verify_webhook(request, ["test-secret"]).ok
    assert list(SHOPIFY.parse_webhook(request, SHOP)) == []


def test_a_delivery_whose_topic_got_lost_is_not_dropped(payload: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery, match="Topic"):
        SHOPIFY.parse_webhook(tampered(CASE.delivery(payload), x_shopify_topic=None), SHOP)


# -- the recorded order


def test_the_recorded_order_is_read_in_dollars_and_cents() -> None:
    [order] = SHOPIFY.parse_webhook(recorded(), SHOP)

    assert order.channel_order_id == "450789469"
    assert order.display_no == "#1001"
    assert order.source_version == "2008-01-10T16:00:00.000Z"
    assert order.ordered_at == datetime(2008, 1, 10, 16, tzinfo=UTC)
    assert order.status is SourceStatus.READY
    assert order.payment.status is PaymentStatus.AUTHORISED
    assert order.payment.method is PaymentMethod.CARD
    assert order.payment.raw_name == "authorize_net"
    money = order.money
    assert (money.currency, money.goods_total, money.total) == ("USD", 39800, 40994)
    assert (money.shipping_total, money.discount_total, money.tax_total) == (0, 0, 1194)
    assert money.tax_included is False
    assert money.taxes == (TaxSum(Decimal("0.06"), 1194),)
    assert money.discounts == (Discount(1000, DiscountKind.COUPON, BorneBy.SHOP, "TENOFF"),)
    assert order.attributes == (
        Attribute("custom engraving", "Happy Birthday"),
        Attribute("colour", "green"),
    )


def test_the_recorded_order_goes_to_kentucky() -> None:
    [order] = SHOPIFY.parse_webhook(recorded(), SHOP)

    address = Address("US", "40202", "Kentucky", "Louisville", "Chestnut Street 92")
    [destination] = order.destinations
    assert (destination.contact.name, destination.contact.address) == ("Bob Norman", address)
    assert (order.buyer.name, order.buyer.address) == ("Bob Norman", address)
    assert order.buyer.email == "bob.norman@hostmail.com"
    assert order.buyer.platform_customer_id == "207119551"
    assert order.buyer.is_member is False


def test_the_recorded_lines_have_codes_options_and_prices_without_tax() -> None:
    [order] = SHOPIFY.parse_webhook(recorded(), SHOP)

    assert [line.sku_candidates for line in order.lines] == [
        ("IPOD2008GREEN",),
        ("IPOD2008RED",),
        ("IPOD2008BLACK",),
    ]
    first = order.lines[0]
    assert (first.line_id, first.title, first.quantity) == ("466157049", "IPod Nano - 8gb", 1)
    assert first.channel_sku == {"sku": "IPOD2008GREEN", "variant_id": "39072856"}
    assert first.options == (Option("", "green"), Option("Custom Engraving", "Happy Birthday"))
    assert (first.unit_price, first.line_total) == (19900, 19900)
    assert first.unit_price_tax_included is False
    # A fulfilment that failed ships nothing.
    assert first.quantity_shipped == 0


def test_the_order_fixture_of_the_rest_api_is_the_same_order() -> None:
    fixture = json.loads((PAYLOADS / "shopify" / "rest_order.json").read_bytes())["order"]

    assert read(fixture) == SHOPIFY.parse_webhook(recorded(), SHOP)[0]


# -- a Japanese shop's order


def test_yen_are_whole_and_before_discounts(payload: dict[str, Any]) -> None:
    money = read(payload).money

    assert (money.currency, money.goods_total, money.discount_total) == ("JPY", 6380, 500)
    # 800 yen of a way of shipping that an edit took away do not count.
    assert (money.shipping_total, money.other_fees, money.total) == (550, 100, 6530)
    assert (money.tax_included, money.tax_total) == (True, 534)
    assert money.taxes == (TaxSum(Decimal("0.1"), 386), TaxSum(Decimal("0.08"), 148))


def test_goods_without_a_sum_are_summed_up(payload: dict[str, Any]) -> None:
    del payload["total_line_items_price"]
    assert read(payload).money.goods_total == 6380

    payload["line_items"][1]["price"] = None
    assert read(payload).money.goods_total is None


def test_what_is_owed_is_the_total_after_edits_and_refunds(payload: dict[str, Any]) -> None:
    assert read(payload).money.amount_due == 5230

    del payload["current_total_price"]
    assert read(payload).money.amount_due == 6530


def test_a_line_is_what_was_ordered_less_what_was_taken_back(payload: dict[str, Any]) -> None:
    cup, tea, wrap = read(payload).lines

    assert (cup.quantity, cup.quantity_cancelled, cup.quantity_shipped) == (2, 0, 1)
    # One was refunded and restocked; the fulfilment of the other was cancelled.
    assert (tea.quantity, tea.quantity_cancelled, tea.quantity_shipped) == (2, 1, 0)
    assert (cup.unit_price, cup.line_total) == (1980, 3960)
    assert (cup.tax_rate, tea.tax_rate) == (Decimal("0.1"), Decimal("0.08"))
    assert cup.unit_price_tax_included is True
    assert wrap.options == ()


def test_discounts_come_from_the_allocations_with_their_codes(payload: dict[str, Any]) -> None:
    cup = read(payload).lines[0]

    assert cup.discounts == (Discount(310, DiscountKind.COUPON, BorneBy.SHOP, "AKI500"),)


def test_an_automatic_discount_is_no_coupon(payload: dict[str, Any]) -> None:
    payload["discount_applications"] = [{"type": "automatic", "title": "2点で10%"}]

    cup = read(payload).lines[0]

    assert cup.discounts == (Discount(310, DiscountKind.OTHER, BorneBy.SHOP, "2点で10%"),)


@pytest.mark.parametrize("index", [7, -1, None])
def test_a_discount_of_an_unknown_application_still_counts(
    payload: dict[str, Any], index: int | None
) -> None:
    payload["line_items"][0]["discount_allocations"][0]["discount_application_index"] = index

    assert read(payload).lines[0].discounts == (
        Discount(310, DiscountKind.OTHER, BorneBy.SHOP, ""),
    )


def test_without_allocations_the_line_s_own_discount_counts(payload: dict[str, Any]) -> None:
    payload["line_items"][0] |= {"discount_allocations": [], "total_discount": "120"}

    assert read(payload).lines[0].discounts == (Discount(120, DiscountKind.OTHER, BorneBy.SHOP),)


def test_two_taxes_on_a_line_are_no_one_rate(payload: dict[str, Any]) -> None:
    payload["line_items"][0]["tax_lines"].append({"rate": 0.02, "price": "9", "title": "県"})

    assert read(payload).lines[0].tax_rate is None


def test_names_in_japanese_letters_are_in_japanese_order(payload: dict[str, Any]) -> None:
    order = read(payload)

    assert payload["billing_address"]["name"] == "花子 山田"
    assert order.buyer.name == "山田 花子"
    assert order.destinations[0].contact.name == "鈴木 一郎"


def test_other_names_are_left_as_they_are(payload: dict[str, Any]) -> None:
    payload["billing_address"] |= {"name": "Ann Lee", "first_name": "Ann", "last_name": "Lee"}
    payload["shipping_address"] |= {"name": "山田商店 御中", "first_name": None, "last_name": None}

    order = read(payload)

    assert order.buyer.name == "Ann Lee"
    assert order.destinations[0].contact.name == "山田商店 御中"


def test_without_a_bill_the_customer_is_the_buyer(payload: dict[str, Any]) -> None:
    payload |= {"billing_address": None, "email": "", "contact_email": None, "phone": None}

    buyer = read(payload).buyer

    assert (buyer.name, buyer.email) == ("山田 花子", "hanako@example.jp")
    assert buyer.phone == "+819012345678"
    assert buyer.is_member is True


def test_without_a_customer_nobody_knows_whether_they_are_a_member(
    payload: dict[str, Any],
) -> None:
    buyer = read(payload | {"customer": None}).buyer

    assert buyer.is_member is None
    assert buyer.platform_customer_id == ""


def test_prefectures_come_from_their_codes(payload: dict[str, Any]) -> None:
    order = read(payload)

    assert payload["billing_address"]["province"] == "Tōkyō"
    assert order.buyer.address == Address(
        "JP", "150-0041", "東京都", "渋谷区", "神南1-2-3", "番頭ビル 401"
    )
    assert order.destinations[0].contact.address.prefecture == "大阪府"


def test_an_unknown_province_code_leaves_the_name(payload: dict[str, Any]) -> None:
    payload["shipping_address"] |= {"province_code": "JP-99", "province": "不明県"}

    assert read(payload).destinations[0].contact.address.prefecture == "不明県"


def test_what_is_not_shipped_goes_nowhere(payload: dict[str, Any]) -> None:
    payload["shipping_address"] = None
    for line in payload["line_items"]:
        line["requires_shipping"] = False

    order = read(payload)

    assert order.destinations == ()
    assert {line.destination_id for line in order.lines} == {""}
    assert {line.needs_shipping for line in order.lines} == {False}


def test_fields_that_programs_wrote_for_themselves_are_kept_out_of_sight(
    payload: dict[str, Any],
) -> None:
    order = read(payload)

    assert order.lines[0].options == (Option("", "S / 生成り"), Option("名入れ", "はなこ"))
    assert [a.name for a in order.attributes] == ["配達希望日", "配達希望時間帯"]
    assert order.extra["line_items"][0]["properties"][1] == {"name": "_bundle", "value": "b-1"}
    assert order.extra["note_attributes"][2] == {"name": "_app_trace", "value": '{"v":3}'}


def test_card_details_are_kept_nowhere(payload: dict[str, Any]) -> None:
    payload["strange"] = {"deep": [{"payment_details": {"credit_card_name": "HANAKO"}, "x": 1}]}

    extra = read(payload).extra

    assert "4242" not in json.dumps(extra)
    assert "HANAKO" not in json.dumps(extra)
    assert extra["strange"] == {"deep": [{"x": 1}]}


def test_tags_are_flags_and_a_trial_is_one(payload: dict[str, Any]) -> None:
    assert read(payload).flags == ("VIP", "ギフト")
    assert read(payload | {"test": True}).flags == ("VIP", "test", "ギフト")
    assert read(payload | {"tags": "", "test": True}).flags == ("test",)


def test_amounts_stay_in_the_shop_s_currency_and_the_buyer_s_is_noted(
    payload: dict[str, Any],
) -> None:
    dollars = {"shop_money": {"amount": "6530"}, "presentment_money": {"amount": "43.90"}}

    order = read(payload | {"presentment_currency": "USD", "total_price_set": dollars})

    assert (order.money.currency, order.money.total) == ("JPY", 6530)
    assert order.related == {
        "source_name": "web",
        "po_number": "PO-77",
        "presentment_currency": "USD",
    }
    assert "presentment_currency" not in read(payload).related


def test_the_shop_s_currency_stands_in(payload: dict[str, Any]) -> None:
    del payload["currency"]
    [order] = SHOPIFY.parse_webhook(CASE.delivery(payload), ShopRef("s", "USD"))

    assert order.money.currency == "USD"
    assert order.money.total == 653000


# -- status


def fields(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    base = {"cancelled_at": None, "closed_at": None, "financial_status": "paid"}
    return lambda payload: payload | base | {"fulfillment_status": None} | changed


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (fields(), SourceStatus.READY),
        (fields(financial_status="authorized"), SourceStatus.READY),
        (fields(financial_status="partially_paid"), SourceStatus.READY),
        (fields(financial_status="pending"), SourceStatus.AWAITING_PAYMENT),
        (fields(fulfillment_status="partial"), SourceStatus.PARTIALLY_SHIPPED),
        (fields(fulfillment_status="fulfilled"), SourceStatus.SHIPPED),
        (fields(fulfillment_status="restocked"), SourceStatus.READY),
        (fields(closed_at="2026-11-22T00:00:00Z"), SourceStatus.COMPLETED),
        (fields(cancelled_at="2026-11-22T00:00:00Z"), SourceStatus.CANCELLED),
        (
            fields(cancelled_at="2026-11-22T00:00:00Z", closed_at="2026-11-22T00:00:00Z"),
            SourceStatus.CANCELLED,
        ),
        (fields(financial_status=None), SourceStatus.UNKNOWN),
        (fields(fulfillment_status="teleported"), SourceStatus.UNKNOWN),
    ],
)
def test_how_far_the_order_is(
    payload: dict[str, Any],
    change: Callable[[dict[str, Any]], dict[str, Any]],
    status: SourceStatus,
) -> None:
    assert read(change(payload)).status is status


def test_the_words_of_the_mall_are_kept(payload: dict[str, Any]) -> None:
    payload |= {"cancelled_at": "2026-11-22T00:00:00Z", "cancel_reason": "fraud"}

    assert read(payload).raw_status == {
        "financial_status": "paid",
        "fulfillment_status": "partial",
        "cancelled_at": "2026-11-22T00:00:00.000Z",
        "cancel_reason": "fraud",
        "closed_at": "",
    }


@pytest.mark.parametrize(
    ("names", "method"),
    [
        (["shopify_payments"], PaymentMethod.CARD),
        (["Cash on Delivery (COD)"], PaymentMethod.COD),
        (["代金引換"], PaymentMethod.COD),
        (["Bank Deposit"], PaymentMethod.BANK),
        (["銀行振込"], PaymentMethod.BANK),
        (["KOMOJU - コンビニ"], PaymentMethod.CVS),
        (["Paidy あと払い"], PaymentMethod.DEFERRED),
        (["PayPay"], PaymentMethod.PAYPAY),
        (["PayPal Express Checkout"], PaymentMethod.PAYPAL),
        (["Amazon Pay"], PaymentMethod.AMAZON_PAY),
        (["gift_card", "shopify_payments"], PaymentMethod.CARD),
        (["ツケ"], PaymentMethod.OTHER),
        ([], PaymentMethod.UNKNOWN),
        (None, PaymentMethod.UNKNOWN),
    ],
)
def test_how_it_is_paid(
    payload: dict[str, Any], names: list[str] | None, method: PaymentMethod
) -> None:
    assert read(payload | {"payment_gateway_names": names}).payment.method is method


# -- versions and bad values


def test_an_order_without_an_update_counts_from_its_beginning(payload: dict[str, Any]) -> None:
    for name in ("updated_at", "processed_at"):
        del payload[name]

    order = read(payload)

    assert order.source_version == "2026-11-21T12:00:00.000Z"
    assert order.ordered_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_versions_sort_as_texts_across_offsets(payload: dict[str, Any]) -> None:
    earlier = read(payload | {"updated_at": "2026-11-22T09:30:00+09:00"}).source_version
    later = read(payload | {"updated_at": "2026-11-22T00:30:01Z"}).source_version

    assert earlier < later


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "no_order_id"),
        ({"id": {"a": 1}}, "wrong_shape"),
        ({"created_at": None, "updated_at": None}, "wrong_shape"),
        ({"updated_at": "yesterday"}, "wrong_shape"),
        ({"updated_at": "2026-11-22T09:30:00"}, "wrong_shape"),
        ({"processed_at": "0001-01-01T00:00:00+09:00"}, "wrong_shape"),
        ({"line_items": {"a": 1}}, "wrong_shape"),
        ({"line_items": [{"id": 1}]}, "wrong_shape"),
        ({"line_items": [{"id": 1, "quantity": -1}]}, "wrong_shape"),
        ({"line_items": [{"id": 1, "quantity": "2"}]}, "wrong_shape"),
        ({"line_items": [{"id": 1, "quantity": True}]}, "wrong_shape"),
        ({"line_items": [{"id": 1, "quantity": 10**7}]}, "wrong_shape"),
        ({"line_items": [{"id": 1, "quantity": 1}] * 2}, "wrong_shape"),
        ({"line_items": [{"id": n, "quantity": 1} for n in range(501)]}, "too_large"),
        ({"customer": "someone"}, "wrong_shape"),
        ({"currency": "ドル"}, "wrong_shape"),
    ],
)
def test_what_makes_an_order_unreadable(
    payload: dict[str, Any], change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnreadableDelivery) as unreadable:
        read(payload | change)

    assert unreadable.value.reason == reason
    assert "someone" not in unreadable.value.detail


@pytest.mark.parametrize(
    "amount", ["", None, "soon", "12.5", [], {}, True, "1e3", "１００", 10**16]
)
def test_an_amount_that_cannot_be_read_is_not_determined_and_stops_nothing(
    payload: dict[str, Any], amount: Any
) -> None:
    changed = copy.deepcopy(payload) | {"total_price": amount, "current_total_price": amount}
    changed["line_items"][0]["price"] = amount
    changed["shipping_lines"][0]["price"] = amount

    order = read(changed)

    assert order.money.total is None
    assert order.money.amount_due is None
    assert order.money.shipping_total is None
    assert order.lines[0].unit_price is None
    assert order.lines[0].line_total is None
    assert order.lines[1].line_total == 2000


def test_a_line_is_sold_as_its_variant(payload: dict[str, Any]) -> None:
    payload["line_items"][0]["variant_id"] = None

    lines = read(payload).lines

    assert lines[0].listing == ""
    assert [line.listing for line in lines[1:]] == [
        str(row["variant_id"]) for row in payload["line_items"][1:]
    ]
