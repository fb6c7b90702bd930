"""Telling senders which jobs wait, through the outbox queue."""

from collections.abc import Sequence

from common.queues import Queue


class OutboxQueue:
    """Wakeups port on SQS. A message is {"job_id": …}; repeats are harmless."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def send(self, job_ids: Sequence[str]) -> None:
        """Raises Unavailable; some may have been told."""
        self._queue.send({"job_id": job_id} for job_id in job_ids)
