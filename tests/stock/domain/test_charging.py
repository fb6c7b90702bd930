"""What orders change at what their listings may still sell, and sets as their components."""

from collections.abc import Mapping
from dataclasses import replace

from common.events import StockAllocated, StockShort
from stock.domain.allocation import (
    Allocation,
    AllocationChange,
    Line,
    OrderDemand,
    Part,
    SetLine,
    Sold,
    expanded,
    merged_sold,
    steps,
)
from stock.domain.level import Guard, Level, LevelMove, Reason
from stock.domain.plan import Plan, plan
from stock.domain.telling import events_of
from tests.stock.builders import STAMP, a_level, an_allocation, an_order

SoldBy = Mapping[str, Mapping[str, Sold]]


def strict(on_hand: int = 10, returned: Mapping[str, int] | None = None, **shown: int) -> Level:
    level = a_level(on_hand=on_hand)
    return replace(level, mode="strict", is_strict=True, exposures=shown, returned=returned or {})


def sale(order_id: str = "o", version: int = 1, cancelled: int = 0, **by: int) -> OrderDemand:
    """An order for units of TEA that listings sold."""
    sold = {one: Sold(units, cancelled) for one, units in by.items()}
    units = sum(by.values())
    wanted = an_order(order_id, version, **({"TEA": units} if units else {}))
    return replace(wanted, sold={"TEA": sold})


def held(order_id: str = "o", **by: int) -> Allocation:
    units = sum(by.values())
    stored = an_allocation(order_id, TEA=(units, units))
    return replace(stored, sold={"TEA": {one: Sold(n) for one, n in by.items()}})


def decide(level: Level, *orders: OrderDemand, stored: Allocation | None = None) -> LevelMove:
    known = {stored.order_id: stored} if stored else {}
    (move,) = plan({"TEA": level}, known, orders, STAMP).levels
    return move


def numbers(level: Level) -> tuple[int, Mapping[str, int], Mapping[str, int]]:
    return level.pool, level.exposures, level.returned


def test_a_sale_is_charged_to_the_listing_that_sold_it_and_leaves_the_pool_alone() -> None:
    move = decide(strict(a=3, b=4), sale(a=2))

    assert numbers(move.after) == (3, {"a": 1, "b": 4}, {})
    assert move.guard == Guard(nobody_waits=True, available=2, exposures={"a": 2})
    assert move.after.sold == {"a": 2}


def test_what_a_listing_sold_beyond_its_exposure_is_charged_to_the_pool() -> None:
    move = decide(strict(a=1), sale(a=3))

    assert numbers(move.after) == (7, {"a": 0}, {})
    assert move.guard == Guard(version=1)


def test_a_sale_beyond_everything_leaves_a_visible_debt() -> None:
    move = decide(strict(on_hand=2, b=2), sale(a=1))

    assert (move.after.pool, move.after.debt, move.after.exposures) == (-1, 1, {"b": 2})
    assert not move.after.is_guaranteed


def test_a_line_that_waits_is_charged_too() -> None:
    level = replace(strict(on_hand=5, a=1, b=2), waiting=1, allocated=1)
    move = decide(level, sale(a=1))

    assert (move.after.waiting, move.after.allocated) == (2, 1)
    assert numbers(move.after) == (level.pool, {"a": 0, "b": 2}, {})
    assert move.guard == Guard(waiting=1, exposures={"a": 1})


def test_many_orders_of_one_listing_are_one_charge() -> None:
    move = decide(strict(a=9), *(sale(f"o{n}", a=1) for n in range(9)))

    assert move.after.exposures == {"a": 0}
    assert move.guard.exposures == {"a": 9}


def test_in_shared_mode_nothing_is_charged_but_sales_are_counted() -> None:
    move = decide(a_level(on_hand=5), sale(a=2))

    assert (move.after.exposures, move.after.sold) == ({}, {"a": 2})
    assert move.guard == Guard(nobody_waits=True, available=2, exposed={"a": None})


def test_a_repeated_or_older_version_charges_nothing() -> None:
    stored = held(a=2)

    assert plan({"TEA": strict(a=1)}, {"o": stored}, [sale(a=2)], STAMP).is_empty


def test_a_newer_version_that_wants_the_same_charges_nothing() -> None:
    made = plan({"TEA": strict(a=1)}, {"o": held(a=2)}, [sale(version=2, a=2)], STAMP)

    assert made.levels == []


def test_units_of_a_cancelled_order_go_back_to_the_listing_and_not_to_the_pool() -> None:
    level = replace(strict(on_hand=10, a=1), allocated=2)
    move = decide(level, sale(version=2, cancelled=2, a=0), stored=held(a=2))

    assert numbers(move.after) == (level.pool, {"a": 3}, {"a": 2})
    assert move.after.allocated == 0


def test_a_part_that_was_cancelled_goes_back() -> None:
    level = replace(strict(on_hand=10, a=1), allocated=3)
    move = decide(level, sale(version=2, cancelled=1, a=2), stored=held(a=3))

    assert numbers(move.after) == (level.pool, {"a": 2}, {"a": 1})


def test_units_of_a_listing_that_is_not_kept_go_back_to_the_pool() -> None:
    level = replace(strict(on_hand=10, b=1), allocated=2)
    move = decide(level, sale(version=2, a=0), stored=held(a=2))

    assert numbers(move.after) == (level.pool + 2, {"b": 1}, {})


