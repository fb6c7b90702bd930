"""Orders of Yahoo!ショッピング, as its own samples have them."""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from common.canonical import (
    Attribute,
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
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.xml import read_xml, write_xml
from common.channels.yahoo_order import _IGNORED, LISTS, read_order
from tests.conftest import ROOT

SHOP = ShopRef("main", "JPY")
FULL, TRANSCRIBED = "order_info.xml", "transcribed_orderInfo_response.xml"
Change = Callable[[dict[str, Any]], None]


def file(name: str) -> bytes:
    return (ROOT / "tests" / "payloads" / "yahoo" / name).read_bytes()


def sample(name: str = FULL) -> dict[str, Any]:
    found: dict[str, Any] = read_xml(file(name), lists=LISTS)[1]["Result"]["OrderInfo"][0]
    return found


def read(change: Change | None = None, name: str = FULL) -> CanonicalOrder:
    order = sample(name)
    if change:
        change(order)
    return read_order(write_xml("OrderInfo", order), SHOP)


def test_the_answer_and_the_order_in_it_are_read_alike() -> None:
    assert read_order(file(FULL), SHOP) == read()


def test_the_transcribed_sample_is_read_whole() -> None:
    order = read(name=TRANSCRIBED)

    assert order.channel_order_id == "snbx-example-10000001"
    assert order.source_version == "0000000001~2022-10-05T05:15:20.000Z"
    assert order.ordered_at == datetime(2022, 10, 5, 5, 15, 16, tzinfo=UTC)
    assert order.status is SourceStatus.NEW
    assert order.payment.method is PaymentMethod.CARD
    assert order.payment.status is PaymentStatus.AUTHORISED
    assert order.remarks == "平日の日中は不在です"
    [line] = order.lines
    assert (line.listing, line.sku_candidates) == ("item-001:item-001-red-m", ("item-001-red-m",))
    assert (line.unit_price, line.line_total, line.tax_rate) == (1500, 3000, Decimal("0.1"))
    assert line.options == (Option("カラー", "赤", 0),)
    assert (order.money.total, order.money.amount_due) == (3660, 3460)
    assert order.money.discounts == (Discount(100, DiscountKind.POINT, BorneBy.PLATFORM),)


def test_people_places_and_wishes() -> None:
    order = read()
    [place] = order.destinations

    assert (order.buyer.name, order.buyer.kana) == ("見本 花子", "ミホン ハナコ")
    assert (order.buyer.company, order.buyer.department) == ("見本商事", "総務部")
    assert (order.buyer.email, order.buyer.email_is_masked) == ("hanako@example.com", False)
    assert order.buyer.is_member is False
    assert place.contact.address.postal == "900-0001"
    assert place.contact.address.prefecture == "沖縄県"
    assert place.delivery_wish.date == date(2026, 11, 25)
    assert (place.delivery_wish.slot_from, place.delivery_wish.slot_to) == ("19:00", "21:00")
    assert (place.carrier_hint, place.shipping_method) == ("sagawa", "クール便")
    assert (place.pickup_point, place.notes, place.shipping_fee) == (
        "012345",
        "宅配ボックスへ",
        880,
    )
    assert place.gift.wrapping == ("包装紙B",)
    assert (place.gift.noshi_type, place.gift.noshi_name) == ("御祝", "はなこ")
    assert place.gift.message_card == "おめでとうございます"
    assert order.attributes == (
        Attribute("熨斗の位置", "内のし"),
        Attribute("手提げ袋", "希望する"),
    )
    assert order.shop_memo == "お得意様\n電話済み"
    assert order.flags == ("receipt_wanted", "several_destinations", "split", "suspect")
    assert order.related == {
        "ParentOrderId": "snbx-example-10000070",
        "SellerId": "snbx-example",
    }


def test_goods_and_sums() -> None:
    order = read()
    shirt, tea = order.lines

    assert shirt.options == (
        Option("", "色:赤"),
        Option("カラー", "赤", 0),
        Option("サイズ", "M", 110),
        Option("刺繍", "HANAKO", 500),
    )
    assert (tea.listing, tea.sku_candidates, tea.tax_rate) == (
        "tea-01",
        ("tea-01",),
        Decimal("0.08"),
    )
    money = order.money
    assert (money.goods_total, money.shipping_total, money.payment_fee) == (8300, 880, 330)
    assert (money.gift_fee, money.other_fees, money.discount_total) == (220, -30, 400)
    assert (money.total, money.amount_due) == (9300, 9050)
    assert money.discounts == (
        Discount(100, DiscountKind.OTHER, BorneBy.SHOP),
        Discount(300, DiscountKind.COUPON, BorneBy.PLATFORM),
        Discount(200, DiscountKind.POINT, BorneBy.PLATFORM),
        Discount(50, DiscountKind.GIFTCARD, BorneBy.PLATFORM),
    )


@pytest.mark.parametrize("told", ["9300", "9100", "9600", "9050", "9700"])
def test_a_total_is_before_points_whatever_was_taken_off_it(told: str) -> None:
    assert read(lambda o: o["Detail"].update(TotalPrice=told)).money.total == 9300


def test_a_total_that_no_sum_makes_is_taken_as_it_came() -> None:
    money = read(lambda o: o["Detail"].update(TotalPrice="9999", SettleAmount="0")).money

    assert (money.total, money.amount_due) == (9999, 9749)
    assert read(lambda o: o["Detail"].update(TotalPrice="soon")).money.total is None


def test_points_that_pay_all_leave_nothing_due() -> None:
    money = read(lambda o: o["Detail"].update(UsePoint="9250", SettleAmount="0")).money

    assert (money.total, money.amount_due) == (9300, 0)


@pytest.mark.parametrize(
    ("order_status", "ship", "pay", "name", "status", "paid"),
    [
        ("2", "1", "1", "クレジットカード", SourceStatus.READY, PaymentStatus.PAID),
        ("2", "1", "0", "クレジットカード", SourceStatus.READY, PaymentStatus.AUTHORISED),
        ("2", "1", "0", "代金引換", SourceStatus.READY, PaymentStatus.UNPAID),
        ("2", "0", "0", "銀行振込", SourceStatus.AWAITING_PAYMENT, PaymentStatus.UNPAID),
        ("2", "1", "0", "銀行振込", SourceStatus.READY, PaymentStatus.UNPAID),
        ("2", "0", "1", "銀行振込", SourceStatus.ON_HOLD, PaymentStatus.PAID),
        ("2", "0", "0", "代金引換", SourceStatus.ON_HOLD, PaymentStatus.UNPAID),
        ("2", "2", "1", "PayPay残高等", SourceStatus.READY, PaymentStatus.PAID),
        ("2", "3", "1", "PayPay残高等", SourceStatus.SHIPPED, PaymentStatus.PAID),
        ("2", "4", "1", "PayPay残高等", SourceStatus.SHIPPED, PaymentStatus.PAID),
        ("1", "1", "1", "PayPay残高等", SourceStatus.ON_HOLD, PaymentStatus.PAID),
        ("3", "1", "1", "PayPay残高等", SourceStatus.ON_HOLD, PaymentStatus.PAID),
        ("4", "1", "1", "PayPay残高等", SourceStatus.CANCELLED, PaymentStatus.PAID),
        ("5", "3", "1", "PayPay残高等", SourceStatus.COMPLETED, PaymentStatus.PAID),
        ("6", "1", "1", "PayPay残高等", SourceStatus.UNKNOWN, PaymentStatus.PAID),
        ("2", "7", "9", "PayPay残高等", SourceStatus.UNKNOWN, PaymentStatus.UNKNOWN),
    ],
)
def test_three_numbers_say_how_far_it_is(
    order_status: str, ship: str, pay: str, name: str, status: SourceStatus, paid: PaymentStatus
) -> None:
    def change(order: dict[str, Any]) -> None:
        order["OrderStatus"] = order_status
        order["Ship"]["ShipStatus"] = ship
        order["Pay"] |= {"PayStatus": pay, "PayMethodName": name}

    order = read(change)

    assert (order.status, order.payment.status) == (status, paid)
    assert order.raw_status["OrderStatus"] == order_status


@pytest.mark.parametrize(
    ("code", "name", "method"),
    [
        ("payment_a1", "", PaymentMethod.CARD),
        ("payment_a17", "PayPay残高等", PaymentMethod.PAYPAY),
        ("payment_zz", "コンビニ決済", PaymentMethod.CVS),
        ("payment_zz", "ゆっくり後払い", PaymentMethod.DEFERRED),
        ("payment_zz", "ソフトバンクまとめて支払い", PaymentMethod.CARRIER),
        ("payment_zz", "物々交換", PaymentMethod.OTHER),
        ("payment_zz", "", PaymentMethod.UNKNOWN),
    ],
)
def test_payments_go_by_code_then_by_name(code: str, name: str, method: PaymentMethod) -> None:
    order = read(lambda o: o["Pay"].update(PayMethod=code, PayMethodName=name))

    assert order.payment.method is method
    assert order.raw_status["PayMethod"] == code


def test_the_day_of_payment_is_a_day_in_japan() -> None:
    assert read().payment.paid_at == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert read(lambda o: o["Pay"].update(PayDate="soon")).payment.paid_at is None


def without_receiver(order: dict[str, Any]) -> None:
    order["SocialGiftType"] = "1"
    for name in ("ShipLastName", "ShipFirstName", "ShipZipCode", "ShipPrefecture", "ShipAddress1"):
        order["Ship"][name] = ""


def test_a_social_gift_without_address_waits_and_has_none() -> None:
    order = read(without_receiver)

    assert order.status is SourceStatus.ON_HOLD
    assert order.order_kind is OrderKind.SOCIAL_GIFT
    assert "social_gift_waiting" in order.flags
    assert order.destinations[0].contact == Contact()
    typed = read(lambda o: o.update(SocialGiftType="2"))
    assert (typed.status, typed.order_kind) == (SourceStatus.READY, OrderKind.SOCIAL_GIFT)
    assert "social_gift_waiting" not in typed.flags


def test_kinds_of_orders() -> None:
    changes: list[tuple[dict[str, Any], OrderKind]] = [
        ({}, OrderKind.NORMAL),
        ({"OrderStatus": "1"}, OrderKind.PREORDER),
        ({"IsYahooAuctionOrder": "true"}, OrderKind.AUCTION),
        ({"IsSubscription": "true"}, OrderKind.SUBSCRIPTION),
        ({"SocialGiftType": "9"}, OrderKind.UNKNOWN),
    ]
    assert [read(lambda o, c=c: o.update(c)).order_kind for c, _ in changes] == [
        kind for _, kind in changes
    ]


def test_versions_follow_one_another() -> None:
    versions = [
        read(lambda o: o.update(Version="9")).source_version,
        read(lambda o: o.update(Version="10")).source_version,
        read(
            lambda o: o.update(Version="10", LastUpdateTime="2026-11-21T09:00:01+09:00")
        ).source_version,
    ]

    assert versions == sorted(set(versions))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    found = [] if isinstance(value, (dict, list)) else [path]
    for name, child in inner:
        found += leaves(child, (*path, name))
    return found


def test_every_leaf_of_the_transcribed_sample_makes_a_difference() -> None:
    before, unread = read(name=TRANSCRIBED), []
    for path in leaves(sample(TRANSCRIBED)):
        changed = copy.deepcopy(sample(TRANSCRIBED))
        holder = changed
        for part in path[:-1]:
            holder = holder[part]
        text = str(holder[path[-1]])
        if not text or _IGNORED & set(path):
            continue
        others = {"true": "false", "false": "true"}
        last = "8" if text[-1] != "8" else "7"
        holder[path[-1]] = others.get(text) or text[:-1] + last
        try:
            if read_order(write_xml("OrderInfo", changed), SHOP) == before:
                unread.append(path)
        except UnreadableDelivery:
            continue

    # Its message says that it is a gift, and the kind of のし that there is one.
    assert unread == [("Ship", "NeedGiftWrap"), ("Ship", "NeedGiftWrapPaper")]


@pytest.mark.parametrize(
    "change",
    [
        lambda o: o.pop("OrderId"),
        lambda o: o.pop("OrderTime"),
        lambda o: o.pop("Version"),
        lambda o: o.update(Version="one"),
        lambda o: o.update(LastUpdateTime="2026-11-21"),
        lambda o: o.update(Pay=[{"PayStatus": "1"}, {"PayStatus": "0"}]),
        lambda o: o["Item"][0].pop("LineId"),
        lambda o: o["Item"][0].update(Quantity="-1"),
        lambda o: o["Item"][0].update(Quantity="9999999999"),
        lambda o: o["Item"][1].update(LineId="1"),
    ],
)
def test_what_is_no_order_is_unreadable(change: Change) -> None:
    with pytest.raises(UnreadableDelivery):
        read(change)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<OrderInfo/>",
        b"<ResultSet><Result><Status>OK</Status></Result></ResultSet>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><OrderInfo><OrderId>&b;</OrderId></OrderInfo>",
    ],
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        read_order(body, SHOP)
