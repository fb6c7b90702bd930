"""One decision about many orders."""

from collections.abc import Sequence

from stock.domain.allocation import Allocation, Line, OrderDemand, Wait, steps
from stock.domain.level import Guard, Level, Reason, Share
from stock.domain.plan import Plan, plan
from tests.stock.builders import NOON, STAMP, a_level, an_allocation, an_order, minute


def decide(level: Level, *orders: OrderDemand, stored: Sequence[Allocation] = ()) -> Plan:
    return plan({level.sku: level}, {a.order_id: a for a in stored}, orders, STAMP)


def test_orders_that_fit_take_their_units_in_one_move_that_any_other_may_precede() -> None:
    decided = decide(a_level(on_hand=10), an_order("a", TEA=3), an_order("b", TEA=4, ordered=1))

    [move] = decided.levels
    assert (move.after.allocated, move.after.available, move.after.waiting) == (7, 3, 0)
    assert move.guard == Guard(nobody_waits=True, available=7)
    assert move.shares == (Share("a", 3, 0), Share("b", 4, 0))
    assert [change.after.lines for change in decided.allocations] == [
        {"TEA": Line(3, 3)},
        {"TEA": Line(4, 4)},
    ]
    assert decided.waits == []
    assert decided.leaves == []
    assert decided.groups == {"TEA": [("a", 3, 0), ("b", 4, 0)]}
    assert decided.actions == 4


def test_a_line_is_allocated_whole_or_waits_whole() -> None:
    decided = decide(a_level(on_hand=2), an_order("a", TEA=3))

    [move] = decided.levels
    assert (move.after.allocated, move.after.available, move.after.waiting) == (0, 2, 3)
    assert move.guard == Guard(version=1)
    assert move.after.last_change is not None
    assert move.after.last_change.reason is Reason.WAIT
    assert decided.allocations[0].after.lines == {"TEA": Line(3, 0)}
    assert decided.waits == [Wait("TEA", "a", NOON, 3)]
    # level, its place in the short list, allocation, queue
    assert decided.actions == 4


def test_the_lines_of_an_order_are_independent() -> None:
    levels = {"TEA": a_level(on_hand=1), "POT": a_level("POT", on_hand=0)}

    decided = plan(levels, {}, [an_order("a", TEA=1, POT=2)], STAMP)

    assert decided.allocations[0].after.lines == {"POT": Line(2, 0), "TEA": Line(1, 1)}
    assert {move.sku: move.after.waiting for move in decided.levels} == {"POT": 2, "TEA": 0}


def test_nobody_overtakes_within_a_batch() -> None:
    decided = decide(
        a_level(on_hand=5),
        an_order("small", TEA=1, ordered=3),
        an_order("large", TEA=6, ordered=2),
        an_order("first", TEA=4, ordered=1),
    )

    lines = {c.after.order_id: c.after.lines["TEA"] for c in decided.allocations}
    assert lines == {"first": Line(4, 4), "large": Line(6, 0), "small": Line(1, 0)}
    assert decided.levels[0].after.waiting == 7
    assert decided.levels[0].guard == Guard(version=1)


def test_orders_placed_at_the_same_moment_are_served_by_their_id() -> None:
    decided = decide(a_level(on_hand=1), an_order("b", TEA=1), an_order("a", TEA=1))

    lines = {c.after.order_id: c.after.lines["TEA"].allocated for c in decided.allocations}
    assert lines == {"a": 1, "b": 0}


def test_a_new_line_waits_behind_those_that_wait_although_units_are_free() -> None:
    level = a_level(on_hand=2, waiting=3)

    decided = decide(level, an_order("late", TEA=1))

    [move] = decided.levels
    assert (move.after.allocated, move.after.waiting) == (0, 4)
    # It holds whatever others do to a queue that stays: a sold-out bestseller causes no retries.
    assert move.guard == Guard(waiting=1)


def test_an_older_or_repeated_version_changes_nothing() -> None:
    level = a_level(on_hand=5, allocated=1)
    stored = an_allocation("a", TEA=(1, 1))

    decided = decide(level, an_order("a", version=1, TEA=4), stored=(stored,))

    assert decided.is_empty
    assert decided.levels == []
    assert decided.actions == 0


def test_of_several_versions_in_one_batch_only_the_newest_counts() -> None:
    decided = decide(
        a_level(on_hand=9), an_order("a", version=3, TEA=2), an_order("a", version=2, TEA=7)
    )

    [change] = decided.allocations
    assert change.after.order_version == 3
    assert change.after.answer_version == 1
    assert change.after.lines == {"TEA": Line(2, 2)}


def test_a_newer_version_with_the_same_demand_is_remembered_and_not_answered() -> None:
    stored = an_allocation("a", TEA=(1, 1))

    decided = decide(
        a_level(on_hand=5, allocated=1), an_order("a", version=2, TEA=1), stored=(stored,)
    )

    [change] = decided.allocations
    assert change.after.order_version == 2
    assert change.after.answer_version == 1
    assert change.after.at == stored.at
    assert decided.levels == []


def test_the_first_answer_is_given_even_when_nothing_is_wanted() -> None:
    decided = decide(a_level(), an_order("a"))

    [change] = decided.allocations
    assert change.after.answer_version == 1
    assert change.after.lines == {}
    assert change.after.is_complete
    assert decided.levels == []


