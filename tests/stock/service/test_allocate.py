"""Allocating orders in groups, against writers that interfere."""

import contextlib

import pytest

from common.errors import Contended, Unavailable
from stock.domain.allocation import Line
from stock.domain.level import LastChange, Reason, receive
from stock.domain.plan import Plan
from stock.service.allocate import Allocator, demand_of
from stock.service.fill_waiting import fill_waiting
from tests.stock.builders import NOON, a_level, an_allocation, an_order, order_event
from tests.stock.memory import MemoryBook


def allocator(book: MemoryBook) -> Allocator:
    return Allocator(book, lambda: NOON)


def restock(book: MemoryBook, sku: str, quantity: int) -> None:
    change = LastChange("r", Reason.RECEIVE, NOON)
    book.change_level(receive(book.stored_levels[sku], change, quantity))


def test_ninety_orders_of_one_sku_are_one_commit() -> None:
    book = MemoryBook(a_level(on_hand=100))

    failed = allocator(book).run([an_order(f"o{n:02d}", TEA=1, ordered=n) for n in range(90)])

    assert failed == {}
    assert len(book.commits) == 1
    assert book.stored_levels["TEA"].allocated == 90
    assert book.stored_levels["TEA"].version == 2
    book.check()


def test_ninety_orders_that_all_wait_are_two_commits() -> None:
    book = MemoryBook(a_level())

    failed = allocator(book).run([an_order(f"o{n:02d}", TEA=1, ordered=n) for n in range(90)])

    assert failed == {}
    assert len(book.commits) == 2
    assert book.stored_levels["TEA"].waiting == 90
    assert [wait.order_id for wait in book.queue("TEA", 3)] == ["o00", "o01", "o02"]
    book.check()


def test_a_burst_writes_the_hot_level_once_for_ninety_orders() -> None:
    book = MemoryBook(a_level(on_hand=700))
    burst = [an_order(f"o{n:04d}", TEA=1, ordered=n) for n in range(1000)]

    for start in range(0, 1000, 90):
        assert allocator(book).run(burst[start : start + 90]) == {}

    assert len(book.moves) <= 50
    level = book.stored_levels["TEA"]
    assert (level.allocated, level.waiting) == (700, 300)
    book.check()


def test_a_plan_that_no_longer_holds_is_made_again() -> None:
    book = MemoryBook(a_level(on_hand=1))
    rival = an_order("rival", TEA=1)

    def interfere(_plan: Plan) -> None:
        book.before_commit = lambda _plan: None
        assert allocator(book).run([rival]) == {}

    book.before_commit = interfere
    failed = allocator(book).run([an_order("late", TEA=1, ordered=5)])

    assert failed == {}
    assert book.stored["rival"].lines == {"TEA": Line(1, 1)}
    assert book.stored["late"].lines == {"TEA": Line(1, 0)}
    book.check()


def test_taking_units_does_not_mind_that_others_took_some_meanwhile() -> None:
    book = MemoryBook(a_level(on_hand=10))
    commits = 0

    def interfere(_plan: Plan) -> None:
        nonlocal commits
        commits += 1
        if commits == 1:
            assert allocator(book).run([an_order("rival", TEA=2)]) == {}

    book.before_commit = interfere
    assert allocator(book).run([an_order("mine", TEA=3)]) == {}

    assert commits == 2
    assert book.stored_levels["TEA"].allocated == 5


def test_a_group_that_keeps_failing_is_split_until_the_culprit_is_alone() -> None:
    book = MemoryBook(a_level(on_hand=100))
    tried: list[int] = []

    def refuse_poison(plan: Plan) -> None:
        tried.append(len(plan.allocations))
        if any(change.after.order_id == "poison" for change in plan.allocations):
            raise RuntimeError("an item this table cannot hold")

    book.before_commit = refuse_poison
    orders = [an_order(f"o{n}", TEA=1, ordered=n) for n in range(7)]
    failed = allocator(book).run([*orders, an_order("poison", TEA=1, ordered=3)])

    assert list(failed) == ["poison"]
    assert isinstance(failed["poison"], RuntimeError)
    assert sorted(book.stored) == [f"o{n}" for n in range(7)]
    assert tried == [8, 4, 4, 2, 1, 1, 2]
    book.check()


def test_a_contended_group_is_tried_three_times_before_it_is_split() -> None:
    book = MemoryBook(a_level(on_hand=100))
    tried: list[int] = []

    def refuse_pairs(plan: Plan) -> None:
        tried.append(len(plan.allocations))
        if len(plan.allocations) > 1:
            raise Contended

    book.before_commit = refuse_pairs
    failed = allocator(book).run([an_order("a", TEA=1), an_order("b", TEA=1)])

    assert failed == {}
    assert tried == [2, 2, 2, 1, 1]


def test_in_a_storm_what_is_left_goes_back_to_the_queue() -> None:
    book = MemoryBook(a_level(on_hand=100))
    tried = 0

    def refuse(_plan: Plan) -> None:
        nonlocal tried
        tried += 1
        raise Contended

    book.before_commit = refuse
    orders = [an_order(f"o{n:02d}", TEA=1, ordered=n) for n in range(64)]
    failed = allocator(book).run(orders)

    assert len(failed) == 64
    assert book.stored == {}
    assert tried < 64


