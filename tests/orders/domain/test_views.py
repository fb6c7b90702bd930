"""An order as a row, as words to find it by, and as an event."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.canonical import (
    Contact,
    FulfilledBy,
    Money,
    Option,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.events import OrderChanged, OrderReceived
from orders.domain import changes
from orders.domain.matching import Known
from orders.domain.order import Order
from orders.domain.views import event_of, has_word, lists_of, row_of, tokens_of
from tests.builders import NOW, TODAY, address, contact, goods, order, place, report, version


def test_a_row_tells_an_order_in_one_line() -> None:
    content = report(
        lines=(goods(quantity=2), goods("TOTE-NAT", line_id="2"), goods("NEW-1", 3, "3")),
        ordered_at=NOW - timedelta(hours=1),
    )

    assert row_of(order(content), TODAY).model_dump(mode="json") == {
        "id": "demo:5001",
        "number": "#1001",
        "shop_id": "demo",
        "channel": "generic",
        "ordered_at": "2026-11-21T02:00:00.000Z",
        "received_at": "2026-11-21T03:00:00.000Z",
        "buyer_name": "佐藤 翔",
        "summary": "白いマグカップ ほか2点",
        "line_count": 3,
        "unit_count": 6,
        "total": 9550,
        "currency": "JPY",
        "badge": "INCOMPLETE",
        "queues": ["INCOMPLETE", "ALLOCATION"],
        "reasons": [
            {"code": "unknown_sku", "detail": "NEW-1"},
            {"code": "short", "detail": "MUG-WHITE ×2"},
            {"code": "short", "detail": "TOTE-NAT ×1"},
        ],
        "version": 1,
    }


@pytest.mark.parametrize(
    ("titles", "summary"),
    [
        (["白いマグカップ"], "白いマグカップ"),
        (["あ" * 30], "あ" * 30),
        (["あ" * 31, "い"], "あ" * 29 + "… ほか1点"),
        ([], ""),
    ],
)
def test_a_summary_is_the_first_goods_and_how_many_more(titles: list[str], summary: str) -> None:
    lines = tuple(goods(title=title, line_id=str(n)) for n, title in enumerate(titles))

    assert row_of(order(report(lines=lines)), TODAY).summary == summary


def test_a_summary_leaves_cancelled_lines_out() -> None:
    lines = (goods(quantity_cancelled=1), goods("TOTE-NAT", line_id="2"))
    row = row_of(order(report(lines=lines)), TODAY)

    assert (row.summary, row.line_count, row.unit_count) == ("帆布トート", 1, 1)


def test_of_an_order_with_nothing_left_the_summary_tells_what_it_once_was() -> None:
    content = report(lines=(goods(quantity_cancelled=1),), status=SourceStatus.CANCELLED)
    row = row_of(order(content), TODAY)

    assert (row.summary, row.line_count, row.badge.value) == ("白いマグカップ", 0, "CANCELLED")


@pytest.mark.parametrize(
    ("buyer", "receiver", "name"),
    [
        (Contact(name="花野 一", company="会社"), place(), "花野 一"),
        (Contact(company="株式会社サンプル"), place(name="受取 人"), "株式会社サンプル"),
        (Contact(), place(name="受取 人"), "受取 人"),
        (Contact(), place(name="", company="受取会社"), "受取会社"),
        (Contact(), place(name=""), ""),
    ],
)
def test_an_order_is_shown_by_the_best_name_there_is(
    buyer: Contact, receiver: object, name: str
) -> None:
    made = order(report(buyer=buyer, destinations=(receiver,)))

    assert row_of(made, TODAY).buyer_name == name


def test_an_unknown_amount_is_told_but_holds_nothing_back() -> None:
    made = order(report(money=Money(total=None)))
    row = row_of(made, TODAY)

    assert row.total is None
    assert row.reasons[-1].code == "amounts_unknown"
    assert [queue.value for queue in row.queues] == ["ALLOCATION"]
    cancelled = order(report(money=Money(total=None), status=SourceStatus.CANCELLED))
    assert row_of(cancelled, TODAY).reasons == ()


def test_a_row_names_at_most_twenty_reasons() -> None:
    lines = tuple(goods(f"NEW-{n}", line_id=str(n)) for n in range(40))

    assert len(row_of(order(report(lines=lines)), TODAY).reasons) == 20


def test_a_row_is_listed_for_all_shops_and_for_its_own() -> None:
    made = order(report(remarks="急ぎ"))

    assert lists_of(made, row_of(made, TODAY)) == (
        "ALL",
        "ALL@demo",
        "REVIEW",
        "REVIEW@demo",
        "ALLOCATION",
        "ALLOCATION@demo",
        "UNANSWERED",
        "UNANSWERED@demo",
    )
    ended = order(report(status=SourceStatus.CANCELLED))
    assert lists_of(ended, row_of(ended, TODAY)) == (
        "ALL",
        "ALL@demo",
        "CANCELLED",
        "CANCELLED@demo",
    )


def test_an_order_is_found_by_everything_that_staff_may_type() -> None:
    buyer = contact(name="山田 太郎", kana="ヤマダ タロウ", phone="+81 90-0000-0001")
    receiver = place(name="高橋　美咲", kana="", company="サンプル商店", phone="03-0000-0002")
    made = order(
        report(
            buyer=buyer,
            destinations=(receiver,),
            lines=(goods(), goods("", title="福袋 2027", line_id="2")),
        )
    )

    assert tokens_of(made) == [
        "1001",
        "5001",
        "山田太郎",
        "太郎",
        "やまだたろう",
        "たろう",
        "buyer1@examplecom",
        "+819000000001",
        "09000000001",
        "高橋美咲",
        "美咲",
        "さんぷる商店",
        "0300000002",
        "mugwhite",
        "福袋2027",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("山田", True),
        ("ﾔﾏﾀﾞ ﾀ", True),
        ("＃１００１", True),
        ("BUYER1@", True),
        ("MUG", True),
        ("マグ", False),
        ("1002", False),
    ],
)
def test_the_beginning_of_a_word_is_enough_however_wide_it_is_typed(text: str, found: bool) -> None:
    buyer = contact(name="山田 太郎", kana="ヤマダ タロウ")

    assert has_word(order(report(buyer=buyer)), text) is found


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("+81 (0)90-0000-0001", ["+8109000000001", "09000000001"]),
        ("＋８１ 90 0000 0001", ["+819000000001", "09000000001"]),
        ("+1 555 0100", ["+15550100"]),
        ("81-1234", ["811234"]),
    ],
)
def test_a_japanese_number_is_also_found_without_the_country_code(
    phone: str, words: list[str]
) -> None:
    made = order(report(buyer=Contact(phone=phone), destinations=()))

    assert tokens_of(made) == ["1001", "5001", *words, "mugwhite"]


def test_the_first_version_is_told_as_received() -> None:
    content = report(
        lines=(
            goods(
                quantity=2,
                options=(Option("色", "白"), Option("包装", "")),
                unit_price=1500,
                line_total=3000,
                listing="mug/white",
            ),
            goods("NEW-1", line_id="2", unit_price=None, line_total=None),
        ),
        money=Money(goods_total=3000, shipping_total=550, discount_total=100, total=3450),
        payment=Payment(PaymentMethod.BANK, PaymentStatus.UNPAID),
    )

    told = event_of(order(content))
    assert isinstance(told, OrderReceived)
    assert told.model_dump(mode="json") == {
        "event_id": "demo:5001#1",
        "at": "2026-11-21T03:00:00.000Z",
        "order_id": "demo:5001",
        "shop_id": "demo",
        "channel": "generic",
        "version": 1,
        "ordered_at": "2026-11-21T03:00:00.000Z",
        "change": "received",
        "active": False,
        "demand": [{"line_id": "1", "sku": "MUG-WHITE", "quantity": 2, "listing": "mug/white"}],
        "letter": {
            "number": "#1001",
            "buyer_name": "佐藤 翔",
            "email": "buyer1@example.com",
            "currency": "JPY",
            "lines": [
                {
                    "title": "白いマグカップ 白",
                    "quantity": 2,
                    "unit_price": 1500,
                    "line_total": 3000,
                },
                {"title": "商品 NEW-1", "quantity": 1, "unit_price": None, "line_total": None},
            ],
            "goods_total": 3000,
            "shipping_total": 550,
            "discount_total": 100,
            "total": 3450,
            "payment_method": "BANK",
            "destination": "〒100-0001\n東京都千代田区千代田1-1 101号室\n佐藤 翔 様",
        },
        "cancelled": [],
    }


def test_later_versions_are_told_as_changed_with_their_kind() -> None:
    made = order()
    after = changes.take_over(
        made,
        report(source_version=version(1), status=SourceStatus.CANCELLED),
        known=Known(frozenset({"MUG-WHITE"})),
        raw_key="",
        now=NOW,
    )
    assert after is not None
    told = event_of(after)

    assert isinstance(told, OrderChanged)
    assert (told.event_id, told.change, told.active, told.demand) == (
        "demo:5001#2",
        "cancelled",
        False,
        [],
    )


@pytest.mark.parametrize("status", [SourceStatus.READY, SourceStatus.CANCELLED])
def test_units_that_were_cancelled_are_told_with_their_listings(status: SourceStatus) -> None:
    # Malls tell a cancelled order by its status, by its lines, or by both.
    lines = (
        goods(quantity=3, quantity_cancelled=1, listing="mug"),
        goods("TOTE-NAT", 2, "2", quantity_cancelled=2, listing="tote"),
        goods("MUG-WHITE", 4, "3", quantity_cancelled=4),
        goods("NEW-1", 1, "4", quantity_cancelled=1, listing="new"),
    )
    told = event_of(order(report(lines=lines, status=status)))
    whole = status is SourceStatus.CANCELLED

    assert [(line.sku, line.listing, line.quantity) for line in told.cancelled] == [
        ("MUG-WHITE", "mug", 3 if whole else 1),
        ("TOTE-NAT", "tote", 2),
    ]


def test_what_a_platform_ships_wants_no_stock_and_no_letter() -> None:
    told = event_of(order(report(fulfilled_by=FulfilledBy.PLATFORM)))

    assert told.demand == []
    assert told.active is False


def test_a_complete_order_is_told_as_active() -> None:
    assert event_of(order()).active is True


def test_an_order_without_a_mail_address_says_none() -> None:
    assert event_of(order(report(buyer=contact(email="")))).letter.email is None


def destination(made: Order) -> str:
    return event_of(made).letter.destination


def test_a_letter_tells_where_the_goods_go_in_the_order_of_the_country() -> None:
    abroad = place(
        country="US",
        postal="99999",
        prefecture="NY",
        city="Springfield",
        line1="1 Example St.",
        line2="",
        name="Pat Doe",
    )
    single = place(
        prefecture="", city="", line1="", line2="", raw_single_line="東京都千代田区千代田1-1"
    )

    assert destination(order(report(destinations=(abroad,)))) == (
        "1 Example St.\nSpringfield NY 99999\nUS\nPat Doe 様"
    )
    assert destination(order(report(destinations=(single,)))) == (
        "〒100-0001\n東京都千代田区千代田1-1\n佐藤 翔 様"
    )
    company = place(name="", company="株式会社サンプル", line2="", postal="")
    assert destination(order(report(destinations=(company,)))) == (
        "東京都千代田区千代田1-1\n株式会社サンプル"
    )
    assert destination(order(report(destinations=()))) == ""


def test_a_letter_tells_the_corrected_address() -> None:
    fix = changes.AddressFix(line1="千代田9-9", line2="")
    after = changes.edit(order(), actor=changes.SYSTEM, now=NOW, fix=("1", fix))
    assert after is not None

    assert destination(after) == "〒100-0001\n東京都千代田区千代田9-9\n佐藤 翔 様"


def test_a_letter_adds_up_when_a_part_of_a_line_was_cancelled() -> None:
    whole = goods(line_id="1", quantity=2, unit_price=1500, line_total=2800)
    part = goods(line_id="2", quantity=3, quantity_cancelled=1, unit_price=1500, line_total=4400)
    untold = replace(part, line_id="3", unit_price=None)
    letter = event_of(order(report(lines=(whole, part, untold)))).letter

    # The mall's own total for a whole line; price times units for a part, of which it told none.
    assert [(line.quantity, line.line_total) for line in letter.lines] == [
        (2, 2800),
        (2, 3000),
        (2, None),
    ]


def test_an_event_shows_nobody_in_a_log() -> None:
    content = report(buyer=replace(contact(), name="花野 香奈里", address=address(city="秘密市")))

    shown = repr(event_of(order(content)).letter)
    assert shown == "Letter(#1001)"
