"""From a queued delivery to a stored order: archive, read, upsert by the mall's version."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from common import channels
from common.canonical import CanonicalOrder
from common.channels.base import OrderRef, RawRequest, ShopRef, UnreadableDelivery
from common.clock import Clock, from_wire, to_wire
from common.errors import NotFound, Retryable
from common.observability import logger
from common.shops import Shop
from orders.repository.deliveries import Parked, raw_key_of
from orders.service.storing import OrderStore, Source, Storing


class DeliveryStore(Protocol):
    """Port: deliveries that could not be read, and import times."""

    def park(self, parked: Parked) -> None: ...

    def unpark(self, parked_id: str) -> None: ...

    def connected_at(self, shop_id: str, now: datetime) -> datetime: ...

    def note_import(self, shop_id: str, now: datetime, *, brought_order: bool) -> None: ...


class Archive(Protocol):
    def put(self, key: str, body: bytes) -> None: ...

    def get(self, key: str) -> bytes: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


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
        pulls: Outlet,
        clock: Clock,
    ) -> None:
        self._storing = Storing(orders, clock)
        self._pulls = pulls
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

    def _read(self, delivery: Delivery) -> tuple[Sequence[CanonicalOrder | OrderRef], str]:
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
        return found, code

    def _store(
        self, delivery: Delivery, found: Sequence[CanonicalOrder | OrderRef], channel: str
    ) -> Imported:
        orders = [one for one in found if isinstance(one, CanonicalOrder)]
        refs = [one.channel_order_id for one in found if isinstance(one, OrderRef)]
        if refs:
            # A mall that sends no more than numbers is asked for the orders, by somebody who may.
            self._pulls.send([{"shop_id": delivery.shop_id, "order_ids": refs}])
        created = changed = 0
        connected_at = self._deliveries.connected_at(delivery.shop_id, self._clock())
        source = Source(delivery.shop_id, channel, delivery.raw_key, connected_at)
        for content in orders:
            version = self._storing.store(source, content)
            created += version == 1
            changed += version > 1
        return Imported(delivery.shop_id, created, changed)

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
