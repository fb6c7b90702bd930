"""Levels while a decision is made: running numbers, and who changed them by how much."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from stock.domain.allocation import Sold
from stock.domain.exposure import charge
from stock.domain.level import Guard, LastChange, Level, LevelMove, Reason, Share


class Counter:
    """One level while orders are decided one after another."""

    def __init__(self, level: Level) -> None:
        self.level = level
        self.available = level.available
        self.waiting = level.waiting
        self._released = False
        self._waited = False
        self._filled = 0
        self._shares: dict[str, tuple[int, int]] = {}
        self._sales = Sales(level)

    def has(self, units: int) -> bool:
        """Whether a new line may be allocated: enough is free, and nobody is ahead."""
        return self.waiting == 0 and self.available >= units

    def take(self, order_id: str, units: int) -> None:
        """Allocate a new line."""
        self._add(order_id, units, 0)

    def wait(self, order_id: str, units: int) -> None:
        """Put a new line into the queue."""
        self._waited = True
        self._add(order_id, 0, units)

    def release(self, order_id: str, *, allocated: int = 0, waiting: int = 0) -> None:
        """Give allocated units back, or leave the queue."""
        self._released = self._released or allocated != 0 or waiting != 0
        self._add(order_id, -allocated, -waiting)

    def fill(self, order_id: str, units: int) -> None:
        """A waiting line becomes an allocated one."""
        self._filled += units
        self._add(order_id, units, -units)

    def sell(self, listing: str, before: Sold, after: Sold) -> None:
        """What a listing sold to one order changed: charge its exposure, or give back to it."""
        self._sales.change(listing, before, after)

    def _add(self, order_id: str, allocated: int, waiting: int) -> None:
        self.available -= allocated
        self.waiting += waiting
        known = self._shares.get(order_id, (0, 0))
        self._shares[order_id] = (known[0] + allocated, known[1] + waiting)

    @property
    def _guard(self) -> Guard:
        """The weakest condition under which the decision is still right, and the level does not
        turn short or sufficient unseen: the fewer commits fail, the hotter a SKU may be."""
        sales = self._sales
        if self._filled and self.waiting > 0:
            return Guard(available=self._filled, waiting=self._filled + 1)
        if self._filled or self._released or sales.needs_version or not self._shares:
            return Guard(self.level.version)
        if self._waited:
            # Where units wait, a new line waits too, whatever became free meanwhile.
            is_queue = self.level.waiting > 0
            return sales.guard(Guard(waiting=1)) if is_queue else Guard(self.level.version)
        taken = self.level.available - self.available
        return sales.guard(Guard(nobody_waits=True, available=taken))

    def move(self, commit_id: str, at: datetime, reason: Reason | None = None) -> LevelMove:
        """The change of the level, with the orders that took part."""
        shares = [Share(order_id, *units) for order_id, units in self._shares.items()]
        allocated = sum(share.allocated for share in shares)
        waiting = sum(share.waiting for share in shares)
        change = LastChange(
            id=commit_id,
            reason=reason or (_reason(shares, allocated, waiting) if shares else Reason.EXPOSE),
            at=at,
            reference=shares[0].order_id if len(shares) == 1 else commit_id,
            orders=len(shares),
        )
        after = self.level.moved(
            change,
            allocated=allocated,
            waiting=waiting,
            exposures=self._sales.exposures,
            returned=self._sales.returned,
            sold=self._sales.sold,
        )
        return LevelMove(self.level, after, self._guard, tuple(shares))


class Sales:
    """What the orders of one decision change at what listings of a level may still sell."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self.exposures: dict[str, int] = {}
        self.returned: dict[str, int] = {}
        self.sold: dict[str, int] = {}
        self.needs_version = False
        self._unkept: set[str] = set()

    def change(self, listing: str, before: Sold, after: Sold) -> None:
        """Charge what was sold more; what was sold less goes back to the listing.

        A cancellation of units that were never charged (the order was cancelled before we saw it)
        counts as given back only: the mall may have put them on sale after a publish of ours.
        """
        more = after.wanted - before.wanted
        back = max(0, -more)
        unseen = max(0, after.cancelled - before.cancelled - back)
        gross = sum(after) - sum(before)
        if gross > 0:
            self.sold[listing] = self.sold.get(listing, 0) + gross
        if listing not in self._level.exposures:
            self._unkept.add(listing)
            return
        now = self._level.exposures[listing] + self.exposures.get(listing, 0)
        charged = charge(now, more) if more > 0 else -back
        # Anything but a full charge depends on what else is charged at the same time.
        self.needs_version = self.needs_version or charged != more or back > 0
        if charged:
            self.exposures[listing] = self.exposures.get(listing, 0) - charged
        if back or unseen:
            self.returned[listing] = self.returned.get(listing, 0) + back + unseen

    def guard(self, guard: Guard) -> Guard:
        """The same with what must hold of the listings: still kept, and enough to charge."""
        return replace(
            guard,
            exposures={
                **dict.fromkeys(self.returned, 0),
                **{one: -units for one, units in self.exposures.items()},
            },
            exposed=dict.fromkeys(sorted(self._unkept)),
        )


class Counters:
    """The counters that a decision touches, made when first asked for."""

    def __init__(self, levels: Mapping[str, Level]) -> None:
        self._levels = levels
        self._touched: dict[str, Counter] = {}

    def __contains__(self, sku: str) -> bool:
        return sku in self._levels

    def of(self, sku: str) -> Counter:
        if sku not in self._touched:
            self._touched[sku] = Counter(self._levels[sku])
        return self._touched[sku]

    def moves(self, commit_id: str, at: datetime) -> Sequence[LevelMove]:
        return [counter.move(commit_id, at) for _, counter in sorted(self._touched.items())]


def _reason(shares: Sequence[Share], allocated: int, waiting: int) -> Reason:
    if allocated > 0 or (allocated == 0 and any(share.allocated > 0 for share in shares)):
        return Reason.ALLOCATE
    return Reason.RELEASE if allocated < 0 or waiting < 0 else Reason.WAIT
