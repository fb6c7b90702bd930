"""Plans on a table: conditions, conflicts, throttling, and a worker that dies at any moment."""

from collections.abc import Callable
from typing import Any

import pytest

from common.dynamo import Table
from common.errors import Contended, Unavailable
from stock.domain.allocation import OrderDemand
from stock.domain.plan import Plan, plan
from stock.repository.book import StockBook
from stock.service.allocate import Allocator
from stock.service.fill_waiting import fill_waiting
from tests.dying import Deaths, survive
from tests.stock.builders import NOON, STAMP, a_level, an_allocation, an_order
from tests.stock.hooks import Refusals, StreamTap
from tests.stock.tables import check, everything, fresh, level, plant, register, story


def decide(book: StockBook, *orders: OrderDemand) -> Plan:
    ids = [order.order_id for order in orders]
    return plan(book.levels(["TEA", "POT"]), book.allocations(ids), orders, STAMP)


def test_a_plan_is_stored_as_it_was_decided(stock_table: Table) -> None:
    register(stock_table, on_hand=3)
    book = StockBook(stock_table)

    book.commit(decide(book, an_order("a", TEA=2), an_order("b", ordered=1, TEA=2)))

    stored = level(stock_table)
    assert (stored.on_hand, stored.allocated, stored.available, stored.waiting) == (3, 2, 1, 2)
    assert stored.version == 2
    assert stored.last_change is not None
    assert stored.last_change.reference == "commit-1"
    assert stored.last_change.orders == 2
    assert stock_table.get("COMMIT#commit-1", "COMMIT") == {
        "pk": "COMMIT#commit-1",
        "sk": "COMMIT",
        "orders": {"TEA": [["a", 2, 0], ["b", 0, 2]]},
    }
    assert [wait.order_id for wait in book.queue("TEA", 10)] == ["b"]
    assert stock_table.get("LIST#SHORT", "TEA") is not None
    assert book.allocations(["a", "b", "c"]).keys() == {"a", "b"}
    check(stock_table)


def test_taking_holds_whatever_others_took_as_long_as_units_are_there(stock_table: Table) -> None:
    register(stock_table, on_hand=5)
    book = StockBook(stock_table)
    early = decide(book, an_order("a", TEA=3))
    other = decide(book, an_order("b", TEA=2))

    book.commit(other)
    book.commit(early)

    assert (level(stock_table).allocated, level(stock_table).available) == (5, 0)
    assert level(stock_table).version == 3
    check(stock_table)


def test_taking_fails_when_too_few_are_left_and_writes_nothing(stock_table: Table) -> None:
    register(stock_table, on_hand=4)
    book = StockBook(stock_table)
    early = decide(book, an_order("a", TEA=3))
    book.commit(decide(book, an_order("b", TEA=2)))
    before = everything(stock_table)

    with pytest.raises(Contended):
        book.commit(early)

    assert everything(stock_table) == before


def test_taking_fails_when_somebody_waits_meanwhile(stock_table: Table) -> None:
    register(stock_table, on_hand=4)
    book = StockBook(stock_table)
    early = decide(book, an_order("a", TEA=1))
    book.commit(decide(book, an_order("b", TEA=9)))

    with pytest.raises(Contended):
        book.commit(early)

    assert book.allocations(["a"]) == {}


def test_waiting_behind_others_holds_whatever_happens_to_the_queue(stock_table: Table) -> None:
    register(stock_table)
    book = StockBook(stock_table)
    book.commit(decide(book, an_order("first", TEA=1)))
    one, two = decide(book, an_order("a", TEA=2)), decide(book, an_order("b", TEA=3))

    book.commit(one)
    book.commit(two)

    assert level(stock_table).waiting == 6
    check(stock_table)


def test_an_order_that_was_decided_elsewhere_is_not_decided_again(stock_table: Table) -> None:
    register(stock_table, on_hand=9)
    book = StockBook(stock_table)
    early = decide(book, an_order("a", TEA=3))
    book.commit(decide(book, an_order("a", version=2, TEA=4)))

    with pytest.raises(Contended):
        book.commit(early)

    assert level(stock_table).allocated == 4


