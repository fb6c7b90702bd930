"""From a queued delivery to a stored order: archive, read, upsert by the mall's version."""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from common import channels
from common.canonical import CanonicalOrder
from common.channels.base import RawRequest, ShopRef, UnreadableDelivery
from common.clock import Clock, from_wire, to_wire
from common.errors import Contended, NotFound, Retryable
from common.observability import logger
from common.shops import Shop
from orders.domain import changes
from orders.domain.order import Order, order_id_of
from orders.domain.report import all_codes, waiting_codes
from orders.repository.deliveries import Parked, raw_key_of
from orders.repository.orders import MAX_ORDER_BYTES

# Deliveries of one order at the same moment meet here; each round one of them wins.
_ROUNDS = 6


class OrderStore(Protocol):
    """Port: orders with optimistic writing."""

    def get(self, order_id: str) -> Order | None: ...

    def known(self, codes: Iterable[str]) -> frozenset[str]: ...

    def save(self, before: Order | None, after: Order, now: datetime) -> Order: ...


class DeliveryStore(Protocol):
    """Port: deliveries that could not be read, and import times."""

    def park(self, parked: Parked) -> None: ...

    def unpark(self, parked_id: str) -> None: ...

    def note_import(self, shop_id: str, now: datetime, *, brought_order: bool) -> None: ...


class Archive(Protocol):
    def put(self, key: str, body: bytes) -> None: ...

    def get(self, key: str) -> bytes: ...


class Directory(Protocol):
    def get(self, shop_id: str) -> Shop | None: ...


class Delivery(NamedTuple):
    """A queued delivery. channel: that verified it; "" when it was queued by an older version.
    parked_id: set when staff send a parked one again."""

    shop_id: str
    channel: str
    request: RawRequest
    delivery_id: str
    raw_key: str
    parked_id: str


class Imported(NamedTuple):
    """What became of a delivery: `parked`, or how many orders were new and changed."""

    shop_id: str
    created: int = 0
    changed: int = 0
    parked: bool = False


