"""Stock as of any moment, from the ledger."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from common.consumer import changes
from common.dynamo import Table
from stock.domain.level import LastChange, Level, Reason, receive, set_level
from stock.domain.views import Move, Person, ledger_entry
from stock.repository.catalogue import Catalogue
from stock.repository.ledger import Ledger
from stock.repository.stream import level_move
from stock.service.allocate import Allocator
from stock.service.counting import Counting
from stock.service.fill_waiting import fill_waiting
from stock.service.looking_back import level_at
from stock.service.requests import Receipt
from tests.stock.builders import an_order, minute
from tests.stock.hooks import StreamTap
from tests.stock.house import WHO
from tests.stock.memory import MemoryBook
from tests.stock.tables import register


def entry(version: int, at: datetime) -> Move:
    """Version n brings the number on hand to n * n."""
    zero = dict.fromkeys(
        "allocated_before allocated_after waiting_before waiting_after orders".split(), 0
    )
    return Move(
        version=version,
        at=at,
        reason="RECEIVE",
        actor=Person(kind="staff", id="staff-1"),
        reference="",
        note="",
        on_hand_before=(version - 1) ** 2,
        on_hand_after=version**2,
        **zero,
    )


@given(
    steps=st.lists(st.integers(0, 3), max_size=40),
    missing=st.sets(st.integers(1, 40)),
    asked=st.integers(-1, 130),
)
def test_it_is_the_newest_entry_of_that_moment_also_where_others_are_missing(
    steps: Sequence[int], missing: set[int], asked: int
) -> None:
    at, ledger = 0, []
    for version, step in enumerate(steps, 1):
        at += step
        ledger.append(entry(version, minute(at)))
    there = [one for one in ledger if one.version not in missing]
    reads = []

    def newest_move(version: int) -> Move | None:
        reads.append(version)
        return next((one for one in reversed(there) if one.version <= version), None)

    past = level_at("TEA", minute(asked), len(steps), newest_move)

    wanted = next((one for one in reversed(there) if one.at <= minute(asked)), None)
    assert (past.version, past.on_hand) == (
        (wanted.version, wanted.on_hand_after) if wanted else (0, 0)
    )
    assert past.changed_at == (wanted.at if wanted else None)
    assert len(reads) <= len(steps).bit_length()


# What somebody does in a minute: (what, units).
minutes = st.lists(
    st.tuples(st.sampled_from(["receive", "count", "order", "cancel"]), st.integers(1, 9)),
    max_size=12,
)


@given(day=minutes)
def test_it_is_what_the_counters_were_and_what_the_moves_add_up_to(
    day: Sequence[tuple[str, int]],
) -> None:
    book = MemoryBook(Level("TEA"))
    seen = []
    for n, (what, units) in enumerate(day):
        do(book, what, units, n)
        now = book.stored_levels["TEA"]
        seen.append((now.on_hand, now.allocated, now.waiting))
    ledger = [ledger_entry(move) for move in book.moves]

    def newest_move(version: int) -> Move | None:
        return next((one for one in reversed(ledger) if one.version <= version), None)

    for n, counters in enumerate(seen):
        past = level_at("TEA", minute(n), len(ledger), newest_move)
        assert (past.on_hand, past.allocated, past.waiting) == counters
        assert past.available == past.on_hand - past.allocated
        told = [one for one in ledger if one.at <= minute(n)]
        assert past.on_hand == sum(one.on_hand_after - one.on_hand_before for one in told)
        assert past.allocated == sum(one.allocated_after - one.allocated_before for one in told)
    assert level_at("TEA", minute(-1), len(ledger), newest_move).version == 0


def do(book: MemoryBook, what: str, units: int, n: int) -> None:
    now, at = book.stored_levels["TEA"], minute(n)
    if what == "receive":
        book.change_level(receive(now, LastChange(f"r{n}", Reason.RECEIVE, at), units))
    elif what == "count":
        change = LastChange(f"c{n}", Reason.STOCKTAKE, at)
        book.change_level(set_level(now, change, on_hand=units, safety=0))
    else:
        demand = {"TEA": units} if what == "order" else {}
        Allocator(book, lambda: at).run([an_order("a", version=n + 1, **demand)])
    fill_waiting(book, lambda: at, "TEA")


def test_the_table_finds_the_newest_entry_up_to_a_version(stock_table: Table) -> None:
    tap = StreamTap(stock_table)
    register(stock_table, on_hand=3)
    counting = Counting(Catalogue(stock_table), lambda: minute(5))
    counting.receive("TEA", Receipt(quantity=1), WHO, "r1")
    counting.receive("TEA", Receipt(quantity=1), WHO, "r2")
    register(stock_table, "TEA2", on_hand=9)
    ledger = Ledger(stock_table)
    moves = [level_move(change) for change in changes(tap.event(sk="LEVEL"))]
    ledger.record(move for move in moves if move and (move.sku, move.after.version) != ("TEA", 2))

    found = [ledger.newest_move("TEA", version) for version in range(5)]

    assert [one.version if one else 0 for one in found] == [0, 1, 1, 3, 3]
    past = level_at("TEA", minute(5), 3, partial(ledger.newest_move, "TEA"))
    assert (past.version, past.on_hand) == (3, 5)
    assert level_at("TEA", minute(0), 3, partial(ledger.newest_move, "TEA")).on_hand == 3
