"""What staff change, and what the calendar does."""

from datetime import date, timedelta
from typing import Any

import pytest

from common.auth import Actor
from common.canonical import CanonicalOrder, SourceStatus
from orders.domain import changes
from orders.domain.facets import Hold, Lifecycle, Review, Schedule
from orders.domain.matching import Known
from orders.domain.order import AddressFix, LastChange, Order
from orders.domain.views import destinations_of
from tests.builders import NOW, TODAY, goods, order, place, report, version

LATER = NOW + timedelta(minutes=5)
STAFF = Actor("staff", "staff-1", "担当 一")


def edit(made: Order, **wanted: Any) -> Order | None:
    return changes.edit(made, actor=STAFF, now=LATER, **wanted)


def edited(made: Order, **wanted: Any) -> Order:
    after = edit(made, **wanted)
    assert after is not None
    return after


def later(made: Order, content: CanonicalOrder) -> Order:
    after = changes.take_over(
        made, content, known=Known(frozenset({"MUG-WHITE"})), raw_key="deliveries/demo/2", now=LATER
    )
    assert after is not None
    return after


def test_a_memo_is_kept_with_who_wrote_it_when_and_why() -> None:
    after = edited(order(), memo="電話済み", reason="折り返し")

    assert after.memo == "電話済み"
    assert after.version == 2
    assert after.last_change == LastChange(kind="edited", actor=STAFF, at=LATER, reason="折り返し")


def test_an_empty_memo_wipes_the_old_one() -> None:
    assert edited(edited(order(), memo="x"), memo="").memo == ""


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"memo": ""},
        {"review": Review.CLEARED},
        {"release_hold": True},
        {"fix": ("1", AddressFix())},
        {"fix": ("no such place", AddressFix(name="花"))},
        {"reason": "nothing else"},
    ],
)
def test_what_already_is_as_asked_changes_nothing(wanted: dict[str, Any]) -> None:
    assert edit(order(), **wanted) is None


def test_remarks_that_staff_cleared_stay_cleared() -> None:
    cleared = edited(order(report(remarks="急ぎ")), review=Review.CLEARED)
    after = later(cleared, report(source_version=version(1), remarks="急ぎ"))

    assert cleared.facets.review is Review.CLEARED
    assert after.facets.review is Review.CLEARED


def test_new_remarks_ask_again() -> None:
    cleared = edited(order(report(remarks="急ぎ")), review=Review.CLEARED)
    after = later(cleared, report(source_version=version(1), remarks="急ぎ、のし希望"))

    assert after.facets.review is Review.NEEDED


def test_remarks_that_only_grow_longer_than_the_list_shows_ask_again() -> None:
    cleared = edited(order(report(remarks="あ" * 60)), review=Review.CLEARED)
    after = later(cleared, report(source_version=version(1), remarks="あ" * 60 + "変更です"))

    assert after.facets.review is Review.NEEDED


def test_remarks_that_vanish_and_come_back_were_read_already() -> None:
    cleared = edited(order(report(remarks="急ぎ")), review=Review.CLEARED)
    gone = later(cleared, report(source_version=version(1)))
    back = later(gone, report(source_version=version(2), remarks="急ぎ"))

    assert gone.facets.review is Review.CLEARED
    assert back.facets.review is Review.CLEARED


def test_staff_may_ask_for_a_review_and_clear_it() -> None:
    asked = edited(order(), review=Review.NEEDED)
    assert asked.facets.review is Review.NEEDED
    assert edit(asked, review=Review.NEEDED) is None
    assert edited(asked, review=Review.CLEARED).facets.review is Review.CLEARED


def test_a_review_that_staff_asked_for_outlives_reports_of_the_mall() -> None:
    asked = edited(order(), review=Review.NEEDED)

    assert later(asked, report(source_version=version(1))).facets.review is Review.NEEDED


def test_a_hold_is_set_changed_and_released() -> None:
    held = edited(order(), hold=Hold(until=date(2026, 12, 1), reason="出張"))
    assert held.facets.schedule.hold == Hold(until=date(2026, 12, 1), reason="出張")
    assert edit(held, hold=Hold(until=date(2026, 12, 1), reason="出張")) is None
    longer = edited(held, hold=Hold(reason="連絡待ち"))
    assert longer.facets.schedule.hold == Hold(until=None, reason="連絡待ち")
    assert edited(longer, release_hold=True).facets.schedule.hold is None


