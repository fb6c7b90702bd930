"""SQS (imports, stock-takes) → the check, or the changes."""

from collections.abc import Mapping
from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, TimeLeft, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from stock.repository.catalogue import Catalogue
from stock.repository.imports import ImportFiles, Imports
from stock.repository.stocktakes import Stocktakes
from stock.service.run_import import ImportWorker
from stock.service.stocktaking import StocktakeWorker

# Longest step of a job, with everything it may have to try again.
RESERVE_MS = 60_000


class Env(Settings):
    """Environment of this function. import_queue: its own queue, for the rest of a long job."""

    stock_table: str
    raw_bucket: str
    import_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


def handler(event: Mapping[str, Any], context: TimeLeft) -> dict[str, Any]:
    """Work jobs off; a failed one comes back, and starts where it stopped."""
    env = _env()
    table, queue = Table(env.stock_table), Queue(env.import_queue)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > RESERVE_MS

    files = ImportFiles(env.raw_bucket)
    imports = ImportWorker(Imports(table), files, queue, utc_now, has_time)
    takes = StocktakeWorker(Stocktakes(table), Catalogue(table), queue, utc_now, has_time)

    def work(message: Message) -> None:
        if "stocktake" in message.body:
            takes.run(message.body["stocktake"])
        else:
            imports.run(message.body["id"])

    return each(messages(event), work)
