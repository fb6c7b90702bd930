"""What orders want of each SKU, and what is set aside for them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from common.clock import to_wire


def place(ordered_at: datetime, order_id: str) -> str:
    """First come, first served: the text order of places is the order of the queue."""
    return f"{to_wire(ordered_at)}#{order_id}"


class Sold(NamedTuple):
    """What one listing sold to one order. cancelled: units that were ordered and are wanted no
    more; the mall may have put them on sale again."""

    wanted: int
    cancelled: int = 0


class SetLine(NamedTuple):
    """A set in an order. components: what one of them took when it was first seen."""

    units: int
    components: Mapping[str, int]


# By SKU, then by listing id.
SoldBy = Mapping[str, Mapping[str, Sold]]


@dataclass(frozen=True, slots=True)
class OrderDemand:
    """All that one version of an order wants, merged per SKU; empty when it was cancelled.

    sold: by which listings; units that no listing sold are left out. sets: sets whose components
    are in `demand` and `sold`, None as long as nobody looked for sets. is_final: false for a step
    towards a demand that does not fit one transaction.
    """

    order_id: str
    shop_id: str
    version: int
    ordered_at: datetime
    demand: Mapping[str, int]
    sold: SoldBy = field(default_factory=dict)
    sets: Mapping[str, SetLine] | None = None
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
    sold: SoldBy = field(default_factory=dict)
    sets: Mapping[str, SetLine] = field(default_factory=dict)
    is_partial: bool = False
    at: datetime | None = None

    @property
    def place(self) -> str:
        return place(self.ordered_at, self.order_id)

    @property
    def is_complete(self) -> bool:
        """Nothing of the order waits."""
        return not any(line.is_waiting for line in self.lines.values())

    @property
    def ordered(self) -> dict[str, Line]:
        """The lines as they were ordered: a set is one line, and is allocated when all of its
        components are."""
        if not self.sets:
            return dict(self.lines)
        found = {sku: line.wanted for sku, line in self.lines.items()}
        lines: dict[str, Line] = {}
        for sku, (units, components) in self.sets.items():
            is_held = True
            for component, each in components.items():
                found[component] = found.get(component, 0) - units * each
                line = self.lines.get(component)
                is_held = is_held and line is not None and not line.is_waiting
            lines[sku] = Line(units, units if is_held else 0)
        for sku, units in found.items():
            if units > 0:
                lines[sku] = Line(units, min(units, self.lines[sku].allocated))
        return dict(sorted(lines.items()))


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
    known = stored.sold if stored else {}
    for start in range(0, len(changed), size):
        target |= {sku: order.demand.get(sku, 0) for sku in changed[start : start + size]}
        demand = {sku: units for sku, units in target.items() if units}
        is_final = start + size >= len(changed)
        done = changed[: start + size]
        sold = {sku: by for sku, by in known.items() if sku not in done}
        sold |= {sku: by for sku, by in order.sold.items() if is_final or sku in done}
        yield replace(
            order, demand=demand, sold=order.sold if is_final else sold, is_final=is_final
        )


def merged_sold(lines: Iterable[tuple[str, str, Sold]]) -> dict[str, dict[str, Sold]]:
    """(SKU, listing id, sold) → by SKU and listing; lines that no listing sold are left out."""
    found: dict[str, dict[str, Sold]] = {}
    for sku, listing, (wanted, cancelled) in lines:
        if listing and (wanted or cancelled):
            by = found.setdefault(sku, {})
            old = by.get(listing, Sold(0))
            by[listing] = Sold(old.wanted + wanted, old.cancelled + cancelled)
    return found


def expanded(
    order: OrderDemand, stored: Allocation | None, sets: Mapping[str, Mapping[str, int]]
) -> OrderDemand:
    """The order with components in place of sets. sets: set SKU → component SKU → units.

    A set that the order has already stays what it was made of then.
    """
    if order.sets is not None:
        return order
    frozen = {sku: line.components for sku, line in stored.sets.items()} if stored else {}
    made_of = {**sets, **frozen}

    def parts(sku: str) -> Mapping[str, int]:
        return made_of.get(sku) or {sku: 1}

    return replace(
        order,
        demand=merged(
            (part, units * each)
            for sku, units in order.demand.items()
            for part, each in parts(sku).items()
        ),
        sold=merged_sold(
            (part, listing, Sold(sold.wanted * each, sold.cancelled * each))
            for sku, by in order.sold.items()
            for listing, sold in by.items()
            for part, each in parts(sku).items()
        ),
        sets={
            sku: SetLine(units, dict(made_of[sku]))
            for sku, units in sorted(order.demand.items())
            if made_of.get(sku)
        },
    )
