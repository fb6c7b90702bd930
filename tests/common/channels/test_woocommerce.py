"""WooCommerce's deliveries and API, as its documentation has them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
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
    Option,
    OrderKind,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
    TaxSum,
)
from common.channels import load
from common.channels.base import OrderRef, RawRequest, UnreadableDelivery
from common.channels.port import (
    CancelReason,
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    ProductDraft,
    Request,
    Response,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from common.channels.reading import UNLIMITED
from common.channels.woocommerce_api import API
from common.channels.woocommerce_order import read_order
from common.channels.woocommerce_stock import shown
from malls.http_mall import Faults
from malls.woocommerce.mall import WooMall
from tests.common.channels.cases.woocommerce import API_CASE, CASE, sign
from tests.common.channels.channel_cases import NOW, PAYLOADS, SHOP
from tests.common.channels.contexts import T0, ShopContext, context

WOO = load("woocommerce")
ANY_DAY = date(2026, 11, 22)


def read(**fields: Any) -> CanonicalOrder:
    return read_order(CASE.payload("woocommerce") | fields, SHOP)


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / "woocommerce" / name).read_text("utf-8"))
    return found


# -- genuine or not


def test_the_recorded_delivery_is_genuine() -> None:
    envelope = file("transcribed_webhook_envelope.json")
    headers = {name.lower(): value for name, value in envelope["headers"].items()}
    request = RawRequest(headers, envelope["raw_body"].encode(), NOW)

    verdict = WOO.verify_webhook(request, ["test-secret"])

    assert (verdict.ok, verdict.is_ping, verdict.topic) == (True, False, "order.created")
    assert verdict.delivery_id == "00000000000000000000000000000001"
    assert not WOO.verify_webhook(request, ["another-secret"]).ok


def test_the_ping_of_a_new_webhook_needs_no_signature_and_no_secret() -> None:
    ping = RawRequest({}, b"webhook_id=142", NOW)

    for secrets in ([], ["test-secret"]):
        verdict = WOO.verify_webhook(ping, secrets)
        assert (verdict.ok, verdict.is_ping) == (True, True)


@pytest.mark.parametrize(
    "body",
    [
        *(b"webhook_id=", b"webhook_id=1&x=2", b"webhook_id=1\n", b" webhook_id=1"),
        *(b"webhook_id=-1", b"webhook_id=a", b"WEBHOOK_ID=1", b'{"webhook_id": 1}'),
        b"webhook_id=" + b"1" * 21,
        "webhook_id=１".encode(),
    ],
)
def test_nothing_else_is_a_ping(body: bytes) -> None:
    verdict = WOO.verify_webhook(RawRequest({}, body, NOW), ["test-secret"])

    assert (verdict.ok, verdict.is_ping) == (False, False)


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
def test_topics_about_orders_carry_the_order(topic: str) -> None:
    body = CASE.encode(CASE.payload("woocommerce"))

    [order] = WOO.parse_webhook(RawRequest(sign(body, "s", topic), body, NOW), SHOP)

    assert isinstance(order, CanonicalOrder)
    assert order.channel_order_id == "1842"


def test_an_order_put_into_the_bin_is_named_only() -> None:
    body = b'{"id":1842}'

    found = WOO.parse_webhook(RawRequest(sign(body, "s", "order.deleted"), body, NOW), SHOP)

    assert list(found) == [OrderRef("1842")]


def test_other_topics_carry_none_and_a_missing_one_is_unreadable() -> None:
    body = b"{}"

    assert (
        list(WOO.parse_webhook(RawRequest(sign(body, "s", "product.updated"), body, NOW), SHOP))
        == []
    )
    with pytest.raises(UnreadableDelivery):
        WOO.parse_webhook(RawRequest({}, body, NOW), SHOP)


# -- what is read


def test_people_are_named_the_japanese_way_with_their_kana() -> None:
    order = read()

    buyer = order.buyer
    assert (buyer.name, buyer.kana, buyer.company) == ("山田 花子", "ヤマダ ハナコ", "見本商店")
    assert (buyer.email, buyer.phone) == ("hanako@example.com", "090-0000-0001")
    assert (buyer.platform_customer_id, buyer.is_member) == ("57", True)
    [place] = order.destinations
    assert (place.contact.name, place.contact.kana) == ("鈴木 有", "スズキ ユウ")
    assert place.contact.address == Address(
        "JP", "542-0071", "大阪府", "大阪市中央区", "道頓堀4-5-6", "見本ビル2階"
    )
    assert place.contact.phone == "06-0000-0002"
    assert place.shipping_method == "宅配便"
    assert place.shipping_fee == 550
    assert place.delivery_wish == DeliveryWish(date(2026, 11, 25), "14:00", "16:00", "14:00-16:00")


def test_a_guest_is_no_member_and_names_abroad_are_given_first() -> None:
    order = read_order(file("docs_order.json"), SHOP)

    assert (order.buyer.name, order.buyer.is_member) == ("John Doe", False)
    assert order.buyer.address.prefecture == "CA"
    assert order.buyer.platform_customer_id == ""


def test_goods_and_sums_have_their_tax_as_the_prices_do() -> None:
    order = read()

    tote, tea = order.lines
    assert (tote.line_id, tote.listing, tea.listing) == ("5101", "210/214", "330")
    assert (tote.sku_candidates, tote.jan, tea.jan) == (("TOTE-NAT",), "2000000000015", "")
    assert (tote.unit_price, tote.line_total, tote.tax_rate) == (4980, 4980, Decimal("0.1"))
    assert tote.options == (Option("色", "生成り"),)
    assert tote.discounts == (Discount(300, DiscountKind.COUPON, BorneBy.SHOP),)
    assert (tea.title, tea.unit_price, tea.line_total) == ("深蒸し煎茶 & 茶筒", 1296, 2592)
    assert (tea.tax_rate, tea.discounts) == (Decimal("0.08"), ())
    money = order.money
    assert (money.goods_total, money.shipping_total, money.total) == (7572, 550, 8160)
    assert (money.gift_fee, money.payment_fee, money.cod_fee) == (220, 330, None)
    assert money.discount_total == 512
    assert money.discounts == (
        Discount(300, DiscountKind.COUPON, BorneBy.SHOP, "welcome300"),
        Discount(212, DiscountKind.POINT, BorneBy.SHOP, "ポイント利用"),
    )
    assert money.taxes == (TaxSum(Decimal("0.1"), 526), TaxSum(Decimal("0.08"), 192))
    assert (money.tax_total, money.tax_included, money.amount_due) == (718, True, 8060)


def test_prices_without_tax_stay_without() -> None:
    order = read_order(file("docs_order.json"), SHOP)

    money = order.money
    assert (money.currency, money.tax_included, money.goods_total) == ("USD", False, 1800)
    assert (money.shipping_total, money.tax_total, money.total) == (1000, 135, 2935)
    assert [line.unit_price for line in order.lines] == [300, 1200]
    assert [line.listing for line in order.lines] == ["93", "22/23"]


def test_parts_of_a_yen_that_make_a_whole_one_are_added_first() -> None:
    payload = CASE.payload("woocommerce")
    payload["line_items"][0] |= {"subtotal": "909.09", "subtotal_tax": "90.91", "quantity": 3}

    [line, _] = read_order(payload, SHOP).lines

    assert (line.line_total, line.unit_price) == (1000, None)


def test_what_programs_note_is_kept_and_what_the_shop_shows_is_an_attribute() -> None:
    order = read()

    assert order.attributes == (Attribute("お得意様番号", "A-17"),)
    kept = {row["key"] for row in order.extra["meta_data"] if row}
    assert kept == {"_wc_order_attribution_source_type", "_plugin_rows"}
    assert order.remarks == "玄関の前に置いてください。いつもありがとうございます。"
    assert order.related == {"created_via": "checkout", "transaction_id": "ch_0000000000000001"}


@pytest.mark.parametrize(
    ("status", "fields", "expected"),
    [
        ("pending", {}, SourceStatus.AWAITING_PAYMENT),
        ("processing", {}, SourceStatus.READY),
        ("on-hold", {}, SourceStatus.ON_HOLD),
        ("on-hold", {"payment_method": "bacs"}, SourceStatus.AWAITING_PAYMENT),
        ("completed", {}, SourceStatus.SHIPPED),
        ("cancelled", {}, SourceStatus.CANCELLED),
        ("failed", {}, SourceStatus.CANCELLED),
        ("trash", {}, SourceStatus.CANCELLED),
        ("refunded", {}, SourceStatus.CANCELLED),
        ("refunded", {"date_completed_gmt": "2026-11-22T01:00:00"}, SourceStatus.COMPLETED),
        ("wc-picking", {}, SourceStatus.UNKNOWN),
    ],
)
def test_statuses(status: str, fields: dict[str, Any], expected: SourceStatus) -> None:
    assert read(status=status, **fields).status is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"refunds": []}, PaymentStatus.PAID),
        ({}, PaymentStatus.PARTIALLY_REFUNDED),
        ({"status": "refunded"}, PaymentStatus.REFUNDED),
        ({"refunds": [], "date_paid_gmt": None}, PaymentStatus.UNPAID),
        ({"refunds": [], "date_paid_gmt": None, "status": "failed"}, PaymentStatus.VOIDED),
        ({"refunds": [], "date_paid_gmt": None, "status": "x"}, PaymentStatus.UNKNOWN),
    ],
)
def test_payment(fields: dict[str, Any], expected: PaymentStatus) -> None:
    payment = read(**fields).payment

    assert (payment.status, payment.method) == (expected, PaymentMethod.CARD)
    if expected is PaymentStatus.PAID:
        assert payment.paid_at == datetime(2026, 11, 21, 11, 59, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("bankjp", "銀行振込", PaymentMethod.BANK),
        ("cod2", "代金引換", PaymentMethod.COD),
        ("gmopg_cs", "コンビニ決済", PaymentMethod.CVS),
        ("paypay", "PayPay", PaymentMethod.PAYPAY),
        ("ppcp-gateway", "PayPal", PaymentMethod.PAYPAL),
        ("atodene", "後払い", PaymentMethod.DEFERRED),
        ("barter", "物々交換", PaymentMethod.OTHER),
        ("", "", PaymentMethod.UNKNOWN),
    ],
)
def test_payment_methods(code: str, title: str, expected: PaymentMethod) -> None:
    order = read(payment_method=code, payment_method_title=title)

    assert order.payment.method is expected


def test_downloads_go_nowhere_and_goods_without_an_address_to_whoever_pays() -> None:
    empty = {"first_name": "", "last_name": "", "address_1": "", "state": "", "country": ""}

    download = read(shipping=empty, shipping_lines=[])
    same = read(shipping=empty)

    assert (download.destinations, download.lines[0].needs_shipping) == ((), False)
    [place] = same.destinations
    assert place.contact.name == "山田 花子"
    assert place.contact.address.prefecture == "東京都"


def test_a_renewal_is_a_subscription_and_a_wish_in_words_stays_a_label() -> None:
    meta = [
        {"id": 1, "key": "wc4jp-delivery-date", "value": "最短"},
        {"id": 2, "key": "wc4jp-delivery-time-zone", "value": "午前中"},
    ]
    order = read(created_via="subscription", meta_data=meta)

    assert order.order_kind is OrderKind.SUBSCRIPTION
    assert order.destinations[0].delivery_wish == DeliveryWish(label="最短 午前中")


@pytest.mark.parametrize(
    "fields",
    [
        {"date_created_gmt": None},
        {"date_created_gmt": "yesterday"},
        {"line_items": [{"name": "x", "quantity": 1}]},
        {"line_items": [{"id": 1, "quantity": 1.5}]},
    ],
)
def test_what_cannot_be_read_is_unreadable(fields: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery):
        read(**fields)


# -- stock


def test_the_documented_product_counts_no_units() -> None:
    product, variation = file("docs_product.json"), file("docs_variation.json")

    assert (shown(product), shown(variation)) == (UNLIMITED, UNLIMITED)
    assert shown(product | {"stock_status": "outofstock"}) == 0
    assert shown(variation | {"manage_stock": "parent", "stock_quantity": 4}) == 4
    assert shown(product | {"manage_stock": True, "stock_quantity": -2}) == 0


@pytest.fixture
def mall() -> Iterator[WooMall]:
    with WooMall(rng=Random(7), clock=lambda: T0) as mall:
        yield mall


@pytest.fixture
def ctx(mall: WooMall) -> ShopContext:
    return API_CASE.context(mall)


def push(ctx: ShopContext, *wanted: tuple[str, int]) -> list[tuple[str, StockOutcome, int | None]]:
    updates = [StockUpdate(Listing(code), n, f"k{n}") for code, n in wanted]
    return [(r.code, r.outcome, r.observed) for r in API.push_stock(ctx, updates)]


def test_a_batch_is_one_call_for_products_and_one_for_the_variations_of_each(
    mall: WooMall, ctx: ShopContext
) -> None:
    tote, navy, cup = (mall.codes[sku] for sku in ("TOTE-NAT", "TOTE-NVY", "YUNOMI-01"))

    found = push(ctx, (tote, 3), (cup, 4), (navy, 5), ("1/2", 6), ("", 7), ("../orders", 8))

    applied, unknown = StockOutcome.APPLIED, StockOutcome.UNKNOWN_SKU
    assert found == [
        (tote, applied, 3),
        (cup, applied, 4),
        (navy, applied, 5),
        ("1/2", unknown, None),
        ("", unknown, None),
        ("../orders", unknown, None),
    ]
    assert [call.operation.split("/v3/")[1] for call in mall.calls] == [
        "products/100/variations/batch",
        "products/batch",
        "products/1/variations/batch",
    ]


def test_a_hundred_units_more_is_another_call(mall: WooMall, ctx: ShopContext) -> None:
    cup = mall.codes["YUNOMI-01"]

    found = push(ctx, (cup, 1), *((str(n), 1) for n in range(900_000, 900_100)))

    assert [outcome for _, outcome, _ in found].count(StockOutcome.UNKNOWN_SKU) == 100
    assert len(mall.calls) == 2


def test_what_is_done_stays_done_when_a_later_call_of_a_batch_fails(
    mall: WooMall, ctx: ShopContext
) -> None:
    tote, cup = mall.codes["TOTE-NAT"], mall.codes["YUNOMI-01"]
    mall.faults = Faults(rate_429=1, only="products/batch")
    found = push(ctx, (tote, 3), (cup, 4))
    assert [outcome for _, outcome, _ in found] == [StockOutcome.APPLIED, StockOutcome.RETRY]

    ctx.forward(minutes=1)
    mall.faults = Faults(lose_answer=1, only="products/batch")
    found = push(ctx, (tote, 3), (cup, 4))
    assert [outcome for _, outcome, _ in found] == [StockOutcome.APPLIED, StockOutcome.UNKNOWN]
    assert mall.shelf.shown(cup) == 4


def test_a_listing_that_counts_no_units_counts_them_once_it_is_pushed_to(
    mall: WooMall, ctx: ShopContext
) -> None:
    cup = mall.codes["YUNOMI-01"]
    mall.things[int(cup)].counts = False
    assert API.read_stock(ctx, [Listing(cup)]) == {cup: UNLIMITED}

    assert push(ctx, (cup, 4)) == [(cup, StockOutcome.APPLIED, 4)]

    assert API.read_stock(ctx, [Listing(cup)]) == {cup: 4}


# -- orders and shipments


def sell(mall: WooMall, *lines: tuple[str, int]) -> str:
    [order_id] = mall.sell(lines or [("YUNOMI-01", 1)], 1, T0)
    return order_id


def notice(order_id: str, **fields: Any) -> ShipmentNotice:
    plain = ShipmentNotice(order_id, "yamato", ("4012-3456-7890",), ANY_DAY, "ship-1")
    return plain._replace(**fields)


def test_an_order_in_the_bin_is_found_by_its_id_and_is_cancelled(
    mall: WooMall, ctx: ShopContext
) -> None:
    order_id = sell(mall)
    mall.orders[int(order_id)]["status"] = "trash"

    page = API.fetch_orders(ctx, [order_id, "42", "x/../1"])

    [order] = page.orders
    assert order.status is SourceStatus.CANCELLED
    assert sorted(page.failed) == [("42", "not_found"), ("x/../1", "not_found")]


def test_a_broken_order_is_named_and_the_others_are_brought(
    mall: WooMall, ctx: ShopContext
) -> None:
    broken, fine = sell(mall), sell(mall)
    mall.orders[int(broken)]["date_created_gmt"] = None

    page = API.fetch_orders_since(ctx, Cursor(T0.replace(hour=1), T0))

    assert [order.channel_order_id for order in page.orders] == [fine]
    assert list(page.failed) == [(broken, "wrong_shape")]


@pytest.mark.parametrize("gone", [0, 1, 2])
@pytest.mark.parametrize("phase", ["new", "open"])
def test_an_order_that_leaves_the_list_meanwhile_hides_no_other(
    mall: WooMall, ctx: ShopContext, gone: int, phase: str
) -> None:
    mall.page_size = 3
    ids = [sell(mall) for _ in range(10)]
    cursor: Cursor | None = Cursor(T0.replace(hour=1), T0, phase)
    brought: list[str] = []
    while cursor is not None:
        page = API.fetch_orders_since(ctx, cursor)
        brought += [order.channel_order_id for order in page.orders]
        if len(brought) == 3 and gone:
            for order_id in ids[:gone]:
                mall.orders[int(order_id)]["status"] = "trash"
        cursor = page.next

    # Those on both pages come once, unless the poll had to go back.
    assert sorted(set(brought)) == ids
    assert gone or brought == ids


def test_when_all_that_was_read_has_left_the_poll_ends(mall: WooMall, ctx: ShopContext) -> None:
    mall.page_size = 3
    ids = [sell(mall) for _ in range(4)]
    first = API.fetch_orders_since(ctx, Cursor(T0.replace(hour=1), T0))
    for order_id in ids:
        mall.orders[int(order_id)]["status"] = "trash"
    assert first.next is not None

    back = API.fetch_orders_since(ctx, first.next)
    assert (back.orders, back.next) == ((), first.next._replace(token=f"0|{ids[2]}"))
    assert back.next is not None
    assert API.fetch_orders_since(ctx, back.next).next is None


def test_the_sweep_brings_open_orders_of_whatever_age(mall: WooMall, ctx: ShopContext) -> None:
    old = sell(mall)
    done = sell(mall)
    mall.set_status(mall.orders[int(done)], "completed")

    page = API.fetch_orders_since(ctx, Cursor(T0.replace(year=2027), T0, "open"))

    assert [order.channel_order_id for order in page.orders] == [old]
    assert page.next is None


def test_a_change_in_the_second_a_poll_begins_with_is_brought(
    mall: WooMall, ctx: ShopContext
) -> None:
    order_id = sell(mall)

    page = API.fetch_orders_since(ctx, Cursor(T0, T0))

    assert [order.channel_order_id for order in page.orders] == [order_id]


def test_a_shipment_is_a_row_a_status_and_a_note_to_the_buyer(
    mall: WooMall, ctx: ShopContext
) -> None:
    order_id = sell(mall)

    done = API.notify_shipment(ctx, notice(order_id, notify_customer=True))

    assert (done.already, done.remote_id) == (False, order_id)
    [note] = mall.notes[int(order_id)]
    text = "発送しました。 ヤマト運輸 お問い合わせ番号 4012-3456-7890（2026年11月22日）"
    assert (note["note"], note["customer_note"]) == (text, True)
    assert mall.orders[int(order_id)]["status"] == "completed"


def test_an_order_is_complete_when_its_last_unit_has_left(mall: WooMall, ctx: ShopContext) -> None:
    order_id = sell(mall, ("YUNOMI-01", 2), ("SENCHA-100", 1))
    cup, tea = (str(row["id"]) for row in mall.orders[int(order_id)]["line_items"])

    API.notify_shipment(ctx, notice(order_id, lines=((cup, 1), (tea, 1))))
    [part] = API.fetch_orders(ctx, [order_id]).orders
    API.notify_shipment(ctx, notice(order_id, key="ship-2", lines=((cup, 1),)))
    [whole] = API.fetch_orders(ctx, [order_id]).orders

    assert part.status is SourceStatus.PARTIALLY_SHIPPED
    assert [line.quantity_shipped for line in part.lines] == [1, 1]
    assert whole.status is SourceStatus.SHIPPED
    assert [line.quantity_shipped for line in whole.lines] == [2, 1]


def test_a_note_that_was_lost_is_written_when_it_is_asked_again(
    mall: WooMall, ctx: ShopContext
) -> None:
    order_id = sell(mall)
    mall.faults = Faults(error_500=1, only="POST ")
    with pytest.raises(ChannelError):
        API.notify_shipment(ctx, notice(order_id))
    mall.faults = Faults()

    again = API.notify_shipment(ctx, notice(order_id))
    third = API.notify_shipment(ctx, notice(order_id))

    assert (again.already, third.already) == (False, True)
    assert len(mall.notes[int(order_id)]) == 1


@pytest.mark.parametrize("status", ["cancelled", "refunded", "failed"])
def test_an_order_that_has_ended_is_not_shipped(
    mall: WooMall, ctx: ShopContext, status: str
) -> None:
    order_id = sell(mall)
    mall.set_status(mall.orders[int(order_id)], status)

    with pytest.raises(ChannelError) as refused:
        API.notify_shipment(ctx, notice(order_id))

    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, status)
    assert mall.notes[int(order_id)] == []


def test_cancelling_puts_the_units_on_sale_and_a_sent_order_stays(
    mall: WooMall, ctx: ShopContext
) -> None:
    order_id, sent = sell(mall), sell(mall)
    mall.set_status(mall.orders[int(sent)], "completed")
    cup = mall.codes["YUNOMI-01"]
    before = mall.shelf.shown(cup) or 0

    API.cancel_order(ctx, order_id, CancelReason.CUSTOMER)

    assert mall.shelf.shown(cup) == before + 1
    with pytest.raises(ChannelError) as refused:
        API.cancel_order(ctx, sent, CancelReason.CUSTOMER)
    assert refused.value.kind is ErrorKind.CONFLICT


# -- products


def test_a_new_product_is_a_draft_and_a_known_one_keeps_its_units(
    mall: WooMall, ctx: ShopContext
) -> None:
    new = API.upsert_product(ctx, ProductDraft("FUROSHIKI", "風呂敷", "", 1980, 5))
    thing = mall.things[int(new.remote_id)]
    assert (thing.status, thing.price, thing.name) == ("draft", "1980", "風呂敷")

    tote = mall.codes["TOTE-NAT"]
    known = API.upsert_product(ctx, ProductDraft("TOTE-NAT", "帆布トート", "", 5200, 5))
    assert known.remote_id == tote
    assert mall.things[101].price == "5200"
    assert mall.shelf.shown(tote) == 240


# -- trouble


class Wire:
    """A transport that answers one thing to everything."""

    def __init__(self, status: int, body: bytes) -> None:
        self._answer = Response(status, {}, body)

    def __call__(self, request: Request, timeout: float = 20.0) -> Response:
        return self._answer


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, b'{"code":"woocommerce_rest_cannot_view"}', "auth", "woocommerce_rest_cannot_view"),
        (403, b"<html>", "forbidden", "403"),
        (404, b'{"code":"rest_no_route"}', "not_found", "rest_no_route"),
        (301, b"", "invalid", "redirect"),
        (400, b'{"code":"rest_invalid_param","message":"secret"}', "invalid", "rest_invalid_param"),
        (200, b"<br />Notice: PHP", "remote", "not_json"),
    ],
)
def test_errors_are_told_apart(status: int, body: bytes, kind: str, code: str) -> None:
    ctx = context(
        "woocommerce",
        "https://shop.example.com",
        API_CASE.credentials,
        transport=Wire(status, body),
    )

    with pytest.raises(ChannelError) as error:
        API.check(ctx)

    assert (error.value.kind, error.value.code) == (kind, code)
    assert "secret" not in str(error.value)


def test_the_sample_is_the_same_by_webhook_and_by_the_api() -> None:
    [told] = CASE.read_bytes("woocommerce", CASE.encode(CASE.payload("woocommerce")))

    assert replace(told) == read()
