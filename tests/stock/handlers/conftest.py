"""What stock's API needs around it."""

import json
from typing import Any

import boto3
import pytest

from common.channels import CHANNELS
from common.dynamo import Table
from tests.stock.fake_mall_api import API


@pytest.fixture
def import_queue(aws: None, monkeypatch: pytest.MonkeyPatch) -> str:
    sqs = boto3.client("sqs")
    urls = {
        name: sqs.create_queue(QueueName=name)["QueueUrl"]
        for name in ("allocate", "imports", "offers", "push", "reconcile", "listings")
    }
    for name in ("push", "reconcile", "listings"):
        monkeypatch.setenv(f"{name.upper()}_QUEUE", urls.pop(name))
    dead = sqs.create_queue(QueueName="allocate-dead")["QueueUrl"]
    place: Any = {"LocationConstraint": "ap-northeast-1"}
    boto3.client("s3").create_bucket(Bucket="raw", CreateBucketConfiguration=place)
    monkeypatch.setenv("STOCK_TABLE", "stock")
    monkeypatch.setenv("RAW_BUCKET", "raw")
    monkeypatch.setenv("IMPORT_QUEUE", urls["imports"])
    monkeypatch.setenv("OFFER_QUEUE", urls.pop("offers"))
    monkeypatch.setenv("SETTINGS_TABLE", "settings")
    monkeypatch.setenv("WATCHED_QUEUES", json.dumps({**urls, "allocate-dead": dead}))
    return str(urls["imports"])


@pytest.fixture
def api_table(import_queue: str, stock_table: Table) -> Table:
    return stock_table


@pytest.fixture
def shops(settings_table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    """Two shops of the mall in memory."""
    monkeypatch.setitem(CHANNELS, "fake", "tests.stock.fake_mall")
    settings_table.put_many(
        {"pk": "SHOP", "sk": shop, "name": shop, "channel": "fake", "version": 1}
        for shop in ("kissa", "yaoya")
    )
    API.reset()
    return settings_table
