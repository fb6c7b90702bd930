"""Publishing events to EventBridge."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.errors import Unavailable
from common.events import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# Limits of PutEvents: 10 entries and 1 MB (entries were 256 KB in all until 2026) a call. The old
# size is kept as ours, so that an event also fits an SQS target in any region.
_MAX_ENTRIES = 10
_MAX_BYTES = 240_000


class Publisher(Protocol):
    """Port: hand events over. Raises Unavailable when any of them was not taken."""

    def publish(self, events: Iterable[Event]) -> None: ...


class EventBus:
    """Publisher on an EventBridge bus."""

    def __init__(self, name: str) -> None:
        self._name = name

    def publish(self, events: Iterable[Event]) -> None:
        """Send in batches, in order. Raises Unavailable if any entry was refused: the caller's
        stream or queue delivers again, and consumers take repeats."""
        bus: EventBridgeClient = client("events")
        for batch in self._batches(events):
            try:
                answer = bus.put_events(Entries=batch)
            except (ClientError, ConnectionError, HTTPClientError) as error:
                raise Unavailable("the event bus did not answer") from error
            if answer["FailedEntryCount"]:
                raise Unavailable(f"the event bus refused {answer['FailedEntryCount']} events")

    def _batches(self, events: Iterable[Event]) -> "Iterator[list[PutEventsRequestEntryTypeDef]]":
        batch: list[PutEventsRequestEntryTypeDef] = []
        size = 0
        for event in events:
            detail = event.model_dump_json()
            bytes_ = len(detail.encode()) + 100
            if batch and (len(batch) == _MAX_ENTRIES or size + bytes_ > _MAX_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(
                {
                    "EventBusName": self._name,
                    "Source": event.source(),
                    "DetailType": event.detail_type(),
                    "Detail": detail,
                    "Time": event.at,
                }
            )
            size += bytes_
        if batch:
            yield batch
