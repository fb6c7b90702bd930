"""Token buckets: how often a shop's mall may be asked.

A bucket is one number, the moment at which it will be full again: each take moves it one interval
into the future, and a take is allowed while that moment is no more than `burst` intervals away.
That is a token bucket without fractions and without a timer that fills it.

bucket  pk=RATE#<shop>  sk=<operation>, one conditional write a take
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple, Protocol

from common.errors import Contended

if TYPE_CHECKING:
    from common.dynamo import Item, Table

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A bucket that nobody took from for a day is full, so its item says nothing.
_KEPT_SECONDS = 86_400
# Several workers that take from one bucket at once; the next try is a moment later.
_TRIES = 4
_MOMENT = 0.05


class Rate(NamedTuple):
    """Sustained takes a second, and how many may come at once."""

    per_second: float
    burst: int = 1


class Level(NamedTuple):
    """A bucket: both in microseconds since 1970. Nothing is given before blocked_until."""

    full_at: int = 0
    blocked_until: int = 0


def rate_of(
    operation: str, rates: Mapping[str, float], bursts: Mapping[str, int]
) -> tuple[str, Rate]:
    """The bucket that an operation takes from, and its rate: its own when the channel names it,
    else the one of all others, `*`."""
    name = operation if operation in rates else "*"
    return name, Rate(rates.get(name, 1.0), max(1, bursts.get(name, 1)))


def taken(level: Level, rate: Rate, now: int) -> tuple[Level, int]:
    """The bucket after a take at `now`, and 0; or as it was, and the microseconds to wait."""
    interval = ceil(_SECOND / rate.per_second)
    full_at = max(level.full_at, now) + interval
    wait = max(full_at - rate.burst * interval, level.blocked_until) - now
    if wait > 0:
        return level, wait
    return level._replace(full_at=full_at), 0


def blocked(level: Level, until: int) -> Level:
    """The bucket after the mall said when it wants to be asked again; never earlier than it said
    before."""
    return level._replace(blocked_until=max(level.blocked_until, until))


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


class Buckets(Protocol):
    """Port: the buckets of all shops."""

    def take(self, shop_id: str, operation: str, rate: Rate, now: datetime) -> float:
        """0.0 when taken, else the seconds to wait before asking again."""
        ...

    def block(self, shop_id: str, operation: str, until: datetime) -> None:
        """Nothing is given before `until`."""
        ...


class MemoryBuckets:
    """Buckets of one process: tests, simulator, a tool that runs alone."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, str], Level] = {}

    def take(self, shop_id: str, operation: str, rate: Rate, now: datetime) -> float:
        level = self._levels.get((shop_id, operation), Level())
        self._levels[shop_id, operation], wait = taken(level, rate, micros(now))
        return wait / _SECOND

    def block(self, shop_id: str, operation: str, until: datetime) -> None:
        level = self._levels.get((shop_id, operation), Level())
        self._levels[shop_id, operation] = blocked(level, micros(until))


class TableBuckets:
    """Buckets in a table, shared by all functions that write to it.

    The last level seen is remembered, so that a lone worker pays one write a take and no read.
    """

    def __init__(self, table: "Table") -> None:
        self._table = table
        self._seen: dict[tuple[str, str], Level | None] = {}

    def take(self, shop_id: str, operation: str, rate: Rate, now: datetime) -> float:
        """Raises Unavailable."""
        at = micros(now)
        for attempt in range(_TRIES):
            before = self._level(shop_id, operation, anew=attempt > 0)
            after, wait = taken(before or Level(), rate, at)
            # What is remembered may be old in both ways: somebody took, or the block is over.
            if wait and attempt:
                return wait / _SECOND
            if not wait and self._store(shop_id, operation, before, after):
                return 0.0
        return _MOMENT

    def block(self, shop_id: str, operation: str, until: datetime) -> None:
        """Raises Unavailable, Contended."""
        for _ in range(_TRIES):
            before = self._level(shop_id, operation, anew=True)
            after = blocked(before or Level(), micros(until))
            if after == before or self._store(shop_id, operation, before, after):
                return
        raise Contended("others kept the bucket busy")

    def _level(self, shop_id: str, operation: str, *, anew: bool) -> Level | None:
        key = (shop_id, operation)
        if anew or key not in self._seen:
            item = self._table.get(f"RATE#{shop_id}", operation)
            self._seen[key] = Level(item["full_at"], item["blocked_until"]) if item else None
        return self._seen[key]

    def _store(self, shop_id: str, operation: str, before: Level | None, after: Level) -> bool:
        from common.dynamo import ConditionFailed

        last = max(after) // _SECOND + _KEPT_SECONDS
        item: Item = {"pk": f"RATE#{shop_id}", "sk": operation, "expires_at": last}
        item |= after._asdict()
        same = before._asdict() if before else None
        try:
            self._table.commit(self._table.put(item, if_absent=before is None, if_equals=same))
        except ConditionFailed:
            return False
        self._seen[shop_id, operation] = after
        return True
