"""What readers get to see of listings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from stock.domain.level import Level
from stock.domain.listing import Listing, State
from stock.domain.listing_job import ListingJob
from stock.domain.views import WireTime

ListingState = Literal["idle", "sent", "settling", "unknown"]


class ListingRow(BaseModel):
    """One thing on sale in one shop. sku: "" while nobody knows what it is. state: sent: the mall
    was asked; settling: it said yes, and sales from before are on their way; unknown: its answer
    was lost. problem: why the mall refuses the quantity, "" when it does not.

    Units are those of the listing; `units` says how many of each SKU one of them takes.
    """

    shop_id: str
    code: str
    sku: str
    title: str
    jan: str
    units: Mapping[str, int]
    state: ListingState
    published: Annotated[int | None, Field(description="Sent last; null: nothing yet")]
    observed: Annotated[int | None, Field(description="The mall certainly showed it last")]
    observed_at: WireTime | None
    drift: Annotated[int | None, Field(description="More (or less) than it should show")]
    problem: str
    retired: Annotated[bool, Field(description="Goes to 0 and is let go of")]
    version: int


class ListingPage(BaseModel):
    """A shop's listings by code."""

    items: list[ListingRow]
    next: str | None


class StockListing(ListingRow):
    """A listing beside the counters of one SKU. exposure: the most units of that SKU it can have
    sold or still sell without our knowing (strict mode), null while shops share all there is.

    guaranteed: it cannot sell what is not there. since: the oldest change it does not show yet,
    null when it shows all. lag_ms: how long the last change took.
    """

    mode: str
    exposure: int | None
    guaranteed: bool
    since: WireTime | None
    lag_ms: int | None


class StockListings(BaseModel):
    """All listings that sell a SKU, alone or in a set.

    strict: shares are kept now (mode strict, or last_n with few left). free: units that shops may
    sell; pool: of these, shown nowhere; debt: units that shops may sell and that are not there.
    """

    items: list[StockListing]
    mode: str
    last_n: int
    strict: bool
    guaranteed: bool
    free: int
    pool: int
    debt: int
    version: int


class ModeRow(BaseModel):
    """What a listing shows, as far as we know, and would show. tells_sales: whether orders are read
    from its shop; what another one sells is charged nowhere, and may be sold twice in any mode."""

    shop_id: str
    code: str
    title: str
    before: int | None
    after: int
    tells_sales: bool


class ModePreview(BaseModel):
    """What a mode would do. free: units that shops may sell; shown_before, shown_after: all
    listings together, where more than `free` may be sold twice."""

    mode: str
    last_n: int
    free: int
    shown_before: int
    shown_after: int
    items: list[ModeRow]


class DriftRow(BaseModel):
    """A listing that shows something else than it was told, or more than it can."""

    shop_id: str
    listing_id: str
    sku: str
    code: str
    published: int | None
    observed: int
    difference: int
    since: WireTime
    seen_at: WireTime


class DriftPage(BaseModel):
    """Drifts by shop."""

    items: list[DriftRow]
    next: str | None


class Doer(BaseModel):
    """Who did it. kind: staff or system."""

    kind: str
    id: str
    name: str = ""


class DoneRow(BaseModel):
    """What somebody did: map, unmap, adopt, overwrite, sync, import_listings."""

    at: str
    actor: Doer
    do: str
    code: str = ""
    sku: str = ""


class DonePage(BaseModel):
    """Newest first."""

    items: list[DoneRow]
    next: str | None


class ListingImport(BaseModel):
    """Taking over a shop's own list. known: had a SKU before; matched: found one now; unmapped:
    found none. error: a word of why the mall refuses, or of why it is waited for. heard_at: when it
    answered last."""

    id: str
    state: Literal["RUNNING", "DONE", "FAILED"]
    seen: int
    known: int
    matched: int
    unmapped: int
    error: str
    detail: str
    started_at: WireTime
    heard_at: WireTime
    ended_at: WireTime | None


def listing_row(listing: Listing) -> ListingRow:
    """A mapped listing."""
    return ListingRow(
        shop_id=listing.shop_id,
        code=listing.code,
        sku=listing.sku,
        title=listing.title,
        jan=listing.jan,
        units=dict(listing.units),
        state=_STATES[listing.state],
        published=listing.quantity,
        observed=listing.known,
        observed_at=listing.known_at,
        drift=listing.drift,
        problem=listing.fault,
        retired=listing.is_retired,
        version=listing.version,
    )


def unmapped_row(shop_id: str, code: str, title: str, jan: str, shown: int | None) -> ListingRow:
    """A listing that is nobody's yet. shown: what the mall had when it was listed."""
    return ListingRow(
        shop_id=shop_id,
        code=code,
        sku="",
        title=title,
        jan=jan,
        units={},
        state="idle",
        published=None,
        observed=shown,
        observed_at=None,
        drift=None,
        problem="",
        retired=False,
        version=0,
    )


def stock_listing(
    listing: Listing, level: Level, since: datetime | None, lag_ms: int | None
) -> StockListing:
    """A listing as one of the places where a SKU is sold."""
    return StockListing(
        **listing_row(listing).model_dump(),
        mode=level.mode,
        exposure=level.exposures.get(listing.id),
        # One that was mapped just now has no share yet, and shows what it did before.
        guaranteed=level.is_guaranteed and listing.id in level.exposures,
        since=since,
        lag_ms=lag_ms,
    )


def stock_listings(rows: Sequence[StockListing], level: Level) -> StockListings:
    """Listings of a SKU with how its units are shown."""
    return StockListings(
        items=sorted(rows, key=lambda row: (row.shop_id, row.code)),
        mode=level.mode,
        last_n=level.last_n,
        strict=level.is_strict,
        guaranteed=level.is_guaranteed and all(row.guaranteed for row in rows),
        free=level.free,
        pool=max(0, level.pool),
        debt=level.debt,
        version=level.version,
    )


def job_view(job: ListingJob) -> ListingImport:
    """How far a job is."""
    return ListingImport(
        id=job.id,
        state=job.state.value,
        seen=job.seen,
        known=job.known,
        matched=job.matched,
        unmapped=job.unmapped,
        error=job.error,
        detail=job.detail,
        started_at=job.started_at,
        heard_at=job.heard_at,
        ended_at=job.ended_at,
    )


_STATES: Mapping[State, ListingState] = {
    State.IDLE: "idle",
    State.SENT: "sent",
    State.SETTLING: "settling",
    State.UNKNOWN: "unknown",
}
