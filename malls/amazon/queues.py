"""The way from Amazon's account to a seller's queue."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from malls.courier import Parcel, Send

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Whom the emulator of AWS lets do everything, whatever the secret.
_ANYBODY = "test"
_QUEUE = "queue"


class Letter(NamedTuple):
    """courier.Parcel: a message on its way to a queue, whose ARN is the only header."""

    headers: Mapping[str, str]
    body: bytes


def letter(arn: str, body: str) -> Letter:
    return Letter({_QUEUE: arn}, body.encode())


def sender_to(endpoint: str) -> Send:
    """Puts letters into queues of the SQS at `endpoint`, by their ARNs."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    quick = Config(connect_timeout=2, read_timeout=5, proxies={}, retries={"total_max_attempts": 1})

    @cache
    def sqs_of(region: str) -> "SQSClient":
        return boto3.client(
            "sqs",
            endpoint_url=endpoint,
            region_name=region,
            config=quick,
            aws_access_key_id=_ANYBODY,
            aws_secret_access_key=_ANYBODY,
        )

    def send(parcel: Parcel) -> int:
        *_, region, account, name = parcel.headers[_QUEUE].split(":")
        try:
            sent = sqs_of(region).send_message(
                QueueUrl=f"{endpoint}/{account}/{name}", MessageBody=parcel.body.decode()
            )
        except (BotoCoreError, ClientError) as error:
            raise OSError("the queue did not take it") from error
        return sent["ResponseMetadata"]["HTTPStatusCode"]

    return send
