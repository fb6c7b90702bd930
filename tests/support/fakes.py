"""Ports of the settings in memory."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from common.auth import Actor
from common.errors import Contended
from support.domain.shop import Difference, StoredShop
from support.service.requests import ShopRequest
from support.service.shops import ShopOffice

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ADMIN = Actor("staff", "admin-1", "見本 管理")


class MemoryShops:
    def __init__(self) -> None:
        self.kept: dict[str, StoredShop] = {}
        self.history: list[tuple[str, int, list[Difference], Actor, datetime]] = []
        self.before_save: Callable[[], object] = lambda: None

    def get(self, shop_id: str) -> StoredShop | None:
        return self.kept.get(shop_id)

    def all(self) -> list[StoredShop]:
        return [self.kept[name] for name in sorted(self.kept)]

    def save(
        self, shop: StoredShop, changes: Sequence[Difference], *, actor: Actor, now: datetime
    ) -> None:
        hook, self.before_save = self.before_save, lambda: None
        hook()
        stored = self.kept.get(shop.id)
        if (stored.version if stored else 0) != shop.version - 1:
            raise Contended
        self.kept[shop.id] = shop
        self.history.append((shop.id, shop.version, list(changes), actor, now))


class MemoryVault:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.deleted: list[str] = []

    def put(self, shop_id: str, secret: str, now: datetime) -> str:
        name = f"/banto/test/shops/{shop_id}/webhook/{len(self.kept) + len(self.deleted) + 1}"
        self.kept[name] = secret
        return name

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def delete(self, name: str) -> None:
        del self.kept[name]
        self.deleted.append(name)


class Settings:
    """The settings office with its fakes."""

    def __init__(self) -> None:
        self.now = T0
        self.shops = MemoryShops()
        self.vault = MemoryVault()
        self.office = ShopOffice(self.shops, self.vault, lambda: self.now, lambda n: b"\x07" * n)

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def wanted(**changes: Any) -> ShopRequest:
    """A shop on the generic channel that can write mails."""
    body: dict[str, Any] = {
        "name": "喫茶の道具店",
        "channel": "generic",
        "currency": "JPY",
        "enabled": True,
        "mail": {
            "from_address": "order@kissa.example.jp",
            "from_name": "喫茶の道具店",
            "reply_to": "desk@kissa.example.jp",
            "signature": "喫茶の道具店\nhttps://kissa.example.jp/",
        },
    }
    return ShopRequest.model_validate(body | changes)
