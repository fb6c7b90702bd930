"""Routes of /api/stock about purchase orders and proposals of what to order."""

from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from common.api import Limit, Next, caller, idempotency_key, if_match, make_router, path_id, reply
from common.auth import Actor, Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.settings import Settings
from stock.repository.catalogue import Catalogue
from stock.repository.places import Places
from stock.repository.proposals import Proposals
from stock.repository.purchases import Purchases
from stock.service.goods_requests import ArrivalDates, PurchaseRequest, ReceiveRequest
from stock.service.goods_views import (
    ComingList,
    ComingView,
    ProposalList,
    PurchasePage,
    PurchaseView,
)
from stock.service.purchasing import PurchaseDesk
from stock.service.reordering import show_proposals

router = make_router()


class Env(Settings):
    """What of the function's environment these routes need."""

    stock_table: str


@cold_start
def _table() -> Table:
    return Table(Env.load().stock_table)


def _purchases() -> PurchaseDesk:
    table = _table()
    return PurchaseDesk(Purchases(table), Catalogue(table), Places(table), utc_now)


def _reader() -> None:
    caller(router).require(*Group)


def _writer() -> Actor:
    person = caller(router)
    person.require(Group.STAFF)
    return person.actor


@router.get("/purchases")
def list_purchases(
    list: Literal["ALL", "DRAFT", "ORDERED"] = "ALL", limit: Limit = 50, next: Next = None
) -> Response[PurchasePage]:
    """Purchase orders, newest first."""
    _reader()
    return reply(_purchases().page(list, limit, next))


@router.post("/purchases", status_code=HTTPStatus.CREATED)
def create_purchase(wanted: Annotated[PurchaseRequest, Body()]) -> Response[PurchaseView]:
    """Draft a purchase order."""
    actor = _writer()
    made = _purchases().create(wanted, actor, idempotency_key(router))
    place = f"/api/stock/purchases/{made.id}"
    return reply(made, status=HTTPStatus.CREATED, version=made.version, location=place)


@router.get("/purchases/<purchase_id>")
def show_purchase(purchase_id: str) -> Response[PurchaseView]:
    """One purchase order."""
    _reader()
    found = _purchases().get(purchase_id)
    return reply(found, version=found.version)


@router.put("/purchases/<purchase_id>")
def change_purchase(
    purchase_id: str, wanted: Annotated[PurchaseRequest, Body()]
) -> Response[PurchaseView]:
    """Change a draft."""
    actor = _writer()
    found = _purchases().change(purchase_id, wanted, if_match(router), actor)
    return reply(found, version=found.version)


@router.post("/purchases/<purchase_id>/send")
def send_purchase(purchase_id: str) -> Response[PurchaseView]:
    """It was ordered: its units are on their way."""
    _writer()
    found = _purchases().send(purchase_id, if_match(router))
    return reply(found, version=found.version)


@router.post("/purchases/<purchase_id>/cancel")
def cancel_purchase(purchase_id: str) -> Response[PurchaseView]:
    """Nothing more of it will come."""
    _writer()
    found = _purchases().cancel(purchase_id, if_match(router))
    return reply(found, version=found.version)


@router.post("/purchases/<purchase_id>/postpone")
def postpone_purchase(
    purchase_id: str, days: Annotated[ArrivalDates, Body()]
) -> Response[PurchaseView]:
    """Change the days it is expected on."""
    _writer()
    found = _purchases().postpone(purchase_id, days, if_match(router))
    return reply(found, version=found.version)


@router.post("/purchases/<purchase_id>/receive")
def receive_purchase(
    purchase_id: str, receipt: Annotated[ReceiveRequest, Body()]
) -> Response[PurchaseView]:
    """Units of it came in."""
    actor = _writer()
    found = _purchases().receive(purchase_id, receipt, actor, idempotency_key(router))
    return reply(found, version=found.version)


@router.get("/items/<sku>/coming")
def list_coming(sku: str) -> Response[ComingList]:
    """What is on its way of a SKU, the soonest first."""
    _reader()
    found = Purchases(_table()).coming(path_id(sku))
    return reply(ComingList(items=[ComingView(**one._asdict()) for one in found]))


@router.get("/proposals")
def list_proposals(limit: Limit = 100, next: Next = None) -> Response[ProposalList]:
    """The newest proposal of what to order, by supplier and SKU."""
    _reader()
    return reply(show_proposals(Proposals(_table()), limit, next))
