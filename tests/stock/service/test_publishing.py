"""Publishing on stored items: begin, settle, release, read back; modes, sets and retiring."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from benchmarks._memory_table import MemoryTable
from common.auth import SYSTEM
from common.channels.port import StockOutcome, StockResult
from stock.domain.level import Guard, LastChange, Level, LevelMove, Mode, Reason, set_level
from stock.domain.listing import Listing, MallRules, Ref, State
from stock.domain.push import Push
from stock.repository import items
from stock.repository.book import StockBook
from stock.repository.listings import Listings
from stock.service.modes import ModeSwitch, Rebalancer
from stock.service.publishing import Publisher, update_of
from tests.stock.builders import NOON

COMPARING = "shop-c"


class Hall:
    """Two shops, of which one compares before it sets, around a table in memory."""

    def __init__(self, **levels: Level) -> None:
        self.now = NOON
        self.table = MemoryTable()
        self.listings = Listings(self.table)
        self.closed: set[str] = set()
        for level in levels.values():
            self.table.put_many([items.level_item(level)])
        self.publisher = Publisher(self.listings, self.rules, lambda: self.now)
        self.switch = ModeSwitch(self.listings, self.rules, lambda: self.now)

    def rules(self, shop_id: str) -> MallRules:
        return MallRules(has_cas=shop_id == COMPARING, is_open=shop_id not in self.closed)

    def sells(self, shop_id: str, code: str = "tea", sku: str = "TEA", **units: int) -> Ref:
        one = Listing(shop_id, code, sku, units or {sku: 1})
        self.listings.save(None, one)
        return one.ref

    def level(self, sku: str = "TEA") -> Level:
        return StockBook(self.table).levels([sku])[sku]

    def listing(self, ref: Ref) -> Listing:
        return self.listings.get_many([ref])[ref]

    def exposed(self, ref: Ref, sku: str = "TEA") -> int | None:
        return self.level(sku).exposures.get(ref.id)

    def push(self, ref: Ref, quantity: int, expected: int | None = None) -> Push | None:
        return self.publisher.begin(Push(self.listing(ref), quantity, expected))

    def says(
        self, push: Push, outcome: StockOutcome, observed: int | None = None, message: str = ""
    ) -> Listing | None:
        result = StockResult(push.listing.code, outcome, observed, message)
        return self.publisher.settle(push, result)

    def shows(self, ref: Ref, quantity: int) -> None:
        """Published, confirmed, and past the watermark."""
        begun = self.push(ref, quantity)
        assert begun is not None
        self.says(begun, StockOutcome.APPLIED)
        self.pass_by(ref)

    def pass_by(self, ref: Ref) -> list[str]:
        self.wait(60)
        return self.publisher.release(ref.shop_id, self.now)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def count(self, on_hand: int) -> None:
        change = LastChange("count", Reason.STOCKTAKE, self.now)
        self.listings.save_level(set_level(self.level(), change, on_hand=on_hand, safety=0))

    def plan(self, *skus: str, moves_units: bool = False) -> dict[tuple[str, str], int]:
        found = self.publisher.plan(skus or ["TEA"], moves_units=moves_units)
        return {(push.listing.shop_id, push.listing.code): push.quantity for push in found}


def strict(sku: str = "TEA", on_hand: int = 12) -> Level:
    return Level(sku, on_hand=on_hand, version=1, mode=Mode.STRICT, is_strict=True)


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall(tea=strict())
    yield made
    stored = made.table.get("SKU#TEA", "LEVEL") or {}
    assert stored["pool"] == made.level().pool


# -- one publish


def test_a_publish_is_charged_before_it_is_sent_and_exact_after_the_watermark(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 5)

    begun = hall.push(ref, 3)

    assert begun is not None
    assert update_of(begun)[1:] == (3, begun.key, None)
    assert begun.send_by == hall.now + timedelta(seconds=60)
    assert (hall.exposed(ref), hall.level().pool) == (8, 4)
    hall.says(begun, StockOutcome.APPLIED)
    assert hall.publisher.release("shop-a", hall.now) == []
    assert hall.exposed(ref) == 8
    assert hall.pass_by(ref) == ["TEA"]
    assert (hall.exposed(ref), hall.level().pool) == (3, 9)
    assert hall.listing(ref).state is State.IDLE
    assert list(hall.listings.settling("shop-a", datetime.max.replace(tzinfo=NOON.tzinfo))) == []


def test_a_watermark_within_the_error_of_clocks_frees_nothing(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 5)
    begun = hall.push(ref, 0)
    assert begun is not None
    hall.says(begun, StockOutcome.APPLIED)

    hall.publisher.release("shop-a", hall.now + timedelta(seconds=10))
    assert hall.exposed(ref) == 5
    hall.publisher.release("shop-a", hall.now + timedelta(seconds=10.001))
    assert hall.exposed(ref) == 0


def test_without_units_only_nothing_can_be_published(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 8)

    assert hall.push(ref, 5) is None
    assert hall.push(ref, 0) is not None


def test_a_mall_that_compares_needs_the_difference_and_gives_it_back_at_once(hall: Hall) -> None:
    ref = hall.sells(COMPARING)
    hall.shows(ref, 10)

    begun = hall.push(ref, 12, expected=10)
    assert begun is not None
    assert hall.exposed(ref) == 12
    hall.says(begun, StockOutcome.APPLIED)
    begun = hall.push(ref, 4, expected=12)
    assert begun is not None
    hall.says(begun, StockOutcome.APPLIED)

    assert (hall.exposed(ref), hall.level().pool) == (4, 8)


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [(StockOutcome.RETRY, ""), (StockOutcome.REJECTED, "no"), (StockOutcome.UNKNOWN_SKU, "no")],
)
def test_what_was_refused_is_taken_back(hall: Hall, outcome: StockOutcome, fault: str) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 2)
    begun = hall.push(ref, 5)
    assert begun is not None

    after = hall.says(begun, outcome, message="no")

    assert after is not None
    assert (hall.exposed(ref), after.state, after.fault) == (2, State.IDLE, fault)


def test_what_was_stale_is_taken_back_and_tells_what_is_shown(hall: Hall) -> None:
    ref = hall.sells(COMPARING)
    hall.shows(ref, 2)
    begun = hall.push(ref, 6, expected=2)
    assert begun is not None

    after = hall.says(begun, StockOutcome.STALE, observed=1)

    assert after is not None
    assert (hall.exposed(ref), after.known, after.state) == (2, 1, State.IDLE)


# -- malls that go on selling without units


def test_a_mall_that_shows_less_than_nothing_can_sell_nothing(hall: Hall) -> None:
    ref = hall.sells(COMPARING)
    other = hall.sells("shop-a")
    hall.shows(ref, 2)
    hall.shows(other, 7)
    hall.wait(120)

    seen = hall.publisher.observe(ref, -20, hall.now, hall.now)
    hall.pass_by(ref)

    # What it sold beyond its share is charged when its orders come; it lends nothing to others.
    assert seen is not None
    assert (seen.drift, hall.listing(ref).known) == (None, -20)
    assert (hall.exposed(ref), hall.exposed(other), hall.level().pool) == (0, 7, 5)


def test_a_listing_that_enters_below_nothing_leaves_a_debt_that_others_pay_back(
    hall: Hall,
) -> None:
    level = hall.level()
    change = LastChange("mode", Reason.MODE, hall.now)
    below, other = hall.sells(COMPARING), hall.sells("shop-a")
    hall.shows(other, 7)
    entering = replace(
        level.moved(change), exposures={other.id: 7}, entering=frozenset({below.id}), version=9
    )
    hall.table.put_many([items.level_item(entering)])
    hall.shows(below, 0)
    hall.wait(120)
    hall.publisher.observe(below, -20, hall.now, hall.now)
    hall.pass_by(below)
    assert (hall.exposed(below), hall.level().pool) == (0, 5)

    hall.count(0)

    assert hall.level().debt == 7
    assert hall.plan() == {("shop-a", "tea"): 0}


def test_units_that_come_in_are_compared_with_what_is_really_shown(hall: Hall) -> None:
    ref = hall.sells(COMPARING)
    hall.shows(ref, 0)
    hall.wait(120)
    hall.publisher.observe(ref, -20, hall.now, hall.now)
    hall.pass_by(ref)

    (push,) = hall.publisher.plan(["TEA"])
    assert (push.expected, push.quantity > 0) == (-20, True)
    begun = hall.publisher.begin(push)
    assert begun is not None

    assert hall.exposed(ref) == push.quantity
    hall.says(begun, StockOutcome.APPLIED)
    hall.pass_by(ref)
    assert (hall.exposed(ref), hall.listing(ref).known) == (push.quantity, push.quantity)


def test_a_second_sender_and_an_old_answer_are_told_no(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    plan = Push(hall.listing(ref), 3)
    first = hall.publisher.begin(plan)
    assert first is not None

    assert hall.publisher.begin(plan) is None
    assert hall.push(ref, 3) is None
    hall.wait(131)
    assert hall.push(ref, 4) is not None
    assert hall.says(first, StockOutcome.APPLIED) is None


# -- lost answers and read-backs


@pytest.mark.parametrize("outcome", [StockOutcome.UNKNOWN, StockOutcome.ACCEPTED])
def test_after_a_lost_answer_nothing_is_sent_until_it_cannot_come_late(
    hall: Hall, outcome: StockOutcome
) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 4)
    begun = hall.push(ref, 5)
    assert begun is not None
    hall.says(begun, outcome)

    assert hall.pass_by(ref) == []
    assert hall.push(ref, 0) is None
    assert hall.plan() == {}
    assert hall.publisher.observe(ref, 5, hall.now, hall.now) is None
    assert hall.publisher.doubtful("shop-a") == []
    hall.wait(21)
    assert hall.publisher.doubtful("shop-a") == [ref]
    seen = hall.publisher.observe(ref, 5, hall.now, hall.now)
    assert seen is not None
    assert (seen.drift, seen.listing.state, hall.exposed(ref)) == (None, State.SETTLING, 9)
    assert hall.publisher.doubtful("shop-a") == []
    hall.pass_by(ref)
    assert hall.exposed(ref) == 5


def test_a_reading_below_the_exposure_frees_the_rest_after_the_watermark(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 6)
    hall.wait(60)

    hall.publisher.observe(ref, 2, hall.now, hall.now)
    assert hall.exposed(ref) == 6
    hall.pass_by(ref)

    assert hall.exposed(ref) == 2


def test_a_quantity_set_by_hand_is_charged_at_once(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 6)
    hall.wait(60)

    seen = hall.publisher.observe(ref, 9, hall.now, hall.now)

    assert seen is not None
    assert (seen.drift, hall.exposed(ref), hall.level().debt) == (3, 15, 3)
    hall.pass_by(ref)
    assert (hall.exposed(ref), hall.level().debt) == (9, 0)
    adopted = hall.publisher.adopt(ref)
    assert adopted is not None
    assert adopted.drift is None


def test_what_was_read_before_a_confirmation_says_nothing(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    began = hall.now
    hall.shows(ref, 6)

    assert hall.publisher.observe(ref, 9, began, hall.now) is None


# -- planning


def test_shares_leave_a_reserve_and_come_in_the_first_plan(hall: Hall) -> None:
    hall.sells("shop-a")
    hall.sells("shop-b")

    assert hall.plan() == {("shop-a", "tea"): 4, ("shop-b", "tea"): 4}


def test_a_debt_takes_shops_to_nothing_and_raises_none(hall: Hall) -> None:
    first, second = hall.sells("shop-a"), hall.sells("shop-b")
    hall.shows(first, 6)
    hall.shows(second, 1)
    hall.count(4)

    assert hall.level().debt == 3
    assert hall.plan() == {("shop-a", "tea"): 0}
    begun = hall.push(first, 0)
    assert begun is not None
    hall.says(begun, StockOutcome.APPLIED)
    assert hall.plan() == {}
    hall.pass_by(first)
    assert (hall.level().debt, hall.level().pool) == (0, 3)


def test_a_mall_that_compares_is_lowered_to_its_share_in_a_debt() -> None:
    hall = Hall(tea=strict())
    ref = hall.sells(COMPARING)
    hall.shows(ref, 12)
    hall.count(7)

    assert hall.plan() == {(COMPARING, "tea"): 7}


def test_a_paused_shop_keeps_its_units_and_is_sent_nothing(hall: Hall) -> None:
    first = hall.sells("shop-a")
    hall.sells("shop-b")
    hall.shows(first, 6)
    hall.closed.add("shop-a")

    assert hall.plan() == {("shop-b", "tea"): 3}


def test_the_rebalancer_takes_from_a_full_shop_for_an_empty_one(hall: Hall) -> None:
    first, second = hall.sells("shop-a"), hall.sells("shop-b")
    hall.shows(first, 12)
    hall.shows(second, 0)

    assert hall.plan() == {}
    found = Rebalancer(hall.publisher).run(["TEA"])
    assert [(push.listing.shop_id, push.quantity) for push in found] == [("shop-a", 0)]


def test_in_shared_mode_everybody_shows_everything_and_nothing_is_charged() -> None:
    hall = Hall(tea=Level("TEA", on_hand=9, safety=2, version=1))
    ref = hall.sells("shop-a")
    hall.sells("shop-b")

    assert hall.plan() == {("shop-a", "tea"): 7, ("shop-b", "tea"): 7}
    begun = hall.push(ref, 7)
    assert begun is not None
    after = hall.says(begun, StockOutcome.APPLIED)
    assert after is not None
    assert (after.state, hall.level().exposures, hall.level().version) == (State.IDLE, {}, 1)
    assert hall.plan() == {("shop-b", "tea"): 7}


# -- sets


def test_a_set_is_charged_to_each_of_its_components() -> None:
    hall = Hall(tea=strict("TEA", 12), cup=strict("CUP", 4), gift=Level("GIFT", version=1))
    ref = hall.sells("shop-a", "gift", "GIFT", TEA=2, CUP=1)

    hall.shows(ref, 3)

    assert (hall.exposed(ref, "TEA"), hall.exposed(ref, "CUP")) == (6, 3)
    assert (hall.level("TEA").pool, hall.level("CUP").pool) == (6, 1)
    assert hall.push(ref, 2) is None


def test_listings_that_share_a_component_share_its_units() -> None:
    hall = Hall(tea=strict("TEA", 12), cup=strict("CUP", 20), gift=Level("GIFT", version=1))
    hall.sells("shop-a", "gift", "GIFT", TEA=2, CUP=1)
    hall.sells("shop-a", "tea")
    hall.sells("shop-b", "cup", "CUP")

    for sku in ("TEA", "CUP"):
        found = hall.plan(sku)
        assert found[("shop-a", "gift")] * 2 + found[("shop-a", "tea")] <= 12
        assert found[("shop-a", "gift")] + found[("shop-b", "cup")] <= 20
        assert min(found.values()) > 0


def test_a_set_with_a_shared_component_shows_what_both_allow() -> None:
    shared = Level("CUP", on_hand=2, version=1)
    hall = Hall(tea=strict("TEA", 12), cup=shared, gift=Level("GIFT", version=1))
    ref = hall.sells("shop-a", "gift", "GIFT", TEA=1, CUP=1)

    assert hall.plan("CUP") == {("shop-a", "gift"): 2}
    hall.shows(ref, 2)
    assert (hall.exposed(ref), hall.level("CUP").exposures) == (2, {})


# -- modes


def test_entering_strict_mode_is_sure_when_every_listing_has_settled() -> None:
    hall = Hall(tea=Level("TEA", on_hand=12, version=1))
    first, second = hall.sells("shop-a"), hall.sells("shop-b")
    preview = hall.switch.preview("TEA", "strict")
    assert preview is not None
    assert (preview.after, preview.free) == ({first.id: 4, second.id: 4}, 12)
    assert hall.level().mode == "shared"

    level = hall.switch.switch("TEA", "strict", 0, SYSTEM)

    assert level is not None
    assert (level.entering, level.is_guaranteed) == (frozenset({first.id, second.id}), False)
    for ref in (first, second):
        hall.shows(ref, 4)
    assert hall.level().is_guaranteed
    assert dict(hall.level().exposures) == {first.id: 4, second.id: 4}


def test_a_sale_from_before_does_not_make_the_first_exposure_too_small() -> None:
    hall = Hall(tea=replace(strict(), entering=frozenset({"x"})))
    ref = hall.sells("shop-a")
    begun = hall.push(ref, 4)
    assert begun is not None
    level = hall.level()
    change = LastChange("sale", Reason.ALLOCATE, hall.now)
    sold = level.moved(change, allocated=3, exposures={ref.id: -3})
    hall.table.put_many([items.level_item(sold)])
    hall.says(begun, StockOutcome.APPLIED)

    hall.pass_by(ref)

    assert hall.exposed(ref) == 4
    assert ref.id not in hall.level().entering


def test_a_publish_from_before_strict_mode_is_not_the_first_of_it() -> None:
    # What came back to the mall since it began was counted by nobody.
    hall = Hall(tea=Level("TEA", on_hand=12, version=1))
    ref = hall.sells("shop-a")
    begun = hall.push(ref, 5)
    assert begun is not None
    hall.switch.switch("TEA", "strict", 0, SYSTEM)
    assert hall.plan() == {}

    hall.says(begun, StockOutcome.APPLIED)

    level = hall.level()
    assert (hall.listing(ref).state, level.exposures) == (State.IDLE, {})
    assert (level.entering, level.is_guaranteed) == (frozenset({ref.id}), False)
    assert hall.plan() == {("shop-a", "tea"): 6}
    hall.shows(ref, 6)
    assert (hall.exposed(ref), hall.level().is_guaranteed) == (6, True)


def test_a_listing_that_never_had_a_share_shows_no_drift(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.now += timedelta(minutes=1)

    seen = hall.publisher.observe(ref, 7, hall.now, hall.now)

    assert seen is not None
    assert (seen.drift, seen.listing.known, seen.listing.state) == (None, 7, State.IDLE)
    assert hall.plan() == {("shop-a", "tea"): 6}


def test_a_reading_that_began_before_a_refused_publish_tells_nothing(hall: Hall) -> None:
    # What came back is counted since that publish began, and perhaps after the mall was read.
    ref = hall.sells("shop-a")
    hall.shows(ref, 3)
    hall.now += timedelta(minutes=5)
    began = hall.now
    begun = hall.push(ref, 4)
    assert begun is not None
    hall.says(begun, StockOutcome.RETRY)
    hall.now += timedelta(minutes=1)

    assert hall.publisher.observe(ref, 3, began, hall.now) is None
    assert hall.publisher.observe(ref, 3, hall.now, hall.now) is not None


def test_leaving_strict_mode_keeps_no_exposures(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 3)

    level = hall.switch.switch("TEA", "shared", 0, SYSTEM)

    assert level is not None
    assert (level.exposures, level.is_strict, hall.plan()) == ({}, False, {("shop-a", "tea"): 12})


def test_the_last_n_are_strict_and_twice_n_are_shared_again() -> None:
    hall = Hall(tea=Level("TEA", on_hand=9, version=1, mode=Mode.LAST_N, last_n=4))
    hall.sells("shop-a")
    seen = []
    for on_hand in (9, 5, 4, 8, 9):
        hall.count(on_hand)
        hall.plan()
        seen.append(hall.level().is_strict)

    assert seen == [False, False, True, True, False]


def test_an_unknown_sku_has_no_mode(hall: Hall) -> None:
    assert hall.switch.preview("NO", "strict") is None
    assert hall.switch.switch("NO", "strict", 0, SYSTEM) is None


# -- retiring


def test_a_retired_listing_is_let_go_of_when_it_cannot_sell_any_more(hall: Hall) -> None:
    ref = hall.sells("shop-a")
    hall.shows(ref, 3)
    hall.publisher.retire(ref)

    assert hall.publisher.forget(ref) is False
    assert hall.plan() == {("shop-a", "tea"): 0}
    hall.shows(ref, 0)
    assert hall.publisher.forget(ref) is True
    assert hall.level().exposures == {}
    assert hall.listings.by_code("shop-a", "tea") is None
    assert hall.publisher.forget(ref) is True


# -- fewer than told, in shared mode


@pytest.fixture
def shared() -> Hall:
    return Hall(tea=Level("TEA", on_hand=12, version=1))


def _sold(hall: Hall, ref: Ref, units: int) -> None:
    """So many sales of the listing were charged."""
    change = LastChange("sale", Reason.ALLOCATE, hall.now)
    before = hall.level()
    after = before.moved(change, allocated=units, sold={ref.id: units})
    hall.listings.save_level(LevelMove(before, after, Guard(before.version)))


def _read(hall: Hall, ref: Ref, quantity: int) -> int | None:
    seen = hall.publisher.observe(ref, quantity, hall.now, hall.now)
    assert seen is not None
    return seen.drift


def test_fewer_than_told_is_a_difference_once_no_sale_on_its_way_can_explain_it(
    shared: Hall,
) -> None:
    ref = shared.sells("shop-a")
    shared.shows(ref, 12)
    shared.wait(60)

    assert _read(shared, ref, 7) is None
    shared.pass_by(ref)
    shared.wait(60)
    assert _read(shared, ref, 7) == -5

    adopted = shared.publisher.adopt(ref)
    assert adopted is not None
    assert (adopted.drift, adopted.quantity) == (None, 7)
    shared.pass_by(ref)
    shared.wait(60)
    assert _read(shared, ref, 7) is None


def test_sales_explain_that_fewer_are_shown(shared: Hall) -> None:
    ref = shared.sells("shop-a")
    shared.shows(ref, 12)
    shared.wait(60)
    assert _read(shared, ref, 7) is None
    _sold(shared, ref, 5)
    shared.pass_by(ref)
    shared.wait(60)

    assert _read(shared, ref, 6) is None


def test_without_a_watermark_fewer_says_nothing(shared: Hall) -> None:
    ref = shared.sells("shop-a")
    shared.shows(ref, 12)
    shared.wait(60)

    assert _read(shared, ref, 7) is None
    shared.wait(60)
    assert _read(shared, ref, 7) is None


def test_our_number_is_put_back_when_staff_want_it(shared: Hall) -> None:
    ref = shared.sells("shop-a")
    shared.shows(ref, 12)
    shared.wait(60)
    _read(shared, ref, 7)
    shared.pass_by(ref)
    shared.wait(60)
    assert _read(shared, ref, 7) == -5

    [push] = shared.publisher.overwrite(ref)
    assert (push.listing.ref, push.quantity) == (ref, 12)
