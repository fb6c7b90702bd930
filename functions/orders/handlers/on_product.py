"""Registered products and mapped listings → known goods; orders that waited for them move on."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, bus_event, each, messages
from common.dynamo import Table
from common.events import ListingMapped, ProductRegistered
from common.settings import Settings
from orders.repository.orders import OrderRepository
from orders.service.news import News


class Env(Settings):
    orders_table: str


@cold_start
def news() -> News:
    return News(OrderRepository(Table(Env.load().orders_table)), utc_now)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    def work(message: Message) -> None:
        news().product_told(bus_event(message.body, ProductRegistered, ListingMapped))

    return each(messages(event), work)
