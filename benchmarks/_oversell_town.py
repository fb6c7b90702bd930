"""Buyers and shops, and the way of their orders to the orders area."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from benchmarks._oversell_checks import Goods
from benchmarks._oversell_clock import START, Broken, Clockwork, Died, Policy, Scene
from benchmarks._oversell_malls import Fate, MallOrder, SimMall
from benchmarks._oversell_office import Office, Street
from common.events import OrderEvent
from stock.domain.level import Level
from stock.domain.listing import Listing
from stock.repository import items, keys

GIFT = {"TEA": 1, "CUP": 2}


class Town(Clockwork):
    """Everything outside of the stock area."""

    def __init__(self, seed: int, scene: Scene, policy: Policy, broken: Broken) -> None:
        super().__init__(seed, scene, policy, broken)
        self._sold = {"TEA": 0, "CUP": 0}
        self.malls = {
            f"shop-{n}": SimMall(f"shop-{n}", kind, self, {}, START)
            for n, kind in enumerate(scene.kinds)
        }
        self.goods = {
            (one.shop_id, one.code): Goods(self.malls[one.shop_id], one) for one in self._listings()
        }
        self.street = Street(self.malls)
        owner = lambda: f"{self._luck.random()}"  # noqa: E731
        self.office = Office(self.orders, self.street, self._clock, self._pull, owner, broken)
        self.office.learn((goods.listing for goods in self.goods.values()), START)
        self.orders.take_stream()

    # -- the road to the malls

    def fate(self) -> Fate:
        if self._luck.random() >= self._scene.trouble * 2:
            return Fate.OK
        return self._luck.choice([one for one in Fate if one is not Fate.OK])

    def seconds(self, most: float) -> float:
        return min(most, self._luck.expovariate(3 / most))

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        self._at(seconds, work)

    def die(self) -> None:
        raise Died

    def note(self, text: str) -> None:
        self._note(text)

    def _listings(self) -> Iterator[Listing]:
        """Every shop sells tea; some sell it twice, by three, cups, or both as a gift."""
        for n, mall in enumerate(self.malls.values()):
            for code, sku, units in (
                ("tea", "TEA", {"TEA": 1}),
                ("tea-again", "TEA", {"TEA": 1}),
                ("tea-three", "TEA", {"TEA": 3}),
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
        self.tally.pushes = sum(mall.pushes for mall in self.malls.values())
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
                self._at(later**2 * 240, lambda: self._cancel(mall, fate))
            if self._luck.random() < self._scene.edited:
                self._lower_by_hand(mall, code)

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
        """One of the last orders as a rule: people change their minds at once, or never."""
        active = [one for one in mall.orders.values() if not one.is_cancelled][-4:]
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

    def _lower_by_hand(self, mall: SimMall, code: str) -> None:
        """Somebody in the mall's own screen. More than there is is nothing we can prevent."""
        mall.shown[code] = int(mall.shown[code] * self._luck.random())
        self._note(f"edited {mall.shop_id}/{code} {mall.shown[code]}")

    def _tell(self, mall: SimMall, order: MallOrder) -> None:
        """Webhooks: late, twice, in any order, or not at all."""
        if mall.kind.webhooks is None or self._luck.random() < self._scene.unheard:
            return
        said = replace(order)
        for _ in range(self._copies()):
            delay = self._luck.expovariate(1 / mall.kind.webhooks)
            work = lambda: self.office.take_in(mall, said)  # noqa: E731
            self._at(delay, self._job("import", work))

    # -- the orders area

    def _every_pull(self, mall: SimMall) -> None:
        self._at(self._scene.poll_every, lambda: self._every_pull(mall))
        self._pull({"shop_id": mall.shop_id}, 0)

    def _pull(self, message: Mapping[str, Any], delay: int) -> None:
        self._at(delay, self._job("pull", lambda: self.office.pull(message)))

    def _tell_orders(self) -> None:
        """The stream of the orders table."""
        for _, item in self.orders.take_stream():
            told = self.office.told(item) if item is not None else None
            if told is None:
                continue
            for _ in range(self._copies()):
                if isinstance(told, OrderEvent):
                    self._at(self._soon(), partial(self._enqueue, told))
                else:
                    self._at(
                        self._luck.uniform(0.1, 3),
                        self._job("release", partial(self._release, *told)),
                    )

    def _copies(self) -> int:
        return 2 if self._luck.random() < self._scene.trouble else 1

    # -- what the stock area does with it

    def _enqueue(self, event: OrderEvent) -> None:
        raise NotImplementedError

    def _release(self, shop_id: str, mark: datetime) -> None:
        raise NotImplementedError
