"""stock.api: who may do what, what is not there, and how the API describes itself."""

import json
from typing import Any

import boto3
import pytest

from common.dynamo import Table
from stock.handlers.api import app
from tests.http import body_of
from tests.stock.builders import an_order
from tests.stock.handlers.calls import call, key, status_and_code
from tests.stock.tables import allocate, level, register


@pytest.mark.parametrize(
    "path",
    [
        "/items/NONE",
        "/items/NONE/moves",
        "/items/NONE/waiting",
        "/items/TEA/moves/9/orders",
        "/imports/NONE",
        "/imports/NONE/errors.csv",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_not_found(api_table: Table, path: str) -> None:
    register(api_table)

    assert status_and_code(call("GET", path)) == (404, "not_found")


def test_health_has_the_queues_and_how_many_skus_are_short(api_table: Table) -> None:
    register(api_table)
    allocate(api_table, an_order("a", TEA=1))
    sqs = boto3.client("sqs")
    dead = sqs.get_queue_url(QueueName="allocate-dead")["QueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody="{}")

    answer = body_of(call("GET", "/health", groups=("viewer",)))

    assert answer == {
        "queues": [
            {"name": "allocate", "waiting": 0, "in_flight": 0, "dead": 1},
            {"name": "imports", "waiting": 0, "in_flight": 0, "dead": 0},
        ],
        "waiting_skus": {"count": 1, "capped": False},
    }


WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/items", {"sku": "A", "name": "a"}),
    ("PATCH", "/items/TEA", {"name": "a"}),
    ("POST", "/items/TEA/receive", {"quantity": 1}),
    ("POST", "/items/TEA/adjust", {"on_hand": 1, "reason": "LOSS"}),
    ("POST", "/imports", b"sku,name\nA,a\n"),
    ("POST", "/imports/X/apply", None),
    ("POST", "/imports/X/undo", None),
    ("POST", "/purchases", {"supplier": "問屋", "lines": [{"sku": "TEA", "quantity": 1}]}),
    ("PUT", "/purchases/X", {"supplier": "問屋", "lines": [{"sku": "TEA", "quantity": 1}]}),
    ("POST", "/purchases/X/send", None),
    ("POST", "/purchases/X/cancel", None),
    ("POST", "/purchases/X/postpone", {"arrives_on": "2026-12-01"}),
    ("POST", "/purchases/X/receive", {"lines": [{"sku": "TEA", "good": 1}]}),
    ("PUT", "/places/annex", {"name": "別館"}),
    ("POST", "/items/TEA/transfer", {"quantity": 1, "source": "main", "target": "annex"}),
    ("POST", "/items/TEA/defect", {"quantity": 1}),
    ("POST", "/stocktakes/X/apply", None),
    ("POST", "/stocktakes/X/cancel", None),
    ("PUT", "/items/TEA/mode", {"mode": "strict"}),
    ("POST", "/items/TEA/sync", {}),
    ("POST", "/sync/kissa", None),
    ("DELETE", "/listings/kissa/tea", None),
    ("POST", "/listings/kissa/import", None),
    ("POST", "/drift/kissa/l/adopt", None),
    ("POST", "/drift/kissa/l/overwrite", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("group", ["support", "viewer"])
def test_writes_need_staff(api_table: Table, method: str, path: str, body: Any, group: str) -> None:
    register(api_table)
    headers = {"If-Match": '"1"', **key()}

    answer = call(method, path, body, headers=headers, groups=(group,))

    assert status_and_code(answer) == (403, "forbidden")
    assert "staff, admin" in body_of(answer)["detail"]
    assert level(api_table).version == 1


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_writes_need_their_headers(api_table: Table, method: str, path: str, body: Any) -> None:
    register(api_table)

    answer = call(method, path, body, groups=("admin",))

    assert status_and_code(answer) == (428, "precondition_required")
    assert level(api_table).version == 1


@pytest.mark.parametrize("path", ["/items", "/items/TEA", "/items/TEA/moves", "/health"])
def test_reads_need_some_group(api_table: Table, path: str) -> None:
    register(api_table)

    assert call("GET", path, groups=("viewer",))["statusCode"] == 200
    assert status_and_code(call("GET", path, groups=())) == (403, "forbidden")


def test_the_description_has_a_schema_for_every_answer() -> None:
    described = json.loads(app.get_openapi_json_schema(title="stock", version="1"))

    answers = {
        f"{method} {path}": [
            content["schema"].get("$ref", "").rsplit("/", 1)[-1]
            for status, response in route["responses"].items()
            if status.startswith("2")
            for content in response["content"].values()
        ]
        for path, methods in described["paths"].items()
        for method, route in methods.items()
    }
    # Files are no JSON.
    assert sorted(route for route, names in answers.items() if names != [*filter(None, names)]) == [
        "get /exports/{kind}.csv",
        "get /imports/{import_id}/errors.csv",
    ]
    assert answers["get /items/{sku}"] == ["Item"]
    assert answers["post /purchases/{purchase_id}/receive"] == ["PurchaseView"]
