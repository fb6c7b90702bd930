"""The generic channel: Standard Webhooks as others speak it, and our own order JSON."""

import base64
import copy
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from common.canonical import (
    Address,
    Attribute,
    BorneBy,
    CanonicalOrder,
    Contact,
    DeliveryWish,
    Discount,
    DiscountKind,
    FulfilledBy,
    Gift,
    Option,
    OrderKind,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
    TaxSum,
    Temperature,
)
from common.channels import load
from common.channels.base import RawRequest, UnreadableDelivery
from tests.common.channels.cases.generic import CASE, whsec
from tests.common.channels.cases.generic import sign as sign_generic
from tests.common.channels.channel_cases import NOW, PAYLOADS, SHOP, tampered

GENERIC = load("generic")
SECRET = whsec("n")
MINIMAL: dict[str, Any] = {
    "type": "order.created",
    "timestamp": "2026-11-21T12:00:00Z",
    "data": {"channel_order_id": "W-1", "ordered_at": "2026-11-21T20:59:58+09:00"},
}


@pytest.fixture
def payload() -> dict[str, Any]:
    return CASE.payload("generic")


def read(payload: dict[str, Any]) -> CanonicalOrder:
    [order] = GENERIC.parse_webhook(CASE.delivery(payload), SHOP)
    return order


def minimal(**data: Any) -> dict[str, Any]:
    return MINIMAL | {"data": MINIMAL["data"] | data}


def signed(body: bytes, **how: Any) -> RawRequest:
    return RawRequest(sign_generic(body, SECRET, **how), body, NOW)


# -- Standard Webhooks


def test_the_example_of_the_specification_is_genuine() -> None:
    vector = json.loads((PAYLOADS / "generic" / "test_vector.json").read_bytes())
    sent_at = datetime.fromtimestamp(int(vector["headers"]["webhook-timestamp"]), UTC)
    request = RawRequest(vector["headers"], vector["raw_body"].encode(), sent_at)

    verdict = GENERIC.verify_webhook(request, [vector["secret"]])

    assert verdict.ok
    assert verdict.delivery_id == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_what_the_standard_library_signs_is_genuine_here() -> None:
    now = datetime.now(UTC)
    body = json.dumps(MINIMAL, ensure_ascii=False)
    headers = {
        "webhook-id": "msg_日本",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_日本", now, body),
    }

    assert GENERIC.verify_webhook(RawRequest(headers, body.encode(), now), [SECRET]).ok


def test_what_is_signed_here_is_genuine_to_the_standard_library() -> None:
    now = datetime.now(UTC)
    body = b'{"a":1}'
    headers = sign_generic(body, SECRET, at=now)

    assert Webhook(SECRET).verify(body, headers) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(whsec("x")).verify(body, headers)


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_early_or_late_are_taken(seconds: int) -> None:
    assert GENERIC.verify_webhook(signed(b"{}", at=NOW + timedelta(seconds=seconds)), [SECRET]).ok


@pytest.mark.parametrize("seconds", [-86400, -301, 301, 86400])
def test_more_than_five_minutes_are_a_replay(seconds: int) -> None:
    verdict = GENERIC.verify_webhook(signed(b"{}", at=NOW + timedelta(seconds=seconds)), [SECRET])

    assert not verdict.ok
    assert "five minutes" in verdict.reason


@pytest.mark.parametrize(
    "timestamp", [None, "", "-1", "+1", "1e9", "１６１４２６５３３０", " 1614265330", "9" * 13, "x"]
)
def test_a_timestamp_that_is_none_is_refused(timestamp: str | None) -> None:
    assert not GENERIC.verify_webhook(
        tampered(signed(b"{}"), webhook_timestamp=timestamp), [SECRET]
    ).ok


def test_another_id_or_timestamp_breaks_the_signature() -> None:
    request = signed(b"{}")
    a_second_later = str(int(NOW.timestamp()) + 1)

    for changed in ({"webhook_id": "msg_2"}, {"webhook_timestamp": a_second_later}):
        assert not GENERIC.verify_webhook(tampered(request, **changed), [SECRET]).ok


@pytest.mark.parametrize("id_", ["", "x" * 201])
def test_an_id_must_be_there_and_fit_into_a_key(id_: str) -> None:
    assert not GENERIC.verify_webhook(signed(b"{}", id_=id_), [SECRET]).ok


def test_one_good_signature_among_others_is_enough() -> None:
    request = signed(b"{}")
    good = request.headers["webhook-signature"]

    for header in (
        f"v1,AAAA {good}",
        f"v1a,{good[3:]} {good}",
        f"{good} v1,####",
        f"v2,x v1,{'A' * 44} {good}",
    ):
        assert GENERIC.verify_webhook(tampered(request, webhook_signature=header), [SECRET]).ok


