"""What malls show: read back, compared, and listed since when."""

import json
from datetime import timedelta
from typing import Any

import pytest

from common.channels.port import Cap, ChannelError, StockOutcome
from common.clock import to_wire
from common.dynamo import Table
from stock.domain.sync_state import OPEN
from stock.repository.drifts import DriftList, MovingList
from stock.service.rebalancing import move_units, tell_late_shops, wake_shops
from stock.service.reconciling import Books, Reconciler
from stock.service.releasing import Releaser
from tests.logs import caught_logs
from tests.stock.builders import NOON, minute
from tests.stock.fake_mall import FakeMall, an_info, outage
from tests.stock.house import FakeQueue
from tests.stock.sync_world import World, a_shop


class Desk:
    """A world whose shop shows 10 of TEA, and who reads it back."""

    def __init__(self, table: Table, *, mall: FakeMall | None = None) -> None:
        self.world = World(table, a_shop("kissa"), a_shop("yaoya"), mall=mall)
        self.world.stock("TEA", 10)
        self.one = self.world.offer("TEA")
        self.world.sync("TEA")
        self.world.time.forward(minutes=5)
        self.drifts = DriftList(table)
        self.again, self.pushes = FakeQueue(), FakeQueue()

    @property
    def reconciler(self) -> Reconciler:
        world = self.world
        books = Books(world, world.listings, self.drifts, world, self.again, self.pushes)
        return Reconciler(books, world.publisher, world.time, lambda: world.has_time)

    def edited(self, quantity: int) -> None:
        """Somebody sets another number in the mall's own screen."""
        self.world.mall.shown["kissa", "tea-kissa"] = quantity


def test_a_shop_that_shows_what_it_should_is_no_news(stock_table: Table) -> None:
    desk = Desk(stock_table)

    desk.reconciler.whole("kissa")

    assert desk.drifts.page(9, None) == ([], None)
    assert desk.world.listing(desk.one).known == 10
    assert desk.pushes.sent == [{"shop_id": "kissa"}]


def test_an_edit_in_the_mall_is_listed_with_since_when(stock_table: Table) -> None:
    desk = Desk(stock_table)
    desk.edited(25)
    desk.reconciler.whole("kissa")
    first = desk.world.time.now
    desk.world.time.forward(minutes=15)

    desk.reconciler.whole("kissa")

    [drift], _ = desk.drifts.page(9, None)
    assert (drift.published, drift.observed, drift.difference) == (10, 25, 15)
    assert (drift.since, drift.seen_at) == (first, desk.world.time.now)


def test_a_difference_that_is_gone_leaves_the_list(stock_table: Table) -> None:
    desk = Desk(stock_table)
    desk.edited(25)
    desk.reconciler.whole("kissa")
    desk.edited(9)
    desk.world.time.forward(minutes=15)

    desk.reconciler.whole("kissa")

    assert desk.drifts.page(9, None) == ([], None)


def test_what_a_mall_only_accepted_and_never_did_is_sent_again(stock_table: Table) -> None:
    desk = Desk(stock_table)
    world = desk.world
    world.mall.answers = {"tea-kissa": [StockOutcome.UNKNOWN]}
    world.tell("TEA", forced=True)
    world.drain("kissa")
    for mark in world.marks.waiting("kissa", 9):
        world.marks.remove(mark)
    desk.edited(25)
    world.time.forward(minutes=5)

    desk.reconciler.whole("kissa")

    since = to_wire(world.time.now)
    assert desk.drifts.page(9, None) == ([], None)
    assert desk.pushes.sent == [
        {"shop_id": "kissa", "skus": ["TEA"], "since": since},
        {"shop_id": "kissa"},
    ]
    world.tell("TEA")
    world.drain("kissa")
    assert world.mall.shown["kissa", "tea-kissa"] == 10


def test_a_large_shop_is_handed_on(stock_table: Table) -> None:
    desk = Desk(stock_table)
    desk.world.has_time = False

    desk.reconciler.whole("kissa")

    assert desk.again.sent == [{"shop_id": "kissa", "token": ""}]
    assert desk.world.mall.reads == []


def test_listings_are_read_in_batches_of_the_channel(stock_table: Table) -> None:
    desk = Desk(stock_table, mall=FakeMall(an_info(read_batch=2)))
    for n in range(4):
        desk.world.stock(f"S{n}")
        desk.world.offer(f"S{n}")

    desk.reconciler.whole("kissa")

    assert [len(read) for read in desk.world.mall.reads] == [2, 2, 1]


def test_now_means_reading_and_sending_in_any_case(stock_table: Table) -> None:
    desk = Desk(stock_table)
    desk.edited(25)

    desk.reconciler.some("kissa", ["TEA"])

    since = to_wire(desk.world.time.now)
    assert desk.pushes.sent == [
        {"shop_id": "kissa", "skus": ["TEA"], "since": since, "forced": True}
    ]
    assert len(desk.drifts.of_shop("kissa")) == 1
    desk.world.tell("TEA", shop="kissa", forced=True)
    desk.world.drain("kissa")
    assert desk.world.mall.shown["kissa", "tea-kissa"] == 10
    assert desk.world.waiting() == []


