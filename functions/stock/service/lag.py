"""What the screens show of the way to the shops: states, what waits, and how long it took."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from common.channels.port import Cap, ChannelInfo
from common.clock import Clock
from common.errors import NotFound
from common.shops import Shop, Shops
from stock.domain.lag import Lags, together
from stock.domain.mark import Mark
from stock.domain.sync_state import SyncState, is_behind, is_raise_frozen
from stock.domain.sync_views import (
    LagPoint,
    ShopLags,
    ShopState,
    ShopSync,
    SyncOverview,
    lag_view,
)
from stock.domain.views import CappedCount

COUNT_CAP = 1000
RECENT = timedelta(hours=1)
# Of the marks that wait, so many are looked at for the oldest change.
LOOKED_AT = 100
POINTS = 360


class Waiting(Protocol):
    """Port: marks."""

    def waiting(self, shop_id: str, limit: int) -> list[Mark]: ...

    def count(self, shop_id: str, cap: int) -> tuple[int, bool]: ...


class LagTimes(Protocol):
    """Port: histograms of lags."""

    def minutes(self, shop_id: str, since: datetime) -> list[tuple[datetime, Lags]]: ...

    def last(self, shop_id: str) -> datetime | None: ...


class States(Protocol):
    """Port: the state of the way to each shop."""

    def state(self, shop_id: str) -> SyncState: ...


class Watermarks(Protocol):
    """Port: until when each shop's sales are charged."""

    def watermark(self, shop_id: str) -> datetime | None: ...


class SyncScreen:
    """Reads only. info_of: what a channel is; raises NotFound for one without an API."""

    def __init__(
        self,
        shops: Shops,
        marks: Waiting,
        lags: LagTimes,
        states: States,
        watermarks: Watermarks,
        info_of: Callable[[str], ChannelInfo],
        clock: Clock,
    ) -> None:
        self._shops = shops
        self._marks = marks
        self._lags = lags
        self._states = states
        self._watermarks = watermarks
        self._info_of = info_of
        self._clock = clock

    def overview(self) -> SyncOverview:
        """Every shop, by id."""
        now = self._clock()
        recent: list[Lags] = []
        rows = []
        for shop in self._shops.all():
            lags = together(part for _, part in self._lags.minutes(shop.id, now - RECENT))
            recent.append(lags)
            rows.append(self._row(shop, lags, now))
        return SyncOverview(items=rows, lag=lag_view(together(recent)))

    def _row(self, shop: Shop, lags: Lags, now: datetime) -> ShopSync:
        state, info = self._states.state(shop.id), self._info(shop)
        caps = info.caps if info else Cap(0)
        watermark = self._watermarks.watermark(shop.id)
        delay = info.limits.visibility_delay if info else timedelta(0)
        behind = is_behind(watermark, delay, now)
        count, capped = self._marks.count(shop.id, COUNT_CAP)
        first = self._marks.waiting(shop.id, LOOKED_AT) if count else []
        return ShopSync(
            shop_id=shop.id,
            name=shop.name,
            channel=shop.channel,
            state=_word(shop, state, caps),
            error=state.error,
            detail=state.detail,
            since=state.since,
            attempts=state.attempts,
            next_try=state.next_try,
            raises_frozen=is_raise_frozen(state, behind=behind),
            orders_behind=behind,
            watermark=watermark,
            waiting=CappedCount(count=count, capped=capped),
            oldest=min((mark.since for mark in first), default=None),
            lag=lag_view(lags),
            last_push=lags.last or self._lags.last(shop.id),
            can_read=Cap.STOCK_READ in caps,
            can_list=Cap.LIST_SKUS in caps,
        )

    def _info(self, shop: Shop) -> ChannelInfo | None:
        try:
            return self._info_of(shop.channel)
        except NotFound:
            return None

    def series(self, shop_id: str, hours: int) -> ShopLags:
        """A shop's lags of the last hours, in at most 360 points. Raises NotFound."""
        if self._shops.get(shop_id) is None:
            raise NotFound("There is no such shop.")
        length = max(1, -(-hours * 60 // POINTS))
        found = self._lags.minutes(shop_id, self._clock() - timedelta(hours=hours))
        points: dict[datetime, list[Lags]] = {}
        for minute, lags in found:
            points.setdefault(_start(minute, length), []).append(lags)
        return ShopLags(
            shop_id=shop_id,
            minutes=length,
            items=[LagPoint(at=at, lag=lag_view(together(some))) for at, some in points.items()],
            whole=lag_view(together(lags for _, lags in found)),
        )


def _word(shop: Shop, state: SyncState, caps: Cap) -> ShopState:
    if not shop.enabled:
        return "off"
    if Cap.STOCK not in caps:
        return "unsupported"
    if shop.is_paused:
        return "paused"
    return "failing" if state.is_failing else "open"


def _start(minute: datetime, length: int) -> datetime:
    """The beginning of the stretch of `length` minutes that a minute lies in."""
    return minute - timedelta(minutes=int(minute.timestamp()) // 60 % length)
