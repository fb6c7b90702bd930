"""Routes of /api/stock about places, stock-takes, looking back, and files."""

from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import AwareDatetime

from common.api import (
    SHIFT_JIS,
    Limit,
    Next,
    caller,
    idempotency_key,
    if_match,
    is_creation,
    make_router,
    path_id,
    reply,
)
from common.auth import Actor, Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.errors import NotFound
from common.queues import Queue
from common.settings import Settings
from stock.domain.views import Accepted
from stock.repository.catalogue import Catalogue
from stock.repository.imports import ImportFiles, Imports
from stock.repository.ledger import Ledger
from stock.repository.places import Places
from stock.repository.stocktakes import Stocktakes
from stock.service.exporting import Encoding, ExportKind, export_page
from stock.service.goods_requests import (
    CountRequest,
    DefectRequest,
    PlaceRequest,
    StocktakeRequest,
    TransferRequest,
)
from stock.service.goods_views import (
    CountedPage,
    CountedView,
    LyingList,
    PastLevel,
    PlaceList,
    PlaceView,
    StocktakeList,
    StocktakeView,
)
from stock.service.imports import ImportDesk
from stock.service.looking_back import level_at
from stock.service.placing import Storehouse
from stock.service.stocktaking import CountingRoom

router = make_router()


class Env(Settings):
    """What of the function's environment these routes need."""

    stock_table: str
    import_queue: str
    raw_bucket: str


@cold_start
def _table() -> Table:
    return Table(Env.load().stock_table)


def _storehouse() -> Storehouse:
    return Storehouse(Places(_table()), Catalogue(_table()), utc_now)


def _counting_room() -> CountingRoom:
    queue = Queue(Env.load().import_queue)
    return CountingRoom(Stocktakes(_table()), Catalogue(_table()), queue, utc_now)


def _reader() -> None:
    caller(router).require(*Group)


def _writer() -> Actor:
    person = caller(router)
    person.require(Group.STAFF)
    return person.actor


@router.get("/places")
def list_places() -> Response[PlaceList]:
    """Every place, the main one first."""
    _reader()
    return reply(_storehouse().places())


@router.put("/places/<code>")
def save_place(code: str, wanted: Annotated[PlaceRequest, Body()]) -> Response[PlaceView]:
    """Make a place (If-None-Match: *) or name it anew (If-Match)."""
    _writer()
    version = None if is_creation(router) else if_match(router)
    found = _storehouse().save(code, wanted.name, version)
    return reply(found, version=found.version)


@router.get("/items/<sku>/places")
def list_lying(sku: str) -> Response[LyingList]:
    """Where the units of a SKU are."""
    _reader()
    return reply(_storehouse().where(path_id(sku)))


@router.post("/items/<sku>/transfer")
def transfer(sku: str, wanted: Annotated[TransferRequest, Body()]) -> Response[LyingList]:
    """Move units from one place to another."""
    actor = _writer()
    key = idempotency_key(router)
    return reply(_storehouse().transfer(path_id(sku), wanted, actor, key))


@router.post("/items/<sku>/defect")
def defect(sku: str, wanted: Annotated[DefectRequest, Body()]) -> Response[LyingList]:
    """Good units were found defective, or defective ones good."""
    actor = _writer()
    key = idempotency_key(router)
    return reply(_storehouse().defect(path_id(sku), wanted, actor, key))


# -- stock-takes


@router.get("/stocktakes")
def list_stocktakes(limit: Limit = 50, next: Next = None) -> Response[StocktakeList]:
    """Stock-takes, newest first."""
    _reader()
    return reply(_counting_room().page(limit, next))


@router.post("/stocktakes", status_code=HTTPStatus.CREATED)
def start_stocktake(wanted: Annotated[StocktakeRequest, Body()]) -> Response[StocktakeView]:
    """Begin a stock-take."""
    made = _counting_room().start(wanted.note, _writer())
    return reply(made, status=HTTPStatus.CREATED, version=made.version)


@router.get("/stocktakes/<take_id>")
def show_stocktake(take_id: str) -> Response[StocktakeView]:
    """One stock-take."""
    _reader()
    found = _counting_room().get(take_id)
    return reply(found, version=found.version)


@router.get("/stocktakes/<take_id>/counts")
def list_counts(take_id: str, limit: Limit = 100, next: Next = None) -> Response[CountedPage]:
    """What was counted, in order of SKU."""
    _reader()
    return reply(_counting_room().rows(take_id, limit, next))


@router.put("/stocktakes/<take_id>/counts/<sku>")
def count(take_id: str, sku: str, wanted: Annotated[CountRequest, Body()]) -> Response[CountedView]:
    """So many units were found just now."""
    actor = _writer()
    return reply(_counting_room().count(take_id, path_id(sku), wanted.counted, actor))


@router.post("/stocktakes/<take_id>/apply", status_code=HTTPStatus.ACCEPTED)
def apply_stocktake(take_id: str) -> Response[StocktakeView]:
    """Put the books right."""
    _writer()
    found = _counting_room().apply(take_id, if_match(router))
    return reply(found, status=HTTPStatus.ACCEPTED, version=found.version)


@router.post("/stocktakes/<take_id>/cancel")
def cancel_stocktake(take_id: str) -> Response[StocktakeView]:
    """Forget the counts."""
    _writer()
    found = _counting_room().cancel(take_id, if_match(router))
    return reply(found, version=found.version)


# -- looking back, and files


@router.get("/items/<sku>/at")
def show_past(
    sku: str, at: Annotated[AwareDatetime, Query(description="An instant with an offset")]
) -> Response[PastLevel]:
    """The counters of a SKU as they were at a moment."""
    _reader()
    return reply(_past(path_id(sku), at))


def _past(sku: str, at: datetime) -> PastLevel:
    entry = Catalogue(_table()).entries([sku]).get(sku)
    if entry is None:
        raise NotFound("There is no such SKU.")
    ledger = Ledger(_table())
    return level_at(sku, at, entry.level.version, partial(ledger.newest_move, sku))


@router.post("/imports/<import_id>/undo", status_code=HTTPStatus.ACCEPTED)
def undo_import(import_id: str) -> Response[Accepted]:
    """Take an applied file back as a whole."""
    actor = _writer()
    env = Env.load()
    files, queue = ImportFiles(env.raw_bucket), Queue(env.import_queue)
    desk = ImportDesk(Imports(_table()), files, queue, utc_now)
    desk.undo(import_id, actor, idempotency_key(router))
    return reply(Accepted(id=import_id), status=HTTPStatus.ACCEPTED)


@router.get("/exports/<kind>.csv")
def download_export(
    kind: ExportKind, encoding: Encoding = "cp932", next: Next = None
) -> Response[str]:
    """A file for Next Engine: up to 1,000 products; X-Next-Page has the token of the next page."""
    _reader()
    page = export_page(kind, encoding, next, Catalogue(_table()), Places(_table()))
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="next-engine-{kind}.csv"',
        "x-next-page": page.next or "",
    }
    charset = SHIFT_JIS if encoding == "cp932" else "utf-8"
    return Response(HTTPStatus.OK, f"text/csv; charset={charset}", page.text, headers)
