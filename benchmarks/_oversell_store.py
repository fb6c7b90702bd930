"""The stock area in the simulator: its real services and repositories on a table in memory, put
together as its handlers do.

What is left out on purpose, to see whether it is noticed, is left out here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks._memory_table import MemoryTable
from benchmarks._oversell_clock import Broken
from benchmarks._oversell_office import DelayQueue, Send, Street
from common.channels.port import StockOutcome, StockResult
from common.clock import Clock
from common.errors import Retryable
from common.events import OrderEvent
from common.ids import ulid
from common.rates import MemoryBuckets
from common.shops import Shop
from stock.domain.listing import Listing, MallRules, Ref
from stock.domain.push import Push
from stock.handlers.push_levels import Told, told_by
from stock.repository.book import Goods, StockBook
from stock.repository.drifts import DriftList, MovingList
from stock.repository.lags import LagBook
from stock.repository.listings import Listings, OneLook
from stock.repository.marks import Marks
from stock.repository.sync import SyncBook
from stock.service.allocate import Allocator, demand_of
from stock.service.due import Tools, due_of
from stock.service.fill_waiting import fill_waiting
from stock.service.marking import Marker, News
from stock.service.publishing import Publisher
from stock.service.pushing import Books as PushBooks
from stock.service.pushing import Pusher
from stock.service.rebalancing import move_units, wake_shops
from stock.service.reconciling import Books as ReadBooks
from stock.service.reconciling import Reconciler
from stock.service.releasing import Releaser
from stock.service.rules import rules_of

# What a function may take before it hands the rest to the next one.
TIME = timedelta(seconds=35)
_NEVER = timedelta(days=1)


class _BrokenPublisher(Publisher):
    """Leaves rules out."""

    broken = Broken()

    def begin(self, push: Push) -> Push | None:
        known = push.listing.known
        if not self.broken.budgets_old and push.expected is None and known is not None:
            push = replace(push, expected=known)
        return super().begin(push)

    def settle(self, push: Push, result: StockResult) -> Listing | None:
        if not self.broken.doubts_lost_answers and result.outcome is StockOutcome.UNKNOWN:
            result = StockResult(result.code, StockOutcome.APPLIED)
        after = super().settle(push, result)
        if after is not None and not self.broken.waits_for_watermark:
            self.release(after.shop_id, self._clock() + _NEVER)
        return after


class _NaiveBook(StockBook):
    """Takes every listing for one unit."""

    def goods(self, skus: Sequence[str], listings: Iterable[Ref] = ()) -> Goods:
        found = super().goods(skus, listings)
        found.takes.clear()
        return found


class Store:
    """One instance a run. clock: by function. wake, read: messages to `push_levels` and
    `reconcile_levels`, with their delays."""

    def __init__(
        self,
        table: MemoryTable,
        street: Street,
        clock: Callable[[str], Clock],
        wait: Callable[[float], None],
        wake: Send,
        read: Send,
        luck: Random,
        broken: Broken,
    ) -> None:
        self._table = table
        self._street = street
        self._clock = clock
        self._wait = wait
        self._wakes, self._reads = DelayQueue(wake), DelayQueue(read)
        self._luck = luck
        self._broken = broken
        self._buckets = MemoryBuckets()

    def _publisher(self, function: str, listings: Listings | None = None) -> Publisher:
        kind = type("_Publisher", (_BrokenPublisher,), {"broken": self._broken})
        made: Publisher = kind(listings or Listings(self._table), self.rules, self._clock(function))
        return made

    def rules(self, shop_id: str) -> MallRules:
        return rules_of(self._shop(shop_id), self._street.malls[shop_id].info)

    def _shop(self, shop_id: str) -> Shop:
        return next(shop for shop in self._street.all() if shop.id == shop_id)

    def _time_left(self, function: str) -> Callable[[], bool]:
        clock = self._clock(function)
        began = clock()
        return lambda: clock() < began + TIME

    # -- functions

    def allocate(self, events: Sequence[OrderEvent], function: str = "allocate") -> set[str]:
        """Ids of orders that failed."""
        book = StockBook if self._broken.counts_packs else _NaiveBook
        run = Allocator(book(self._table), self._clock(function)).run
        return set(run([demand_of(event) for event in events]))

    def fill(self, sku: str) -> None:
        """`fill_waiting`."""
        fill_waiting(StockBook(self._table), self._clock("fill"), sku)

    def push(self, told: Sequence[Told]) -> None:
        """`push_levels`. Raises what its messages fail with."""
        shares = {sku for one in told for sku in one.shares}
        MovingList(self._table).add(sorted(shares), ulid(self._clock("push")()))
        look = OneLook(self._table)
        marker = Marker(
            self._publisher("push", look), look, Marks(self._table), self._clock("push")
        )
        marked = marker.take_in(news for one in told for news in one.news)
        woken = {shop for one in told for shop in one.shops}
        shops = woken.union(*marked.shops.values())
        due = due_of(self._publisher("push", look), marked.marks)
        outlooks = SyncBook(self._table).look(sorted(shops)) if shops else {}
        pusher, error = self._pusher(), None
        # Threads, in any order.
        for shop in self._luck.sample(sorted(shops), len(shops)):
            try:
                pusher.drain(shop, () if shop in woken else due.get(shop, ()), outlooks[shop])
            except Retryable as failure:
                error = failure
        if error is not None:
            raise error

    def wake(self, message: Mapping[str, Any]) -> None:
        """A message that `push_levels` sent to itself, or somebody else did."""
        self.push([told_by(message)])

    def _pusher(self) -> Pusher:
        table, clock = self._table, self._clock("push")
        books = PushBooks(
            shops=self._street,
            states=SyncBook(table),
            lags=LagBook(table),
            malls=self._street,
            wakes=self._wakes,
        )
        tools = Tools(
            publisher=self._publisher("push"),
            marks=Marks(table),
            shelf=Listings(table),
            buckets=self._buckets,
            clock=clock,
            sleep=self._wait,
        )
        return Pusher(books, tools, self._time_left("push"))

    def release(self, shop_id: str, mark: datetime) -> list[str]:
        """`on_watermark`."""
        table = self._table
        publisher, listings = self._publisher("release"), Listings(table)
        moving, clock = MovingList(table), self._clock("release")
        return Releaser(publisher, listings, moving, self._wakes, clock).release(shop_id, mark)

    def rebalance(self) -> None:
        """`rebalance`."""
        table, clock = self._table, self._clock("rebalance")
        listings, marks = Listings(table), Marks(table)
        publisher = self._publisher("rebalance")
        marker = Marker(publisher, listings, marks, clock)
        move_units(MovingList(table), marker, clock, self._time_left("rebalance"))
        wake_shops(self._street, marks, SyncBook(table), publisher, self._wakes, clock)

    def start_reading(self) -> None:
        """The timer of `reconcile_levels`."""
        self._reconciler().start()

    def read_back(self, message: Mapping[str, Any]) -> None:
        """`reconcile_levels`: a message of its own."""
        self._reconciler().whole(message["shop_id"], message.get("token"))

    def _reconciler(self) -> Reconciler:
        table = self._table
        books = ReadBooks(
            shops=self._street,
            shelf=Listings(table),
            drifts=DriftList(table),
            malls=self._street,
            again=self._reads,
            pushes=self._wakes,
        )
        publisher, clock = self._publisher("reconcile"), self._clock("reconcile")
        return Reconciler(books, publisher, clock, self._time_left("reconcile"))


def news_of(skus: Iterable[str], at: datetime, *, is_strict: bool) -> Told:
    """What `StockLevelChanged` tells `push_levels`."""
    wanted = list(skus)
    return Told([News(sku, at) for sku in wanted], shares=frozenset(wanted if is_strict else ()))
