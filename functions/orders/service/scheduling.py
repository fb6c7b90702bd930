"""Which shops are polled."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from common.channels.port import Cap, ChannelApi, ChannelInfo
from common.errors import NotFound
from common.observability import logger
from common.shops import Shop


class Directory(Protocol):
    def all(self) -> Sequence[Shop]: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


def is_connected(shop: Shop, info: ChannelInfo) -> bool:
    """Its mall can be asked: there is an address, and every credential that is needed. A shop that
    only sends webhooks has neither."""
    needed = (field.name for field in info.credentials if not field.optional)
    has_address = bool(shop.api_url or info.default_url)
    return has_address and all(name in shop.credentials for name in needed)


class Scheduling:
    """Queues a poll of every shop that is switched on and whose mall can be asked."""

    def __init__(self, shops: Directory, apis: Callable[[str], ChannelApi], queue: Outlet) -> None:
        self._shops = shops
        self._apis = apis
        self._queue = queue

    def send_all(self) -> int:
        """Returns of how many shops."""
        due = [shop.id for shop in self._shops.all() if shop.enabled and self._is_polled(shop)]
        self._queue.send({"shop_id": shop_id} for shop_id in due)
        return len(due)

    def _is_polled(self, shop: Shop) -> bool:
        try:
            info = self._apis(shop.channel).info
            return Cap.POLL in info.caps and is_connected(shop, info)
        except NotFound:
            # One shop of a channel that is gone must not keep the others from being read.
            logger().warning("unknown channel", extra={"shop_id": shop.id})
            return False
