"""Messages of SQS in our hands, and letting them come back sooner than they would by themselves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS changes ten messages a call.
_BATCH = 10


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message in our hands: the name and the account of its queue, and SQS's handle."""

    queue: str
    account: str
    handle: str


def come_back(receipts: Iterable[tuple[Receipt, int]]) -> None:
    """Let messages be delivered again after so many seconds.

    A favour: a message of which SQS does not take that comes back after the visibility time-out.
    """
    queues: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for receipt, seconds in receipts:
        queues[receipt.queue, receipt.account].append((receipt.handle, seconds))
    for (name, account), some in queues.items():
        try:
            _come_back(name, account, some)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            logger().warning("comes back late", extra={"error": type(error).__name__})


def _come_back(name: str, account: str, handles: list[tuple[str, int]]) -> None:
    sqs: SQSClient = client("sqs")
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    for start in range(0, len(handles), _BATCH):
        entries: Any = [
            {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
            for n, (handle, seconds) in enumerate(handles[start : start + _BATCH])
        ]
        sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