def test_only_ten_signatures_are_tried_and_only_of_version_one() -> None:
    request = signed(b"{}")
    good = request.headers["webhook-signature"]

    for header in (f"{'v1,AAAA ' * 10}{good}", f"v1a,{good[3:]}", good[3:]):
        assert not GENERIC.verify_webhook(tampered(request, webhook_signature=header), [SECRET]).ok


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_AAAA", "whsec_" + base64.b64encode(b"x" * 23).decode(), "whsec_#", "鍵"],
)
def test_a_secret_too_short_or_broken_opens_nothing_and_closes_nothing(secret: str) -> None:
    request = signed(b"{}")

    assert not GENERIC.verify_webhook(request, [secret]).ok
    assert GENERIC.verify_webhook(request, [secret, SECRET]).ok
    try:
        forged = sign_generic(b"{}", secret)
    except ValueError:
        return
    assert not GENERIC.verify_webhook(RawRequest(forged, b"{}", NOW), [secret]).ok


def test_a_secret_may_come_without_its_prefix_or_with_a_line_break() -> None:
    for secret in (SECRET.removeprefix("whsec_"), SECRET + "\n"):
        assert GENERIC.verify_webhook(signed(b"{}"), [secret]).ok


# -- the envelope


def test_other_types_carry_no_order() -> None:
    request = CASE.delivery({"type": "stock.changed", "timestamp": "x", "data": 7})

    assert list(GENERIC.parse_webhook(request, SHOP)) == []