def test_a_conflict_is_tried_again_until_it_settles(stock_table: Table) -> None:
    register(stock_table, on_hand=9)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.add("TransactionCanceledException", "TransactionConflict", "None")
    refusals.add("TransactionCanceledException", "ConditionalCheckFailed", "TransactionConflict")

    failed = Allocator(StockBook(stock_table), lambda: NOON).run([an_order("a", TEA=1)])

    assert failed == {}
    assert refusals.calls == 3
    assert level(stock_table).allocated == 1


def test_endless_conflicts_fail_the_orders_for_now(stock_table: Table) -> None:
    register(stock_table, on_hand=9)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.always("TransactionCanceledException", "TransactionConflict", "None")

    failed = Allocator(StockBook(stock_table), lambda: NOON).run([an_order("a", TEA=1)])

    assert isinstance(failed["a"], Contended)
    assert level(stock_table).allocated == 0


def test_a_failed_condition_is_planned_again(stock_table: Table) -> None:
    register(stock_table, on_hand=9)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.add("TransactionCanceledException", "ConditionalCheckFailed", "None")

    failed = Allocator(StockBook(stock_table), lambda: NOON).run([an_order("a", TEA=1)])

    assert failed == {}
    assert refusals.calls == 2


def test_throttling_fails_all_orders_at_once(stock_table: Table) -> None:
    register(stock_table, on_hand=9)
    refusals = Refusals("dynamodb", "BatchGetItem")
    refusals.always("ProvisionedThroughputExceededException")

    failed = Allocator(StockBook(stock_table), lambda: NOON).run(
        [an_order(f"o{n}", TEA=1) for n in range(4)]
    )

    assert {type(error) for error in failed.values()} == {Unavailable}
    assert refusals.calls == 1


def test_a_worker_may_die_at_any_moment_of_allocating(aws: None) -> None:
    orders = [
        an_order("a", TEA=2, POT=1),
        an_order("b", TEA=2, ordered=1),
        an_order("bad", NONE=1),
    ]

    def world() -> Callable[[], Any]:
        table = fresh()
        plant(table, a_level(on_hand=3), a_level("POT", on_hand=1))
        return lambda: (check(table), story(table))[1]

    def work() -> None:
        failed = Allocator(StockBook(Table("stock")), lambda: NOON).run(orders)
        assert list(failed) == ["bad"]

    ends = survive(Deaths("dynamodb"), world, work)

    # Two reads and a commit, each with a moment before and one after it; and once without death.
    assert len(ends) == 7
    assert all(end == ends[-1] for end in ends)
    assert ends[-1][0]["TEA"] == (3, 2, 1, 2)


def test_a_worker_may_die_at_any_moment_of_filling(aws: None) -> None:
    waiting = [an_allocation(f"o{m}", ordered=m, TEA=(1, 0)) for m in range(4)]

    def world() -> Callable[[], Any]:
        table = fresh()
        plant(table, a_level(on_hand=3, waiting=4), allocations=waiting)
        return lambda: (check(table), story(table))[1]

    def work() -> None:
        fill_waiting(StockBook(Table("stock")), lambda: NOON, "TEA")

    ends = survive(Deaths("dynamodb"), world, work)

    # Three reads, a commit, and the reads that find nothing more to do.
    assert len(ends) == 11
    assert all(end == ends[-1] for end in ends)
    assert ends[-1][0]["TEA"] == (3, 3, 0, 1)


def test_every_write_of_a_commit_is_in_the_stream(stock_table: Table) -> None:
    register(stock_table, on_hand=3)
    tap = StreamTap(stock_table)
    book = StockBook(stock_table)

    book.commit(decide(book, an_order("a", TEA=2)))

    keys = [r["dynamodb"]["Keys"]["sk"]["S"] for r in tap.records]
    assert keys == ["LEVEL", "ALLOC"]
    assert tap.hot_writes("TEA") == 1
