"""SQS (OrderReceived, OrderChanged) → units set aside, many orders a commit."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, bus_event, each, messages
from common.dynamo import Table
from common.events import OrderChanged, OrderReceived
from common.settings import Settings
from stock.domain.allocation import OrderDemand
from stock.repository.book import StockBook
from stock.repository.inbox import Inbox
from stock.service.allocate import Allocator, demand_of

# What fits one transaction when every order is new and wants the same SKU.
MOST_ORDERS = 90


class Env(Settings):
    """Environment of this function."""

    stock_table: str
    allocate_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _book() -> StockBook:
    return StockBook(Table(_env().stock_table))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Allocate the orders handed in, and, when more seem to wait, those behind them as well.

    Messages handed in are answered to Lambda; messages taken from the queue are deleted here, and
    only after their orders were committed.
    """
    handed = list(messages(event))
    inbox = Inbox(_env().allocate_queue)
    # Pollers hand out part-full batches of a deep queue, so two are a sign of more; a lone order
    # is not made to wait for an empty receive.
    taken = inbox.take(MOST_ORDERS - len(handed)) if len(handed) > 1 else []
    failed = _allocate([*handed, *taken])
    inbox.delete(message for message in taken if message.id not in failed)
    return {"batchItemFailures": [{"itemIdentifier": m.id} for m in handed if m.id in failed]}


def _allocate(batch: Sequence[Message]) -> set[str]:
    """Ids of the messages that failed: unreadable ones, and those of orders not committed."""
    demands: dict[str, OrderDemand] = {}

    def read(message: Message) -> None:
        demands[message.id] = demand_of(bus_event(message.body, OrderReceived, OrderChanged))

    def settle(message: Message) -> None:
        error = errors.get(demands[message.id].order_id) if message.id in demands else None
        if error:
            raise error

    unread = each(batch, read)
    errors = Allocator(_book(), utc_now).run(list(demands.values()))
    unsettled = each(batch, settle)
    answers = [*unread["batchItemFailures"], *unsettled["batchItemFailures"]]
    return {answer["itemIdentifier"] for answer in answers}
