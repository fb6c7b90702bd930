"""Routes of /api/stock about the way to the shops: modes, lags, drifts, and "now"."""

from http import HTTPStatus
from typing import Annotated

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
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from stock.domain.listing_views import DriftPage, ModePreview
from stock.domain.sync_views import ShopLags, SyncOverview
from stock.domain.views import Accepted, Item
from stock.repository.catalogue import Catalogue
from stock.repository.drifts import DriftList
from stock.repository.lags import LagBook
from stock.repository.listings import Listings
from stock.repository.mapping import MappingBook
from stock.repository.marks import Marks
from stock.repository.sync import SyncBook
from stock.service.lag import SyncScreen
from stock.service.modes import ModeSwitch
from stock.service.publishing import Publisher
from stock.service.rules import Rules
from stock.service.sync_desk import ModeDesk, SyncDesk
from stock.service.sync_requests import ModeRequest, SyncRequest

router = make_router()
WEEK = 168


class Env(Settings):
    """What of the function's environment these routes need."""

    stock_table: str
    settings_table: str
    push_queue: str
    reconcile_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(_env().settings_table))


def _screen() -> SyncScreen:
    table = Table(_env().stock_table)
    return SyncScreen(
        _shops(),
        Marks(table),
        LagBook(table),
        SyncBook(table),
        Listings(table),
        lambda channel: load_api(channel).info,
        utc_now,
    )


def _modes() -> ModeDesk:
    table = Table(_env().stock_table)
    rules = Rules(_shops())
    switch = ModeSwitch(Listings(table), rules.of, utc_now)
    return ModeDesk(Catalogue(table), switch, rules.tells_sales)


def _desk() -> SyncDesk:
    table = Table(_env().stock_table)
    return SyncDesk(
        _shops(),
        Catalogue(table),
        DriftList(table),
        Publisher(Listings(table), Rules(_shops()).of, utc_now),
        Marks(table),
        MappingBook(table),
        utc_now,
    )


def _reader() -> None:
    caller(router).require(*Group)


def _writer() -> Actor:
    person = caller(router)
    person.require(Group.STAFF)
    return person.actor


# -- modes


@router.post("/items/<sku>/mode/preview")
def preview_mode(sku: str, wanted: Annotated[ModeRequest, Body()]) -> Response[ModePreview]:
    """What a mode would show where. Writes nothing."""
    _reader()
    return reply(_modes().preview(path_id(sku), wanted.mode, wanted.last_n))


@router.put("/items/<sku>/mode")
def switch_mode(sku: str, wanted: Annotated[ModeRequest, Body()]) -> Response[Item]:
    """Show units in another way."""
    actor, version = _writer(), if_match(router)
    item = _modes().switch(path_id(sku), wanted.mode, wanted.last_n, version, actor)
    return reply(item, version=item.version)


# -- now


@router.post("/items/<sku>/sync", status_code=HTTPStatus.ACCEPTED)
def sync_item(sku: str, wanted: Annotated[SyncRequest, Body()]) -> Response[Accepted]:
    """今すぐ同期: read a SKU back and send it, in one shop or in all."""
    actor, key = _writer(), idempotency_key(router)
    reads = Queue(_env().reconcile_queue)
    _desk().sync_sku(reads, path_id(sku), wanted.shop_id, actor)
    return reply(Accepted(id=key), status=HTTPStatus.ACCEPTED)


@router.post("/sync/<shop>", status_code=HTTPStatus.ACCEPTED)
def sync_shop(shop: str) -> Response[Accepted]:
    """今すぐ同期: read a whole shop back, and send what waits for it."""
    actor, key = _writer(), idempotency_key(router)
    _desk().sync_shop(Queue(_env().reconcile_queue), path_id(shop), actor)
    return reply(Accepted(id=key), status=HTTPStatus.ACCEPTED)


# -- looking


@router.get("/sync")
def overview() -> Response[SyncOverview]:
    """Every shop: how it stands, what waits for it, how long changes took in the last hour."""
    _reader()
    return reply(_screen().overview())


@router.get("/sync/<shop>")
def series(shop: str, hours: Annotated[int, Query(ge=1, le=WEEK)] = 1) -> Response[ShopLags]:
    """How long changes took in a shop, for a chart."""
    _reader()
    return reply(_screen().series(path_id(shop), hours))


# -- drifts


@router.get("/drift")
def list_drifts(limit: Limit = 100, next: Next = None) -> Response[DriftPage]:
    """Listings that show something else than they should, by shop."""
    _reader()
    return reply(_desk().drifts(limit, next))


@router.post("/drift/<shop>/<listing>/adopt")
def adopt(shop: str, listing: str) -> Response[Accepted]:
    """The mall is right."""
    actor, key = _writer(), idempotency_key(router)
    _desk().adopt(path_id(shop), listing, actor)
    return reply(Accepted(id=key))


@router.post("/drift/<shop>/<listing>/overwrite", status_code=HTTPStatus.ACCEPTED)
def overwrite(shop: str, listing: str) -> Response[Accepted]:
    """We are right: our number is sent again."""
    actor, key = _writer(), idempotency_key(router)
    _desk().overwrite(Queue(_env().push_queue), path_id(shop), listing, actor)
    return reply(Accepted(id=key), status=HTTPStatus.ACCEPTED)
