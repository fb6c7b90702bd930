"""Routes of /api/stock about putting products into shops."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field

from common.api import caller, make_router, path_id, reply
from common.auth import Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from stock.repository.catalogue import Catalogue
from stock.repository.offers import Offers
from stock.service.offering import OfferList, ask, list_offers

router = make_router()


class Env(Settings):
    """What of the function's environment these routes need."""

    stock_table: str
    settings_table: str
    offer_queue: str


class OfferRequest(BaseModel):
    """Shops to put it into. extra: what a channel needs besides, such as `product_type`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    shops: Annotated[list[str], Field(min_length=1, max_length=20)]
    extra: Annotated[dict[str, Annotated[str, Field(max_length=500)]], Field(max_length=20)] = (
        Field(default_factory=dict)
    )


@cold_start
def _table() -> Table:
    return Table(Env.load().stock_table)


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(Env.load().settings_table))


@router.get("/items/<sku>/offers")
def show_offers(sku: str) -> Response[OfferList]:
    """The shops a product was put into, and what became of it."""
    caller(router).require(*Group)
    return reply(list_offers(Offers(_table()), path_id(sku)))


@router.post("/items/<sku>/offers", status_code=HTTPStatus.ACCEPTED)
def offer(sku: str, wanted: Annotated[OfferRequest, Body()]) -> Response[OfferList]:
    """Make a product in shops, or bring it up to date there. Asking twice makes it once."""
    person = caller(router)
    person.require(Group.STAFF)
    found = ask(
        path_id(sku),
        list(dict.fromkeys(wanted.shops)),
        wanted.extra,
        person.actor,
        store=Offers(_table()),
        entries=Catalogue(_table()),
        shops=_shops(),
        queue=Queue(Env.load().offer_queue),
        clock=utc_now,
    )
    return reply(found, status=HTTPStatus.ACCEPTED)