def test_an_order_first_seen_cancelled_counts_as_put_on_sale_again() -> None:
    move = decide(strict(a=4), sale(cancelled=2, a=0))

    assert numbers(move.after) == (6, {"a": 4}, {"a": 2})
    assert move.after.last_change is not None
    assert move.after.last_change.reason is Reason.EXPOSE


def test_an_order_first_seen_partly_cancelled_charges_what_is_left() -> None:
    move = decide(strict(a=4), sale(cancelled=2, a=1))

    assert numbers(move.after) == (6, {"a": 3}, {"a": 2})


def test_an_order_that_was_stored_before_its_listing_was_known_is_not_charged_again() -> None:
    stored = an_allocation("o", TEA=(2, 2))
    made = plan({"TEA": strict(a=4)}, {"o": stored}, [sale(version=2, a=2)], STAMP)

    assert made.levels == []
    assert made.allocations[0].after.sold == {"TEA": {"a": Sold(2)}}


def test_growth_of_such_an_order_is_charged() -> None:
    level = replace(strict(on_hand=10, a=4), allocated=2)
    move = decide(level, sale(version=2, a=5), stored=an_allocation("o", TEA=(2, 2)))

    assert move.after.exposures == {"a": 1}


def test_a_line_that_another_listing_sold_after_all_is_charged_there() -> None:
    level = replace(strict(on_hand=10, a=1, b=4), allocated=2)
    made = plan({"TEA": level}, {"o": held(a=2)}, [sale(version=2, b=2)], STAMP)

    (move,) = made.levels
    assert numbers(move.after) == (3, {"a": 3, "b": 2}, {"a": 2})
    assert move.guard == Guard(version=1)


def test_sales_of_unknown_skus_hold_nothing_up() -> None:
    cancelled = replace(an_order("o"), sold={"GONE": {"a": Sold(0, 1)}})

    made = plan({}, {}, [cancelled], STAMP)

    assert made.levels == []
    assert len(made.allocations) == 1


# -- sets

GIFT = {"GIFT": {"TEA": 2, "CUP": 1}}


def gift(units: int, version: int = 1, **more: int) -> OrderDemand:
    demand = {"GIFT": units, **more} if units else more
    sold = {"GIFT": {"g": Sold(units)}} if units else {}
    return replace(an_order("o", version, **demand), sold=sold)


def test_a_set_wants_its_components_and_charges_each() -> None:
    order = expanded(gift(3, TEA=1), None, GIFT)

    assert order.demand == {"TEA": 7, "CUP": 3}
    assert order.sold == {"TEA": {"g": Sold(6)}, "CUP": {"g": Sold(3)}}
    assert order.sets == {Part("GIFT", "g"): SetLine(3, {"TEA": 2, "CUP": 1})}
    assert expanded(order, None, {"TEA": {"X": 1}}) == order


def plan_gift(order: OrderDemand, tea: int, cup: int, stored: Allocation | None = None) -> Plan:
    levels = {"TEA": a_level("TEA", on_hand=tea), "CUP": a_level("CUP", on_hand=cup)}
    known = {"o": stored} if stored else {}
    return plan(levels, known, [expanded(order, stored, GIFT)], STAMP)


def answer(made: Plan) -> tuple[str, list[tuple[str, int, int]]]:
    (change,) = made.allocations
    (event,) = events_of(AllocationChange(None, change.after))
    assert isinstance(event, StockAllocated | StockShort)
    return type(event).__name__, [(line.sku, line.wanted, line.allocated) for line in event.lines]


def test_the_answer_speaks_of_the_set_that_was_ordered() -> None:
    assert answer(plan_gift(gift(2), tea=4, cup=2)) == ("StockAllocated", [("GIFT", 2, 2)])


def test_a_set_waits_while_one_of_its_components_waits() -> None:
    made = plan_gift(gift(2, CUP=1), tea=4, cup=2)

    assert answer(made) == ("StockShort", [("CUP", 1, 0), ("GIFT", 2, 0)])
    assert made.allocations[0].after.lines == {"TEA": Line(4, 4), "CUP": Line(3, 0)}


def test_a_set_that_is_made_of_something_else_now_stays_what_it_was_in_its_order() -> None:
    stored = plan_gift(gift(1), tea=9, cup=9).allocations[0].after
    order = expanded(gift(2, version=2), stored, {"GIFT": {"POT": 1}})

    assert order.demand == {"TEA": 4, "CUP": 2}


def test_a_cancelled_set_gives_its_components_back() -> None:
    stored = plan_gift(gift(1), tea=9, cup=9).allocations[0].after
    levels = {
        "TEA": a_level("TEA", on_hand=9, allocated=2),
        "CUP": a_level("CUP", on_hand=9, allocated=1),
    }
    made = plan(levels, {"o": stored}, [expanded(gift(0, version=2), stored, {})], STAMP)

    assert [move.after.allocated for move in made.levels] == [0, 0]
    assert answer(made) == ("StockAllocated", [])


def test_each_step_of_a_large_order_carries_the_sales_of_what_it_changes() -> None:
    order = replace(
        an_order("o", A=1, B=1, C=1),
        sold=merged_sold((sku, "x", Sold(1)) for sku in "ABC"),
    )
    first, second = list(steps(order, None, 2))

    assert (list(first.sold), first.is_final) == (["A", "B"], False)
    assert (list(second.sold), second.is_final) == (["A", "B", "C"], True)
