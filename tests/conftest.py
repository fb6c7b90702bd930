"""Fixtures for every test: fake AWS in this process, nothing real, nothing left over."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from common import cold_start
from common.dynamo import Table
from infra.tables import TABLES, TableSpec

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
REGION = "ap-northeast-1"

# Tests below these folders bring a whole stack (flows) or need no AWS at all.
_OWN_AWS = ("flows", "browser", "domain")


@dataclass
class FakeContext:
    """What Lambda hands to a handler."""

    function_name: str = "test"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-1:000000000000:function:test"
    aws_request_id: str = "test-request"


def pytest_collection_finish() -> None:
    # Imported modules stay: not looking through them at every collection halves the time of tests
    # that make AWS clients.
    gc.collect()
    gc.freeze()


@pytest.fixture
def context() -> FakeContext:
    return FakeContext()


@pytest.fixture(autouse=True)
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto, false credentials, and no cold-start object of an earlier test."""
    cold_start.forget()
    if any(part in request.path.parts for part in _OWN_AWS):
        yield
        return
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        # moto takes the default session away; without this one every client would read the
        # descriptions of its service from the disk again.
        boto3.DEFAULT_SESSION = _session()
        yield
    cold_start.forget()


@cache
def _session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name=REGION)


def create_table(name: str, spec: TableSpec) -> Table:
    """A table as infra defines it."""
    attributes = {"pk", "sk", *(a for keys in spec.gsis.values() for a in keys)}
    request: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": a, "AttributeType": "S"} for a in sorted(attributes)
        ],
    }
    if spec.gsis:
        request["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": pk, "KeyType": "HASH"},
                    {"AttributeName": sk, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, (pk, sk) in spec.gsis.items()
        ]
    boto3.client("dynamodb").create_table(**request)
    return Table(name)


@pytest.fixture
def orders_table(aws: None) -> Table:
    return create_table("orders", TABLES["orders"])


@pytest.fixture
def stock_table(aws: None) -> Table:
    return create_table("stock", TABLES["stock"])


@pytest.fixture
def mail_table(aws: None) -> Table:
    return create_table("mail", TABLES["mail"])


@pytest.fixture
def settings_table(aws: None) -> Table:
    return create_table("settings", TABLES["settings"])


@pytest.fixture
def calls_table(aws: None) -> Table:
    return create_table("calls", TABLES["calls"])
