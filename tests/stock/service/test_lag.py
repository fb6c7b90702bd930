"""What the sync screen shows of each shop."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from common.channels.port import Cap, ChannelInfo, Limits
from common.errors import NotFound
from common.shops import Shop, ShopMail
from stock.domain.lag import Lags, lags_of
from stock.domain.mark import Mark, Urgency
from stock.domain.sync_state import OPEN, SyncState
from stock.domain.sync_views import LagView
from stock.service.lag import SyncScreen
from tests.stock.builders import NOON, minute

MAIL = ShopMail("", "", "", "")
INFO = ChannelInfo(
    "mall",
    "モール",
    Cap.STOCK | Cap.STOCK_READ,
    Limits(visibility_delay=timedelta(hours=1)),
)


def a_shop(id_: str = "kissa", channel: str = "mall", **fields: bool) -> Shop:
    given = {"enabled": True, **fields}
    return Shop(id_, f"店 {id_}", channel, "JPY", mail=MAIL, webhook_secrets=(), version=1, **given)


class World:
    """All ports in one, in memory."""

    def __init__(self, *shops: Shop) -> None:
        self.shops = {shop.id: shop for shop in shops}
        self.marks: list[Mark] = []
        self.lags: dict[str, list[tuple[datetime, Lags]]] = {}
        self.states: dict[str, SyncState] = {}
        self.watermarks: dict[str, datetime] = {}

    def get(self, shop_id: str) -> Shop | None:
        return self.shops.get(shop_id)

    def all(self) -> Sequence[Shop]:
        return list(self.shops.values())

    def waiting(self, shop_id: str, limit: int) -> list[Mark]:
        return [mark for mark in self.marks if mark.shop_id == shop_id][:limit]

    def count(self, shop_id: str, cap: int) -> tuple[int, bool]:
        found = len(self.waiting(shop_id, 10_000))
        return min(found, cap), found > cap

    def minutes(self, shop_id: str, since: datetime) -> list[tuple[datetime, Lags]]:
        return [(at, lags) for at, lags in self.lags.get(shop_id, []) if at >= since]

    def last(self, shop_id: str) -> datetime | None:
        return max((lags.last for _, lags in self.lags.get(shop_id, []) if lags.last), default=None)

    def state(self, shop_id: str) -> SyncState:
        return self.states.get(shop_id, OPEN)

    def watermark(self, shop_id: str) -> datetime | None:
        return self.watermarks.get(shop_id)


def info_of(channel: str) -> ChannelInfo:
    if channel != "mall":
        raise NotFound
    return INFO


def screen(world: World) -> SyncScreen:
    return SyncScreen(world, world, world, world, world, info_of, lambda: NOON)


def test_a_shop_that_is_well() -> None:
    world = World(a_shop())
    world.lags["kissa"] = [
        (minute(-120), lags_of([9_000], minute(-120))),
        (minute(-5), lags_of([300, 400], minute(-5))),
    ]
    world.watermarks["kissa"] = minute(-65)

    overview = screen(world).overview()

    [row] = overview.items
    assert row.model_dump(exclude={"lag", "name", "channel"}) == {
        "shop_id": "kissa",
        "state": "open",
        "error": "",
        "detail": "",
        "since": None,
        "attempts": 0,
        "next_try": None,
        "raises_frozen": False,
        "orders_behind": False,
        "watermark": minute(-65),
        "waiting": {"count": 0, "capped": False},
        "oldest": None,
        "last_push": minute(-5),
        "can_read": True,
        "can_list": False,
    }
    assert row.lag == overview.lag == LagView(count=2, p50=300, p95=400, max=400)


def test_a_shop_that_fails_says_why_since_when_and_what_waits() -> None:
    world = World(a_shop())
    world.states["kissa"] = OPEN.failed(NOON, "auth", detail="E401")
    world.marks = [
        Mark("kissa", "l1", "TEA", "c1", minute(-1), Urgency.LAST_UNITS),
        Mark("kissa", "l2", "POT", "c2", minute(-9), Urgency.MORE),
    ]

    [row] = screen(world).overview().items

    assert (row.state, row.error, row.detail, row.since) == ("failing", "auth", "E401", NOON)
    assert row.next_try == NOON + timedelta(seconds=5)
    assert row.raises_frozen is True
    assert (row.waiting.count, row.oldest) == (2, minute(-9))
    assert row.lag == LagView(count=0, p50=None, p95=None, max=None)
    assert row.last_push is None


def test_a_shop_whose_orders_are_behind_is_offered_no_more() -> None:
    world = World(a_shop())
    world.watermarks["kissa"] = minute(-71)

    [row] = screen(world).overview().items

    assert (row.state, row.orders_behind, row.raises_frozen) == ("open", True, True)


@pytest.mark.parametrize(
    ("shop", "state"),
    [
        (a_shop(enabled=False), "off"),
        (a_shop(is_paused=True), "paused"),
        (a_shop(channel="paper"), "unsupported"),
    ],
)
def test_a_shop_that_takes_no_quantities_says_so(shop: Shop, state: str) -> None:
    [row] = screen(World(shop)).overview().items

    assert row.state == state


def test_a_day_is_shown_in_points_of_four_minutes() -> None:
    world = World(a_shop())
    world.lags["kissa"] = [(minute(n), lags_of([100 * -n], minute(n))) for n in range(-8, 0)]

    found = screen(world).series("kissa", 24)

    assert found.minutes == 4
    assert [(point.at, point.lag.count) for point in found.items] == [
        (minute(-8), 4),
        (minute(-4), 4),
    ]
    assert found.whole == LagView(count=8, p50=400, p95=800, max=800)


def test_an_hour_is_shown_minute_by_minute() -> None:
    assert screen(World(a_shop())).series("kissa", 1).minutes == 1


def test_an_unknown_shop_has_no_series() -> None:
    with pytest.raises(NotFound):
        screen(World()).series("nobody", 1)