def test_a_cancelled_order_gives_everything_back() -> None:
    levels = {"TEA": a_level(on_hand=3, allocated=2), "POT": a_level("POT", waiting=1)}
    stored = an_allocation("a", TEA=(2, 2), POT=(1, 0))

    decided = plan(levels, {"a": stored}, [an_order("a", version=2)], STAMP)

    after = {m.sku: (m.after.allocated, m.after.available, m.after.waiting) for m in decided.levels}
    assert after == {"POT": (0, 0, 0), "TEA": (0, 3, 0)}
    assert decided.leaves == [Wait("POT", "a", NOON, 1)]
    assert decided.allocations[0].after.lines == {}
    assert decided.allocations[0].after.answer_version == 2
    assert [m.turns_sufficient for m in decided.levels] == [True, False]


def test_fewer_units_stay_allocated_although_others_wait() -> None:
    level = a_level(on_hand=5, allocated=5, waiting=4)

    decided = decide(
        level, an_order("a", version=2, TEA=3), stored=(an_allocation("a", TEA=(5, 5)),)
    )

    [move] = decided.levels
    assert decided.allocations[0].after.lines == {"TEA": Line(3, 3)}
    assert (move.after.allocated, move.after.available, move.after.waiting) == (3, 2, 4)
    assert move.after.is_fillable


def test_more_units_are_taken_when_they_are_free() -> None:
    decided = decide(
        a_level(on_hand=5, allocated=2),
        an_order("a", version=2, TEA=5),
        stored=(an_allocation("a", TEA=(2, 2)),),
    )

    assert decided.allocations[0].after.lines == {"TEA": Line(5, 5)}
    assert decided.levels[0].guard == Guard(nobody_waits=True, available=3)
    assert decided.levels[0].after.allocated == 5


def test_more_units_than_are_free_make_the_whole_line_wait() -> None:
    decided = decide(
        a_level(on_hand=5, allocated=2),
        an_order("a", version=2, TEA=6),
        stored=(an_allocation("a", TEA=(2, 2)),),
    )

    [move] = decided.levels
    assert decided.allocations[0].after.lines == {"TEA": Line(6, 0)}
    assert (move.after.allocated, move.after.available, move.after.waiting) == (0, 5, 6)
    assert move.guard == Guard(version=1)
    assert decided.waits == [Wait("TEA", "a", NOON, 6)]


def test_a_waiting_line_that_shrinks_to_what_is_free_is_allocated_if_it_was_alone() -> None:
    decided = decide(
        a_level(on_hand=2, waiting=3),
        an_order("a", version=2, TEA=2),
        stored=(an_allocation("a", TEA=(3, 0)),),
    )

    [move] = decided.levels
    assert (move.after.allocated, move.after.waiting) == (2, 0)
    assert decided.leaves == [Wait("TEA", "a", NOON, 3)]
    assert decided.waits == []


def test_a_waiting_line_that_changes_keeps_its_place_in_the_queue() -> None:
    decided = decide(
        a_level(waiting=5),
        an_order("a", version=2, ordered=9, TEA=1),
        stored=(an_allocation("a", ordered=2, TEA=(2, 0)),),
    )

    assert decided.waits == [Wait("TEA", "a", minute(2), 1)]
    assert decided.leaves == []
    assert decided.levels[0].after.waiting == 4


def test_units_given_back_in_a_batch_serve_a_later_order_of_the_same_batch() -> None:
    decided = decide(
        a_level(on_hand=2, allocated=2),
        an_order("new", TEA=2, ordered=1),
        an_order("old", version=2),
        stored=(an_allocation("old", TEA=(2, 2)),),
    )

    [move] = decided.levels
    assert (move.after.allocated, move.after.waiting) == (2, 0)
    assert move.shares == (Share("old", -2, 0), Share("new", 2, 0))
    assert move.after.last_change is not None
    assert move.after.last_change.reason is Reason.ALLOCATE
    assert move.guard == Guard(version=1)


def test_an_order_for_an_unknown_sku_is_rejected_and_its_neighbours_are_not() -> None:
    decided = decide(a_level(on_hand=5), an_order("bad", NONE=1, TEA=1), an_order("good", TEA=1))

    assert decided.rejected == {"bad": "no such SKU: NONE"}
    assert [change.after.order_id for change in decided.allocations] == ["good"]
    assert decided.levels[0].after.allocated == 1


def test_a_negative_available_is_shown_and_nothing_allocated_is_taken_away() -> None:
    level = a_level(on_hand=3, allocated=5)

    decided = decide(level, an_order("new", TEA=1))

    assert level.available == -2
    assert level.is_short
    assert decided.levels[0].after.allocated == 5
    assert decided.levels[0].after.waiting == 1


def test_the_reference_is_the_order_for_one_and_the_commit_for_many() -> None:
    levels = {"TEA": a_level(on_hand=5), "POT": a_level("POT", on_hand=5)}

    decided = plan(levels, {}, [an_order("a", TEA=1, POT=1), an_order("b", TEA=1)], STAMP)

    said = {
        move.sku: (move.after.last_change.reference, move.after.last_change.orders)
        for move in decided.levels
        if move.after.last_change
    }
    assert said == {"POT": ("a", 1), "TEA": ("commit-1", 2)}
    assert list(decided.groups) == ["TEA"]


def test_a_large_order_becomes_steps_of_which_only_the_last_is_final() -> None:
    order = an_order("a", version=2, **{f"S{n}": 1 for n in range(5)})
    stored = an_allocation("a", S0=(1, 1), OLD=(2, 2))

    made = list(steps(order, stored, 2))

    assert [sorted(step.demand) for step in made] == [
        ["S0", "S1"],
        ["S0", "S1", "S2", "S3"],
        ["S0", "S1", "S2", "S3", "S4"],
    ]
    assert [step.is_final for step in made] == [False, False, True]
