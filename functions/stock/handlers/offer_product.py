"""SQS (products to put into shops) → the malls."""

from collections.abc import Mapping
from typing import Any

from common.channels.contexts import CallsMalls, contexts_of
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.shops import ShopDirectory
from stock.repository.catalogue import Catalogue
from stock.repository.mapping import MappingBook
from stock.repository.offers import Offers
from stock.service.importing_listings import ListingDesk
from stock.service.offering import OfferWorker


class Env(CallsMalls):
    """Environment of this function. listings_queue: shops whose list is to be taken over."""

    stock_table: str
    settings_table: str
    listings_queue: str


@cold_start
def _worker() -> OfferWorker:
    env = Env.load()
    table = Table(env.stock_table)
    shops = ShopDirectory(Table(env.settings_table))
    malls = contexts_of(env)
    desk = ListingDesk(shops, MappingBook(table), Queue(env.listings_queue), utc_now)
    return OfferWorker(Offers(table), Catalogue(table), shops, malls, desk, utc_now)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Tell each mall; a failed message comes back."""

    def work(message: Message) -> None:
        body = message.body
        _worker().run(body["sku"], body["shop_id"], receive_count=message.receive_count)

    return each(messages(event), work)
