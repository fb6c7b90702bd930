"""Buyers, shops, and what the orders area makes of their orders.

The orders area is a small model: an upsert by the mall's version, answers that arrive in any
order, and its real rule of the watermark.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from benchmarks._oversell_checks import Goods
from benchmarks._oversell_clock import START, Broken, Clockwork, Policy, Scene
from benchmarks._oversell_malls import MallOrder, SimMall
from common.channels.port import Cursor
from common.events import Demand, Letter, OrderChanged, OrderEvent, OrderReceived
from orders.domain.watermark import Candidate, candidate_of, passed, with_candidate
from stock.domain.level import Level
from stock.domain.listing import Listing
from stock.repository import items, keys

GIFT = {"TEA": 1, "CUP": 2}
NO_CONTEXT: Any = None


@dataclass
class Desk:
    """What the orders area knows of one order."""

    mall: SimMall
    order: MallOrder
    received_at: datetime
    version: int = 0
    seen: int = 0
    answered: int = 0


@dataclass
class Poller:
    """What the orders area knows of one shop."""

    waiting: tuple[Candidate, ...] = ()


class Town(Clockwork):
    """Everything outside of the stock area."""

    def __init__(self, seed: int, scene: Scene, policy: Policy, broken: Broken) -> None:
        super().__init__(seed, scene, policy, broken)
        self._desks: dict[str, Desk] = {}
        self._sold = {"TEA": 0, "CUP": 0}
        self.malls = {
            f"shop-{n}": SimMall(f"shop-{n}", kind, {}, START) for n, kind in enumerate(scene.kinds)
        }
        self._pollers = {shop: Poller() for shop in self.malls}
        self.goods = {
            (one.shop_id, one.code): Goods(self.malls[one.shop_id], one) for one in self._listings()
        }

    def _listings(self) -> Iterator[Listing]:
        """Every shop sells tea; others of it sell it twice, cups, or both as a gift."""
        for n, mall in enumerate(self.malls.values()):
            for code, sku, units in (
                ("tea", "TEA", {"TEA": 1}),
                ("tea-again", "TEA", {"TEA": 1}),
                ("cup", "CUP", {"CUP": 1}),
                ("gift", "GIFT", GIFT),
            ):
                if code == "tea" or (n + len(code)) % 3 == 0:
                    mall.shown[code] = 0
                    yield Listing(mall.shop_id, code, sku, units)

    def _level(self, sku: str) -> Level:
        found = self.table.peek(keys.sku(sku))
        return items.level_of(next(item for item in found if item["sk"] == keys.LEVEL))

    def _pass_time(self, at: float) -> None:
        passed_by = (at - self.t) / 60
        self.t = at
        for mall in self.malls.values():
            mall.now = self._true
        shown: dict[str, list[int]] = {}
        for goods in self.goods.values():
            shown.setdefault(goods.listing.sku, []).append(goods.mall.shown[goods.listing.code])
        for numbers in shown.values():
            if any(numbers):
                self.tally.minutes += passed_by * numbers.count(0)

    def _sum_up(self) -> None:
        for sku, sold in self._sold.items():
            on_hand = self._level(sku).on_hand
            self.tally.oversold += max(0, sold - on_hand)
            self.tally.left += max(0, on_hand - sold)
        for order in (one for mall in self.malls.values() for one in mall.orders.values()):
            found = list(self.table.peek(keys.allocation(order.id).pk))
            is_held = bool(found) and items.allocation_of(found[0]).is_complete
            self.tally.shipped += is_held and not order.is_cancelled

    # -- buyers

    def _buyer(self, mall: SimMall, wants: Random) -> Callable[[], None]:
        codes = sorted(mall.shown)

        def come() -> None:
            flash = 0.35 < (self.t / 3600) / self._scene.hours % 1 < 0.45
            pace = self._scene.buyers_every / (6 if flash else 1)
            code, units = wants.choice(codes), wants.choice([1, 1, 1, 2, 3])
            gap, delay, fate = wants.expovariate(1 / pace), wants.random(), wants.random()
            later = wants.random()
            self._at(gap, come)
            self._buy(mall, code, units, delay)
            if fate < self._scene.cancelled and mall.orders:
                self._at(later * 240, lambda: self._cancel(mall, fate))

        return come

    def _buy(self, mall: SimMall, code: str, units: int, delay: float) -> None:
        goods = self.goods[mall.shop_id, code]
        wanted = {sku: units * each for sku, each in goods.listing.units.items()}
        order_id = f"{mall.shop_id}:{len(mall.orders) + 1}"
        made = mall.sell(order_id, code, units, mall.kind.visibility * delay)
        if made is None:
            if all(self._level(s).on_hand - self._sold[s] >= n for s, n in wanted.items()):
                self.tally.lost += sum(wanted.values())
            return
        for sku, number in wanted.items():
            self._sold[sku] += number
            self.tally.sold += number
        goods.news.append(made)
        self.tally.orders += 1
        self._note(f"sold {order_id} {code} {units}")
        self._tell(mall, made)

    def _cancel(self, mall: SimMall, which: float) -> None:
        active = [one for one in mall.orders.values() if not one.is_cancelled]
        if not active:
            return
        order = active[int(which * 1000) % len(active)]
        goods = self.goods[mall.shop_id, order.code]
        mall.cancel(order, mall.kind.visibility * self._luck.random())
        for sku, each in goods.listing.units.items():
            self._sold[sku] -= order.units * each
            self.tally.sold -= order.units * each
        if order not in goods.news:
            goods.news.append(order)
        self._note(f"cancelled {order.id}")
        self._tell(mall, order)

    def _tell(self, mall: SimMall, order: MallOrder) -> None:
        """Webhooks: late, twice, in any order, or not at all."""
        if mall.kind.webhooks is None or self._luck.random() < self._scene.trouble:
            return
        copies = 2 if self._luck.random() < self._scene.trouble else 1
        said = replace(order)
        for _ in range(copies):
            delay = self._luck.expovariate(1 / mall.kind.webhooks)
            self._at(delay, lambda: self._import(mall, said))

    # -- orders: a small model of that area, with its real rule of the watermark

    def _poll(self, mall: SimMall) -> Callable[[], None]:
        def start() -> None:
            self._at(self._scene.poll_every, start)
            started = self._clock("pull")()
            if self._luck.random() < self._scene.trouble:
                return
            page = mall.fetch_orders_since(NO_CONTEXT, Cursor(START, self._true))
            found = [mall.look(ref.channel_order_id) for ref in page.refs]
            self._at(self._luck.uniform(0.2, 4), lambda: end(started, found))

        def end(started: datetime, found: Sequence[MallOrder]) -> None:
            for order in found:
                self._import(mall, order)
            made = candidate_of(started, self._clock("pull")(), mall.kind.visibility)
            poller = self._pollers[mall.shop_id]
            poller.waiting = with_candidate(poller.waiting, made)
            self._check_watermark(mall)

        return start

    def _check_watermark(self, mall: SimMall) -> None:
        poller = self._pollers[mall.shop_id]
        unanswered = [
            desk.received_at
            for desk in self._desks.values()
            if desk.mall is mall and desk.answered < desk.version
        ]
        oldest = min(unanswered, default=None) if self._broken.waits_for_answers else None
        mark, poller.waiting = passed(poller.waiting, oldest)
        if mark is not None:
            work = self._job("release", self._release(mall.shop_id, mark))
            self._at(self._luck.uniform(0.1, 3), work)

    def _import(self, mall: SimMall, order: MallOrder) -> None:
        desk = self._desks.get(order.id)
        if desk is None:
            desk = self._desks[order.id] = Desk(mall, order, self._clock("import")())
        if order.version <= desk.seen:
            return
        desk.seen, desk.order = order.version, order
        desk.version += 1
        event = self._event(desk)
        copies = 2 if self._luck.random() < self._scene.trouble else 1
        for _ in range(copies):
            self._at(self._luck.expovariate(1 / 2), lambda: self._enqueue(event))

    def _event(self, desk: Desk) -> OrderEvent:
        order, goods = desk.order, self.goods[desk.mall.shop_id, desk.order.code]
        line = Demand(line_id="1", sku=goods.listing.sku, quantity=order.units, listing=order.code)
        kind = OrderReceived if desk.version == 1 else OrderChanged
        return kind(
            event_id=f"{order.id}#{desk.version}",
            at=self._true,
            order_id=order.id,
            shop_id=desk.mall.shop_id,
            channel=desk.mall.kind.name,
            version=desk.version,
            ordered_at=order.at,
            change="imported",
            active=not order.is_cancelled,
            demand=[] if order.is_cancelled else [line],
            cancelled=[line] if order.is_cancelled else [],
            letter=_LETTER,
        )

    # -- what the stock area does with it

    def _enqueue(self, event: OrderEvent) -> None:
        raise NotImplementedError

    def _release(self, shop_id: str, mark: datetime) -> Callable[[], None]:
        raise NotImplementedError


_LETTER = Letter(
    number="1",
    buyer_name="",
    email=None,
    currency="JPY",
    lines=[],
    payment_method="CARD",
    destination="",
)
