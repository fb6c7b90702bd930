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


class Part(NamedTuple):
    """What of an order is made of the same things: a SKU as one listing sells it; listing "" for
    what no listing sold."""

    sku: str
    listing: str = ""


class SetLine(NamedTuple):
    """A set in an order, or a pack. components: what one of them took when it was first seen."""

    units: int
    components: Mapping[str, int]


# By SKU, then by listing id.
SoldBy = Mapping[str, Mapping[str, Sold]]


@dataclass(frozen=True, slots=True)
class OrderDemand:
    """All that one version of an order wants, merged per SKU; empty when it was cancelled.

    sold: by which listings; units that no listing sold are left out. sets: parts whose components
    are in `demand` and `sold`, None as long as nobody looked for them: until then both count what
    was ordered, not what it takes. is_final: false for a step towards a demand that does not fit
    one transaction.
    """

    order_id: str
    shop_id: str
    version: int
    ordered_at: datetime
    demand: Mapping[str, int]
    sold: SoldBy = field(default_factory=dict)
    sets: Mapping[Part, SetLine] | None = None
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
    sets: Mapping[Part, SetLine] = field(default_factory=dict)
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
        """The lines as they were ordered: a set is one line, a pack counts as one, and both are
        allocated when all that they take is."""
        if not self.sets:
            return dict(self.lines)
        left = {sku: line.wanted for sku, line in self.lines.items()}
        lines: dict[str, Line] = {}
        for (sku, _), (units, components) in self.sets.items():
            if not units:
                continue
            is_held = True
            for component, each in components.items():
                left[component] = left.get(component, 0) - units * each
                line = self.lines.get(component)
                is_held = is_held and line is not None and not line.is_waiting
            lines[sku] = _sum(lines.get(sku), units, units if is_held else 0)
        for sku, units in left.items():
            if units > 0:
                lines[sku] = _sum(lines.get(sku), units, min(units, self.lines[sku].allocated))
        return dict(sorted(lines.items()))


def _sum(line: Line | None, wanted: int, allocated: int) -> Line:
    before = line or Line(0, 0)
    return Line(before.wanted + wanted, before.allocated + allocated)


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


def parts_of(order: OrderDemand) -> dict[Part, Sold]:
    """The order by SKU and listing; what no listing sold is under listing "" if there is any."""
    found = {
        Part(sku, listing): sold for sku, by in order.sold.items() for listing, sold in by.items()
    }
    for sku, units in order.demand.items():
        rest = units - sum(sold.wanted for sold in order.sold.get(sku, {}).values())
        if rest > 0:
            found[Part(sku)] = Sold(rest)
    return found


def expanded(
    order: OrderDemand,
    stored: Allocation | None,
    sets: Mapping[str, Mapping[str, int]],
    takes: Mapping[Part, Mapping[str, int]] | None = None,
) -> OrderDemand:
    """The order with what it takes of the storehouse in place of what was ordered.

    takes: what one of a listing takes, of listings that are mapped to the SKU. sets: set SKU →
    component SKU → units, for what no such listing sold. What the order has already stays what it
    was made of then, whatever became of the set or the listing.
    """
    if order.sets is not None:
        return order

    def made_of(part: Part) -> Mapping[str, int]:
        if stored is not None and part in stored.sets:
            return stored.sets[part].components
        plain = {part.sku: 1}
        if stored is not None and _has_plain(stored, part):
            return plain
        return (takes or {}).get(part) or sets.get(part.sku) or plain

    parts = {part: (sold, made_of(part)) for part, sold in sorted(parts_of(order).items())}
    return replace(
        order,
        demand=merged(
            (sku, sold.wanted * each) for sold, made in parts.values() for sku, each in made.items()
        ),
        sold=merged_sold(
            (sku, part.listing, Sold(sold.wanted * each, sold.cancelled * each))
            for part, (sold, made) in parts.items()
            for sku, each in made.items()
        ),
        sets={
            part: SetLine(sold.wanted, dict(made))
            for part, (sold, made) in parts.items()
            if made != {part.sku: 1}
        },
    )


def _has_plain(stored: Allocation, part: Part) -> bool:
    """Whether the order was seen with this part as units of its own SKU."""
    if part.listing:
        return part.listing in stored.sold.get(part.sku, {})
    return part.sku in stored.lines
