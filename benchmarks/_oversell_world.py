"""One run of the simulator: the functions of the stock area between shops and orders.

They are the real ones, on a table in memory: Allocator, fill_waiting, Publisher with release,
observe and moves_units. After each step the promises are checked on the stored items.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from benchmarks._oversell_checks import Checks
from benchmarks._oversell_clock import AGAIN, START, Broken, Died, Policy, Scene, Tally
from benchmarks._oversell_malls import LONGEST_REQUEST, Fate, Flying, SimMall
from benchmarks._oversell_town import GIFT, NO_CONTEXT, Town
from common.channels.port import ChannelError, StockOutcome, StockResult
from common.errors import Contended
from common.events import OrderEvent
from stock.domain.level import LastChange, Level, Reason, receive
from stock.domain.listing import MallRules, Ref, State
from stock.domain.product import Product
from stock.domain.push import Push
from stock.repository import items
from stock.repository.book import StockBook
from stock.repository.listings import Listings
from stock.repository.writes import level_writes
from stock.service.allocate import Allocator, demand_of
from stock.service.fill_waiting import fill_waiting
from stock.service.publishing import Publisher, update_of


class World(Town):
    """Run with `run`; raises Violated when a promise is broken."""

    def __init__(
        self, seed: int, scene: Scene, policy: Policy, broken: Broken | None = None
    ) -> None:
        super().__init__(seed, scene, policy, broken or Broken())
        self._queue: list[OrderEvent] = []
        self._is_called = False
        self._dirty: set[str] = set()
        self._versions: dict[str, int] = {}
        self.checks = Checks(self.table, self.goods)
        self._build()

    # -- building

    def _build(self) -> None:
        is_strict = self._policy.mode == "strict"
        listings = Listings(self.table)
        for goods in self.goods.values():
            listings.save(None, goods.listing)
        for sku in ("TEA", "CUP"):
            ids = sorted(g.listing.id for g in self.goods.values() if sku in g.listing.units)
            level = Level(
                sku,
                on_hand=self._wants.randint(*self._scene.on_hand),
                version=1,
                mode=self._policy.mode,
                is_strict=is_strict,
                exposures=dict.fromkeys(ids, 0) if is_strict else {},
            )
            self.table.put_many([items.level_item(level), items.product_item(Product(sku, sku))])
            self._versions[sku] = 1
        self.table.put_many(
            [
                items.level_item(Level("GIFT", version=1)),
                items.product_item(Product("GIFT", "GIFT", components=GIFT)),
            ]
        )
        self._schedule()

    def _schedule(self) -> None:
        scene = self._scene
        for n, mall in enumerate(self.malls.values()):
            self._at(self._wants.random() * 5, self._buyer(mall, Random(self._wants.random())))
            self._at(n + self._luck.random() * scene.poll_every, self._poll(mall))
            self._at(scene.reconcile_every * (1 + n / 9), self._every_reconcile(mall))
        if self._policy.every:
            self._at(0.0, self._every_push)
        else:
            self._dirty |= {"TEA", "CUP"}
        if self._policy.mode == "strict":
            self._at(scene.rebalance_every, self._every_rebalance)
        self._at(self._wants.uniform(0.3, 0.7) * scene.hours * 3600, self._receive)

    def run(self) -> Tally:
        """Until the time or the events are over."""
        scene, is_strict = self._scene, self._policy.mode == "strict"
        end = scene.hours * 3600
        while self._steps and self._steps[0].at <= end:
            if scene.events is not None and self.tally.events >= scene.events:
                break
            step = heapq.heappop(self._steps)
            self._pass_time(step.at)
            step.work()
            self.tally.events += 1
            self._after_step()
            for sku, sold in self._sold.items():
                self.checks.counters(sku)
                if is_strict:
                    self.checks.strict(sku, sold)
        self._sum_up()
        return self.tally

    def _after_step(self) -> None:
        """The stream of the table: changes of levels ask for filling and for pushes."""
        for sku in self._sold:
            level = self._level(sku)
            if level.version == self._versions[sku]:
                continue
            self._versions[sku] = level.version
            if level.is_fillable:
                self._at(self._luck.uniform(0.1, 1), self._job("fill", self._fill(sku)))
            if not self._policy.every:
                self._dirty.add(sku)
        if self._dirty and not self._policy.every:
            skus, self._dirty = sorted(self._dirty), set()
            self._at(self._luck.uniform(0.2, 1.2), self._job("push", self._push(skus)))

    # -- stock: its real services

    def _enqueue(self, event: OrderEvent) -> None:
        self._queue.append(event)
        if not self._is_called:
            self._is_called = True
            self._at(self._luck.uniform(0.05, 0.5), self._allocate)

    def _allocate(self) -> None:
        self._is_called = False
        batch, self._queue = self._queue, []
        failed: Mapping[str, Exception] = {}
        self._disturb()
        try:
            run = Allocator(StockBook(self.table), self._clock("allocate")).run
            failed = run([demand_of(event) for event in batch])
        except Died:
            self._note("allocate died")
            self._skews.pop("allocate", None)
            failed = dict.fromkeys([event.order_id for event in batch], Contended())
        finally:
            self._moment = -1
        for event in batch:
            if event.order_id in failed:
                later = AGAIN * self._luck.uniform(0.5, 1.5)
                self._at(later, lambda event=event: self._enqueue(event))  # type: ignore[misc]
            else:
                answer = lambda event=event: self._answer(event)  # noqa: E731
                self._at(self._luck.expovariate(1 / 2), answer)

    def _overtake(self) -> None:
        """Between reading and writing of another function, waiting orders are allocated."""
        batch, self._queue = self._queue, []
        failed = Allocator(StockBook(self.table), self._clock("rival")).run(
            [demand_of(event) for event in batch]
        )
        for event in batch:
            if event.order_id in failed:
                self._queue.append(event)
            else:
                self._at(1.0, lambda event=event: self._answer(event))  # type: ignore[misc]

    def _answer(self, event: OrderEvent) -> None:
        desk = self._desks[event.order_id]
        desk.answered = max(desk.answered, event.version)
        self._check_watermark(desk.mall)

    def _fill(self, sku: str) -> Callable[[], None]:
        def work() -> None:
            fill_waiting(StockBook(self.table), self._clock("fill"), sku)

        return work

    def _publisher(self, function: str) -> Publisher:
        return Publisher(Listings(self.table), self._rules, self._clock(function))

    def _rules(self, shop_id: str) -> MallRules:
        kind = self.malls[shop_id].kind
        return MallRules(has_cas=kind.has_cas, longest_request=LONGEST_REQUEST)

    def _push(self, skus: Sequence[str], *, moves_units: bool = False) -> Callable[[], None]:
        def work() -> None:
            publisher = self._publisher("push")
            for push in publisher.plan(skus, moves_units=moves_units):
                asked = self._unbudgeted(push)
                begun = publisher.begin(asked)
                if begun is None:
                    continue
                self._note(f"push {begun.listing.shop_id}/{begun.listing.code} {begun.quantity}")
                self._at(self._luck.expovariate(1 / 0.4), lambda begun=begun: self._send(begun))  # type: ignore[misc]

        return work

    def _unbudgeted(self, push: Push) -> Push:
        if self._broken.budgets_old or push.expected is not None or push.listing.known is None:
            return push
        return replace(push, expected=push.listing.known)

    def _send(self, begun: Push) -> None:
        luck, mall = self._luck, self.malls[begun.listing.shop_id]
        if self._clock("push")() > (begun.send_by or START):
            return
        mall.fate = Fate.OK
        if luck.random() < self._scene.trouble * 2:
            mall.fate = luck.choice([Fate.LOST, Fate.LATE, Fate.DROPPED, Fate.BUSY])
        flying = list(mall.flying)
        self.tally.pushes += 1
        try:
            (result,) = mall.push_stock(NO_CONTEXT, [update_of(begun)])
        except ChannelError:
            is_sure = self._broken.doubts_lost_answers
            outcome = StockOutcome.UNKNOWN if is_sure else StockOutcome.APPLIED
            result = StockResult(begun.listing.code, outcome)
        late = LONGEST_REQUEST.total_seconds() if mall.fate is Fate.LATE else mall.kind.settles_in
        for request in mall.flying:
            if request not in flying:
                self._at(luck.random() * late, self._land(mall, request))
        if luck.random() < self._scene.trouble / 2:
            self._note("the sender died")
            return
        self._at(luck.expovariate(1 / 0.4), self._job("push", self._settle(begun, result)))

    def _land(self, mall: SimMall, request: Flying) -> Callable[[], None]:
        def work() -> None:
            mall.apply(request)

        return work

    def _settle(self, begun: Push, result: StockResult) -> Callable[[], None]:
        def work() -> None:
            after = self._publisher("push").settle(begun, result)
            self._note(f"settled {begun.listing.shop_id}/{begun.listing.code} {result.outcome}")
            if after is None:
                return
            if after.state is State.UNKNOWN:
                wait = LONGEST_REQUEST.total_seconds() + 30
                self._at(wait, self._job("reconcile", self._look(self.malls[after.shop_id])))
            elif result.outcome in (StockOutcome.STALE, StockOutcome.RETRY):
                self._dirty |= set(after.units)
            if not self._broken.waits_for_watermark:
                self._release(after.shop_id, self._true + timedelta(days=1))()

        return work

    def _release(self, shop_id: str, mark: datetime) -> Callable[[], None]:
        def work() -> None:
            changed = self._publisher("release").release(shop_id, mark)
            if changed:
                self._note(f"released {shop_id} {sorted(changed)}")

        return work

    def _look(self, mall: SimMall, refs: Sequence[Ref] | None = None) -> Callable[[], None]:
        """Read back listings, those with lost answers if none are named."""

        def work() -> None:
            publisher = self._publisher("reconcile")
            wanted = publisher.doubtful(mall.shop_id) if refs is None else refs
            by_id = {g.listing.id: g.listing for g in self.goods.values()}
            began = self._clock("reconcile")()
            for ref in wanted:
                shown = mall.shown[by_id[ref.id].code]
                seen = publisher.observe(ref, shown, began, self._clock("reconcile")())
                if seen:
                    self._note(f"read {ref.shop_id}/{by_id[ref.id].code} {shown} {seen.drift}")
                    self._dirty |= set(seen.listing.units)

        return work

    def _every_reconcile(self, mall: SimMall) -> Callable[[], None]:
        refs = [g.listing.ref for g in self.goods.values() if g.mall is mall]

        def start() -> None:
            self._at(self._scene.reconcile_every, start)
            if not self._policy.every:
                self._job("reconcile", self._look(mall, refs))()

        return start

    def _every_push(self) -> None:
        self._at(self._policy.every, self._every_push)
        self._job("push", self._push(["TEA", "CUP"]))()

    def _every_rebalance(self) -> None:
        self._at(self._scene.rebalance_every, self._every_rebalance)
        self._job("rebalance", self._push(["TEA", "CUP"], moves_units=True))()

    def _receive(self) -> None:
        sku, units = self._wants.choice(["TEA", "CUP"]), self._wants.randint(1, 8)
        change = LastChange("receipt", Reason.RECEIVE, self._true)
        self.table.commit(*level_writes(self.table, receive(self._level(sku), change, units)))
        self._note(f"received {sku} {units}")
