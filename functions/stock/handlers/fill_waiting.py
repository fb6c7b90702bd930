"""SQS (StockLevelChanged with free units and waiting orders) → the oldest orders get theirs."""

from collections.abc import Mapping
from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, bus_event, each, messages
from common.dynamo import Table
from common.events import StockLevelChanged
from common.settings import Settings
from stock.repository.book import StockBook
from stock.service.fill_waiting import fill_waiting


class Env(Settings):
    """Environment of this function."""

    stock_table: str


@cold_start
def _book() -> StockBook:
    return StockBook(Table(Env.load().stock_table))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Fill each SKU's queue; a failed message comes back."""

    def work(message: Message) -> None:
        fill_waiting(_book(), utc_now, bus_event(message.body, StockLevelChanged).sku)

    return each(messages(event), work)