@pytest.mark.parametrize(
    "envelope",
    [
        MINIMAL["data"],
        MINIMAL | {"type": ""},
        MINIMAL | {"type": 5},
        MINIMAL | {"data": None},
        MINIMAL | {"data": [MINIMAL["data"]]},
        MINIMAL | {"timestamp": None},
        MINIMAL | {"timestamp": "2026-11-21T12:00:00"},
        MINIMAL | {"timestamp": 1763726400},
    ],
)
def test_a_broken_envelope_is_seen_not_dropped(envelope: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as unreadable:
        read(envelope)

    assert unreadable.value.reason == "wrong_shape"


def test_the_least_that_is_an_order() -> None:
    order = read(MINIMAL)

    assert order == CanonicalOrder(
        channel_order_id="W-1",
        display_no="W-1",
        source_version="2026-11-21T12:00:00.000Z",
        ordered_at=datetime(2026, 11, 21, 11, 59, 58, tzinfo=UTC),
        status=SourceStatus.READY,
        buyer=Contact(),
        destinations=(),
        lines=(),
        money=order.money,
        payment=Payment(),
    )
    assert order.money.currency == "JPY"
    assert order.money.total is None


def test_a_cancellation_needs_no_status() -> None:
    assert read(minimal() | {"type": "order.cancelled"}).status is SourceStatus.CANCELLED
    cancelled = minimal(status="READY") | {"type": "order.cancelled"}
    assert read(cancelled).status is SourceStatus.CANCELLED


def test_a_version_of_its_own_goes_before_the_time_of_sending() -> None:
    order = read(minimal(source_version="2026-11-21T20:00:00.5+09:00"))

    assert order.source_version == "2026-11-21T11:00:00.500Z"


# -- the order


def test_every_field_arrives(payload: dict[str, Any]) -> None:
    order = read(payload)

    assert (order.channel_order_id, order.display_no) == ("W-20261121-0007", "W0007")
    assert order.source_version == "2026-11-21T12:00:00.000Z"
    assert order.ordered_at == datetime(2026, 11, 21, 11, 59, 58, tzinfo=UTC)
    assert (order.status, order.fulfilled_by) == (SourceStatus.READY, FulfilledBy.MERCHANT)
    assert order.raw_status == {"cart": "received"}
    assert order.remarks == "玄関前に置いてください"
    assert order.shop_memo == "常連"
    assert order.attributes == (Attribute("領収書", "要"),)
    assert order.flags == ("receipt_wanted",)
    assert order.related == {"parent_order_id": "W-20261120-0001"}
    assert order.extra == {"campaign": "autumn"}
    assert order.payment == Payment(
        PaymentMethod.COD,
        PaymentStatus.UNPAID,
        "代金引換",
        datetime(2026, 11, 21, 12, tzinfo=UTC),
    )


def test_people_and_places_arrive(payload: dict[str, Any]) -> None:
    order = read(payload)

    assert order.buyer == Contact(
        name="山田 花子",
        kana="ヤマダ ハナコ",
        company="有限会社ひのき",
        department="総務部",
        email="hanako@example.jp",
        phone="090-1234-5678",
        address=Address(
            "JP",
            "150-0041",
            "東京都",
            "渋谷区",
            "神南1-2-3",
            "番頭ビル 401",
            "東京都渋谷区神南1-2-3 番頭ビル 401",
        ),
        platform_customer_id="c-88",
        is_member=True,
    )
    [place] = order.destinations
    assert place.contact.name == "鈴木 一郎"
    assert place.delivery_wish == DeliveryWish(date(2026, 11, 28), "14:00", "16:00", "14時〜16時")
    assert place.temperature is Temperature.CHILLED
    assert place.gift == Gift(
        is_gift=True,
        wrapping=("赤いリボン",),
        noshi_type="御歳暮",
        noshi_name="山田",
        message_card="いつもありがとうございます",
        hide_price=True,
    )
    assert (place.shipping_fee, place.cod_fee) == (880, 330)


def test_goods_and_money_arrive(payload: dict[str, Any]) -> None:
    order = read(payload)

    cup, tea = order.lines
    assert cup.sku_candidates == ("HNK-CUP-S", "4901234567894")
    assert cup.options == (Option("名入れ", "はなこ", 300),)
    assert (cup.quantity, cup.quantity_cancelled, cup.quantity_shipped) == (3, 1, 1)
    assert cup.discounts == (Discount(100, DiscountKind.COUPON, BorneBy.SHOP, "AKI100"),)
    assert (cup.tax_rate, tea.tax_rate) == (Decimal("0.10"), Decimal("0.08"))
    assert order.money.taxes == (
        TaxSum(Decimal("0.10"), 656, 7220),
        TaxSum(Decimal("0.08"), 74, 1000),
    )
    assert order.money.discounts == (Discount(500, DiscountKind.POINT, BorneBy.PLATFORM, "P"),)
    assert (order.money.total, order.money.amount_due) == (7930, 7430)


def test_null_is_the_same_as_leaving_out(payload: dict[str, Any]) -> None:
    sent = minimal(remarks=None, money=None, lines=None, buyer={"name": None}, status=None)

    assert read(sent) == read(MINIMAL)


def test_a_number_is_good_enough_for_an_order_id() -> None:
    assert read(minimal(channel_order_id=1001)).channel_order_id == "1001"


def test_unknown_fields_are_kept_by_their_paths(payload: dict[str, Any]) -> None:
    sent = copy.deepcopy(payload) | {"trace": "t-1"}
    sent["data"]["colour"] = "red"
    sent["data"]["lines"][1]["shelf"] = {"row": 3, "empty": None}
    sent["data"]["buyer.name"] = "not the name"

    assert read(sent).extra == {
        "campaign": "autumn",
        "data.colour": "red",
        "data.lines[1].shelf.row": 3,
        "data.buyer.name": "not the name",
        "envelope.trace": "t-1",
    }


def test_unknown_words_are_kept_and_stop_nothing(payload: dict[str, Any]) -> None:
    sent = copy.deepcopy(payload)
    sent["data"]["status"] = "PACKING"
    sent["data"]["payment"] |= {"method": "BARTER", "status": "OWED"}
    sent["data"]["lines"][0]["discounts"][0] |= {"kind": "LUCK", "borne_by": "FATE"}

    order = read(sent)

    assert order.status is SourceStatus.UNKNOWN
    assert order.payment.method is PaymentMethod.UNKNOWN
    assert order.payment.status is PaymentStatus.UNKNOWN
    assert order.lines[0].discounts == (
        Discount(100, DiscountKind.OTHER, BorneBy.UNKNOWN, "AKI100"),
    )
    assert order.raw_status == {
        "status": "PACKING",
        "payment.method": "BARTER",
        "payment.status": "OWED",
        "lines[0].discounts[0].kind": "LUCK",
        "lines[0].discounts[0].borne_by": "FATE",
        "cart": "received",
    }


def line(**changed: Any) -> dict[str, Any]:
    return minimal(lines=[{"line_id": "1", "title": "x", "quantity": 1} | changed])


@pytest.mark.parametrize(
    ("envelope", "place"),
    [
        (minimal(channel_order_id="a%2Fb"), "channel_order_id"),
        (minimal(channel_order_id="a\nb"), "channel_order_id"),
        (minimal(channel_order_id="x" * 101), "channel_order_id"),
        (minimal(channel_order_id={"a": 1}), "data.channel_order_id"),
        (minimal(channel_order_id=True), "data.channel_order_id"),
        (minimal(ordered_at="2026-11-21T12:00:00"), "ordered_at"),
        (minimal(ordered_at="yesterday"), "data.ordered_at"),
        (minimal(ordered_at="0001-01-01T00:00:00+09:00"), "ordered_at"),
        (minimal(payment={"paid_at": "2026-11-21T12:00:00"}), "payment.paid_at"),
        (minimal(money={"total": 1.5}), "data.money.total"),
        (minimal(money={"total": 10**16}), "money.total"),
        (minimal(money={"currency": "yen"}), "money.currency"),
        (minimal(money="much"), "data.money"),
        (minimal(buyer={"name": 5}), "data.buyer.name"),
        (minimal(destinations=[{"id": "1"}, {"id": "1"}]), "destinations"),
        (minimal(destinations=[{"id": ""}]), "destinations"),
        (minimal(fulfilled_by="SOMEONE"), "data.fulfilled_by"),
        (line(quantity=-1), "lines[0].quantity"),
        (line(quantity=10**7), "lines[0].quantity"),
        (line(quantity=None), "data.lines[0].quantity"),
        (line(quantity_cancelled=2), "lines[0].quantity_cancelled"),
        (line(quantity_shipped=2), "lines[0].quantity_shipped"),
        (line(destination_id="nowhere"), "lines[0].destination_id"),
        (line(line_id=""), "lines[0].line_id"),
        (line(line_id=7), "data.lines[0].line_id"),
        (line(title="x" * 501), "lines[0]"),
        (line(sku_candidates=["x" * 501]), "lines[0]"),
        (line(sku_candidates=[""]), "lines[0].sku_candidates"),
        (minimal(lines=[line()["data"]["lines"][0]] * 2), "line_ids"),
    ],
)
def test_the_place_of_a_wrong_value_is_named(envelope: dict[str, Any], place: str) -> None:
    with pytest.raises(UnreadableDelivery) as unreadable:
        read(envelope)

    assert unreadable.value.reason == "wrong_shape"
    assert place in unreadable.value.detail


def test_an_order_without_an_id_and_one_with_too_many_lines_say_so() -> None:
    for envelope, reason in (
        (minimal(channel_order_id=""), "no_order_id"),
        (minimal(channel_order_id=None), "no_order_id"),
        (
            minimal(lines=[{"line_id": str(n), "title": "x", "quantity": 1} for n in range(501)]),
            "too_large",
        ),
    ):
        with pytest.raises(UnreadableDelivery) as unreadable:
            read(envelope)
        assert unreadable.value.reason == reason


def test_a_wrong_value_is_never_repeated(payload: dict[str, Any]) -> None:
    sent = copy.deepcopy(payload)
    sent["data"]["ordered_at"] = "山田花子"
    sent["data"]["buyer"]["email"] = ["hanako@example.jp"]
    sent["data"]["lines"][0]["quantity"] = "090-1234-5678"

    with pytest.raises(UnreadableDelivery) as unreadable:
        read(sent)

    for personal in ("山田", "hanako", "090-1234"):
        assert personal not in unreadable.value.detail
        assert personal not in str(unreadable.value)


@pytest.mark.parametrize(
    ("sent", "read_as", "kept"),
    [
        (None, OrderKind.NORMAL, {}),
        ("SOCIAL_GIFT", OrderKind.SOCIAL_GIFT, {}),
        ("LOTTERY", OrderKind.UNKNOWN, {"order_kind": "LOTTERY"}),
    ],
)
def test_a_sort_of_sale_we_do_not_know_is_kept_and_refuses_nothing(
    sent: str | None, read_as: OrderKind, kept: dict[str, str]
) -> None:
    order = read(minimal(order_kind=sent))

    assert (order.order_kind, order.raw_status) == (read_as, kept)


def test_deadlines_of_a_destination_are_in_utc() -> None:
    by = {"ship_by": "2026-11-22T09:00:00+09:00", "deliver_by": "2026-11-25T00:00:00Z"}
    [place] = read(minimal(destinations=[{"id": "1", **by}])).destinations

    assert place.ship_by == datetime(2026, 11, 22, tzinfo=UTC)
    assert place.deliver_by == datetime(2026, 11, 25, tzinfo=UTC)


def test_a_line_is_sold_as_its_first_code_unless_it_says_so() -> None:
    lines = [
        {"line_id": "1", "title": "茶", "quantity": 1, "sku_candidates": ["TEA", "OLD-TEA"]},
        {"line_id": "2", "title": "茶", "quantity": 1, "sku_candidates": ["TEA"], "listing": "t-1"},
        {"line_id": "3", "title": "茶", "quantity": 1},
    ]

    assert [line.listing for line in read(minimal(lines=lines)).lines] == ["TEA", "t-1", ""]
