"""Stream of the mail table → the outbox queue, for every job that became QUEUED."""

from typing import Any

from common.cold_start import cold_start
from common.consumer import changes, reported
from common.queues import Queue
from common.settings import Settings
from mail.domain.wakeup import became_queued
from mail.repository.wakeups import OutboxQueue


class Env(Settings):
    outbox_queue: str


@cold_start
def outbox() -> OutboxQueue:
    return OutboxQueue(Queue(Env.load().outbox_queue))


@reported
def handler(event: dict[str, Any], context: Any) -> None:
    """A failure raises, and the stream delivers the batch again: repeats are harmless."""
    outbox().send(
        [
            change.item["id"]
            for change in changes(event)
            if became_queued((change.before or {}).get("state"), (change.after or {}).get("state"))
        ]
    )
