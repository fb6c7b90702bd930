"""What readers get to see of the way to the shops."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from stock.domain.lag import Lags
from stock.domain.views import CappedCount, WireTime

ShopState = Literal["open", "failing", "paused", "off", "unsupported"]


class LagView(BaseModel):
    """How long changes took, in milliseconds; null without any. Percentiles are the end of a
    bucket and so never too low; max is exact."""

    count: int
    p50: int | None
    p95: int | None
    max: int | None


class ShopSync(BaseModel):
    """One shop. state: off: the shop is switched off; unsupported: its channel takes no stock.

    error: a word of why it fails, with the mall's own code in detail. lag: of the last hour.
    """

    shop_id: str
    name: str
    channel: str
    state: ShopState
    error: str
    detail: str
    since: Annotated[WireTime | None, Field(description="When it began to fail")]
    attempts: int
    next_try: WireTime | None
    raises_frozen: Annotated[bool, Field(description="Only lower quantities are sent")]
    orders_behind: Annotated[bool, Field(description="Orders were not read for ten minutes")]
    watermark: Annotated[WireTime | None, Field(description="Sales before it are all charged")]
    waiting: Annotated[CappedCount, Field(description="Listings whose quantity waits to be sent")]
    oldest: Annotated[WireTime | None, Field(description="Oldest change among the first of them")]
    lag: LagView
    last_push: WireTime | None
    can_read: Annotated[bool, Field(description="The mall tells what it shows")]
    can_list: Annotated[bool, Field(description="The mall lists what is on sale")]


class SyncOverview(BaseModel):
    """Every shop, and the lag of all together in the last hour."""

    items: list[ShopSync]
    lag: LagView


class LagPoint(BaseModel):
    """Lags of some minutes from `at` on."""

    at: WireTime
    lag: LagView


class ShopLags(BaseModel):
    """A shop's lags for a chart; stretches without any are left out. minutes: a point's length."""

    shop_id: str
    minutes: int
    items: list[LagPoint]
    whole: Annotated[LagView, Field(description="All of them together")]


def lag_view(lags: Lags) -> LagView:
    """Percentiles of a histogram."""
    return LagView(
        count=lags.count,
        p50=lags.percentile(50),
        p95=lags.percentile(95),
        max=lags.worst if lags.count else None,
    )
