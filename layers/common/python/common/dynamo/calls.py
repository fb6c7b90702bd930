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


def run_single(dynamodb: "DynamoDBClient", write: Write) -> None:
    # One item needs no transaction, which would cost twice the write units.
    calls: dict[str, Callable[..., Any]] = {
        "Put": dynamodb.put_item,
        "Update": dynamodb.update_item,
        "Delete": dynamodb.delete_item,
    }
    call = calls[write.action]
    try:
        guarded(lambda: call(**write.body))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise ConditionFailed([0]) from None
        if error.response["Error"]["Code"] == "TransactionConflictException":
            raise Contended("a transaction holds the item") from None
        raise


def run_transaction(dynamodb: "DynamoDBClient", writes: Sequence[Write]) -> None:
    if len(writes) > TRANSACTION_LIMIT:
        raise ValueError(f"{len(writes)} writes in one transaction")
    actions: Any = [{write.action: write.body} for write in writes]
    for attempt in range(TRIES):
        try:
            guarded(lambda: dynamodb.transact_write_items(TransactItems=actions))
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            reasons = [r.get("Code", "None") for r in error.response.get("CancellationReasons", [])]
            # A conflict hides whether the condition holds, so it is settled first: mixed
            # answers are tried again, and end as a clean condition failure or as success.
            if set(reasons) <= {"None", "ConditionalCheckFailed"}:
                failed = [n for n, r in enumerate(reasons) if r == "ConditionalCheckFailed"]
                raise ConditionFailed(failed) from None
            if "ValidationError" in reasons or "ItemCollectionSizeLimitExceeded" in reasons:
                raise
            back_off(attempt)
        else:
            return
    raise Contended("other transactions kept the items busy")


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


def back_off(attempt: int) -> None:
    # Full jitter: writers that collided must not collide again in step.
    time.sleep(random.uniform(0, min(0.4, 0.02 * 2**attempt)))  # noqa: S311
