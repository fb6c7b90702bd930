"""Sending to SQS, and looking at how full queues are."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS takes ten messages a call, and in all regions 256 KB of them.
_BATCH = 10
_MAX_BYTES = 250_000


class Queue:
    """An SQS queue that takes JSON messages of up to 250 KB."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None:
        """Send each body as JSON. Raises Unavailable if any was not taken; some may have been."""
        sqs: SQSClient = client("sqs")
        # Escaped to ASCII: some characters that JSON may have (U+FFFF) are refused by SQS.
        for batch in _batches(json.dumps(body) for body in bodies):
            entries: Any = [
                {"Id": str(n), "MessageBody": text, "DelaySeconds": delay_seconds}
                for n, text in enumerate(batch)
            ]
            try:
                answer = sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (ClientError, ConnectionError, HTTPClientError) as error:
                raise Unavailable("the queue did not answer") from error
            if answer.get("Failed"):
                raise Unavailable(f"the queue refused {len(answer['Failed'])} messages")


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == _BATCH or size + len(text) > _MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def watched(urls_json: str) -> list[dict[str, Any]]:
    """[{name, waiting, in_flight, dead}] for the queues of WATCHED_QUEUES.

    urls_json: {"allocate": url, "allocate-dead": url of its dead-letter queue, …}. Streams and
    timers have dead letters only: {"publish_events-dead": url}.
    """
    urls: dict[str, str] = json.loads(urls_json)
    sqs: SQSClient = client("sqs")

    def numbers(url: str) -> tuple[int, int]:
        found = sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ],
        )["Attributes"]
        waiting = int(found["ApproximateNumberOfMessages"])
        delayed = int(found.get("ApproximateNumberOfMessagesDelayed", 0))
        return waiting + delayed, int(found["ApproximateNumberOfMessagesNotVisible"])

    rows = []
    for name in sorted({name.removesuffix("-dead") for name in urls}):
        alive, dead = urls.get(name), urls.get(f"{name}-dead")
        waiting, in_flight = numbers(alive) if alive else (0, 0)
        rows.append(
            {
                "name": name,
                "waiting": waiting,
                "in_flight": in_flight,
                "dead": sum(numbers(dead)) if dead else 0,
            }
        )
    return rows
