"""/api/orders: lists, search, one order, changes, failed imports, health."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from common.api import Limit, Next, caller, if_match, make_app, path_id, reply
from common.auth import Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.queues import Queue, watched
from common.settings import Settings
from common.shops import ShopDirectory
from orders.domain.detail import Detail
from orders.handlers import api_malls
from orders.repository.deliveries import DeliveryRepository, RawArchive
from orders.repository.orders import OrderRepository
from orders.repository.pulls import PullRepository
from orders.service.desk import Desk
from orders.service.requests import (
    Accepted,
    Counts,
    FailedImports,
    Health,
    OrderChange,
    RawText,
    RowPage,
    Timeline,
)

app = make_app("/api/orders")
app.include_router(api_malls.router)


class Env(Settings):
    orders_table: str
    settings_table: str
    inbound_queue: str
    pull_queue: str
    tell_mall_queue: str
    raw_bucket: str
    watched_queues: str


@cold_start
def desk() -> Desk:
    env = Env.load()
    table = Table(env.orders_table)
    return Desk(
        orders=OrderRepository(table),
        deliveries=DeliveryRepository(table),
        archive=RawArchive(env.raw_bucket),
        inbound=Queue(env.inbound_queue),
        pulls=Queue(env.pull_queue),
        polls=PullRepository(table),
        shops=ShopDirectory(Table(env.settings_table)),
        clock=utc_now,
    )


@app.get("/")
def list_orders(
    queue: Annotated[str, Query(max_length=40)] = "ALL",
    shop: Annotated[str, Query(max_length=40)] = "",
    order: Literal["asc", "desc"] = "desc",
    limit: Limit = 100,
    next: Next = None,
) -> Response[RowPage]:
    """A page of a queue, or of all orders: queues by the time of the order, ALL by arrival."""
    caller(app).require(*Group)
    page = desk().list(queue, shop_id=shop, newest_first=order == "desc", token=next, limit=limit)
    return reply(page)


@app.get("/counts")
def counts() -> Response[Counts]:
    """How many orders stand in each queue that is worked off, counted up to 1,000."""
    caller(app).require(*Group)
    return reply(desk().counts())


@app.get("/search")
def search(
    q: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Limit = 100,
    next: Next = None,
) -> Response[RowPage]:
    """Orders of all shops with a word that begins with `q`: number, name, kana, company, phone,
    mail address, SKU. At least two characters."""
    caller(app).require(*Group)
    return reply(desk().search(q, token=next, limit=limit))


@app.get("/health")
def health() -> Response[Health]:
    """Whether shops are heard of, deliveries are read, stock answers, and queues are worked off."""
    caller(app).require(*Group)
    return reply(desk().health(watched(Env.load().watched_queues)))


@app.get("/failed-imports")
def failed_imports(limit: Limit = 100, next: Next = None) -> Response[FailedImports]:
    """Deliveries that could not be read, newest first."""
    caller(app).require(*Group)
    return reply(desk().failed_imports(token=next, limit=limit))


@app.get("/failed-imports/<parked_id>/raw")
def raw(parked_id: str) -> Response[RawText]:
    """What a delivery that could not be read says, as text."""
    caller(app).require(Group.STAFF)
    return reply(RawText(text=desk().raw(path_id(parked_id))))


@app.post("/failed-imports/<parked_id>/retry", status_code=HTTPStatus.ACCEPTED)
def retry(parked_id: str) -> Response[Accepted]:
    """Import a delivery again, of which the reason it failed is mended."""
    caller(app).require(Group.STAFF)
    found = path_id(parked_id)
    desk().retry(found)
    return reply(Accepted(id=found), status=HTTPStatus.ACCEPTED)


@app.get("/<order_id>")
def get_order(order_id: str) -> Response[Detail]:
    """One order."""
    caller(app).require(*Group)
    found = desk().get(path_id(order_id))
    return reply(found, version=found.version)


@app.get("/<order_id>/timeline")
def timeline(order_id: str, limit: Limit = 100, next: Next = None) -> Response[Timeline]:
    """What happened to an order, newest first."""
    caller(app).require(*Group)
    return reply(desk().timeline(path_id(order_id), token=next, limit=limit))


@app.patch("/<order_id>")
def change_order(order_id: str, change: Annotated[OrderChange, Body()]) -> Response[Detail]:
    """Change an order as it was read: memo, review, hold, a corrected address."""
    who = caller(app)
    who.require(Group.STAFF)
    found = desk().change(path_id(order_id), change, version=if_match(app), actor=who.actor)
    return reply(found, version=found.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway, payload format 2.0."""
    return app.resolve(event, context)
