"""Giving units that became free to the orders that wait, oldest first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stock.domain.allocation import Allocation, AllocationChange, Line, Wait
from stock.domain.counters import Counter
from stock.domain.level import Level, Reason
from stock.domain.plan import Plan, Stamp


def fill(
    level: Level,
    queue: Sequence[Wait],
    allocations: Mapping[str, Allocation],
    stamp: Stamp,
) -> Plan:
    """Allocate waiting lines as long as they fit; stop at the first that does not.

    queue: the head of the SKU's queue, in order; allocations: of its orders, by order id. The
    plan is empty when the head does not fit. Raises ValueError when queue and allocations were
    read at different moments and do not agree.
    """
    counter = Counter(level)
    changes, leaves = [], []
    for wait in queue:
        if wait.quantity > counter.available:
            break
        before = allocations.get(wait.order_id)
        if before is None or before.lines.get(wait.sku) != Line(wait.quantity, 0):
            raise ValueError(f"{wait.order_id} does not wait for {wait.sku}")
        counter.fill(wait.order_id, wait.quantity)
        changes.append(_filled(before, wait, stamp))
        leaves.append(wait)
    moves = [counter.move(stamp.id, stamp.at, Reason.FILL)] if changes else []
    return Plan(stamp, moves, changes, leaves=leaves)


def _filled(before: Allocation, wait: Wait, stamp: Stamp) -> AllocationChange:
    after = replace(
        before,
        answer_version=before.answer_version + 1,
        version=before.version + 1,
        lines={**before.lines, wait.sku: Line(wait.quantity, wait.quantity)},
        at=stamp.at,
    )
    return AllocationChange(before, after)
