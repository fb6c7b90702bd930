"""Queued deliveries → stored orders."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from orders.repository.deliveries import DeliveryRepository, RawArchive
from orders.repository.orders import OrderRepository
from orders.service.intake import Imported, Intake


class Env(Settings):
    orders_table: str
    settings_table: str
    raw_bucket: str
    pull_queue: str


@cold_start
def intake() -> Intake:
    env = Env.load()
    table = Table(env.orders_table)
    return Intake(
        orders=OrderRepository(table),
        deliveries=DeliveryRepository(table),
        archive=RawArchive(env.raw_bucket),
        shops=ShopDirectory(Table(env.settings_table)),
        pulls=Queue(env.pull_queue),
        clock=utc_now,
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    results: list[Imported] = []

    def work(message: Message) -> None:
        results.append(intake().take(message.body))

    answer = each(messages(event), work)
    intake().note(results)
    return answer
