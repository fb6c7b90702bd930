"""Queued things to tell malls → what they answered, in the orders' timelines."""

from typing import Any

from common.channels.contexts import CallsMalls, contexts_of
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.shops import ShopDirectory
from orders.repository.orders import OrderRepository
from orders.repository.tells import TellRepository
from orders.service.telling import Telling


class Env(CallsMalls):
    orders_table: str
    settings_table: str
    tell_mall_queue: str
    pull_queue: str


@cold_start
def telling() -> Telling:
    env = Env.load()
    table = Table(env.orders_table)
    return Telling(
        malls=contexts_of(env),
        shops=ShopDirectory(Table(env.settings_table)),
        orders=OrderRepository(table),
        tells=TellRepository(table),
        queue=Queue(env.tell_mall_queue),
        pulls=Queue(env.pull_queue),
        clock=utc_now,
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    def work(message: Message) -> None:
        telling().take(message.body)

    return each(messages(event), work)
