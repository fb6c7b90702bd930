"""How long a change took until a shop showed it, kept as counts per bucket.

A histogram adds up over minutes and shops, which percentiles do not. Its buckets grow by about a
third, so a percentile read from it is at most that much too high, and never too low.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Upper ends in milliseconds, the last one without an end. Counts are stored by their index, so
# this list may only be made longer at its end.
ENDS = (
    *(50, 100, 150, 200, 250, 300, 400, 500, 600, 800),
    *(1_000, 1_300, 1_600, 2_000, 2_500, 3_000, 4_000, 5_000, 6_500, 8_000),
    *(10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 120_000, 300_000, 900_000, 3_600_000),
)


@dataclass(frozen=True, slots=True)
class Lags:
    """Lags of some stretch of time. counts: by index of the bucket; worst: milliseconds, exact.

    last: when the newest of them was measured, which is when a shop last took a quantity.
    """

    counts: Mapping[int, int] = field(default_factory=dict)
    worst: int = 0
    last: datetime | None = None

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def percentile(self, percent: int) -> int | None:
        """Milliseconds that so many of a hundred lags did not exceed; None without any lag."""
        wanted = -(-self.count * percent // 100)
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if self.counts[bucket] and seen >= wanted:
                return min(self.worst, ENDS[bucket]) if bucket < len(ENDS) else self.worst
        return None


def measured(since: datetime, at: datetime) -> int:
    """Milliseconds from a change to the shop's answer. Clocks of two functions may differ a
    little, so an answer from before the change counts as none at all."""
    return max(0, (at - since) // timedelta(milliseconds=1))


def lags_of(samples: Iterable[int], at: datetime) -> Lags:
    """Lags in milliseconds that were measured by `at`."""
    counts: dict[int, int] = {}
    worst = 0
    for sample in samples:
        bucket = bisect_left(ENDS, sample)
        counts[bucket] = counts.get(bucket, 0) + 1
        worst = max(worst, sample)
    return Lags(counts, worst, at)


def together(parts: Iterable[Lags]) -> Lags:
    """All lags of several stretches of time, or of several shops."""
    counts: dict[int, int] = {}
    worst, last = 0, None
    for part in parts:
        for bucket, count in part.counts.items():
            counts[bucket] = counts.get(bucket, 0) + count
        worst = max(worst, part.worst)
        last = max((at for at in (last, part.last) if at), default=None)
    return Lags(counts, worst, last)
