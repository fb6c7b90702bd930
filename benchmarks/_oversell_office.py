"""The orders area in the simulator: its real services and repositories on a table in memory.

Pulling with its pages, cursor, locks and watermarks; Storing, which webhooks come to as well; News,
which takes stock's answers over. What is told to others comes from the stream of the table.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from benchmarks._memory_table import MemoryTable
from benchmarks._oversell_clock import Broken
from benchmarks._oversell_malls import MallOrder, SimMall
from common.clock import Clock, to_wire
from common.dynamo import Item
from common.events import OrderEvent, StockAnswered
from common.locks import Locks
from common.shops import Shop, ShopMail
from orders.domain.views import event_of
from orders.repository.deliveries import DeliveryRepository
from orders.repository.orders import ORDER_SK, OrderRepository, order_of
from orders.repository.pulls import WATERMARK_SK, PullRepository, watermark_event
from orders.service.news import News
from orders.service.pages import Pages
from orders.service.pulling import Pulling
from orders.service.storing import Source, Storing
from stock.domain.listing import Listing

Send = Callable[[Mapping[str, Any], int], None]


class _HastyPulls(PullRepository):
    """Takes every order for answered."""

    def oldest_open(self, *_: Any) -> None:
        return None


class _Archive:
    """Raw deliveries, which nobody reads here."""

    def put(self, key: str, body: bytes) -> None: ...

    def get(self, key: str) -> bytes:
        raise NotImplementedError


class DelayQueue:
    """Port: a queue with delays."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None:
        for body in bodies:
            self._send(dict(body), delay_seconds)


class Street:
    """Shops, and the ways to their malls."""

    def __init__(self, malls: Mapping[str, SimMall]) -> None:
        self.malls = malls
        self._shops = {shop_id: _shop(shop_id, mall) for shop_id, mall in malls.items()}

    def get(self, shop_id: str) -> Shop | None:
        return self._shops.get(shop_id)

    def all(self) -> list[Shop]:
        return list(self._shops.values())

    def of(self, shop: Shop) -> tuple[Any, Any]:
        return self.malls[shop.id], None


def _shop(shop_id: str, mall: SimMall) -> Shop:
    mail = ShopMail("", "", "", "")
    return Shop(
        shop_id,
        shop_id,
        mall.kind.name,
        "JPY",
        enabled=True,
        mail=mail,
        webhook_secrets=(),
        version=1,
    )


class Office:
    """One instance a run. clock: by function. send: a message to `pull_orders`, and its delay.
    owner: makes names of who holds a lock."""

    def __init__(
        self,
        table: MemoryTable,
        street: Street,
        clock: Callable[[str], Clock],
        send: Send,
        owner: Callable[[], str],
        broken: Broken,
    ) -> None:
        self._table = table
        self._street = street
        self._clock = clock
        self._send = send
        self._owner = owner
        self._broken = broken
        self._store = OrderRepository(table)
        self._deliveries = DeliveryRepository(table)

    def learn(self, listings: Iterable[Listing], at: datetime) -> None:
        """What `ListingMapped` tells."""
        for one in listings:
            self._store.remember_listing(one.shop_id, one.code, one.sku, to_wire(at))

    # -- functions

    def pull(self, message: Mapping[str, Any]) -> None:
        """`pull_orders`."""
        clock = self._clock("pull")
        pulls = PullRepository if self._broken.waits_for_answers else _HastyPulls
        known = pulls(self._table)
        pages = Pages(
            orders=self._store,
            deliveries=self._deliveries,
            failures=known,
            archive=_Archive(),
            clock=clock,
        )
        Pulling(
            malls=self._street,
            shops=self._street,
            pulls=known,
            locks=Locks(self._table, clock, self._owner),
            pages=pages,
            queue=DelayQueue(self._send),
            clock=clock,
        ).take(message)

    def take_in(self, mall: SimMall, order: MallOrder) -> None:
        """`import_orders`, of a webhook with the whole order."""
        clock = self._clock("import")
        connected_at = self._deliveries.connected_at(mall.shop_id, clock())
        source = Source(mall.shop_id, mall.kind.name, "raw", connected_at)
        Storing(self._store, clock).store(source, mall.told(order))

    def hear(self, event: StockAnswered) -> None:
        """`on_stock`."""
        News(self._store, self._clock("on_stock")).stock_answered(event)

    # -- what others are told

    def told(self, item: Item) -> OrderEvent | tuple[str, datetime] | None:
        """`publish_events`: an order's event, or a shop's watermark."""
        if item["sk"] == ORDER_SK:
            event = event_of(order_of(item))
            return (
                event
                if self._broken.tells_cancelled
                else event.model_copy(update={"cancelled": []})
            )
        if item["sk"] == WATERMARK_SK:
            mark = watermark_event(item)
            return mark.shop_id, mark.watermark
        return None
