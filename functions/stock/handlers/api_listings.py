"""Routes of /api/stock about listings: what shops sell as what."""

from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from common.api import (
    Limit,
    Next,
    caller,
    idempotency_key,
    if_match,
    make_router,
    path_id,
    reply,
)
from common.auth import Actor, Group
from common.channels import load_api
from common.channels.port import Cap
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.errors import NotFound
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from stock.domain.listing_views import (
    DonePage,
    DoneRow,
    ListingImport,
    ListingPage,
    ListingRow,
    StockListings,
)
from stock.domain.views import Accepted
from stock.repository.catalogue import Catalogue
from stock.repository.lags import LagBook
from stock.repository.listings import Listings
from stock.repository.mapping import MappingBook
from stock.repository.marks import Marks
from stock.service.importing_listings import ListingDesk
from stock.service.mapping import Mapper
from stock.service.publishing import Publisher
from stock.service.rules import Rules
from stock.service.sync_requests import MapRequest

router = make_router()


class Env(Settings):
    """What of the function's environment these routes need."""

    stock_table: str
    settings_table: str
    push_queue: str
    listings_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(_env().settings_table))


def _book() -> MappingBook:
    return MappingBook(Table(_env().stock_table))


def _mapper() -> Mapper:
    table = Table(_env().stock_table)
    listings = Listings(table)
    return Mapper(
        _shops(),
        listings,
        MappingBook(table),
        Catalogue(table),
        Publisher(listings, Rules(_shops()).of, utc_now),
        Marks(table),
        LagBook(table),
        utc_now,
    )


def _desk() -> ListingDesk:
    return ListingDesk(_shops(), _book(), Queue(_env().listings_queue), utc_now)


def _reader() -> None:
    caller(router).require(*Group)


def _writer() -> Actor:
    person = caller(router)
    person.require(Group.STAFF)
    return person.actor


@router.get("/items/<sku>/listings")
def list_of_sku(sku: str) -> Response[StockListings]:
    """Where a SKU is on sale, what each shop shows, and what it may still sell."""
    _reader()
    return reply(_mapper().of_sku(path_id(sku)))


@router.get("/listings")
def list_of_shop(
    shop: Annotated[str, Query(min_length=1, max_length=100)],
    filter: Literal["mapped", "unmapped"] = "mapped",
    limit: Limit = 100,
    next: Next = None,
) -> Response[ListingPage]:
    """A shop's listings by code."""
    _reader()
    page = _mapper().of_shop(shop, limit, next, is_unmapped=filter == "unmapped")
    return reply(page)


@router.put("/listings/<shop>/<code>")
def map_listing(
    shop: str, code: str, wanted: Annotated[MapRequest, Body()]
) -> Response[ListingRow]:
    """Say what a listing sells. The same again changes nothing."""
    actor = _writer()
    row = _mapper().map(path_id(shop), path_id(code), wanted.sku, wanted.units, actor)
    return reply(row, version=row.version)


@router.delete("/listings/<shop>/<code>", status_code=HTTPStatus.ACCEPTED)
def unmap_listing(shop: str, code: str) -> Response[Accepted]:
    """Let go of a listing: it goes to 0 in its shop first."""
    actor, version = _writer(), if_match(router)
    shop_id = path_id(shop)
    _mapper().unmap(shop_id, path_id(code), version, actor)
    Queue(_env().push_queue).send([{"shop_id": shop_id}])
    return reply(Accepted(id=path_id(code)), status=HTTPStatus.ACCEPTED)


@router.post("/listings/<shop>/import", status_code=HTTPStatus.ACCEPTED)
def import_listings(shop: str) -> Response[Accepted]:
    """Take over what the shop has on sale; SKUs are found by code, then by JAN."""
    actor, key = _writer(), idempotency_key(router)
    found = _shops().get(path_id(shop))
    if found is None:
        raise NotFound("There is no such shop.")
    job_id = _desk().start(found.id, _caps(found.channel), actor, key)
    place = f"/api/stock/listings/{shop}/import"
    return reply(Accepted(id=job_id), status=HTTPStatus.ACCEPTED, location=place)


def _caps(channel: str) -> Cap:
    return load_api(channel).info.caps


@router.get("/listings/<shop>/import")
def show_listing_import(shop: str) -> Response[ListingImport]:
    """How far taking over is."""
    _reader()
    return reply(_desk().view(path_id(shop)))


@router.get("/listings/<shop>/history")
def list_done(shop: str, limit: Limit = 100, next: Next = None) -> Response[DonePage]:
    """What people did with a shop's listings, newest first."""
    _reader()
    found, after = _book().done(path_id(shop), limit, next)
    return reply(DonePage(items=[DoneRow.model_validate(one) for one in found], next=after))
