"""HTTP /api/stock: the catalogue, counters, ledger and imports."""

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from common.api import (
    Limit,
    Next,
    caller,
    idempotency_key,
    if_match,
    in_its_charset,
    make_app,
    path_id,
    reply,
)
from common.auth import Actor, Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.queues import Queue, watched
from common.settings import Settings
from stock.domain.views import (
    Accepted,
    CappedCount,
    Health,
    ImportJob,
    ImportPage,
    Item,
    ItemPage,
    MoveOrders,
    MovePage,
    QueueHealth,
    WaitingPage,
)
from stock.handlers import api_goods, api_listings, api_offers, api_purchases, api_sync
from stock.repository.catalogue import Catalogue
from stock.repository.imports import ImportFiles, Imports
from stock.repository.ledger import Ledger
from stock.service.catalogue import change_item, get_item, list_items, register_item
from stock.service.counting import Counting
from stock.service.imports import ImportDesk
from stock.service.requests import Adjustment, ItemChange, ListFilter, NewItem, Receipt

COUNT_CAP = 1000


class Env(Settings):
    """Environment of this function."""

    stock_table: str
    settings_table: str
    import_queue: str
    push_queue: str
    reconcile_queue: str
    listings_queue: str
    offer_queue: str
    raw_bucket: str
    watched_queues: str


app = make_app("/api/stock")
app.include_router(api_goods.router)
app.include_router(api_purchases.router)
app.include_router(api_offers.router)
app.include_router(api_listings.router)
app.include_router(api_sync.router)


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _catalogue() -> Catalogue:
    return Catalogue(Table(_env().stock_table))


@cold_start
def _ledger() -> Ledger:
    return Ledger(Table(_env().stock_table))


@cold_start
def _counting() -> Counting:
    return Counting(_catalogue(), utc_now)


@cold_start
def _imports() -> ImportDesk:
    env = _env()
    jobs = Imports(Table(env.stock_table))
    return ImportDesk(jobs, ImportFiles(env.raw_bucket), Queue(env.import_queue), utc_now)


def _reader() -> None:
    caller(app).require(*Group)


def _writer() -> Actor:
    person = caller(app)
    person.require(Group.STAFF)
    return person.actor


@app.get("/items")
def list_all(
    q: Annotated[str, Query(max_length=100)] = "",
    filter: ListFilter = "all",
    limit: Limit = 100,
    next: Next = None,
) -> Response[ItemPage]:
    """Items by SKU, found by the beginning of a SKU, a JAN code or a word of the name."""
    _reader()
    page = list_items(_catalogue(), q.strip(), limit, next, is_short_only=filter == "short")
    return reply(page)


@app.post("/items", status_code=HTTPStatus.CREATED)
def register(new: Annotated[NewItem, Body()]) -> Response[Item]:
    """Register a SKU."""
    actor = _writer()
    item = register_item(_catalogue(), utc_now, new, actor, idempotency_key(app))
    place = f"/api/stock/items/{quote(quote(item.sku, safe=''), safe='')}"
    return reply(item, status=HTTPStatus.CREATED, version=item.version, location=place)


@app.get("/items/<sku>")
def show(sku: str) -> Response[Item]:
    """One SKU."""
    _reader()
    item = get_item(_catalogue(), path_id(sku))
    return reply(item, version=item.version)


@app.patch("/items/<sku>")
def change(sku: str, wanted: Annotated[ItemChange, Body()]) -> Response[Item]:
    """Change product data or the safety stock."""
    actor = _writer()
    item = change_item(_catalogue(), utc_now, path_id(sku), wanted, if_match(app), actor)
    return reply(item, version=item.version)


@app.get("/items/<sku>/moves")
def list_moves(sku: str, limit: Limit = 100, next: Next = None) -> Response[MovePage]:
    """The ledger of a SKU, newest first."""
    _reader()
    return reply(_ledger().moves(path_id(sku), limit, next))


@app.get("/items/<sku>/moves/<version>/orders")
def list_move_orders(sku: str, version: int) -> Response[MoveOrders]:
    """The orders behind one entry of the ledger."""
    _reader()
    return reply(MoveOrders(items=_ledger().orders(path_id(sku), version)))


@app.get("/items/<sku>/waiting")
def list_waiting(sku: str, limit: Limit = 100, next: Next = None) -> Response[WaitingPage]:
    """The orders that wait for a SKU, in the order they will be served."""
    _reader()
    return reply(_ledger().waiting(path_id(sku), limit, next))


@app.post("/items/<sku>/receive")
def receive(sku: str, receipt: Annotated[Receipt, Body()]) -> Response[Item]:
    """Units came in."""
    actor = _writer()
    item = _counting().receive(path_id(sku), receipt, actor, idempotency_key(app))
    return reply(item, version=item.version)


@app.post("/items/<sku>/adjust")
def adjust(sku: str, adjustment: Annotated[Adjustment, Body()]) -> Response[Item]:
    """Set a new count."""
    actor, version = _writer(), if_match(app)
    item = _counting().adjust(path_id(sku), adjustment, version, actor, idempotency_key(app))
    return reply(item, version=item.version)


@app.post("/imports", status_code=HTTPStatus.ACCEPTED)
def start_import() -> Response[Accepted]:
    """Upload a CSV file (its bytes are the body, as they are or packed by gzip, X-File-Name its
    percent-encoded name) and have it checked."""
    actor = _writer()
    name = unquote(app.current_event.headers.get("X-File-Name") or "")
    import_id = _imports().start(_raw_body(), name, actor, idempotency_key(app))
    place = f"/api/stock/imports/{import_id}"
    return reply(Accepted(id=import_id), status=HTTPStatus.ACCEPTED, location=place)


def _raw_body() -> bytes:
    event = app.current_event
    body = event.body or ""
    return base64.b64decode(body) if event.is_base64_encoded else body.encode()


@app.get("/imports")
def list_imports(limit: Limit = 50, next: Next = None) -> Response[ImportPage]:
    """What was taken in, newest first."""
    _reader()
    return reply(_imports().page(limit, next))


@app.get("/imports/<import_id>")
def show_import(import_id: str) -> Response[ImportJob]:
    """How far an import is, what it will do, and what is wrong with it."""
    _reader()
    return reply(_imports().view(import_id))


@app.post("/imports/<import_id>/apply", status_code=HTTPStatus.ACCEPTED)
def apply_import(import_id: str) -> Response[Accepted]:
    """Apply a checked file."""
    actor = _writer()
    _imports().apply(import_id, actor, idempotency_key(app))
    return reply(Accepted(id=import_id), status=HTTPStatus.ACCEPTED)


@app.get("/imports/<import_id>/errors.csv")
def download_errors(import_id: str) -> Response[str]:
    """The wrong rows with what is wrong, to be mended and sent again."""
    _reader()
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="errors-{import_id}.csv"',
    }
    text = _imports().errors_file(import_id)
    return Response(HTTPStatus.OK, "text/csv; charset=utf-8", text, headers)


@app.get("/health")
def health() -> Response[Health]:
    """Queues of this area, and how many SKUs orders wait for."""
    _reader()
    count, is_capped = _catalogue().count_short(COUNT_CAP)
    queues = [QueueHealth(**row) for row in watched(_env().watched_queues)]
    return reply(Health(queues=queues, waiting_skus=CappedCount(count=count, capped=is_capped)))


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return in_its_charset(app.resolve(dict(event), context))
