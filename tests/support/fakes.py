"""Ports of the settings in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from common.auth import Actor
from common.channels.port import (
    Cap,
    ChannelApi,
    ChannelInfo,
    Context,
    CredentialField,
    Limits,
    OptionField,
    Unsupported,
)
from common.errors import Contended
from support.domain.credential_clock import Notice
from support.domain.shop import Difference, StoredShop
from support.service.channels import Channels
from support.service.checking import Checker
from support.service.credentials import CredentialOffice
from support.service.desk import ShopDesk
from support.service.expiries import ExpiryReader
from support.service.requests import CredentialsRequest, ShopRequest
from support.service.shops import ShopOffice
from support.service.watching import CredentialWatch
from tests.common.channels.contexts import context

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ADMIN = Actor("staff", "admin-1", "見本 管理")
# A mall with a key that a person renews, one that lasts, and one that is not needed.
MALL = ChannelInfo(
    code="shopify",
    name="Mall",
    caps=Cap.POLL | Cap.STOCK,
    limits=Limits(stock_batch=25),
    credentials=(
        CredentialField("license_key", lifetime=90),
        CredentialField("client_id", secret=False),
        CredentialField("token", lifetime=28, human=False, optional=True),
    ),
    options=(OptionField("seller"), OptionField("place", "tokyo")),
    default_url="https://api.mall.example",
    api_version="2026-10",
)


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

    def put(self, shop_id: str, kind: str, secret: str, now: datetime) -> str:
        name = f"/banto/test/shops/{shop_id}/{kind}/{len(self.kept) + len(self.deleted) + 1}"
        self.kept[name] = secret
        return name

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def delete(self, name: str) -> None:
        del self.kept[name]
        self.deleted.append(name)


class MemoryChannels:
    """Channels port with one mall. The generic channel has none to call."""

    def __init__(self, *infos: ChannelInfo) -> None:
        self.infos = {info.code: info for info in infos or (MALL,)}

    def info(self, code: str) -> ChannelInfo | None:
        return self.infos.get(code)

    def all(self) -> Sequence[ChannelInfo]:
        return list(self.infos.values())


class MemoryMalls:
    """Malls port: each check does what it is told."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.checked: list[str] = []
        # When credentials end, as the mall says; an exception is raised.
        self.expiries: Mapping[str, datetime] | Exception = {}
        self.asked: list[str] = []

    def of(self, shop: StoredShop) -> tuple[ChannelApi, Context]:
        malls = self

        class Mall(Unsupported):
            info = MALL

            def check(self, ctx: Context) -> None:
                malls.checked.append(ctx.shop.id)
                if malls.failure:
                    raise malls.failure

            def expiries(self, ctx: Context) -> Mapping[str, datetime]:
                malls.asked.append(ctx.shop.id)
                if isinstance(malls.expiries, Exception):
                    raise malls.expiries
                return malls.expiries

        return Mall(), context("shopify", MALL.default_url, info=MALL, shop_id=shop.id)


class MemoryTroubles:
    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str]] = {}

    def of(self, shops: Sequence[StoredShop]) -> Mapping[str, tuple[str, str]]:
        return {shop.id: self.found[shop.id] for shop in shops if shop.id in self.found}


class MemoryNotices:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], datetime] = {}
        self.before_told: Callable[[], object] = lambda: None

    def untold(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        return [one for one in notices if (one.shop_id, one.key) not in self.kept]

    def told(self, notice: Notice, now: datetime) -> None:
        self.before_told()
        self.kept[notice.shop_id, notice.key] = now


class Settings:
    """The settings with their fakes."""

    def __init__(self) -> None:
        self.now = T0
        self.shops = MemoryShops()
        self.vault = MemoryVault()
        self.malls = MemoryMalls()
        self.troubles = MemoryTroubles()
        self.notices = MemoryNotices()
        self.channels: Channels = MemoryChannels()
        self.desk = ShopDesk(self.shops, self.channels, self.clock)
        self.office = ShopOffice(self.desk, self.vault, lambda n: b"\x07" * n)
        self.credentials = CredentialOffice(self.desk, self.vault, self.troubles)
        self.checker = Checker(self.desk, self.malls)
        self.expiries = ExpiryReader(self.shops, self.malls, self.clock)
        self.watch = CredentialWatch(
            self.shops, self.channels, self.expiries, self.troubles, self.notices, self.clock
        )

    def clock(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def entered(
    credentials: Mapping[str, str | None] | None = None, **expires_at: str | None
) -> CredentialsRequest:
    """What a person enters."""
    body = {"credentials": dict(credentials or {}), "expires_at": expires_at}
    return CredentialsRequest.model_validate(body)


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
