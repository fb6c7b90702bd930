"""An order in full, and what differs between two versions."""

from decimal import Decimal

from common.auth import SYSTEM
from common.canonical import Attribute, DeliveryWish, Destination, Option, Payment, SourceStatus
from orders.domain import changes
from orders.domain.detail import Detail, detail_of
from orders.domain.facets import Hold
from orders.domain.history import differences
from orders.domain.matching import Known
from orders.domain.order import AddressFix, Order
from orders.domain.views import row_of
from tests.builders import NOW, TODAY, contact, goods, order, place, report, version


def detail(made: Order) -> Detail:
    return detail_of(made, row_of(made, TODAY))


def fixed(made: Order, fix: AddressFix) -> Order:
    after = changes.edit(made, actor=SYSTEM, now=NOW, fix=("1", fix))
    assert after is not None
    return after


def test_the_full_view_has_the_row_and_everything_else() -> None:
    content = report(
        remarks="急ぎ",
        attributes=(Attribute("用途", "贈答"),),
        raw_status={"state": "open"},
        payment=Payment(raw_name="銀行振込"),
    )
    shown = detail(order(content, memo="電話済み")).model_dump(mode="json")

    assert shown["id"] == "demo:5001"
    assert shown["badge"] == "REVIEW"
    assert shown["source_status"] == "READY"
    assert shown["raw_status"] == {"state": "open"}
    assert shown["source_version"] == "2026-11-21T03:00:00.000Z"
    assert shown["buyer"]["email"] == "buyer1@example.com"
    assert shown["money"]["total"] == 2050
    assert shown["payment"]["raw_name"] == "銀行振込"
    assert shown["remarks"] == "急ぎ"
    assert shown["attributes"] == [{"name": "用途", "value": "贈答"}]
    assert shown["memo"] == "電話済み"
    assert shown["facets"]["review"] == "NEEDED"
    assert shown["gaps"] == []
    assert shown["is_allocated"] is False
    assert shown["last_changed_at"] == "2026-11-21T03:00:00.000Z"
    assert shown["last_changed_by"] == "generic"


def test_a_line_shows_the_mall_s_words_and_our_units() -> None:
    line = goods(
        quantity=3,
        quantity_cancelled=1,
        tax_rate=Decimal("0.10"),
        options=(Option("色", "白"), Option("", "L")),
    )
    made = order(report(lines=(line,)))
    made = made.model_copy(update={"lines": (made.lines[0].model_copy(update={"allocated": 1}),)})

    assert [row.model_dump(mode="json") for row in detail(made).lines] == [
        {
            "id": "1",
            "sku": "MUG-WHITE",
            "code": "MUG-WHITE",
            "title": "白いマグカップ",
            "options": ["色: 白", "L"],
            "quantity": 2,
            "cancelled": 1,
            "unit_price": 1500,
            "line_total": 3000,
            "tax_rate": "0.10",
            "destination_id": "1",
            "allocated": 1,
            "allocation": "PARTIAL",
        }
    ]


def test_cancelled_lines_are_shown_with_nothing_wanted() -> None:
    lines = (goods(quantity_cancelled=1), goods("NEW-1", 2, "2"))
    shown = detail(order(report(lines=lines, status=SourceStatus.CANCELLED))).lines

    assert [(row.code, row.sku, row.quantity, row.cancelled) for row in shown] == [
        ("MUG-WHITE", None, 0, 1),
        ("NEW-1", None, 2, 0),
    ]
    assert [row.allocation.value for row in shown] == ["NONE", "NONE"]


def test_a_corrected_place_says_so_until_the_mall_changes_it() -> None:
    made = fixed(order(), AddressFix(line1="千代田9-9"))
    moved = changes.take_over(
        made,
        report(source_version=version(1), destinations=(place(city="港区"),)),
        known=Known(frozenset({"MUG-WHITE"})),
        raw_key="",
        now=NOW,
    )
    assert moved is not None

    before, after = detail(made).destinations[0], detail(moved).destinations[0]
    assert (before.is_corrected, before.address.line1) == (True, "千代田9-9")
    assert (after.is_corrected, after.address.line1) == (False, "千代田1-1")
    assert detail(order()).destinations[0].is_corrected is False


def test_a_wish_is_a_day_and_the_slot_as_the_mall_wrote_it() -> None:
    def slot(wish: DeliveryWish) -> str:
        there = Destination("1", contact(), delivery_wish=wish)
        return detail(order(report(destinations=(there,)))).destinations[0].delivery_wish.slot

    assert slot(DeliveryWish(label="午前中", slot_from="08:00", slot_to="12:00")) == "午前中"
    assert slot(DeliveryWish(slot_from="14:00", slot_to="16:00")) == "14:00〜16:00"
    assert slot(DeliveryWish(slot_from="18:00")) == "18:00"
    assert slot(DeliveryWish()) == ""


def test_the_first_version_differs_from_nothing() -> None:
    assert differences(None, order()) == []


def test_each_leaf_that_differs_is_told_with_before_and_after() -> None:
    made = order()
    after = changes.edit(
        made, actor=SYSTEM, now=NOW, memo="電話済み", hold=Hold(until=TODAY, reason="出張")
    )
    assert after is not None

    assert differences(made, after) == [
        {"field": "memo", "before": "", "after": "電話済み"},
        {"field": "facets.schedule.hold.until", "before": None, "after": "2026-11-21"},
        {"field": "facets.schedule.hold.reason", "before": None, "after": "出張"},
    ]


def test_what_is_only_ours_is_not_told() -> None:
    made = order()
    told = differences(made, fixed(made, AddressFix(line1="千代田9-9")))

    assert [change["field"] for change in told] == ["fixes.1.line1"]


def test_long_texts_are_told_by_their_beginning() -> None:
    made = order()
    after = changes.edit(made, actor=SYSTEM, now=NOW, memo="あ" * 1001)
    assert after is not None

    assert differences(made, after) == [{"field": "memo", "before": "", "after": "あ" * 999 + "…"}]


def test_of_very_many_changes_the_first_are_told_and_how_many_more() -> None:
    lines = tuple(goods(f"SKU-{n}", line_id=str(n), title="商" * 100) for n in range(300))
    renamed = tuple(goods(f"SKU-{n}", line_id=str(n), title="品" * 100) for n in range(300))
    after = changes.take_over(
        order(report(lines=lines)),
        report(lines=renamed, source_version=version(1)),
        known=Known(frozenset()),
        raw_key="",
        now=NOW,
    )
    assert after is not None
    told = differences(order(report(lines=lines)), after)

    assert told[-1] == {"field": "more", "before": None, "after": 302 - len(told)}
    assert sum(len(str(change).encode()) for change in told) < 90_000


def test_an_order_written_by_another_release_is_read() -> None:
    stored = order().model_dump(mode="json")
    stored["invented_later"] = {"a": 1}
    stored["facets"]["mood"] = "GOOD"

    assert Order.model_validate(stored) == order()
