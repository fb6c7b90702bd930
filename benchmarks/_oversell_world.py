"""One run of the simulator: shops, orders and stock, each function by itself, and what is broken.

The functions are the real ones, on tables in memory; what one tells another comes from the streams
of the tables, late, twice, and in any order. After each step the promises are checked on the
stored items.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from benchmarks._oversell_checks import Checks
from benchmarks._oversell_clock import AGAIN, Broken, Died, Policy, Scene, Tally
from benchmarks._oversell_store import Store, news_of
from benchmarks._oversell_town import GIFT, Town
from common.channels.port import ChannelError
from common.consumer import Change
from common.events import OrderEvent, StockAnswered
from stock.domain.allocation import AllocationChange
from stock.domain.level import LastChange, Level, LevelMove, Reason, receive
from stock.domain.product import Product
from stock.domain.telling import events_of
from stock.repository import items
from stock.repository.listings import Listings
from stock.repository.stream import stored_change
from stock.repository.writes import level_writes


class World(Town):
    """Run with `run`; raises Violated when a promise is broken."""

    def __init__(
        self, seed: int, scene: Scene, policy: Policy, broken: Broken | None = None
    ) -> None:
        super().__init__(seed, scene, policy, broken or Broken())
        self._queue: list[OrderEvent] = []
        self._is_called = False
        self.checks = Checks(self.table, self.goods)
        self._is_strict = policy.mode == "strict"
        self.store = Store(
            self.table,
            self.street,
            self._clock,
            self.meanwhile,
            self._wake,
            self._read,
            self._luck,
            self._broken,
        )
        self._build()

    # -- building

    def _build(self) -> None:
        listings = Listings(self.table)
        for goods in self.goods.values():
            listings.save(None, goods.listing)
        for sku in self._sold:
            ids = sorted(g.listing.id for g in self.goods.values() if sku in g.listing.units)
            level = Level(
                sku,
                on_hand=self._wants.randint(*self._scene.on_hand),
                version=1,
                mode=self._policy.mode,
                is_strict=self._is_strict,
                exposures=dict.fromkeys(ids, 0) if self._is_strict else {},
            )
            self.table.put_many([items.level_item(level), items.product_item(Product(sku, sku))])
        self.table.put_many(
            [
                items.level_item(Level("GIFT", version=1)),
                items.product_item(Product("GIFT", "GIFT", components=GIFT)),
            ]
        )
        self.table.take_stream()
        self._schedule()

    def _schedule(self) -> None:
        scene = self._scene
        for n, mall in enumerate(self.malls.values()):
            self._at(self._wants.random() * 5, self._buyer(mall, Random(self._wants.random())))
            self._at(n + self._luck.random() * scene.poll_every, partial(self._every_pull, mall))
        if self._policy.every:
            self._at(0.0, self._every_push)
        else:
            self._changed(sorted(self._sold))
            self._at(scene.reconcile_every, self._every_reading)
        self._at(scene.rebalance_every, self._every_rebalance)
        self._at(self._wants.uniform(0.3, 0.7) * scene.hours * 3600, self._receive)

    def run(self) -> Tally:
        """Until the time or the events are over."""
        self._live(self._scene.hours * 3600)
        self._check()
        self._sum_up()
        return self.tally

    def _after_step(self) -> None:
        self._tell_orders()
        self._tell_stock()
        self._check()

    def _check(self) -> None:
        for sku, sold in self._sold.items():
            self.checks.counters(sku)
            if self._is_strict:
                self.checks.strict(sku, sold)

    # -- the stream of the stock table

    def _tell_stock(self) -> None:
        changed: list[str] = []
        for before, after in self.table.take_stream():
            change = stored_change(Change("", before, after)) if after is not None else None
            if isinstance(change, LevelMove) and change.sku in self._sold:
                changed.append(change.sku)
                if change.after.is_fillable:
                    fill = partial(self.store.fill, change.sku)
                    self._at(self._luck.uniform(0.1, 1), self._job("fill", fill))
            elif isinstance(change, AllocationChange):
                self._answer(change)
        if changed and not self._policy.every:
            self._changed(list(dict.fromkeys(changed)))

    def _answer(self, change: AllocationChange) -> None:
        events = (event for event in events_of(change) if isinstance(event, StockAnswered))
        for event in events:
            for _ in range(self._copies()):
                hear = partial(self.office.hear, event)
                self._at(self._soon(), self._job("on_stock", hear))

    def _changed(self, skus: Sequence[str]) -> None:
        told = news_of(skus, self._true, is_strict=self._is_strict)
        for _ in range(self._copies()):
            push = self._asking("push", partial(self.store.push, [told]))
            self._at(self._luck.uniform(0.2, 1.2), push)

    # -- functions

    def _asking(self, name: str, work: Callable[[], object]) -> Callable[[], None]:
        """A function whose mall may fail: it says so, and others come back to it."""

        def run() -> None:
            try:
                work()
            except ChannelError as error:
                self._note(f"{name} {error.kind}")

        return self._job(name, run)

    def _wake(self, message: Mapping[str, Any], delay: int) -> None:
        work = partial(self.store.wake, message)
        self._at(delay + self._luck.uniform(0.1, 1), self._asking("push", work))

    def _read(self, message: Mapping[str, Any], delay: int) -> None:
        work = partial(self.store.read_back, message)
        self._at(delay + self._luck.uniform(0.1, 1), self._asking("reconcile", work))

    def _release(self, shop_id: str, mark: datetime) -> None:
        changed = self.store.release(shop_id, mark)
        if changed:
            self._note(f"released {shop_id} {sorted(changed)}")

    def _enqueue(self, event: OrderEvent) -> None:
        self._queue.append(event)
        if not self._is_called:
            self._is_called = True
            self._at(self._luck.uniform(0.05, 0.5), self._allocate)

    def _allocate(self) -> None:
        self._is_called = False
        batch, self._queue = self._queue, []
        failed = {event.order_id for event in batch}
        try:
            with self._disturbed():
                failed = self.store.allocate(batch)
        except Died:
            self._note("allocate died")
            self.tally.deaths += 1
            self._skews.pop("allocate", None)
        for event in batch:
            if event.order_id in failed:
                self._at(AGAIN * self._luck.uniform(0.5, 1.5), partial(self._enqueue, event))

    def _overtake(self) -> None:
        """Between reading and writing of another function, waiting orders are allocated."""
        batch, self._queue = self._queue, []
        failed = self.store.allocate(batch, "rival") if batch else set()
        self._queue += [event for event in batch if event.order_id in failed]

    def _every_reading(self) -> None:
        self._at(self._scene.reconcile_every, self._every_reading)
        self._job("reconcile", self.store.start_reading)()

    def _every_push(self) -> None:
        self._at(self._policy.every, self._every_push)
        self._changed(sorted(self._sold))

    def _every_rebalance(self) -> None:
        self._at(self._scene.rebalance_every, self._every_rebalance)
        self._job("rebalance", self.store.rebalance)()

    def _receive(self) -> None:
        sku, units = self._wants.choice(sorted(self._sold)), self._wants.randint(1, 8)
        change = LastChange("receipt", Reason.RECEIVE, self._true)
        self.table.commit(*level_writes(self.table, receive(self._level(sku), change, units)))
        self._note(f"received {sku} {units}")
