"""SQS (jobs) → what a shop has on sale is taken over, page by page."""

from collections.abc import Mapping
from typing import Any

from common.channels.contexts import CallsMalls, Contexts, contexts_of
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, TimeLeft, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.shops import ShopDirectory
from stock.repository.catalogue import Catalogue
from stock.repository.listings import Listings
from stock.repository.mapping import MappingBook
from stock.service.importing_listings import ListingWorker

# The longest that a page may take: the mall's answer, and a write for each of its rows.
RESERVE_MS = 120_000


class Env(CallsMalls):
    """Environment of this function. listings_queue: its own queue, for the rest of a long list."""

    stock_table: str
    settings_table: str
    listings_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(_env().settings_table))


@cold_start
def _contexts() -> Contexts:
    return contexts_of(_env())


def handler(event: Mapping[str, Any], context: TimeLeft) -> dict[str, Any]:
    """Work jobs off; a failed one comes back, and goes on at the page where it stopped."""
    env = _env()
    table = Table(env.stock_table)
    worker = ListingWorker(
        _shops(),
        MappingBook(table),
        Listings(table),
        Catalogue(table),
        _contexts(),
        Queue(env.listings_queue),
        utc_now,
        lambda: context.get_remaining_time_in_millis() > RESERVE_MS,
    )

    def work(message: Message) -> None:
        worker.run(message.body["shop_id"], message.body["job"])

    return each(messages(event), work)
