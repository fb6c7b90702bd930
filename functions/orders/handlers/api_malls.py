"""/api/orders, the part about malls: what they are told, what they refused, what is not mapped."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from common.api import Limit, Next, caller, idempotency_key, make_router, path_id, reply
from common.auth import Group
from common.channels import load_api
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from orders.domain.tell import TellKind
from orders.repository.orders import OrderRepository
from orders.repository.tells import TellRepository
from orders.service.mall_desk import MallDesk
from orders.service.mall_requests import (
    CancelRequest,
    MallFailures,
    PullRequest,
    ShipRequest,
    Tells,
    TellView,
    UnmappedList,
)
from orders.service.requests import Accepted

router = make_router()


class MallEnv(Settings):
    orders_table: str
    settings_table: str
    tell_mall_queue: str
    pull_queue: str


@cold_start
def malls() -> MallDesk:
    env = MallEnv.load()
    table = Table(env.orders_table)
    return MallDesk(
        orders=OrderRepository(table),
        tells=TellRepository(table),
        shops=ShopDirectory(Table(env.settings_table)),
        apis=load_api,
        queue=Queue(env.tell_mall_queue),
        pulls=Queue(env.pull_queue),
        clock=utc_now,
    )


@router.get("/unmapped")
def unmapped(
    shop: Annotated[str, Query(max_length=100)] = "", limit: Limit = 50, next: Next = None
) -> Response[UnmappedList]:
    """Goods that orders wait for because no product is known for them, by shop and code. A page
    may be shorter than `limit` and not be the last one."""
    caller(router).require(*Group)
    return reply(malls().unmapped(shop, token=next, limit=limit))


@router.post("/pull", status_code=HTTPStatus.ACCEPTED)
def pull(request: Annotated[PullRequest, Body()]) -> Response[Accepted]:
    """Read the orders of a shop now, without waiting for its next poll."""
    caller(router).require(Group.STAFF)
    idempotency_key(router)
    malls().pull(request.shop_id)
    return reply(Accepted(id=request.shop_id), status=HTTPStatus.ACCEPTED)


@router.get("/mall-failures")
def mall_failures(limit: Limit = 100, next: Next = None) -> Response[MallFailures]:
    """What malls refused, or did not answer however often they were asked, newest first."""
    caller(router).require(*Group)
    return reply(malls().failures(token=next, limit=limit))


@router.post("/mall-failures/<failure_id>/retry", status_code=HTTPStatus.ACCEPTED)
def retry_failure(failure_id: str) -> Response[TellView]:
    """Tell a mall again what it refused."""
    caller(router).require(Group.STAFF)
    idempotency_key(router)
    return reply(malls().retry(path_id(failure_id)), status=HTTPStatus.ACCEPTED)


@router.get("/<order_id>/mall")
def told(order_id: str) -> Response[Tells]:
    """What the mall was told of an order, and is being told."""
    caller(router).require(*Group)
    return reply(malls().told(path_id(order_id)))


@router.post("/<order_id>/mall/confirm", status_code=HTTPStatus.ACCEPTED)
def confirm(order_id: str) -> Response[TellView]:
    """Tell the mall that the order is confirmed."""
    return _tell(order_id, TellKind.CONFIRM)


@router.post("/<order_id>/mall/ship", status_code=HTTPStatus.ACCEPTED)
def ship(order_id: str, request: Annotated[ShipRequest, Body()]) -> Response[TellView]:
    """Tell the mall what left the house."""
    return _tell(order_id, TellKind.SHIP, shipment=request.shipment())


@router.post("/<order_id>/mall/cancel", status_code=HTTPStatus.ACCEPTED)
def cancel(order_id: str, request: Annotated[CancelRequest, Body()]) -> Response[TellView]:
    """Have the mall cancel the order."""
    return _tell(order_id, TellKind.CANCEL, reason=request.reason)


def _tell(order_id: str, kind: TellKind, **what: Any) -> Response[TellView]:
    who = caller(router)
    who.require(Group.STAFF)
    idempotency_key(router)
    view = malls().tell(path_id(order_id), kind, actor=who.actor, **what)
    return reply(view, status=HTTPStatus.ACCEPTED)
