"""How far a shop's sales are imported for certain.

The watermark of a shop says: every sale that its mall took before this moment, by our clock, is
charged in stock. A poll proves it for the moment it *started*, less the longest time until the mall
shows an order, once it has read everything and stock has answered everything that was imported
before it ended. A watermark that is too late costs minutes; one that is too early sells units a
second time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

# Clocks of two functions, and ours and the mall's, differ by less than this.
CLOCK_ERROR = timedelta(seconds=5)
# An order whose goods nobody knows may wait for the news of a mapping that stock already counts
# on; after this it is taken for goods that are not mapped.
MAPPING_DELAY = timedelta(minutes=5)
# The oldest of them may be next to pass, the newest will; those between matter to nobody.
_MOST = 5


class Candidate(NamedTuple):
    """What a complete poll proves. at: the watermark it would be. end: when the last of its orders
    was stored; orders that came in before must be answered."""

    at: datetime
    end: datetime


def candidate_of(started_at: datetime, ended_at: datetime, delay: timedelta) -> Candidate:
    """Of a poll that read everything. delay: the longest until the mall shows an order."""
    return Candidate(at=started_at - delay - CLOCK_ERROR, end=ended_at + CLOCK_ERROR)


def with_candidate(waiting: Sequence[Candidate], new: Candidate) -> tuple[Candidate, ...]:
    """The candidates to wait for: never so many that they fill the item, and never the newest
    alone, because on a busy day the newest always has an order that is not answered yet."""
    found = (*waiting, new)
    return found if len(found) <= _MOST else (*found[: _MOST - 1], new)


def unmatched_since(now: datetime) -> datetime:
    """Orders that came in later than this and have unknown goods keep the watermark back."""
    return now - MAPPING_DELAY


def passed(
    waiting: Sequence[Candidate], oldest: datetime | None
) -> tuple[datetime | None, tuple[Candidate, ...]]:
    """The watermark that holds by now, None for no new one, and the candidates still to wait for.

    oldest: when the oldest order came in that is not answered, None for no such order.
    """
    done = [one for one in waiting if oldest is None or oldest > one.end]
    left = tuple(one for one in waiting if one not in done)
    return (max(one.at for one in done) if done else None), left
