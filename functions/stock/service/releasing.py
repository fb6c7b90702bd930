"""What becomes free when all sales of a shop up to some moment are charged."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from common.clock import Clock, to_wire
from common.ids import ulid
from stock.domain.listing import MOST_SKEW, Ref

# SKUs a message: each is looked at by one query, and more.
SKUS = 20


class Releasing(Protocol):
    """Port: service.publishing.Publisher."""

    def release(self, shop_id: str, watermark: datetime) -> list[str]: ...


class Settling(Protocol):
    """Port: listings whose confirmation waits for the watermark."""

    def settling(self, shop_id: str, until: datetime) -> Iterator[Ref]: ...


class Moving(Protocol):
    """Port: SKUs that the rebalancer looks at."""

    def add(self, skus: Iterable[str], stamp: str) -> None: ...


class Sender(Protocol):
    """Port: the queue of stock.push_levels."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class Releaser:
    """Frees units and has the SKUs looked at."""

    def __init__(
        self,
        publisher: Releasing,
        settling: Settling,
        moving: Moving,
        pushes: Sender,
        clock: Clock,
    ) -> None:
        self._publisher = publisher
        self._settling = settling
        self._moving = moving
        self._pushes = pushes
        self._clock = clock

    def release(self, shop_id: str, watermark: datetime) -> list[str]:
        """The SKUs with listings that were released. Raises Unavailable, Contended.

        Whoever dies in here has released listings that nobody is told of, so the rebalancer hears
        of all of them first.
        """
        now = self._clock()
        due = {ref.sku for ref in self._settling.settling(shop_id, watermark - MOST_SKEW)}
        if due:
            self._moving.add(sorted(due), ulid(now))
        freed = self._publisher.release(shop_id, watermark)
        since = to_wire(now)
        self._pushes.send(
            {"skus": freed[start : start + SKUS], "since": since}
            for start in range(0, len(freed), SKUS)
        )
        return freed
