"""Stream of the orders table → events on the bus: what is stored is what is told."""

from typing import Any

from common.bus import EventBus
from common.cold_start import cold_start
from common.consumer import changes, reported
from common.settings import Settings
from orders.domain.views import event_of
from orders.repository.orders import ORDER_SK, order_of


class Env(Settings):
    event_bus: str


@cold_start
def bus() -> EventBus:
    return EventBus(Env.load().event_bus)


@reported
def handler(event: dict[str, Any], context: Any) -> None:
    """Raises when the bus did not take everything: the stream delivers the batch again."""
    written = [c.after for c in changes(event) if c.after and c.after["sk"] == ORDER_SK]
    bus().publish(event_of(order_of(item)) for item in written)
