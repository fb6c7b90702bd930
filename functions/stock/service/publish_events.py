"""Telling other areas what the stream shows."""

from collections.abc import Iterable

from common.bus import Publisher
from stock.domain.telling import StoredChange, events_of


def publish_events(changes: Iterable[StoredChange], publisher: Publisher) -> None:
    """Publish the events of these changes, in order. Raises Unavailable when one was not taken."""
    publisher.publish([event for change in changes for event in events_of(change)])
