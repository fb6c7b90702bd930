"""Stream of the orders table → events on the bus: what is stored is what is told."""

from typing import Any

from common.bus import EventBus
from common.cold_start import cold_start
from common.consumer import changes, reported
from common.dynamo import Item
from common.events import Event
from common.settings import Settings
from orders.domain.views import event_of
from orders.repository.orders import ORDER_SK, order_of
from orders.repository.pulls import WATERMARK_SK, watermark_event


class Env(Settings):
    event_bus: str


@cold_start
def bus() -> EventBus:
    return EventBus(Env.load().event_bus)


@reported
def handler(event: dict[str, Any], context: Any) -> None:
    """Raises when the bus did not take everything: the stream delivers the batch again."""
    written = (change.after for change in changes(event) if change.after)
    bus().publish(told for told in map(_told, written) if told)


def _told(item: Item) -> Event | None:
    if item["sk"] == ORDER_SK:
        return event_of(order_of(item))
    return watermark_event(item) if item["sk"] == WATERMARK_SK else None