class Intake:
    """Imports deliveries, one at a time; repeats and late arrivals change nothing."""

    def __init__(
        self,
        *,
        orders: OrderStore,
        deliveries: DeliveryStore,
        archive: Archive,
        shops: Directory,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._deliveries = deliveries
        self._archive = archive
        self._shops = shops
        self._clock = clock

    def take(self, message: dict[str, Any]) -> Imported:
        """Import one queue message. Raises Retryable; what can never be read is parked."""
        delivery = self._unpack(message)
        try:
            orders, channel = self._read(delivery)
            result = self._store(delivery, orders, channel)
        except UnreadableDelivery as error:
            self._park(delivery, error)
            return Imported(delivery.shop_id, parked=True)
        if delivery.parked_id:
            self._deliveries.unpark(delivery.parked_id)
        return result

    def note(self, results: Iterable[Imported]) -> None:
        """Remember which shops are alive, one write a shop and batch.

        Not worth failing for: the orders are stored, and the next delivery notes it again.
        """
        news: dict[str, bool] = {}
        for result in results:
            news[result.shop_id] = news.get(result.shop_id, False) or result.created > 0
        for shop_id, brought_order in news.items():
            try:
                self._deliveries.note_import(shop_id, self._clock(), brought_order=brought_order)
            except Retryable:
                logger().warning("import not noted", extra={"shop_id": shop_id})

    def _unpack(self, message: dict[str, Any]) -> Delivery:
        received_at = from_wire(message["received_at"])
        key = message.get("raw_key")
        if key is None:
            body = base64.b64decode(message["body"])
            key = raw_key_of(message["shop_id"], body, received_at)
            self._archive.put(key, body)
        else:
            body = self._archive.get(key)
        return Delivery(
            shop_id=message["shop_id"],
            channel=message.get("channel", ""),
            request=RawRequest(message["headers"], body, received_at),
            delivery_id=message["delivery_id"],
            raw_key=key,
            parked_id=message.get("parked_id", ""),
        )

    def _read(self, delivery: Delivery) -> tuple[list[CanonicalOrder], str]:
        shop = self._shops.get(delivery.shop_id)
        if shop is None:
            raise UnreadableDelivery("unknown_shop", "The shop was removed.")
        code = delivery.channel or shop.channel
        try:
            channel = channels.load(code)
            found = channel.parse_webhook(delivery.request, ShopRef(shop.id, shop.currency))
        except NotFound:
            raise UnreadableDelivery("unknown_channel", "The shop's channel is unknown.") from None
        except UnreadableDelivery:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake in an adapter must be seen by staff and replayable after it is mended
            logger().exception("adapter failed", extra={"shop_id": shop.id})
            raise UnreadableDelivery("adapter_error", type(error).__name__) from None
        return list(found), code

    def _store(self, delivery: Delivery, orders: list[CanonicalOrder], channel: str) -> Imported:
        created = changed = 0
        for content in orders:
            version = self._upsert(delivery, content, channel)
            created += version == 1
            changed += version > 1
        return Imported(delivery.shop_id, created, changed)

    def _upsert(self, delivery: Delivery, content: CanonicalOrder, channel: str) -> int:
        """The version written, by this or a former try of this delivery; 0 when nothing was
        new."""
        order_id = order_id_of(delivery.shop_id, content.channel_order_id)
        written = 0
        for _ in range(_ROUNDS):
            before = self._orders.get(order_id)
            after = self._decide(before, delivery, content, channel)
            if after is not None and len(after.model_dump_json().encode()) > MAX_ORDER_BYTES:
                raise UnreadableDelivery("too_large", "The order is too large to be kept.")
            try:
                stored = self._orders.save(before, after, self._clock()) if after else before
                written = after.version if after else written
                self._learn(stored)
            except Contended:
                continue
            return written or _made_by(delivery, before)
        raise Contended("other deliveries of this order keep coming")

    def _decide(
        self, before: Order | None, delivery: Delivery, content: CanonicalOrder, channel: str
    ) -> Order | None:
        known = self._orders.known(all_codes(content))
        now, key = self._clock(), delivery.raw_key
        if before is None:
            return changes.receive(
                content,
                shop_id=delivery.shop_id,
                channel=channel,
                known=known,
                raw_key=key,
                now=now,
            )
        return changes.take_over(before, content, known=known, raw_key=key, now=now)

    def _learn(self, order: Order | None) -> None:
        # A product registered between our look and our write found nobody waiting for it; now
        # that we are listed as waiting, a second look cannot miss it.
        waiting = waiting_codes(order) if order else []
        if order is None or not waiting:
            return
        now = self._clock()
        learned = changes.learn_products(order, self._orders.known(waiting), now)
        if learned is not None:
            self._orders.save(order, learned, now)

    def _park(self, delivery: Delivery, error: UnreadableDelivery) -> None:
        received_at, digest = delivery.request.received_at, delivery.raw_key.rsplit("/", 1)[-1]
        parked_id = delivery.parked_id or f"{received_at:%Y-%m-%dT%H:%M:%S}Z#{digest[:24]}"
        shop = self._shops.get(delivery.shop_id)
        self._deliveries.park(
            Parked(
                id=parked_id,
                shop_id=delivery.shop_id,
                channel=delivery.channel or (shop.channel if shop else ""),
                received_at=to_wire(received_at),
                reason=error.reason,
                detail=error.detail,
                attempts=0,
                size=len(delivery.request.body),
                raw_key=delivery.raw_key,
                headers=dict(delivery.request.headers),
            )
        )
        logger().warning(
            "parked",
            extra={"shop_id": delivery.shop_id, "parked_id": parked_id, "reason": error.reason},
        )


def _made_by(delivery: Delivery, order: Order | None) -> int:
    # A repeat of the very delivery that made the order: the first try may have died right after
    # storing it, before it was noted that the shop brought an order.
    if order is None or order.version > 1:
        return 0
    return int(order.raw_key == delivery.raw_key)
