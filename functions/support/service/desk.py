"""What every use case of a shop needs: read it at a version, save it with its history, show it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Conflict, Contended, NotFound
from common.observability import logger
from support.domain.shop import Difference, StoredShop, differences
from support.service.channels import Channels
from support.service.views import ShopView, shop_view


class Shops(Protocol):
    """Port: stored shops with their history."""

    def get(self, shop_id: str) -> StoredShop | None: ...

    def all(self) -> list[StoredShop]: ...

    def save(
        self, shop: StoredShop, changes: Sequence[Difference], *, actor: Actor, now: datetime
    ) -> None:
        """Raises Contended unless the stored version is the one before."""


class Vault(Protocol):
    """Port: secrets by name. kind: `webhook`, or `credentials/` and a name."""

    def put(self, shop_id: str, kind: str, secret: str, now: datetime) -> str: ...

    def get(self, name: str) -> str | None: ...

    def delete(self, name: str) -> None: ...


class ShopDesk:
    """Shops, one at a time."""

    def __init__(self, shops: Shops, channels: Channels, clock: Clock) -> None:
        self.shops = shops
        self.channels = channels
        self.clock = clock

    def view(self, shop: StoredShop) -> ShopView:
        """The shop without its secrets, and with every credential that its channel knows."""
        info = self.channels.info(shop.channel)
        fields = [field.name for field in info.credentials] if info else []
        return shop_view(shop, fields)

    def get(self, shop_id: str) -> StoredShop:
        """Raises NotFound."""
        shop = self.shops.get(shop_id)
        if shop is None:
            raise NotFound("There is no such shop.")
        return shop

    def at(self, shop_id: str, version: int) -> StoredShop:
        """The shop that somebody read. Raises NotFound, Changed."""
        shop = self.get(shop_id)
        if shop.version != version:
            raise self._changed(shop_id)
        return shop

    def save(self, before: StoredShop | None, after: StoredShop, actor: Actor) -> ShopView:
        """Raises Changed, Conflict."""
        changes = differences(before, after)
        try:
            self.shops.save(after, changes, actor=actor, now=self.clock())
        except Contended:
            raise self._changed(after.id) from None
        fields = {"shop": after.id, "actor": actor.id, "fields": [each.field for each in changes]}
        logger().info("shop saved", extra=fields)
        return self.view(after)

    def _changed(self, shop_id: str) -> Changed | Conflict:
        current = self.shops.get(shop_id)
        if current is None:
            return Conflict("The shop is gone.")
        return Changed(
            "The shop changed since you read it. Look at it again.",
            self.view(current).model_dump(mode="json"),
        )
