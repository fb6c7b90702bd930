"""Allocating the orders that wait, when units came free."""

from collections.abc import Sequence
from typing import Protocol

from common.clock import Clock
from common.errors import Contended
from common.ids import ulid
from stock.domain.allocation import Allocation, Wait
from stock.domain.fill import fill
from stock.domain.level import Level
from stock.domain.plan import Plan, Stamp

# An order is two writes (allocation, queue), and the level, its list and the commit are three.
ORDERS_A_COMMIT = 48
TRIES = 12


class WaitingBook(Protocol):
    """Port: levels, allocations and queues. `commit` raises Contended."""

    def allocations(self, order_ids: Sequence[str]) -> dict[str, Allocation]: ...

    def levels(self, skus: Sequence[str]) -> dict[str, Level]: ...

    def queue(self, sku: str, limit: int) -> list[Wait]: ...

    def commit(self, plan: Plan) -> None: ...


def fill_waiting(book: WaitingBook, clock: Clock, sku: str) -> int:
    """Give the free units of a SKU to the oldest waiting lines; returns how many lines got theirs.

    Doing it again changes nothing. Raises Contended when others kept getting ahead.
    """
    filled, failures = 0, 0
    while True:
        try:
            lines = _fill_once(book, clock, sku)
        except Contended:
            failures += 1
            if failures == TRIES:
                raise
            continue
        if not lines:
            return filled
        filled += lines


def _fill_once(book: WaitingBook, clock: Clock, sku: str) -> int:
    # The level is read first: every change of the queue also changes the level's version, so a
    # commit for that version stands on the queue as it was read.
    level = book.levels([sku]).get(sku)
    if level is None or not level.is_fillable:
        return 0
    queue = book.queue(sku, ORDERS_A_COMMIT)
    now = clock()
    try:
        known = book.allocations([wait.order_id for wait in queue])
        decided = fill(level, queue, known, Stamp(ulid(now), now))
    except ValueError as torn:
        raise Contended("the queue changed while it was read") from torn
    if not decided.is_empty:
        book.commit(decided)
    return len(decided.leaves)