def test_an_outage_is_not_answered_with_more_requests() -> None:
    book = MemoryBook(a_level(on_hand=100))
    tried = 0

    def refuse(_plan: Plan) -> None:
        nonlocal tried
        tried += 1
        raise Unavailable

    book.before_commit = refuse
    failed = allocator(book).run([an_order(f"o{n}", TEA=1) for n in range(8)])

    assert len(failed) == 8
    assert tried == 1


def test_an_unknown_sku_fails_its_order_alone() -> None:
    book = MemoryBook(a_level(on_hand=5))

    failed = allocator(book).run([an_order("bad", NONE=1), an_order("good", TEA=1)])

    assert {order_id: str(error) for order_id, error in failed.items()} == {
        "bad": "no such SKU: NONE"
    }
    assert list(book.stored) == ["good"]


def test_an_order_too_large_for_a_transaction_is_done_in_steps_and_answered_once() -> None:
    skus = [f"S{n:03d}" for n in range(100)]
    book = MemoryBook(*(a_level(sku) for sku in skus))

    failed = allocator(book).run([an_order("huge", **dict.fromkeys(skus, 2))])

    assert failed == {}
    assert book.stored["huge"].answer_version == 1
    assert book.stored["huge"].order_version == 1
    assert not book.stored["huge"].is_partial
    assert [plan.actions for plan in book.commits] == [100, 100, 100, 4]
    book.check()


def test_a_large_order_whose_worker_died_between_steps_is_finished_by_the_next() -> None:
    skus = [f"S{n:03d}" for n in range(70)]
    book = MemoryBook(*(a_level(sku, on_hand=1) for sku in skus))
    order = an_order("huge", **dict.fromkeys(skus, 2))

    def die(_plan: Plan) -> None:
        if book.commits:
            raise Unavailable

    book.before_commit = die
    assert list(allocator(book).run([order])) == ["huge"]
    assert book.stored["huge"].is_partial
    assert book.stored["huge"].answer_version == 0
    book.before_commit = lambda _plan: None
    assert allocator(book).run([order]) == {}

    assert book.stored["huge"].answer_version == 1
    assert sorted(book.stored["huge"].lines) == skus
    book.check()


def test_lines_of_one_sku_are_merged_and_empty_ones_left_out() -> None:
    event = order_event(demand={"TEA": 2})
    event = event.model_copy(
        update={"demand": [*event.demand, *event.demand, *order_event(demand={"POT": 0}).demand]}
    )

    assert demand_of(event).demand == {"TEA": 4}


def test_a_negative_quantity_is_refused() -> None:
    with pytest.raises(ValueError, match="negative demand of TEA"):
        demand_of(order_event(demand={"TEA": -1}))


def test_waiting_orders_are_filled_oldest_first_commit_after_commit() -> None:
    waiting = [an_allocation(f"o{n:03d}", ordered=n, TEA=(1, 0)) for n in range(120)]
    book = MemoryBook(a_level(waiting=120), allocations=waiting)
    restock(book, "TEA", 100)

    assert fill_waiting(book, lambda: NOON, "TEA") == 100

    assert [len(plan.leaves) for plan in book.commits] == [48, 48, 4]
    assert {a.order_id for a in book.stored.values() if a.is_complete} == {
        f"o{n:03d}" for n in range(100)
    }
    assert book.stored_levels["TEA"].waiting == 20
    book.check()
    assert fill_waiting(book, lambda: NOON, "TEA") == 0


@pytest.mark.parametrize("moment", range(6))
def test_a_worker_that_dies_between_commits_of_filling_is_followed_by_another(moment: int) -> None:
    waiting = [an_allocation(f"o{n:03d}", ordered=n, TEA=(1, 0)) for n in range(120)]
    book = MemoryBook(a_level(on_hand=100, waiting=120), allocations=waiting)

    def die(_plan: Plan) -> None:
        if len(book.commits) == moment:
            book.before_commit = lambda _plan: None
            raise KeyboardInterrupt

    book.before_commit = die
    with contextlib.suppress(KeyboardInterrupt):
        fill_waiting(book, lambda: NOON, "TEA")
    book.check()
    fill_waiting(book, lambda: NOON, "TEA")

    assert book.stored_levels["TEA"].allocated == 100
    assert [wait.order_id for wait in book.queue("TEA", 1)] == ["o100"]
    book.check()


def test_filling_reads_again_when_an_order_was_cancelled_meanwhile() -> None:
    waiting = [an_allocation(f"o{n}", ordered=n, TEA=(1, 0)) for n in range(3)]
    book = MemoryBook(a_level(waiting=3), allocations=waiting)
    restock(book, "TEA", 1)

    def cancel(_plan: Plan) -> None:
        book.before_commit = lambda _plan: None
        assert allocator(book).run([an_order("o0", version=2)]) == {}

    book.before_commit = cancel
    assert fill_waiting(book, lambda: NOON, "TEA") == 1

    assert book.stored["o1"].lines == {"TEA": Line(1, 1)}
    assert book.stored["o0"].lines == {}
    book.check()


def test_filling_gives_up_when_others_keep_getting_ahead() -> None:
    book = MemoryBook(a_level(on_hand=1, waiting=1), allocations=[an_allocation("a", TEA=(1, 0))])
    tried = 0

    def refuse(_plan: Plan) -> None:
        nonlocal tried
        tried += 1
        raise Contended

    book.before_commit = refuse
    with pytest.raises(Contended):
        fill_waiting(book, lambda: NOON, "TEA")

    assert tried == 12
    assert book.stored["a"].lines == {"TEA": Line(1, 0)}
