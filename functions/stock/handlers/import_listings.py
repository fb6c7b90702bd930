"""SQS (jobs) → what a shop has on sale is taken over, page by page."""

from collections.abc import Mapping
from typing import Any, Protocol

from common.channels.contexts import Contexts
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from stock.repository.catalogue import Catalogue
from stock.repository.listings import Listings
from stock.repository.mapping import MappingBook
from stock.service.importing_listings import ListingWorker

# The longest that a page may take: the mall's answer, and a write for each of its rows.
RESERVE_MS = 120_000


class Env(Settings):
    """Environment of this function. listings_queue: its own queue, for the rest of a long list."""

    stock_table: str
    settings_table: str
    calls_table: str
    shop_secrets_prefix: str
    listings_queue: str
    relay_function: str = ""


class Context(Protocol):
    """What Lambda tells about the time left."""

    def get_remaining_time_in_millis(self) -> int: ...


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(_env().settings_table))


@cold_start
def _contexts() -> Contexts:
    env = _env()
    return Contexts(Table(env.calls_table), env.shop_secrets_prefix, relay=env.relay_function)


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
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