def test_a_correction_completes_the_order_and_a_second_one_is_added_to_it() -> None:
    made = order(report(destinations=(place(postal="", line1="", line2=""),)))
    once = edited(made, fix=("1", AddressFix(postal="100-0001")))
    twice = edited(once, fix=("1", AddressFix(line1="千代田1-1", phone="")))

    assert once.facets.lifecycle is Lifecycle.INCOMPLETE
    assert once.last_change.kind == "edited"
    assert twice.facets.lifecycle is Lifecycle.ACTIVE
    assert twice.last_change.kind == "activated"
    corrected = destinations_of(twice)[0].contact
    assert corrected.address.postal == "100-0001"
    assert corrected.address.line1 == "千代田1-1"
    assert corrected.address.city == "千代田区"
    assert corrected.phone == ""


def test_a_correction_stays_while_the_mall_says_the_same_address() -> None:
    fixed = edited(order(), fix=("1", AddressFix(line1="千代田1-1-1")))
    after = later(fixed, report(source_version=version(1), remarks="急ぎ"))

    assert destinations_of(after)[0].contact.address.line1 == "千代田1-1-1"


def test_half_of_a_corrected_address_never_goes_into_the_one_the_buyer_moved_to() -> None:
    fixed = edited(order(), fix=("1", AddressFix(line1="千代田1-1-1")))
    moved = report(source_version=version(1), destinations=(place(city="港区", line1="芝1-1"),))
    after = later(fixed, moved)

    address = destinations_of(after)[0].contact.address
    assert (address.city, address.line1) == ("港区", "芝1-1")
    assert after.facets.review is Review.NEEDED
    assert [(hit.rule, hit.detail) for hit in after.hits] == [("address_changed", "1")]


def test_a_new_correction_of_a_moved_address_starts_from_what_the_mall_says_now() -> None:
    fixed = edited(order(), fix=("1", AddressFix(line1="千代田1-1-1", name="別人")))
    moved = report(source_version=version(1), destinations=(place(city="港区", line1="芝1-1"),))
    after = edited(later(fixed, moved), fix=("1", AddressFix(line1="芝1-1-1")))

    corrected = destinations_of(after)[0].contact
    assert corrected.address.line1 == "芝1-1-1"
    assert corrected.name == report().destinations[0].contact.name
    assert after.facets.review is Review.CLEARED


def test_a_mall_that_takes_its_change_back_gets_the_correction_back() -> None:
    fixed = edited(order(), fix=("1", AddressFix(line1="千代田1-1-1")))
    moved = later(fixed, report(source_version=version(1), destinations=(place(city="港区"),)))
    back = later(moved, report(source_version=version(2)))

    assert destinations_of(back)[0].contact.address.line1 == "千代田1-1-1"
    assert back.facets.review is Review.CLEARED


def test_an_order_may_be_noted_on_after_it_ended() -> None:
    cancelled = order(report(status=SourceStatus.CANCELLED))

    assert edited(cancelled, memo="返金済み").facets.lifecycle is Lifecycle.CANCELLED


def held(until: date | None, listed: tuple[str, ...] = ("ALL", "HOLD", "ALL@demo")) -> Order:
    made = edited(order(report(lines=(goods(),))), hold=Hold(until=until, reason="出張"))
    lines = tuple(line.model_copy(update={"allocated": 1}) for line in made.lines)
    return made.model_copy(update={"lines": lines, "listed_in": listed})


@pytest.mark.parametrize("until", [None, date(2026, 11, 22)])
def test_a_hold_that_has_not_ended_stays(until: date | None) -> None:
    assert changes.advance(held(until), TODAY, LATER) is None


@pytest.mark.parametrize("until", [TODAY, date(2026, 11, 1)])
def test_a_hold_ends_on_its_day(until: date) -> None:
    after = changes.advance(held(until), TODAY, LATER)

    assert after is not None
    assert after.facets.schedule.hold is None
    assert after.version == 3
    assert after.last_change.kind == "advanced"
    assert after.last_change.actor == Actor("timer", "banto", "Banto")
    assert after.last_change.reason == "出張"


def test_a_hold_whose_day_had_passed_when_the_order_was_listed_asks_for_nothing() -> None:
    made = held(date(2026, 11, 1), ("ALL", "PRINT", "ALL@demo"))

    assert changes.advance(made, TODAY, LATER) is None


def test_an_order_whose_release_day_came_moves_on_with_the_day_kept() -> None:
    made = order().model_copy(update={"listed_in": ("ALL", "ALLOCATION", "RELEASE_DATE")})
    schedule = Schedule(release_date=TODAY, ship_date=date(2026, 11, 25))
    made = made.model_copy(update={"facets": made.facets.model_copy(update={"schedule": schedule})})
    after = changes.advance(made, TODAY, LATER)

    assert after is not None
    assert after.facets.schedule == schedule
    assert after.last_change.reason == ""
