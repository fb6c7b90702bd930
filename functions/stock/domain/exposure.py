"""Strict mode: what each shop may still sell, as changes of one level. Pure.

The rule that must hold at every moment, for every listing of a SKU:

    exposure + returned by the mall but charged here ≥ sold but not charged here + still shown

and all exposures together are at most what is free. Then all that was ever sold is at most what
is on hand, whatever is lost, late, repeated or in the wrong order. Each function below keeps it:

- `charge`: a sale reached us. It was sold under the listing's exposure, so that falls with it.
- `begin`: a quantity is about to be sent. With u sales that did not reach us (u ≤ exposure) a mall
  that is set to q may have sold or still sell u + q, so the exposure rises by q before anything is
  sent. A mall that compares first (it shows s, so u ≤ exposure - s) needs only q - s.
- `take_back`: the mall certainly did not do it; or it compared, and did.
- `release`: the mall certainly showed `known` at a moment, and every sale before that moment is
  charged: what it can have sold or still sell is `known`, and what came back to it since.
- `give_back`: an order was cancelled. Malls put its units on sale again by themselves, at a time
  that we do not know, so they go where they were sold from; the next publish frees them.
- `observe`: the mall shows more than it can, so somebody set it by hand: like a publish of ours
  that nobody budgeted for.

Units are those of the level's SKU; a listing that takes several of it counts for so many.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stock.domain.level import Guard, LastChange, Level, LevelMove, Mode
from stock.domain.listing import Listing


class NoBudget(Exception):
    """There are not enough free units to show so much. Nothing was changed."""


def charge(exposure: int, units: int) -> int:
    """How many of the units sold fall on the listing; the rest falls on the pool: it was sold
    outside of what we gave the listing, by hand or long ago."""
    return min(max(0, exposure), units)


def growth(quantity: int, expected: int | None) -> int:
    """By how many listings a publish raises the exposure until it is settled. What a mall shows
    may be below 0, where it goes on selling without units: of those none can be sold."""
    return quantity if expected is None else max(0, quantity - max(0, expected))


def begin(
    level: Level, listing: Listing, quantity: int, expected: int | None, change: LastChange
) -> LevelMove | None:
    """A quantity is about to be sent; None when the level need not know. Raises NoBudget.

    expected: what the mall compares with, None when it does not.
    """
    one = listing.id
    grow = growth(quantity, expected) * listing.units[level.sku]
    if grow > max(0, level.pool):
        raise NoBudget
    returned = {name: units for name, units in level.returned.items() if name != one}
    if one not in level.exposures or one in level.entering:
        after = replace(
            level.moved(change, exposures={one: grow}),
            returned=returned,
            entering=level.entering | {one},
        )
        return LevelMove(level, after, Guard(level.version))
    if not grow and one not in level.returned:
        return None
    after = replace(level.moved(change, exposures={one: grow}), returned=returned)
    guard = Guard(pool=grow or None, exposures={one: 0}, returned={one: level.returned.get(one)})
    return LevelMove(level, after, guard)


def take_back(
    level: Level, listing: Listing, quantity: int, change: LastChange
) -> LevelMove | None:
    """The listing cannot sell so many after all; None when it has none."""
    one = listing.id
    units = charge(level.exposures.get(one, 0), quantity * listing.units[level.sku])
    if not units:
        return None
    after = level.moved(change, exposures={one: -units})
    return LevelMove(level, after, Guard(exposures={one: units}))


def release(level: Level, listing: Listing, known: int, change: LastChange) -> LevelMove | None:
    """The mall showed `known`, and every sale before that is charged; None when nothing changes."""
    one = listing.id
    if one not in level.exposures:
        return None
    most = max(0, known * listing.units[level.sku] + level.returned.get(one, 0))
    exposure = level.exposures[one]
    if one in level.entering:
        # What it showed before was never charged to it, so this is the first number that is sure.
        after = level.moved(change, exposures={one: most - exposure})
        after = replace(after, entering=level.entering - {one})
        return LevelMove(level, after, Guard(level.version))
    if most >= exposure:
        return None
    after = level.moved(change, exposures={one: most - exposure})
    guard = Guard(exposed={one: exposure}, returned={one: level.returned.get(one)})
    return LevelMove(level, after, guard)


def observe(level: Level, listing: Listing, observed: int, change: LastChange) -> LevelMove | None:
    """The mall shows so many listings, and by what we sent it cannot: charged in full, also when
    that makes a debt, because sales before the edit may all be on their way to us. None when the
    level does not keep the listing.

    What came back stays counted: it may have come back after the mall was read.
    """
    one = listing.id
    if one not in level.exposures:
        return None
    grow = max(0, observed) * listing.units[level.sku]
    return LevelMove(level, level.moved(change, exposures={one: grow}), Guard(exposures={one: 0}))


def most_shown(level: Level, listing: Listing) -> int:
    """The most listings the mall can show by what we gave it."""
    return level.exposures.get(listing.id, 0) // listing.units[level.sku]


def wants_strict(level: Level) -> bool:
    """Whether exposures are to be kept now. The last n are left at twice n only, so that a SKU
    does not go to and fro with every sale."""
    match level.mode:
        case Mode.STRICT:
            return True
        case Mode.LAST_N:
            return level.free <= level.last_n * (2 if level.is_strict else 1)
        case _:
            return False


def set_mode(
    level: Level, mode: Mode, last_n: int, listings: Iterable[str], change: LastChange
) -> LevelMove:
    """Another mode. listings: ids of all listings that take of this SKU: entering strict mode
    they have no share yet, and no guarantee until each has been set to one and settled.

    Of a publish that is under way at the switch nobody counts what came back since it began, so
    the level does not keep a listing before its first publish in strict mode begins."""
    after = replace(level.moved(change), mode=mode, last_n=last_n)
    return LevelMove(level, _kept(after, listings), Guard(level.version))


def follow_mode(level: Level, listings: Iterable[str], change: LastChange) -> LevelMove | None:
    """Begin or end keeping exposures when the units left say so (last_n); None for no change."""
    if wants_strict(level) == level.is_strict:
        return None
    return LevelMove(level, _kept(level.moved(change), listings), Guard(level.version))


def _kept(level: Level, listings: Iterable[str]) -> Level:
    is_strict = wants_strict(level)
    if is_strict and not level.is_strict:
        ids = frozenset(listings)
        return replace(
            level,
            is_strict=True,
            exposures={},
            returned={},
            entering=ids,
        )
    if not is_strict:
        return replace(level, is_strict=False, exposures={}, returned={}, entering=frozenset())
    return level


def forget(level: Level, listing: Listing, change: LastChange) -> LevelMove | None:
    """The listing was taken to 0 and is gone; None when it had nothing here.

    Raises ValueError while it could still sell something.
    """
    one = listing.id
    if level.exposures.get(one) or one in level.entering:
        raise ValueError(f"{one} may still sell")
    if one not in level.exposures:
        return None

    def others(numbers: Mapping[str, int]) -> dict[str, int]:
        return {name: units for name, units in numbers.items() if name != one}

    after = replace(
        level.moved(change),
        exposures=others(level.exposures),
        returned=others(level.returned),
        sold=others(level.sold),
    )
    return LevelMove(level, after, Guard(level.version))
