"""More messages of a function's own queue than it was handed."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.consumer import Message
from common.observability import logger
from common.receipts import Receipt

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# What SQS hands out, and deletes, at once.
_BATCH = 10


class Inbox:
    """Takes messages out of a queue without waiting, and deletes the ones that are done.

    Both are favours: messages that are not taken or not deleted are delivered (again) by Lambda,
    so a queue that does not answer is logged and otherwise ignored.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        # https://sqs.<region>.amazonaws.com/<account>/<name>
        self._account, self._name = url.rsplit("/", 2)[-2:]

    def take(self, most: int) -> list[Message]:
        """Up to `most` more messages, ten at a time, until a receive comes back empty."""
        taken: list[Message] = []
        while len(taken) < most:
            found = self._receive(min(_BATCH, most - len(taken)))
            if not found:
                break
            taken += found
        return taken

    def _receive(self, most: int) -> list[Message]:
        sqs: SQSClient = client("sqs")
        try:
            answer = sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=0,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        except (ClientError, ConnectionError, HTTPClientError) as error:
            logger().warning("no more taken", extra={"error": type(error).__name__})
            return []
        return [self._message(found) for found in answer.get("Messages", [])]

    def _message(self, found: Any) -> Message:
        receipt = Receipt(self._name, self._account, found["ReceiptHandle"])
        try:
            body = json.loads(found["Body"])
        except ValueError:
            body = found["Body"]
        count = int(found.get("Attributes", {}).get("ApproximateReceiveCount", 1))
        return Message(found["MessageId"], body, count, receipt)

    def delete(self, messages: Iterable[Message]) -> None:
        """Delete messages that `take` returned."""
        sqs: SQSClient = client("sqs")
        receipts = [message.receipt.handle for message in messages if message.receipt]
        for start in range(0, len(receipts), _BATCH):
            entries: Any = [
                {"Id": str(n), "ReceiptHandle": receipt}
                for n, receipt in enumerate(receipts[start : start + _BATCH])
            ]
            try:
                sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
            except (ClientError, ConnectionError, HTTPClientError) as error:
                logger().warning("not deleted", extra={"error": type(error).__name__})
