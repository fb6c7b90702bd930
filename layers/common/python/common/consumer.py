"""Working off SQS batches and table streams, with partial failure."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Protocol, TypeVar

from common.dynamo import Item, from_wire
from common.errors import BantoError, Retryable
from common.events import Event
from common.observability import logger
from common.receipts import Receipt, come_back

E = TypeVar("E", bound=Event)
R = TypeVar("R")
Handler = Callable[[Any, Any], R]


class TimeLeft(Protocol):
    """Lambda's context, for handlers that stop before their time is up."""

    def get_remaining_time_in_millis(self) -> int: ...


class HandlerFailed(Exception):
    """A handler failed; our log has where and why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SQS message: its parsed JSON body and what a failure report needs.

    receipt: of this delivery, None where it cannot be asked to come back.
    """

    id: str
    body: Any
    receive_count: int
    receipt: Receipt | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One stream record: the item before and after (None: was not, is not there)."""

    id: str
    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """The item as it is now, or as it was last."""
        found = self.after if self.after is not None else self.before
        return found if found is not None else {}


def messages(event: Mapping[str, Any]) -> Iterator[Message]:
    """The messages of an SQS event. A body that is not JSON is passed on as text."""
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
        except ValueError:
            body = record["body"]
        count = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
        yield Message(record["messageId"], body, count, _receipt(record))


def _receipt(record: Mapping[str, Any]) -> Receipt | None:
    # arn:aws:sqs:<region>:<account>:<name>
    handle, arn = record.get("receiptHandle"), record.get("eventSourceARN", "").split(":")
    return Receipt(arn[5], arn[4], handle) if handle and len(arn) == 6 else None


def changes(event: Mapping[str, Any]) -> Iterator[Change]:
    """The records of a DynamoDB stream event, in order."""
    for record in event["Records"]:
        data = record["dynamodb"]
        before, after = data.get("OldImage"), data.get("NewImage")
        yield Change(
            data["SequenceNumber"],
            from_wire(before) if before else None,
            from_wire(after) if after else None,
        )


def each(items: Iterable[Message], work: Callable[[Message], None]) -> dict[str, Any]:
    """Do `work` for each message on its own; the answer names the failed ones to SQS.

    A failed message comes back after a while (`pause_before`), and not only after the visibility
    time-out, which is there for functions that died and is six times as long as they may take. In
    the end it is in the dead-letter queue, where it raises an alarm and can be sent again.
    """
    failed: list[Message] = []
    for item in items:
        try:
            work(item)
        except Exception as error:  # noqa: BLE001 - a batch boundary: one bad message must not fail its neighbours
            _report(item.id, error)
            failed.append(item)
    come_back((m.receipt, pause_before(m.receive_count)) for m in failed if m.receipt)
    return {"batchItemFailures": [{"itemIdentifier": m.id} for m in failed]}


def pause_before(receive_count: int) -> int:
    """Seconds until a message that failed for the `receive_count`th time is tried again: 5, 20, 80,
    320, then 600."""
    return int(min(5 * 4 ** min(receive_count - 1, 6), 600))


def reported(handler: Handler[R]) -> Handler[R]:
    """Around a handler that fails as a whole (streams, timers): what it raises is logged here.

    Lambda's runtime logs what leaves a handler word by word. So errors of ours go on as they are,
    because they never quote, and others as HandlerFailed with their type only.
    """

    @wraps(handler)
    def call(event: Any, context: Any) -> R:
        try:
            return handler(event, context)
        except BantoError as error:
            _report("", error)
            raise
        except Exception as error:  # noqa: BLE001 - the edge of the function: nothing may leave it as it is
            _report("", error)
            raise HandlerFailed(type(error).__name__) from None

    return call


def _report(item_id: str, error: Exception) -> None:
    fields = {"item": item_id, "error": type(error).__name__}
    if isinstance(error, Retryable):
        logger().warning("will be tried again", extra=fields)
    else:
        logger().exception("failed", extra=fields)


def bus_event(body: Any, *kinds: type[E]) -> E:
    """The event of an EventBridge envelope, as one of `kinds` by its detail type.

    Raises ValueError for another detail type or a detail that does not fit: the message then goes
    to the dead-letter queue.
    """
    for kind in kinds:
        if body["detail-type"] == kind.detail_type():
            return kind.model_validate(body["detail"])
    raise ValueError(f"unexpected detail type {body['detail-type']!r}")
