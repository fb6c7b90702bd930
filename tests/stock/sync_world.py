"""Shops of a mall in memory around a stock table, with a clock that tests move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from common.channels.port import ChannelApi, Context, Request, Response, ShopAccess
from common.dynamo import Table
from common.rates import MemoryBuckets
from common.shops import Shop, ShopMail
from stock.domain.listing import Listing, MallRules
from stock.repository.lags import LagBook
from stock.repository.listings import Listings, OneLook
from stock.repository.marks import Marks
from stock.repository.sync import SyncBook
from stock.service.due import Tools, due_of
from stock.service.marking import Marker, News
from stock.service.publishing import Publisher
from stock.service.pushing import Books, Pusher
from stock.service.rules import rules_of
from tests.stock.builders import NOON, a_level
from tests.stock.fake_mall import FakeMall
from tests.stock.tables import level, plant


def a_shop(id_: str = "kissa", channel: str = "fake", **fields: Any) -> Shop:
    given = {"enabled": True, **fields}
    mail = ShopMail("", "", "", "")
    return Shop(id_, f"店 {id_}", channel, "JPY", mail=mail, webhook_secrets=(), version=1, **given)


class Ctx:
    """port.Context of one shop; a mall in memory needs no more."""

    def __init__(self, shop_id: str, now: Any) -> None:
        self.shop = ShopAccess(shop_id, "JPY", "", {})
        self.now = now

    def send(self, operation: str, request: Request, *, repeatable: bool = False) -> Response:
        raise NotImplementedError

    def throttled(self, operation: str, seconds: float) -> None: ...

    def credential(self, name: str) -> str:
        raise NotImplementedError

    def token(self, renew: Any, *, refresh: str = "") -> str:
        raise NotImplementedError

    def forget_token(self) -> None: ...


@dataclass
class Time:
    """A clock that stands still until somebody waits. ticks: added at every look."""

    now: datetime = NOON
    tick: timedelta = timedelta(0)
    sleeps: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class World:
    """One stock table, some shops, one mall. wakes: (body, delay in seconds)."""

    def __init__(self, table: Table, *shops: Shop, mall: FakeMall | None = None) -> None:
        self.table = table
        self.time = Time()
        self.mall = mall or FakeMall()
        self.shops = {shop.id: shop for shop in shops or (a_shop(),)}
        self.wakes: list[tuple[Mapping[str, Any], int]] = []
        self.marks = Marks(table)
        self.states = SyncBook(table)
        self.lags = LagBook(table)
        self.listings = Listings(table)
        self.buckets = MemoryBuckets()
        self.has_time = True
        self.publisher = self.publisher_of(minds_pause=True)

    # -- ports

    def get(self, shop_id: str) -> Shop | None:
        return self.shops.get(shop_id)

    def all(self) -> Sequence[Shop]:
        return list(self.shops.values())

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]:
        return self.mall, Ctx(shop.id, self.time)

    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None:
        self.wakes += [(body, delay_seconds) for body in bodies]

    def rules(self, shop_id: str, *, minds_pause: bool = True) -> MallRules:
        shop = self.shops.get(shop_id)
        if shop is None:
            return MallRules(is_open=False)
        return rules_of(shop, self.mall.info, minds_pause=minds_pause)

    # -- what is under test

    def publisher_of(self, *, minds_pause: bool, listings: Listings | None = None) -> Publisher:
        rules = lambda shop: self.rules(shop, minds_pause=minds_pause)  # noqa: E731
        return Publisher(listings or self.listings, rules, self.time)

    @property
    def pusher(self) -> Pusher:
        books = Books(self, self.states, self.lags, self, self)
        tools = Tools(
            self.publisher, self.marks, self.listings, self.buckets, self.time, self.time.sleep
        )
        return Pusher(books, tools, lambda: self.has_time)

    @property
    def marker(self) -> Marker:
        return self.marker_of(self.listings)

    def marker_of(self, listings: Listings) -> Marker:
        planner = self.publisher_of(minds_pause=False, listings=listings)
        return Marker(planner, listings, self.marks, self.time)

    def tell(
        self, *skus: str, since: datetime | None = None, shop: str = "", **flags: bool
    ) -> None:
        """News of SKUs, marked and not yet sent."""
        self.marker.take_in(News(sku, since or self.time.now, shop, **flags) for sku in skus)

    def sync(self, *skus: str, since: datetime | None = None) -> None:
        """News of SKUs, and a run for every shop, as the handler has it."""
        look = OneLook(self.table)
        news = [News(sku, since or self.time.now) for sku in skus]
        marked = self.marker_of(look).take_in(news)
        due = due_of(self.publisher_of(minds_pause=True, listings=look), marked.marks)
        outlooks = self.states.look(self.shops)
        for shop in self.shops:
            self.pusher.drain(shop, due.get(shop, ()), outlooks[shop])

    def drain(self, *shop_ids: str) -> None:
        for shop_id in shop_ids or self.shops:
            self.pusher.drain(shop_id)

    # -- things

    def stock(self, sku: str = "TEA", on_hand: int = 10, **fields: Any) -> None:
        """A SKU, or another count of it."""
        version = level(self.table, sku).version + 1 if self._has(sku) else 1
        plant(self.table, replace(a_level(sku, on_hand=on_hand, **fields), version=version))

    def _has(self, sku: str) -> bool:
        return bool(self.table.get(f"SKU#{sku}", "LEVEL"))

    def offer(
        self, sku: str = "TEA", shop: str = "kissa", code: str = "", **fields: Any
    ) -> Listing:
        """Something on sale."""
        given = {"units": {sku: 1}, **fields}
        one = Listing(shop, code or f"{sku.lower()}-{shop}", sku, **given)
        self.listings.save(None, one)
        return one

    def listing(self, one: Listing) -> Listing:
        """The listing as it is stored now."""
        return self.listings.get_many([one.ref])[one.ref]

    def waiting(self, shop: str = "kissa") -> list[str]:
        return [mark.code for mark in self.marks.waiting(shop, 1000)]
