"""Making calls: time-outs, throttling and conflicts become our errors, with jittered retries."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.errors import Contended, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRANSACTION_LIMIT = 100
TRIES = 7

Pause = Callable[[float], None]

_THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionInProgressException",
        "ServiceUnavailable",
    }
)


# Reasons in a cancelled transaction that pass by themselves.
_CONFLICTS = frozenset({"TransactionConflict", "DuplicateItem"})
_BUSY = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


class ConditionFailed(Exception):
    """A condition did not hold. `indexes`: which writes of the transaction, from 0."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__(f"condition failed at {list(indexes)}")
        self.indexes = tuple(indexes)


@dataclass(frozen=True, slots=True)
class Write:
    """One action of a transaction; made by `put`, `update`, `delete` and `check`."""

    action: str
    body: dict[str, Any] = field(repr=False)


def run_single(dynamodb: "DynamoDBClient", write: Write, pause: Pause = time.sleep) -> None:
    # One item needs no transaction, which would cost twice the write units.
    calls: dict[str, Callable[..., Any]] = {
        "Put": dynamodb.put_item,
        "Update": dynamodb.update_item,
        "Delete": dynamodb.delete_item,
    }
    call = calls[write.action]
    for attempt in range(TRIES):
        try:
            guarded(lambda: call(**write.body))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                raise ConditionFailed([0]) from None
            if code != "TransactionConflictException":
                raise
            back_off(attempt, pause)
        else:
            return
    raise Contended("transactions kept the item busy")


def run_transaction(
    dynamodb: "DynamoDBClient", writes: Sequence[Write], pause: Pause = time.sleep
) -> None:
    if len(writes) > TRANSACTION_LIMIT:
        raise ValueError(f"{len(writes)} writes in one transaction")
    actions: Any = [{write.action: write.body} for write in writes]
    reasons: set[str] = set()
    for attempt in range(TRIES):
        try:
            guarded(lambda: dynamodb.transact_write_items(TransactItems=actions))
        except ClientError as error:
            reasons = _reasons(error)
            back_off(attempt, pause)
        else:
            return
    if reasons & _BUSY:
        raise Unavailable("DynamoDB throttled")
    raise Contended("other transactions kept the items busy")


def _reasons(error: ClientError) -> set[str]:
    """Why a transaction was cancelled, if it may be tried again; raises if not.

    A conflict hides whether the condition holds, so it is settled first: mixed answers are tried
    again, and end as a clean condition failure or as success.
    """
    answer: Any = error.response
    codes = [reason.get("Code", "None") for reason in answer.get("CancellationReasons", [])]
    found = set(codes) - {"None"}
    if answer["Error"]["Code"] != "TransactionCanceledException" or not found:
        raise error
    if found == {"ConditionalCheckFailed"}:
        failed = [n for n, code in enumerate(codes) if code == "ConditionalCheckFailed"]
        raise ConditionFailed(failed) from None
    if not found <= _CONFLICTS | _BUSY | {"ConditionalCheckFailed"}:
        raise error
    return found


def guarded(call: Callable[[], Any]) -> Any:
    """Run a DynamoDB call; throttling and lost connections become Unavailable."""
    try:
        return call()
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable("DynamoDB did not answer") from error
    except ClientError as error:
        if error.response["Error"]["Code"] in _THROTTLES:
            raise Unavailable("DynamoDB throttled") from error
        raise


def until_taken(batch: list[Any], send: Callable[[list[Any]], list[Any]], pause: Pause) -> None:
    """Send a batch, and again what `send` says is left of it. Raises Unavailable at the end."""
    for attempt in range(TRIES):
        batch = send(batch)
        if not batch:
            return
        back_off(attempt, pause)
    raise Unavailable("DynamoDB left a part of a batch undone")


def back_off(attempt: int, pause: Pause = time.sleep) -> None:
    """Wait before the next try; not after the last one, where there is nothing to wait for."""
    if attempt + 1 < TRIES:
        # Full jitter: writers that collided must not collide again in step.
        pause(random.uniform(0, min(0.4, 0.02 * 2**attempt)))  # noqa: S311
