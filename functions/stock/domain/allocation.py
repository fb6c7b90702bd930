"""What orders want of each SKU, and what is set aside for them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from common.clock import to_wire


def place(ordered_at: datetime, order_id: str) -> str:
    """First come, first served: the text order of places is the order of the queue."""
    return f"{to_wire(ordered_at)}#{order_id}"


@dataclass(frozen=True, slots=True)
class OrderDemand:
    """All that one version of an order wants, merged per SKU; empty when it was cancelled.

    is_final: false for a step towards a demand that does not fit one transaction.
    """

    order_id: str
    shop_id: str
    version: int
    ordered_at: datetime
    demand: Mapping[str, int]
    is_final: bool = True

    @property
    def place(self) -> str:
        return place(self.ordered_at, self.order_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU of one order: allocated whole, or waiting whole."""

    wanted: int
    allocated: int

    @property
    def is_waiting(self) -> bool:
        return self.allocated < self.wanted


@dataclass(frozen=True, slots=True)
class Allocation:
    """What stock holds for one order.

    version: +1 every write, what writers compare (0: not stored yet). order_version: the newest
    order version worked off. answer_version: +1 whenever `lines` changed, what the answer
    carries. is_partial: a large order whose last step is missing.
    """

    order_id: str
    shop_id: str
    ordered_at: datetime
    order_version: int = 0
    answer_version: int = 0
    version: int = 0
    lines: Mapping[str, Line] = field(default_factory=dict)
    is_partial: bool = False
    at: datetime | None = None

    @property
    def place(self) -> str:
        return place(self.ordered_at, self.order_id)

    @property
    def is_complete(self) -> bool:
        """Nothing of the order waits."""
        return not any(line.is_waiting for line in self.lines.values())


@dataclass(frozen=True, slots=True)
class Wait:
    """One line in the queue of its SKU."""

    sku: str
    order_id: str
    ordered_at: datetime
    quantity: int

    @property
    def place(self) -> str:
        return place(self.ordered_at, self.order_id)


@dataclass(frozen=True, slots=True)
class AllocationChange:
    """One allocation before (None: none yet) and after a decision."""

    before: Allocation | None
    after: Allocation


def merged(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units per SKU. A transaction may touch an item once, so lines of one SKU are one demand.

    Raises ValueError for a negative quantity.
    """
    found: dict[str, int] = {}
    for sku, quantity in lines:
        if quantity < 0:
            raise ValueError(f"negative demand of {sku}")
        if quantity:
            found[sku] = found.get(sku, 0) + quantity
    return found


def newest(orders: Iterable[OrderDemand]) -> list[OrderDemand]:
    """The newest version of each order, in the order of the queue."""
    found: dict[str, OrderDemand] = {}
    for order in orders:
        known = found.get(order.order_id)
        if known is None or order.version > known.version:
            found[order.order_id] = order
    return sorted(found.values(), key=lambda order: order.place)


def steps(order: OrderDemand, stored: Allocation | None, size: int) -> Iterator[OrderDemand]:
    """The same order as steps that change at most `size` SKUs each; only the last is final.

    A step is stored without the order's version, so a worker that dies in between starts again
    and finds the former steps done.
    """
    target = {sku: line.wanted for sku, line in stored.lines.items()} if stored else {}
    skus = target.keys() | order.demand.keys()
    changed = sorted(sku for sku in skus if target.get(sku, 0) != order.demand.get(sku, 0))
    for start in range(0, len(changed), size):
        target |= {sku: order.demand.get(sku, 0) for sku in changed[start : start + size]}
        demand = {sku: units for sku, units in target.items() if units}
        yield replace(order, demand=demand, is_final=start + size >= len(changed))
