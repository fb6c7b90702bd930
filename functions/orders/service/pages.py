"""Orders as a mall's API gives them → stored orders; what cannot be read is parked."""

import hashlib
import json
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pydantic import TypeAdapter

from common.canonical import CanonicalOrder
from common.channels.base import OrderRef, UnreadableDelivery
from common.channels.port import ChannelApi, Context, Page
from common.clock import Clock, to_wire
from common.cold_start import cold_start
from common.observability import logger
from common.shops import Shop
from orders.domain.order import Order, order_id_of
from orders.repository.deliveries import Parked, raw_key_of
from orders.service.storing import OrderStore as OneByOne
from orders.service.storing import Source, Storing, is_news

# Reasons that have words of their own; anything else an adapter says is the detail of the first.
REASONS = ("wrong_shape", "no_order_id", "too_large", "not_fetched")
_MAX_DETAIL = 300
# Where the mall's number stands in what is parked of a pulled order.
ORDER_HEADER = "order_id"


class OrderStore(OneByOne, Protocol):
    """Port: orders, also many at once."""

    def get_many(self, order_ids: Sequence[str]) -> list[Order]: ...


class Archive(Protocol):
    def put(self, key: str, body: bytes) -> None: ...


class DeliveryStore(Protocol):
    """Port: what could not be read, and when a shop was connected."""

    def park(self, parked: Parked) -> None: ...

    def unpark(self, parked_id: str) -> None: ...

    def connected_at(self, shop_id: str, now: datetime) -> datetime: ...

    def note_import(self, shop_id: str, now: datetime, *, brought_order: bool) -> None: ...


class FailedStore(Protocol):
    """Port: which orders of a shop are parked, by the mall's number."""

    def failed(self, shop_id: str) -> dict[str, str]: ...

    def note_failed(self, shop_id: str, order_id: str, parked_id: str) -> None: ...

    def forget_failed(self, shop_id: str, order_id: str) -> None: ...


class Mall(NamedTuple):
    """A shop and the way to its mall."""

    shop: Shop
    api: ChannelApi
    ctx: Context


@cold_start
def _adapter() -> TypeAdapter[CanonicalOrder]:
    return TypeAdapter(CanonicalOrder)


def _read_at(mall: Mall, now: datetime) -> str:
    return "" if mall.api.info.has_versions else to_wire(now)


