"""Queued polls and notices → orders read from malls → stored orders and watermarks."""

from typing import Any

from common.channels.contexts import CallsMalls, contexts_of
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.locks import Locks
from common.queues import Queue
from common.shops import ShopDirectory
from orders.repository.deliveries import DeliveryRepository, RawArchive
from orders.repository.orders import OrderRepository
from orders.repository.pulls import PullRepository
from orders.service.pages import Pages
from orders.service.pulling import Pulling


class Env(CallsMalls):
    orders_table: str
    settings_table: str
    raw_bucket: str
    pull_queue: str


@cold_start
def pulling() -> Pulling:
    env = Env.load()
    table = Table(env.orders_table)
    pulls = PullRepository(table)
    return Pulling(
        malls=contexts_of(env),
        shops=ShopDirectory(Table(env.settings_table)),
        pulls=pulls,
        locks=Locks(table, utc_now),
        pages=Pages(
            orders=OrderRepository(table),
            deliveries=DeliveryRepository(table),
            failures=pulls,
            archive=RawArchive(env.raw_bucket),
            clock=utc_now,
        ),
        queue=Queue(env.pull_queue),
        clock=utc_now,
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    def work(message: Message) -> None:
        pulling().take(message.body)

    return each(messages(event), work)