def test_a_mall_that_is_not_read_is_sent_its_number_all_the_same(stock_table: Table) -> None:
    desk = Desk(stock_table)
    desk.world.mall.failures = [outage()]

    with pytest.raises(ChannelError):
        desk.reconciler.some("kissa", ["TEA"])

    assert [message["forced"] for message in desk.pushes.sent] == [True]


def test_a_mall_that_cannot_be_read_is_not_asked(stock_table: Table) -> None:
    desk = Desk(stock_table, mall=FakeMall(an_info(Cap.STOCK)))

    desk.reconciler.whole("kissa")
    desk.reconciler.some("kissa", ["TEA"])

    assert desk.world.mall.reads == []
    assert len(desk.pushes.sent) == 2


def test_every_shop_that_is_on_is_read_back(stock_table: Table) -> None:
    desk = Desk(stock_table)
    desk.world.shops["yaoya"] = a_shop("yaoya", enabled=False)

    assert desk.reconciler.start() == ["kissa"]
    assert desk.again.sent == [{"shop_id": "kissa"}]
    desk.reconciler.whole("yaoya")
    desk.reconciler.some("nobody", ["TEA"])
    assert desk.world.mall.reads == []


# -- every minute


def woken(world: World) -> Any:
    queue = FakeQueue()
    shops = wake_shops(world, world.marks, world.states, world.publisher, queue, world.time)
    assert queue.sent == [{"shop_id": shop} for shop in shops]
    return shops


def test_shops_with_something_to_do_are_woken(stock_table: Table) -> None:
    world = World(stock_table, *(a_shop(name) for name in ("a", "b", "c", "d")))
    world.shops["d"] = a_shop("d", is_paused=True)
    world.stock("TEA")
    for shop in ("a", "d"):
        world.offer("TEA", shop)
    world.tell("TEA")
    world.states.save("b", OPEN.failed(minute(-9), "transient"))

    assert woken(world) == ["a", "b"]


def test_shops_that_do_not_get_their_quantities_are_named_and_counted(
    stock_table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(stock_table, *(a_shop(name) for name in ("a", "b", "c", "d", "e")))
    world.shops["d"] = a_shop("d", is_paused=True)
    world.stock("TEA")
    for shop in ("a", "c", "d"):
        world.offer("TEA", shop)
    world.tell("TEA", shop="a", since=minute(-20))
    world.tell("TEA", shop="c", since=minute(-2))
    world.tell("TEA", shop="d", since=minute(-20))
    world.states.save("b", OPEN.failed(minute(-20), "auth", detail="E401"))
    capsys.readouterr()

    with caught_logs() as logged:
        late = tell_late_shops(world, world.marks, world.states, world.time)

    assert late == ["a", "b"]
    warnings = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [(line["shop"], line["error"], line["code"]) for line in warnings] == [
        ("a", "", ""),
        ("b", "auth", "E401"),
    ]
    [metric] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert metric["LateShops"] == [2.0]


def test_a_shop_is_not_woken_before_its_time(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    world.offer("TEA")
    world.tell("TEA")
    world.states.save("kissa", OPEN.failed(NOON, "transient"))

    assert woken(world) == []
    world.time.forward(seconds=5)
    assert woken(world) == ["kissa"]


def test_a_shop_whose_answer_was_lost_is_woken_when_nothing_can_come_late(
    stock_table: Table,
) -> None:
    world = World(stock_table)
    world.stock("TEA")
    world.offer("TEA")
    world.mall.failures = [outage(applied=True)]
    world.sync("TEA")
    world.states.save("kissa", OPEN)
    [mark] = world.marks.waiting("kissa", 9)
    world.marks.remove(mark)

    assert woken(world) == []
    world.time.forward(seconds=81)
    assert woken(world) == ["kissa"]


def test_a_sku_is_looked_at_once_after_it_changed(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10, mode="strict", is_strict=True)
    world.offer("TEA")
    moving = MovingList(stock_table)
    moving.add(["TEA"], "s1")

    assert move_units(moving, world.marker, world.time, lambda: True) == 1
    assert world.waiting() == ["tea-kissa"]
    assert moving.first(9) == []
    moving.add(["TEA"], "s2")
    assert move_units(moving, world.marker, world.time, lambda: False) == 0
    assert moving.first(9) == [("TEA", "s2")]


def test_what_a_watermark_frees_is_looked_at_at_once_and_by_the_rebalancer(
    stock_table: Table,
) -> None:
    world = World(stock_table)
    world.stock("TEA", 10, mode="strict", is_strict=True)
    one = world.offer("TEA")
    world.sync("TEA")
    queue, moving = FakeQueue(), MovingList(stock_table)
    releaser = Releaser(world.publisher, world.listings, moving, queue, world.time)

    assert releaser.release("kissa", world.time.now) == []
    assert queue.sent == []
    world.time.forward(minutes=1)
    freed = releaser.release("kissa", world.time.now + timedelta(seconds=1))

    assert freed == ["TEA"]
    assert queue.sent == [{"skus": ["TEA"], "since": to_wire(world.time.now)}]
    assert [sku for sku, _ in moving.first(9)] == ["TEA"]
    assert str(world.listing(one).state) == "idle"
