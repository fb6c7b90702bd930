"""Orders of Rakuten, as its own samples have them."""

import copy
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from common.canonical import (
    Address,
    BorneBy,
    CanonicalOrder,
    Contact,
    Discount,
    DiscountKind,
    Option,
    OrderKind,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
    TaxSum,
    Temperature,
)
from common.channels.base import RawRequest, ShopRef, UnreadableDelivery
from common.channels.rakuten import Rakuten
from common.channels.rakuten_order import _IGNORED, read_order
from tests.conftest import ROOT

SHOP = ShopRef("main", "JPY")
SAMPLES = (
    "transcribed_getOrder_v10_response.json",
    "transcribed_getOrder_v10_pending_multi_destination.json",
    "transcribed_getOrder_v10_social_gift_waiting.json",
)
Change = Callable[[dict[str, Any]], None]


def sample(name: str = SAMPLES[0]) -> dict[str, Any]:
    text = (ROOT / "tests" / "payloads" / "rakuten" / name).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)["OrderModelList"][0]
    return found


def read(change: Change | None = None, name: str = SAMPLES[0]) -> CanonicalOrder:
    data = sample(name)
    if change:
        change(data)
    return parse(data)


def parse(data: dict[str, Any]) -> CanonicalOrder:
    return read_order(json.dumps(data).encode(), SHOP)


def with_fields(**fields: Any) -> CanonicalOrder:
    return read(lambda order: order.update(fields))


