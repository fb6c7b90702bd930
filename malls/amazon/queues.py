"""The way from Amazon's account to a seller's queue."""

import logging
from functools import cache
from typing import TYPE_CHECKING

from malls.amazon.notices import Post

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Whom the emulator of AWS lets do everything, whatever the secret.
_ANYBODY = "test"


def sender_to(endpoint: str) -> Post:
    """Puts messages into queues of the SQS at `endpoint`, by their ARNs. A message that cannot be
    put there is lost."""
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

    def post(arn: str, body: str) -> None:
        *_, region, account, name = arn.split(":")
        try:
            sqs = sqs_of(region)
            sqs.send_message(QueueUrl=f"{endpoint}/{account}/{name}", MessageBody=body)
        except (BotoCoreError, ClientError) as error:
            logging.getLogger(__name__).warning("notice lost: %s", error)

    return post
