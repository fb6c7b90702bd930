"""How many units each listing is to show: pure arithmetic, no safety rule in it.

Whatever is asked for here, `exposure` decides whether it may be done. This module decides what is
good for selling: shares by sales speed, one for everybody first, and a reserve in the pool, which
malls without compare-and-set need for every change of what they show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# How far back sales count for the speed.
MEMORY = timedelta(hours=6)
# Added to every speed, in thousandths of units a day: few sales say little.
PRIOR_SPEED = 8_000

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seat:
    """One listing at one level. step: units of the SKU it takes. weight: by sales speed."""

    id: str
    step: int
    weight: int
    has_cas: bool = False


def speed(old: int, since: datetime | None, sold: int, now: datetime) -> int:
    """Thousandths of units a day, of the speed known at `since` and the units sold after it."""
    if since is None:
        return max(0, sold) * 1000
    passed = max(now - since, timedelta(seconds=1))
    keep: float = 0.5 ** (passed / MEMORY)
    return round(old * keep + sold * 1000 * (_DAY / passed) * (1 - keep))


def shares(units: int, seats: Sequence[Seat]) -> dict[str, int]:
    """Listings (not units) to show by listing id; together at most `units` of the SKU.

    Every listing gets one first, the faster ones when there are not enough. Of the rest as much as
    the largest share stays in reserve if any mall cannot compare and set.
    """
    order = sorted(seats, key=lambda seat: (-seat.weight, seat.id))
    given = dict.fromkeys((seat.id for seat in seats), 0)
    left = max(0, units)
    for seat in order:
        if left >= seat.step:
            given[seat.id] = 1
            left -= seat.step
    weights = {seat.id: (PRIOR_SPEED + seat.weight) * seat.step for seat in seats}
    needs_reserve = not all(seat.has_cas for seat in seats)
    total = sum(weights.values()) + (max(weights.values()) if needs_reserve else 0)
    rest = left
    for seat in order:
        more = rest * weights[seat.id] // total // seat.step
        given[seat.id] += more
        left -= more * seat.step
    for seat in order:
        if not needs_reserve and left >= seat.step:
            given[seat.id] += 1
            left -= seat.step
    return given


def everywhere(free: int, step: int) -> int:
    """Shared mode: all that is free, in listings."""
    return max(0, free) // step


def least(targets: Mapping[str, int]) -> int:
    """A set shows what its scarcest component allows."""
    return min(targets.values(), default=0)
