"""The one way in which a mall's report becomes a stored order, however it came to us."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from common.canonical import CanonicalOrder
from common.channels.base import UnreadableDelivery
from common.clock import Clock
from common.errors import Contended
from orders.domain import changes
from orders.domain.matching import Known, Names, all_names, waiting_names
from orders.domain.order import Order, order_id_of
from orders.domain.report import is_newer, rank_of, tidy
from orders.repository.orders import MAX_ORDER_BYTES

# Reports of one order at the same moment meet here; each round one of them wins.
_ROUNDS = 6


class OrderStore(Protocol):
    """Port: orders with optimistic writing, and the products they are matched to."""

    def get(self, order_id: str) -> Order | None: ...

    def look_up(self, shop_id: str, asked: Iterable[Names]) -> Known: ...

    def save(self, before: Order | None, after: Order, now: datetime) -> Order: ...


class Source(NamedTuple):
    """Where a report came from. raw_key: the archived bytes. connected_at: when the shop began to
    send us orders, None when that is not known. read_at: when it was read, as on the wire, where
    the mall's versions do not tell all changes; else ""."""

    shop_id: str
    channel: str
    raw_key: str
    connected_at: datetime | None = None
    read_at: str = ""


class Storing:
    """Stores reports; repeats and late ones change nothing."""

    def __init__(self, orders: OrderStore, clock: Clock) -> None:
        self._orders = orders
        self._clock = clock

    def store(self, source: Source, content: CanonicalOrder) -> int:
        """The version written, by this or a former try of the same bytes; 0 when nothing was new.

        Raises UnreadableDelivery for an order too large to be kept, Contended after too many lost
        races.
        """
        order_id = order_id_of(source.shop_id, content.channel_order_id)
        written = 0
        for _ in range(_ROUNDS):
            before = self._orders.get(order_id)
            after = self._decide(before, source, content)
            if after is not None and len(after.model_dump_json().encode()) > MAX_ORDER_BYTES:
                raise UnreadableDelivery("too_large", "The order is too large to be kept.")
            try:
                stored = self._orders.save(before, after, self._clock()) if after else before
                written = after.version if after else written
                self._learn(stored)
            except Contended:
                continue
            return written or _made_by(source, before)
        raise Contended("other reports of this order keep coming")

    def _decide(
        self, before: Order | None, source: Source, content: CanonicalOrder
    ) -> Order | None:
        known = self._orders.look_up(source.shop_id, all_names(content))
        now = self._clock()
        if before is not None:
            return changes.take_over(
                before,
                content,
                known=known,
                raw_key=source.raw_key,
                now=now,
                read_at=source.read_at,
            )
        return changes.receive(
            content,
            shop_id=source.shop_id,
            channel=source.channel,
            known=known,
            raw_key=source.raw_key,
            now=now,
            connected_at=source.connected_at,
            read_at=source.read_at,
        )

    def _learn(self, order: Order | None) -> None:
        # A product registered between our look and our write found nobody waiting for it; now
        # that we are listed as waiting, a second look cannot miss it.
        waiting = waiting_names(order) if order else []
        if order is None or not waiting:
            return
        now = self._clock()
        known = self._orders.look_up(order.shop_id, waiting)
        learned = changes.learn_products(order, known, now)
        if learned is not None:
            self._orders.save(order, learned, now)


def is_news(stored: Order | None, content: CanonicalOrder, read_at: str = "") -> bool:
    """Storing the report may change something: it is newer than what is stored, or products are
    still awaited."""
    if stored is None or waiting_names(stored):
        return True
    return is_newer(rank_of(tidy(content), read_at), stored.content_rank)


def _made_by(source: Source, order: Order | None) -> int:
    # A repeat of the very bytes that made the order: the first try may have died right after
    # storing it, before it was noted that the shop brought an order.
    if order is None or order.version > 1:
        return 0
    return int(order.raw_key == source.raw_key)