def package(order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = order["PackageModelList"][0]
    return found


def item(order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = package(order)["ItemModelList"][0]
    return found


# -- the samples


def test_rakuten_sends_no_webhooks() -> None:
    channel = Rakuten()
    request = RawRequest({}, b"{}", datetime(2026, 11, 21, tzinfo=UTC))

    assert not channel.verify_webhook(request, ["secret"]).ok
    assert channel.parse_webhook(request, SHOP) == ()


def test_the_sample_is_read_whole() -> None:
    order = read()

    assert order.channel_order_id == order.display_no == "123456-20230417-0207814266"
    assert order.ordered_at == datetime(2023, 4, 17, 1, 20, 30, tzinfo=UTC)
    assert order.status is SourceStatus.READY
    assert order.order_kind is OrderKind.NORMAL
    assert order.payment.method is PaymentMethod.CARD
    assert order.payment.status is PaymentStatus.PAID
    assert order.payment.raw_name == "クレジットカード"
    assert order.remarks.startswith("[配送日時指定:]\n2023-04-20(木)")
    assert order.flags == ("gift",)
    assert order.buyer == Contact(
        name="見本 花子",
        kana="ミホン ハナコ",
        email="0000000000000000000000@pc.fw.rakuten.ne.jp",
        email_is_masked=True,
        phone="03-0000-0000",
        address=Address(
            postal="100-0001",
            prefecture="東京都",
            city="千代田区",
            line1="千代田1-1-1 見本ビル101",
        ),
        is_member=True,
    )


def test_the_destination_has_wish_temperature_gift_and_carrier() -> None:
    [place] = read().destinations

    assert place.id == "2000000001"
    assert place.delivery_wish.date == date(2023, 4, 20)
    assert (place.delivery_wish.slot_from, place.delivery_wish.slot_to) == ("14:00", "16:00")
    assert place.temperature is Temperature.AMBIENT
    assert place.carrier_hint == "yamato"
    assert place.shipping_method == "宅配便"
    assert (place.leave_at_door, place.notes) == (True, "宅配ボックス")
    assert place.is_remote_island is False
    assert place.gift.is_gift
    assert place.gift.noshi_type == "内祝い"
    assert place.gift.wrapping == ("ギフト包装紙",)
    assert (place.shipping_fee, place.cod_fee) == (550, 0)


def test_lines_are_known_by_manage_number_and_variant() -> None:
    first, second = read().lines

    assert first.listing == "c3ps390/11"
    assert first.sku_candidates == ("c3ps390M090",)
    assert first.channel_sku == {
        "manageNumber": "c3ps390",
        "itemNumber": "c3ps390",
        "variantId": "11",
        "merchantDefinedSkuId": "c3ps390M090",
    }
    assert first.options == (Option("サイズ", "M"), Option("カラー", "(090)ブラック"))
    assert (first.quantity, first.unit_price, first.line_total) == (1, 2530, 2530)
    assert first.tax_rate == Decimal("0.1")
    # RMS numbered the variant itself: 12 says nothing about our products.
    assert (second.listing, second.sku_candidates) == ("c3ps390/12", ())


def test_the_sums_add_up_and_points_come_off_what_is_due() -> None:
    order = read()
    money = order.money

    assert money.goods_total == sum(line.line_total or 0 for line in order.lines) == 7590
    assert (money.shipping_total, money.gift_fee, money.discount_total) == (550, 110, 0)
    assert (money.total, money.amount_due) == (8250, 8235)
    assert money.discounts == (Discount(15, DiscountKind.POINT, BorneBy.PLATFORM),)
    assert money.taxes == (TaxSum(Decimal("0.1"), 750, 8250),)
    assert money.tax_total == 750


def test_what_is_not_determined_is_empty_not_zero() -> None:
    order = read(name=SAMPLES[1])

    assert order.status is SourceStatus.NEW
    assert order.payment.status is PaymentStatus.UNPAID
    assert order.money.shipping_total is None
    assert order.money.cod_fee is None
    assert order.money.total is None
    assert order.money.amount_due is None
    assert [place.shipping_fee for place in order.destinations] == [None, None]


def test_each_package_is_a_destination_with_its_own_lines() -> None:
    order = read(name=SAMPLES[1])

    assert [place.id for place in order.destinations] == ["2000000001", "2000000002"]
    assert [place.contact.address.prefecture for place in order.destinations] == [
        "東京都",
        "沖縄県",
    ]
    assert [place.is_remote_island for place in order.destinations] == [False, True]
    assert [(line.line_id, line.destination_id) for line in order.lines] == [
        ("3000000001", "2000000001"),
        ("3000000002", "2000000001"),
        ("3000000003", "2000000002"),
    ]
    assert order.lines[2].listing == "c3ps391/normal-inventory"
    assert order.lines[2].sku_candidates == ("c3ps391",)
    assert order.flags == ("gift", "several_destinations")


def test_a_social_gift_without_address_waits_and_has_none() -> None:
    order = read(name=SAMPLES[2])

    assert order.status is SourceStatus.ON_HOLD
    assert order.order_kind is OrderKind.SOCIAL_GIFT
    assert order.flags == ("gift", "social_gift", "social_gift_waiting")
    assert [place.contact for place in order.destinations] == [Contact()]
    assert order.related == {
        "social_gift": "123456-20260610-000000002-sg",
        "social_gift_due": "2026-06-15",
    }
    assert "入力待ち" not in str(asdict(order))


def test_a_social_gift_with_an_address_is_an_order_like_others() -> None:
    def typed(order: dict[str, Any]) -> None:
        package(order)["SenderModel"] = package(sample())["SenderModel"]
        package(order)["SocialGiftModel"] |= {
            "inputFlag": 1,
            "inputCompDatetime": "2026-06-11T08:00:00+0900",
            "receiverEmailAddress": "receiver@fw.rakuten.ne.jp",
        }

    waiting, order = read(name=SAMPLES[2]), read(typed, SAMPLES[2])

    assert order.status is SourceStatus.READY
    assert order.flags == ("gift", "social_gift")
    assert order.destinations[0].contact.name == "見本 花子"
    assert order.destinations[0].contact.email == "receiver@fw.rakuten.ne.jp"
    assert order.source_version > waiting.source_version


def test_placeholders_are_no_address_even_when_the_flags_say_otherwise() -> None:
    def odd(order: dict[str, Any]) -> None:
        order["socialGiftFlag"] = 0
        package(order)["SocialGiftModel"] = None

    order = read(odd, SAMPLES[2])

    assert order.status is SourceStatus.ON_HOLD
    assert order.destinations[0].contact == Contact()


def test_a_cancelled_social_gift_is_cancelled_not_held() -> None:
    assert read(lambda o: o.update(orderProgress=900), SAMPLES[2]).status is SourceStatus.CANCELLED


# -- words


@pytest.mark.parametrize(
    ("progress", "status", "paid"),
    [
        (100, SourceStatus.NEW, PaymentStatus.UNPAID),
        (200, SourceStatus.ON_HOLD, PaymentStatus.UNPAID),
        (300, SourceStatus.READY, PaymentStatus.PAID),
        (400, SourceStatus.ON_HOLD, PaymentStatus.PAID),
        (500, SourceStatus.SHIPPED, PaymentStatus.PAID),
        (600, SourceStatus.COMPLETED, PaymentStatus.PAID),
        (700, SourceStatus.COMPLETED, PaymentStatus.PAID),
        (800, SourceStatus.CANCEL_REQUESTED, PaymentStatus.PAID),
        (900, SourceStatus.CANCELLED, PaymentStatus.UNKNOWN),
        (950, SourceStatus.UNKNOWN, PaymentStatus.UNKNOWN),
        ("teleported", SourceStatus.UNKNOWN, PaymentStatus.UNKNOWN),
        (None, SourceStatus.UNKNOWN, PaymentStatus.UNKNOWN),
    ],
)
def test_progress_says_how_far_it_is(
    progress: Any, status: SourceStatus, paid: PaymentStatus
) -> None:
    order = with_fields(orderProgress=progress)

    assert (order.status, order.payment.status) == (status, paid)
    assert order.raw_status["orderProgress"] == ("" if progress is None else str(progress))


def test_an_order_that_waits_for_a_bank_transfer_waits_for_money() -> None:
    def bank(order: dict[str, Any]) -> None:
        order["orderProgress"] = 200
        order["SettlementModel"] |= {"settlementMethodCode": 9, "settlementMethod": "銀行振込"}

    order = read(bank)

    assert order.status is SourceStatus.AWAITING_PAYMENT
    assert order.payment.method is PaymentMethod.BANK
    assert order.payment.status is PaymentStatus.UNPAID


def test_cash_on_delivery_is_not_paid_when_it_ships() -> None:
    order = read(lambda o: o["SettlementModel"].update(settlementMethodCode=2))

    assert order.payment.method is PaymentMethod.COD
    assert order.payment.status is PaymentStatus.UNPAID


def test_an_unknown_way_of_payment_is_unknown_and_kept() -> None:
    order = read(lambda o: o["SettlementModel"].update(settlementMethodCode=99))

    assert order.payment.method is PaymentMethod.UNKNOWN
    assert order.payment.status is PaymentStatus.UNKNOWN
    assert order.raw_status["settlementMethodCode"] == "99"


@pytest.mark.parametrize(
    ("term", "slot"),
    [
        (None, ("", "", "")),
        (0, ("", "", "")),
        (1, ("", "12:00", "午前")),
        (2, ("12:00", "", "午後")),
        (9, ("", "", "その他")),
        (708, ("07:00", "08:00", "07:00-08:00")),
        (812, ("08:00", "12:00", "08:00-12:00")),
        (1416, ("14:00", "16:00", "14:00-16:00")),
        (2324, ("23:00", "24:00", "23:00-24:00")),
        (1614, ("", "", "1614")),
        (5, ("", "", "5")),
    ],
)
def test_a_shipping_term_is_a_time_of_day(term: Any, slot: tuple[str, str, str]) -> None:
    wish = with_fields(shippingTerm=term).destinations[0].delivery_wish

    assert (wish.slot_from, wish.slot_to, wish.label) == slot


def test_a_delivery_date_that_is_none_is_shown_not_dropped() -> None:
    wish = with_fields(deliveryDate="来週", shippingTerm=0).destinations[0].delivery_wish

    assert (wish.date, wish.label) == (None, "来週")


@pytest.mark.parametrize(
    ("code", "temperature"),
    [(0, None), (2, Temperature.CHILLED), (3, Temperature.FROZEN), (4, None), (None, None)],
)
def test_the_class_of_delivery_is_the_temperature(code: Any, temperature: Any) -> None:
    order = read(lambda o: o["DeliveryModel"].update(deliveryClass=code))

    assert order.destinations[0].temperature is temperature


def test_an_order_may_be_a_subscription_or_of_a_kind_nobody_knows() -> None:
    kinds = [with_fields(orderType=code).order_kind for code in (1, 4, 5, 6, 7)]

    assert kinds == [
        OrderKind.NORMAL,
        OrderKind.SUBSCRIPTION,
        OrderKind.HANPUKAI,
        OrderKind.PREORDER,
        OrderKind.UNKNOWN,
    ]


def test_flags_say_what_needs_care() -> None:
    def odd(order: dict[str, Any]) -> None:
        order |= {"asurakuFlag": 1, "deliveryCertPrgFlag": 1, "cautionDisplayType": 2}
        item(order)["drugFlag"] = 1

    assert read(odd).flags == ("asuraku", "caution", "delivery_cert", "drug", "gift")


def test_a_pickup_point_is_named() -> None:
    store = {"cvsCode": 50, "storeCode": "012345", "storeName": "ローソン見本店"}
    order = read(lambda o: package(o).update(DeliveryCvsModel=store))

    assert order.destinations[0].pickup_point == "ローソン見本店（012345）"
    assert order.extra["PackageModelList"][0]["DeliveryCvsModel"] == {"cvsCode": 50}


def test_only_addresses_of_the_relay_are_masked() -> None:
    for email, masked in (
        ("x@pc.fw.rakuten.ne.jp", True),
        ("x@FW.RAKUTEN.NE.JP", True),
        ("x@example.com", False),
        ("x@notrakuten.ne.jp", False),
        ("", False),
    ):
        order = read(lambda o, email=email: o["OrdererModel"].update(emailAddress=email))
        assert order.buyer.email_is_masked is masked, email


# -- goods and money


def test_what_was_taken_out_of_the_order_is_cancelled() -> None:
    lines = read(lambda o: item(o).update(deleteItemFlag=1)).lines
    gone = read(lambda o: package(o).update(packageDeleteFlag=1)).lines

    assert [(line.quantity, line.quantity_cancelled) for line in lines] == [(1, 1), (2, 0)]
    assert [(line.quantity, line.quantity_cancelled) for line in gone] == [(1, 1), (2, 2)]


def test_a_parcel_that_was_reported_has_shipped_its_lines() -> None:
    parcel = {"shippingDetailId": 15419, "shippingNumber": "400000000000"}

    order = read(lambda o: package(o).update(ShippingModelList=[parcel]), SAMPLES[1])
    ready = read(lambda o: package(o).update(ShippingModelList=[parcel]))

    assert [line.quantity_shipped for line in order.lines] == [1, 2, 0]
    assert order.status is SourceStatus.NEW
    assert ready.status is SourceStatus.PARTIALLY_SHIPPED
    assert ready.extra["PackageModelList"][0]["ShippingModelList"] == [parcel]
    assert [line.quantity_shipped for line in with_fields(orderProgress=500).lines] == [1, 2]


def test_an_order_from_before_the_skus_has_a_listing_without_variant() -> None:
    order = read(lambda o: item(o).update(manageNumber="C3PS390", SkuModelList=[]))

    assert order.lines[0].listing == "c3ps390/"
    assert order.lines[0].sku_candidates == ("c3ps390", "C3PS390")


def test_a_variant_with_a_number_of_the_shops_own_may_be_a_sku() -> None:
    sku = {"variantId": "TOTE-NVY", "merchantDefinedSkuId": "", "skuInfo": "濃紺"}
    line = read(lambda o: item(o).update(SkuModelList=[sku])).lines[0]

    assert line.sku_candidates == ("TOTE-NVY",)
    assert line.listing == "c3ps390/TOTE-NVY"
    assert line.options == (Option("", "濃紺"),)


def test_choices_become_options() -> None:
    line = read(lambda o: item(o).update(selectedChoice="名入れ：花子\n袋:いる")).lines[0]

    assert line.options[2:] == (Option("名入れ", "花子"), Option("袋", "いる"))


def test_a_price_without_tax_is_read_with_it() -> None:
    def net(order: dict[str, Any]) -> None:
        item(order).update(price=2300, includeTaxFlag=0)

    def old(order: dict[str, Any]) -> None:
        net(order)
        del item(order)["priceTaxIncl"]

    assert (read(net).lines[0].unit_price, read(net).lines[0].unit_price_tax_included) == (
        2530,
        True,
    )
    assert (read(old).lines[0].unit_price, read(old).lines[0].unit_price_tax_included) == (
        2300,
        False,
    )


def test_coupons_say_who_bears_them() -> None:
    def coupon(capital: str, code: int | None, line: int) -> dict[str, Any]:
        return {
            "couponCode": f"C{line}",
            "couponCapital": capital,
            "couponCapitalCode": code,
            "couponTotalPrice": 100,
            "itemDetailId": line,
        }

    rows = [
        coupon("ショップ", 1, 0),
        coupon("サービス", 2, 3000000001),
        coupon("メーカー", None, 3000000002),
        coupon("?", 9, 3000000002),
        coupon("ショップ", 1, 0) | {"couponTotalPrice": -9999},
    ]
    order = with_fields(CouponModelList=rows, couponAllTotalPrice=400, requestPrice=7835)

    assert order.money.discounts == (
        Discount(100, DiscountKind.COUPON, BorneBy.SHOP, "C0"),
        Discount(15, DiscountKind.POINT, BorneBy.PLATFORM),
    )
    assert order.lines[0].discounts == (
        Discount(100, DiscountKind.COUPON, BorneBy.PLATFORM, "C3000000001"),
    )
    assert [d.borne_by for d in order.lines[1].discounts] == [BorneBy.MAKER, BorneBy.UNKNOWN]
    assert (order.money.discount_total, order.money.total) == (400, 7850)
    assert order.extra["CouponModelList"][4]["couponTotalPrice"] == -9999


def test_coupon_sums_count_where_there_are_no_coupons() -> None:
    order = with_fields(couponAllTotalPrice=300, couponShopPrice=100, couponOtherPrice=200)

    assert order.money.discounts[:2] == (
        Discount(100, DiscountKind.COUPON, BorneBy.SHOP),
        Discount(200, DiscountKind.COUPON, BorneBy.PLATFORM),
    )


def test_wrapping_that_was_taken_off_costs_nothing() -> None:
    order = read(lambda o: o["WrappingModel1"].update(deleteWrappingFlag=1))

    assert order.money.gift_fee == 0
    assert order.destinations[0].gift.wrapping == ()


# -- versions


def test_a_repeat_has_the_same_version_and_a_later_state_a_greater_one() -> None:
    states = [
        read(name=SAMPLES[1]),
        read(lambda o: o.update(postagePrice=550), SAMPLES[1]),
        read(lambda o: o.update(shopOrderCfmDatetime="2023-04-17T10:40:00+0900"), SAMPLES[1]),
        read(),
        with_fields(shippingCmplRptDatetime="2023-04-18T09:00:00+0900", orderProgress=500),
    ]
    versions = [state.source_version for state in states]

    assert versions == sorted(versions)
    assert len(set(versions)) == len(versions)
    assert read().source_version == read().source_version == "2023-04-17T02:00:00.000Z~0300~00016"


def test_a_change_of_the_order_counts_by_its_own_time() -> None:
    asked = [{"changeId": 1, "changeApplyDatetime": "2023-04-18T09:00:00+0900"}]
    done = [asked[0] | {"changeFixDatetime": "2023-04-18T10:00:00+0900"}]

    waiting = with_fields(orderProgress=400, ChangeReasonModelList=asked)
    again = with_fields(orderProgress=300, ChangeReasonModelList=done)

    assert read().source_version < waiting.source_version < again.source_version


# -- nothing is lost


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """(path, value) of everything that holds something, lists and objects included."""
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    found = [(path, value)]
    for name, child in inner:
        found += leaves(child, (*path, name))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def other(value: Any) -> Any:
    """Another value of the same kind; amounts become known ones, flags are turned over."""
    if isinstance(value, (int, float)):
        return 0 if value == 1 else max(value + 1, 1)
    text = str(value)
    return text[:-1] + ("8" if text[-1] != "8" else "7") if text[-1].isdecimal() else f"{text}x"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_leaf_makes_a_difference_or_is_ignored_by_name(name: str) -> None:
    before = read(name=name)
    unread = []
    for path, value in leaves(sample(name)):
        if isinstance(value, (dict, list)) or value in (None, "") or _IGNORED & set(path):
            continue
        changed = sample(name)
        at(changed, path[:-1])[path[-1]] = other(value)
        try:
            if parse(changed) == before:
                unread.append(path)
        except UnreadableDelivery:
            continue

    sender = ("PackageModelList", 0, "SenderModel")
    names = ("zipCode1", "zipCode2", "prefecture", "city", "subAddress", "familyName", "firstName")
    kana = ("familyNameKana", "firstNameKana", "phoneNumber1", "phoneNumber2", "phoneNumber3")
    # Placeholders, all of them: they must not become an address.
    waiting = [(*sender, field) for field in (*names, *kana)]
    assert unread == (waiting if name == SAMPLES[2] else [])


@pytest.mark.parametrize("name", SAMPLES)
def test_an_unknown_field_at_any_level_is_kept(name: str) -> None:
    data = sample(name)
    planted = []
    for n, (path, value) in enumerate(leaves(copy.deepcopy(data))):
        if isinstance(value, dict):
            at(data, path)["zz_unheard_of"] = f"canary-{n}-"
            planted.append(f"canary-{n}-")

    text = str(asdict(parse(data)))

    assert len(planted) > 8
    assert [word for word in planted if word not in text] == []


def test_no_card_and_no_birthday_is_kept() -> None:
    text = str(asdict(with_fields(OrdererModel={"birthYear": 1999, "sex": "女"})))

    assert not [
        word for word in ("XXXX-XXXX", "MIHON HANAKO", "VISA", "1999", "女") if word in text
    ]


def test_nothing_personal_shows_in_the_repr() -> None:
    shown = repr(read())

    personal = ("見本 花子", "ミホン", "千代田", "03-0000", "rakuten.ne.jp", "内のし")
    assert [word for word in personal if word in shown] == []


# -- what cannot be read


@pytest.mark.parametrize(
    "change",
    [
        lambda o: o.pop("orderNumber"),
        lambda o: o.pop("orderDatetime"),
        lambda o: o.update(orderDatetime="yesterday"),
        lambda o: o.update(orderDatetime="2023-04-17T10:20:30"),
        lambda o: o.update(PackageModelList="none"),
        lambda o: package(o).pop("basketId"),
        lambda o: item(o).pop("itemDetailId"),
        lambda o: item(o).pop("units"),
        lambda o: item(o).update(units="2"),
        lambda o: item(o).update(units=-1),
        lambda o: package(o)["ItemModelList"][1].update(itemDetailId=3000000001),
    ],
)
def test_what_is_no_order_is_unreadable(change: Change) -> None:
    with pytest.raises(UnreadableDelivery):
        read(change)
