"""The mail functions on fake AWS, with a mail service on loopback."""

import itertools
import json
from collections.abc import Iterator

import boto3
import pytest

from common.dynamo import Table
from tests.conftest import REGION
from tests.mail.ses_server import ses_server
from tests.mail.stack import Stack

_numbers = itertools.count()


@pytest.fixture
def stack(
    mail_table: Table, settings_table: Table, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stack]:
    boto3.client("s3").create_bucket(
        Bucket="raw", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    url = boto3.client("sqs").create_queue(QueueName="outbox")["QueueUrl"]
    with ses_server() as ses:
        for name, value in {
            "MAIL_TABLE": "mail",
            "SETTINGS_TABLE": "settings",
            "RAW_BUCKET": "raw",
            "OUTBOX_QUEUE": url,
            "CONFIGURATION_SET": "banto-test",
            "WATCHED_QUEUES": json.dumps({"outbox": url, "outbox-dead": url}),
            "AWS_ENDPOINT_URL_SESV2": ses.url,
            # A name of its own for each test: Powertools keeps loggers by it, with their stream.
            "POWERTOOLS_SERVICE_NAME": f"mail-test-{next(_numbers)}",
        }.items():
            monkeypatch.setenv(name, value)
        made = Stack(mail_table, settings_table, ses, url)
        made.put_shop()
        yield made
