"""One decision about many orders: the heart of allocation, as a pure function.

Rules: a line (order × SKU) is allocated whole or waits whole; the lines of one order are
independent; first come, first served by (ordered_at, order_id), and while units wait for a SKU
a new line waits too, so that nobody overtakes. An allocated line that shrinks gives units back
and stays allocated; one that grows beyond what is free gives all back and waits for the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from stock.domain.allocation import (
    Allocation,
    AllocationChange,
    Line,
    OrderDemand,
    Sold,
    Wait,
    newest,
)
from stock.domain.counters import Counters
from stock.domain.level import Level, LevelMove

NOTHING = Line(0, 0)
UNSOLD = Sold(0)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Id and time of a commit."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What one transaction writes. `rejected`: orders that cannot be decided, with the reason."""

    stamp: Stamp
    levels: Sequence[LevelMove] = ()
    allocations: Sequence[AllocationChange] = ()
    waits: Sequence[Wait] = ()
    leaves: Sequence[Wait] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.allocations

    @property
    def groups(self) -> Mapping[str, Sequence[tuple[str, int, int]]]:
        """Per SKU that several orders changed: (order id, allocated, waiting), signed units."""
        return {
            move.sku: [(s.order_id, s.allocated, s.waiting) for s in move.shares]
            for move in self.levels
            if len(move.shares) > 1
        }

    @property
    def actions(self) -> int:
        """How many items the transaction writes."""
        toggles = sum(move.turns_short or move.turns_sufficient for move in self.levels)
        items = len(self.levels) + len(self.allocations) + len(self.waits) + len(self.leaves)
        return items + toggles + bool(self.groups)


@dataclass(slots=True)
class _Case:
    """One order while it is decided."""

    order: OrderDemand
    before: Allocation | None
    lines: dict[str, Line]

    def old(self, sku: str) -> Line:
        return self.before.lines.get(sku, NOTHING) if self.before else NOTHING

    @property
    def changed(self) -> list[str]:
        """SKUs whose demand differs from what is stored."""
        skus = self.order.demand.keys() | (self.before.lines.keys() if self.before else set())
        return sorted(s for s in skus if self.old(s).wanted != self.order.demand.get(s, 0))


def plan(
    levels: Mapping[str, Level],
    allocations: Mapping[str, Allocation],
    orders: Sequence[OrderDemand],
    stamp: Stamp,
) -> Plan:
    """Decide about orders. Versions not newer than the stored one are ignored.

    levels: by SKU, of every SKU in question; allocations: by order id, of the orders that have
    one. Rejected are orders that want a SKU without a level; they do not hold up the others.
    """
    counters = Counters(levels)
    cases, rejected = _cases(levels, allocations, orders)
    for case in cases:
        _release(case, counters)
    for case in cases:
        _take(case, counters)
        _charge(case, counters)
    changes = [_change(case, stamp) for case in cases]
    waits, leaves = _queue_changes(changes)
    moves = counters.moves(stamp.id, stamp.at)
    return Plan(stamp, moves, changes, waits, leaves, rejected)


def _cases(
    levels: Mapping[str, Level],
    allocations: Mapping[str, Allocation],
    orders: Sequence[OrderDemand],
) -> tuple[list[_Case], dict[str, str]]:
    cases, rejected = [], {}
    for order in newest(orders):
        before = allocations.get(order.order_id)
        if before and order.version <= before.order_version:
            continue
        case = _Case(order, before, dict(before.lines) if before else {})
        unknown = [sku for sku in case.changed if sku not in levels]
        if unknown:
            rejected[order.order_id] = f"no such SKU: {unknown[0]}"
        else:
            cases.append(case)
    # The place in the queue is the one the order had when it was first seen.
    cases.sort(key=lambda case: case.before.place if case.before else case.order.place)
    return cases, rejected


def _release(case: _Case, counters: Counters) -> None:
    """Give back what is no longer wanted, and leave the queues of lines that changed."""
    for sku in case.changed:
        old, wanted = case.old(sku), case.order.demand.get(sku, 0)
        if old.is_waiting:
            counters.of(sku).release(case.order.order_id, waiting=old.wanted)
            case.lines[sku] = NOTHING
        elif wanted < old.wanted:
            counters.of(sku).release(case.order.order_id, allocated=old.wanted - wanted)
            case.lines[sku] = Line(wanted, wanted)


def _take(case: _Case, counters: Counters) -> None:
    """Take what is wanted more, or wait for the whole line."""
    for sku in case.changed:
        held, wanted = case.lines.get(sku, NOTHING), case.order.demand.get(sku, 0)
        if wanted > held.allocated:
            counter = counters.of(sku)
            if counter.has(wanted - held.allocated):
                counter.take(case.order.order_id, wanted - held.allocated)
                case.lines[sku] = Line(wanted, wanted)
            else:
                counter.release(case.order.order_id, allocated=held.allocated)
                counter.wait(case.order.order_id, wanted)
                case.lines[sku] = Line(wanted, 0)


def _charge(case: _Case, counters: Counters) -> None:
    """Charge the listings that sold it, whether the line is allocated or waits."""
    before = case.before.sold if case.before else {}
    after = case.order.sold
    for sku in sorted(before.keys() | after.keys()):
        if sku not in counters:
            continue
        new = after.get(sku, {})
        old = before[sku] if sku in before else _charged_unnamed(case.old(sku).wanted, new)
        for listing in sorted(old.keys() | new.keys()):
            was, now = old.get(listing, UNSOLD), new.get(listing, UNSOLD)
            if was != now:
                counters.of(sku).sell(listing, was, now)


def _charged_unnamed(wanted: int, new: Mapping[str, Sold]) -> Mapping[str, Sold]:
    """A line that was stored before its listing was known took its units long ago: they are not
    charged to the listing now."""
    found = {}
    for listing, sold in sorted(new.items()):
        units = min(wanted, sold.wanted)
        wanted -= units
        found[listing] = Sold(units, sold.cancelled if units else 0)
    return found


def _change(case: _Case, stamp: Stamp) -> AllocationChange:
    order = case.order
    before = case.before or Allocation(order.order_id, order.shop_id, order.ordered_at)
    lines = {sku: line for sku, line in sorted(case.lines.items()) if line.wanted}
    # The first answer is due even if nothing is wanted; after that only changes are answered,
    # or each answer, stored by `orders` as a new version, would call for the next one.
    is_news = before.order_version == 0 or before.is_partial or lines != dict(before.lines)
    after = replace(
        before,
        order_version=order.version if order.is_final else before.order_version,
        answer_version=before.answer_version + (1 if order.is_final and is_news else 0),
        version=before.version + 1,
        lines=lines,
        sold=order.sold,
        sets=order.sets or {},
        is_partial=not order.is_final,
        at=stamp.at if is_news else before.at,
    )
    return AllocationChange(case.before, after)


def _queue_changes(changes: Sequence[AllocationChange]) -> tuple[list[Wait], list[Wait]]:
    """Lines that enter a queue (or change in it), and lines that leave one."""
    enter, leave = [], []
    for change in changes:
        old, new = _waits(change.before), _waits(change.after)
        enter += [wait for sku, wait in new.items() if old.get(sku) != wait]
        leave += [wait for sku, wait in old.items() if sku not in new]
    return enter, leave


def _waits(allocation: Allocation | None) -> dict[str, Wait]:
    if allocation is None:
        return {}
    return {
        sku: Wait(sku, allocation.order_id, allocation.ordered_at, line.wanted)
        for sku, line in allocation.lines.items()
        if line.is_waiting
    }
