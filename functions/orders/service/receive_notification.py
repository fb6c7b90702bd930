"""What Amazon puts into our queue: an order of a seller changed.

The order is fetched, like any that a mall only names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from common.channels.amazon import CHANNEL, JAPAN, Notification, read_notification
from common.observability import logger
from common.shops import Shop


class Directory(Protocol):
    def all(self) -> Sequence[Shop]: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class Notices:
    """Queues the order that a message names for the shop whose seller it is."""

    def __init__(self, shops: Directory, queue: Outlet) -> None:
        self._shops = shops
        self._queue = queue

    def take(self, body: bytes) -> None:
        """Messages about anything but orders, and of sellers we do not work for, are dropped: the
        queue takes them from whoever Amazon lets write to it. Raises UnreadableDelivery,
        Unavailable."""
        notice = read_notification(body)
        if notice is None:
            return
        found = [shop.id for shop in self._shops.all() if _is_of(shop, notice)]
        if not found:
            logger().warning("no shop for a notice", extra={"order": notice.order_id})
            return
        self._queue.send({"shop_id": id, "order_ids": [notice.order_id]} for id in found)


def _is_of(shop: Shop, notice: Notification) -> bool:
    """One seller may have a shop in each of several marketplaces."""
    if not shop.enabled or shop.channel != CHANNEL.code:
        return False
    sells_in = shop.options.get("marketplace_id") or JAPAN
    return shop.options.get("seller_id") == notice.seller_id and (
        notice.marketplace_id in ("", sells_in)
    )