class Pages:
    """Stores what a mall's API answers. Nothing is lost of a page when this returns."""

    def __init__(
        self,
        *,
        orders: OrderStore,
        deliveries: DeliveryStore,
        failures: FailedStore,
        archive: Archive,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._storing = Storing(orders, clock)
        self._deliveries = deliveries
        self._failures = failures
        self._archive = archive
        self._clock = clock

    def store(self, mall: Mall, page: Page) -> None:
        """Every order of a page; those it only names are fetched first.

        Raises ChannelError, Retryable: the page has to be stored again, which does no harm.
        """
        parked = self._failures.failed(mall.shop.id)
        found = [page]
        news = self._news(mall, page.refs, parked)
        found += [mall.api.fetch_orders(mall.ctx, ids) for ids in batches(mall, news)]
        orders = [order for part in found for order in part.orders]
        failed = [one for part in found for one in part.failed]
        self._store_orders(mall, orders, parked)
        for order_id, reason in failed:
            if order_id not in parked:
                self.park(mall, order_id, reason)

    def _news(self, mall: Mall, refs: Sequence[OrderRef], parked: Container[str]) -> list[str]:
        """Numbers of the orders that we do not have as the mall's list has them, and of those that
        could not be read. Polls overlap, and a mall that gives out one order a call cannot be asked
        for the same ones every minute."""
        ids = {order_id_of(mall.shop.id, ref.channel_order_id): ref for ref in refs if ref.version}
        known = {
            order.content.channel_order_id
            for order in self._orders.get_many(list(ids))
            if _is_as_listed(order, ids[order.order_id])
        }
        wanted = [ref.channel_order_id for ref in refs]
        return [number for number in wanted if number in parked or number not in known]

    def fetch(self, mall: Mall, order_ids: Sequence[str]) -> None:
        """Fetch orders by their numbers and store them. Raises as `store`."""
        for ids in batches(mall, order_ids):
            page = mall.api.fetch_orders(mall.ctx, ids)
            # Somebody asked for these: that one of them failed again is worth counting.
            for order_id, reason in page.failed:
                self.park(mall, order_id, reason)
            self.store(mall, page._replace(failed=()))

    def _store_orders(
        self, mall: Mall, orders: Sequence[CanonicalOrder], parked: dict[str, str]
    ) -> None:
        shop_id, now = mall.shop.id, self._clock()
        ids = [order_id_of(shop_id, order.channel_order_id) for order in orders]
        stored = {order.order_id: order for order in self._orders.get_many(ids)}
        created = changed = 0
        for order_id, content in zip(ids, orders, strict=True):
            if is_news(stored.get(order_id), content, _read_at(mall, now)):
                try:
                    version = self._store(mall, content)
                except UnreadableDelivery as error:
                    self.park(mall, content.channel_order_id, error.reason, error.detail)
                    continue
                created += version == 1
                changed += version > 1
            parked_id = parked.get(content.channel_order_id)
            if parked_id is not None:
                self._deliveries.unpark(parked_id)
                self._failures.forget_failed(shop_id, content.channel_order_id)
        if created or changed:
            self._deliveries.note_import(shop_id, now, brought_order=created > 0)

    def _store(self, mall: Mall, content: CanonicalOrder) -> int:
        now, shop_id = self._clock(), mall.shop.id
        # With `extra`, what the adapter read has every leaf of what the mall said.
        told: Any = _adapter().dump_python(content, mode="json")
        body = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        key = raw_key_of(shop_id, body, now)
        self._archive.put(key, body)
        connected_at = self._deliveries.connected_at(shop_id, now)
        read_at = _read_at(mall, now)
        source = Source(shop_id, mall.shop.channel, key, connected_at, read_at)
        return self._storing.store(source, content)

    def park(self, mall: Mall, order_id: str, reason: str, detail: str = "") -> None:
        """Keep it visible that an order could not be read, and under its number, so that it
        disappears once it can."""
        shop_id, now = mall.shop.id, self._clock()
        known = reason in REASONS
        parked_id = self._failures.failed(shop_id).get(order_id) or _parked_id(
            shop_id, order_id, now
        )
        self._deliveries.park(
            Parked(
                id=parked_id,
                shop_id=shop_id,
                channel=mall.shop.channel,
                received_at=to_wire(now),
                reason=reason if known else REASONS[0],
                detail=(detail if known else f"{reason} {detail}".strip())[:_MAX_DETAIL],
                attempts=0,
                size=0,
                raw_key="",
                headers={ORDER_HEADER: order_id},
            )
        )
        self._failures.note_failed(shop_id, order_id, parked_id)
        logger().warning(
            "parked", extra={"shop_id": shop_id, "parked_id": parked_id, "reason": reason[:40]}
        )


def _is_as_listed(order: Order, ref: OrderRef) -> bool:
    said = order.content.raw_status
    return order.content.source_version == ref.version and ref.words.items() <= said.items()


def batches(mall: Mall, order_ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Numbers in portions that the mall takes at once."""
    size = max(1, mall.api.info.limits.order_batch)
    wanted = list(dict.fromkeys(order_ids))
    return [wanted[start : start + size] for start in range(0, len(wanted), size)]


def _parked_id(shop_id: str, order_id: str, now: datetime) -> str:
    digest = hashlib.sha256(f"{shop_id}\n{order_id}".encode()).hexdigest()
    return f"{now:%Y-%m-%dT%H:%M:%S}Z#{digest[:24]}"
