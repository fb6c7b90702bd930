"""A real context for adapters under test: real HTTP, no waiting, buckets and tokens in memory.

ctx = context("shopify", mall.url, {"access_token": "shpat_x"}, {"location": "1"})
API.push_stock(ctx, [...])
assert ctx.sleeps == []
ctx.forward(hours=1)
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from common.channels import load_api
from common.channels.context import MallContext
from common.channels.port import ChannelInfo, ShopAccess
from common.http import Http, Transport
from common.rates import MemoryBuckets
from common.vault import MemoryVault

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class FakeTime:
    """A clock that stands still until somebody sleeps or it is set."""

    def __init__(self, now: datetime = T0) -> None:
        self.now = now
        self.sleeps: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)


class ShopContext(MallContext):
    """A MallContext whose time and memory a test may look into and change."""

    def __init__(
        self,
        shop: ShopAccess,
        info: ChannelInfo,
        credentials: Mapping[str, str],
        transport: Transport,
        now: datetime,
    ) -> None:
        self.time = FakeTime(now)
        self.buckets = MemoryBuckets()
        self.vault = MemoryVault(credentials, self.time)
        super().__init__(
            shop,
            info,
            transport=transport,
            buckets=self.buckets,
            vault=self.vault,
            clock=self.time,
            sleep=self.time.sleep,
            chance=lambda: 0.5,
        )

    @property
    def sleeps(self) -> list[float]:
        """Seconds of each wait, for the rate limit or before a repeat."""
        return self.time.sleeps

    def forward(self, **by: float) -> None:
        self.time.now += timedelta(**by)


def context(
    stem: str,
    url: str,
    credentials: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    *,
    info: ChannelInfo | None = None,
    shop_id: str = "kissa",
    currency: str = "JPY",
    transport: Transport | None = None,
    now: datetime = T0,
) -> ShopContext:
    """One shop of a channel at `url`. info: of a channel that is not in CHANNELS (yet)."""
    found = info or load_api(stem).info
    defaults = {field.name: field.default for field in found.options}
    access = ShopAccess(shop_id, currency, url.rstrip("/"), defaults | dict(options or {}))
    return ShopContext(access, found, credentials or {}, transport or Http(), now)
