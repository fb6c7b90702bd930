"""Stream of the stock table → events on the bus."""

from collections.abc import Mapping
from typing import Any

from common.bus import EventBus
from common.cold_start import cold_start
from common.consumer import changes, reported
from common.settings import Settings
from stock.repository.stream import stored_change
from stock.service.publish_events import publish_events


class Env(Settings):
    """Environment of this function."""

    event_bus: str


@cold_start
def _bus() -> EventBus:
    return EventBus(Env.load().event_bus)


@reported
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Publish the whole batch, or raise: the stream then delivers it again, and consumers take
    repeats."""
    found = [stored for change in changes(event) if (stored := stored_change(change))]
    publish_events(found, _bus())
    return {"batchItemFailures": []}
