"""stock.api: every route as the page calls it, with rights, preconditions and problems."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from common.dynamo import Table
from stock.handlers import record_moves, run_import
from stock.handlers.api import Env, app, handler
from stock.repository.book import StockBook
from stock.service.allocate import Allocator
from tests.conftest import FakeContext
from tests.http import body_of, http_event
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import StreamTap
from tests.stock.tables import level, register

PROBLEM = "application/problem+json"


class LongContext(FakeContext):
    """A function with time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def queue(aws: None, monkeypatch: pytest.MonkeyPatch) -> str:
    sqs = boto3.client("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("allocate", "imports")}
    dead = sqs.create_queue(QueueName="allocate-dead")["QueueUrl"]
    place: Any = {"LocationConstraint": "ap-northeast-1"}
    boto3.client("s3").create_bucket(Bucket="raw", CreateBucketConfiguration=place)
    monkeypatch.setenv("STOCK_TABLE", "stock")
    monkeypatch.setenv("RAW_BUCKET", "raw")
    monkeypatch.setenv("IMPORT_QUEUE", urls["imports"])
    monkeypatch.setenv("WATCHED_QUEUES", json.dumps({**urls, "allocate-dead": dead}))
    return str(urls["imports"])


@pytest.fixture
def table(queue: str, stock_table: Table) -> Table:
    return stock_table


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    groups: Sequence[str] = ("staff",),
) -> dict[str, Any]:
    event = http_event(
        method, f"/api/stock{path}", body=body, headers=headers, query=query, groups=groups
    )
    return handler(event, FakeContext())


def key(text: str = "k") -> dict[str, str]:
    return {"Idempotency-Key": text}


def status_and_code(answer: Mapping[str, Any]) -> tuple[int, str]:
    assert answer["headers"]["Content-Type"] == PROBLEM
    problem = body_of(answer)
    assert problem["status"] == answer["statusCode"]
    assert problem["request_id"] == "test-request"
    return answer["statusCode"], problem["code"]


def allocate(table: Table, *orders: Any) -> None:
    assert Allocator(StockBook(table), lambda: NOON).run(orders) == {}


def test_the_environments_are_what_infra_gives() -> None:
    assert sorted(Env.fields()) == ["import_queue", "raw_bucket", "stock_table", "watched_queues"]
    assert sorted(run_import.Env.fields()) == ["import_queue", "raw_bucket", "stock_table"]


def test_a_sku_is_registered_read_and_changed(table: Table) -> None:
    new = {"sku": "茶/1", "name": "煎茶", "jan": "4901234567894", "price": 540, "on_hand": 3}

    made = call("POST", "/items", new, headers=key())

    place = f"/items/{quote(quote('茶/1', safe=''), safe='')}"
    assert made["statusCode"] == 201
    assert made["headers"]["location"] == f"/api/stock{place}"
    assert made["headers"]["etag"] == '"1"'
    # API Gateway decodes a path once before the function sees it.
    read = call("GET", f"/items/{quote('茶/1', safe='')}")
    assert read["headers"]["etag"] == '"1"'
    assert read["headers"]["cache-control"] == "no-store"
    assert body_of(read) == body_of(made)
    assert body_of(read)["on_hand"] == 3
    changed = call("PATCH", place, {"name": "新茶", "jan": None}, headers={"If-Match": '"1"'})
    assert changed["headers"]["etag"] == '"2"'
    assert (body_of(changed)["name"], body_of(changed)["jan"]) == ("新茶", None)


def test_a_sku_that_exists_is_a_conflict(table: Table) -> None:
    register(table)

    answer = call("POST", "/items", {"sku": "TEA", "name": "別の茶"}, headers=key())

    assert status_and_code(answer) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a"}, "body.sku"),
        ({"sku": "A", "name": ""}, "body.name"),
        ({"sku": "A", "name": "a", "on_hand": -1}, "body.on_hand"),
        ({"sku": "A", "name": "a", "on_hand": 1.5}, "body.on_hand"),
        ({"sku": "A", "name": "a", "price": "100"}, "body.price"),
        ({"sku": "A", "name": "a", "jan": "12"}, "body.jan"),
        ({"sku": "A", "name": "a", "onhand": 1}, "body.onhand"),
        ({"sku": "A%", "name": "a"}, "body.sku"),
    ],
)
def test_wrong_values_are_named(table: Table, body: Any, field: str) -> None:
    answer = call("POST", "/items", body, headers=key())

    assert status_and_code(answer) == (422, "invalid")
    assert [error["field"] for error in body_of(answer)["errors"]] == [field]


def test_the_list_has_pages_a_search_and_a_filter(table: Table) -> None:
    for sku in ("A", "B", "C"):
        register(table, sku, f"煎茶 {sku}")
    allocate(table, an_order("a", B=1))

    first = body_of(call("GET", "/items", query={"limit": "2"}))
    rest = body_of(call("GET", "/items", query={"limit": "2", "next": first["next"]}))

    assert [item["sku"] for item in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["next"] is None
    found = body_of(call("GET", "/items", query={"q": " 煎茶 "}))
    assert [item["sku"] for item in found["items"]] == ["A", "B", "C"]
    short = body_of(call("GET", "/items", query={"filter": "short"}))
    assert [(item["sku"], item["waiting"]) for item in short["items"]] == [("B", 1)]


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "301"}, {"filter": "some"}, {"next": "nonsense"}, {"q": "x" * 101}],
)
def test_wrong_questions_are_refused(table: Table, query: dict[str, str]) -> None:
    assert status_and_code(call("GET", "/items", query=query)) == (422, "invalid")


def test_units_are_received_once_a_key(table: Table) -> None:
    register(table, on_hand=1)
    receipt = {"quantity": 4, "reference": "PO-1"}

    first = call("POST", "/items/TEA/receive", receipt, headers=key())
    again = call("POST", "/items/TEA/receive", receipt, headers=key())
    other = call("POST", "/items/TEA/receive", {"quantity": 5}, headers=key())

    assert (first["statusCode"], body_of(first)["on_hand"]) == (200, 5)
    assert again["body"] == first["body"]
    assert status_and_code(other) == (422, "invalid")
    assert level(table).on_hand == 5


def test_a_count_needs_the_version_that_was_read(table: Table) -> None:
    register(table, on_hand=5)
    count = {"on_hand": 4, "reason": "STOCKTAKE", "note": "棚卸"}

    without = call("POST", "/items/TEA/adjust", count, headers=key())
    done = call("POST", "/items/TEA/adjust", count, headers={"If-Match": '"1"', **key()})
    stale = call("POST", "/items/TEA/adjust", count, headers={"If-Match": '"1"', **key("k2")})

    assert status_and_code(without) == (428, "precondition_required")
    assert body_of(done)["on_hand"] == 4
    assert status_and_code(stale) == (412, "changed")
    assert body_of(stale)["current"] == body_of(done)


def test_a_count_needs_a_reason_we_know(table: Table) -> None:
    register(table)
    headers = {"If-Match": '"1"', **key()}

    answer = call("POST", "/items/TEA/adjust", {"on_hand": 1, "reason": "WHY"}, headers=headers)

    assert status_and_code(answer) == (422, "invalid")


def test_the_ledger_and_the_queue_of_a_sku(table: Table) -> None:
    tap = StreamTap(table)
    register(table, on_hand=1)
    allocate(table, an_order("a", TEA=1), an_order("b", ordered=1, TEA=2))
    allocate(table, an_order("c", ordered=2, TEA=3))
    record_moves.handler(tap.event(sk="LEVEL"), FakeContext())

    moves = body_of(call("GET", "/items/TEA/moves", query={"limit": "2"}))
    orders = body_of(call("GET", "/items/TEA/moves/2/orders"))
    waiting = body_of(call("GET", "/items/TEA/waiting"))

    assert [move["version"] for move in moves["items"]] == [3, 2]
    assert moves["next"]
    commit = moves["items"][1].pop("reference")
    assert len(commit) == 26
    assert moves["items"][1] == {
        "version": 2,
        "at": "2026-11-21T03:00:00.000Z",
        "reason": "ALLOCATE",
        "actor": {"kind": "system", "id": "banto", "name": "Banto"},
        "note": "",
        "on_hand_before": 1,
        "on_hand_after": 1,
        "allocated_before": 0,
        "allocated_after": 1,
        "waiting_before": 0,
        "waiting_after": 2,
        "orders": 2,
    }
    assert orders["items"] == [
        {"order_id": "a", "quantity": 1, "waiting": 0},
        {"order_id": "b", "quantity": 0, "waiting": 2},
    ]
    assert waiting["items"] == [
        {"order_id": "b", "quantity": 2, "ordered_at": "2026-11-21T03:01:00.000Z"},
        {"order_id": "c", "quantity": 3, "ordered_at": "2026-11-21T03:02:00.000Z"},
    ]


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
def test_what_is_not_there_is_not_found(table: Table, path: str) -> None:
    register(table)

    assert status_and_code(call("GET", path)) == (404, "not_found")


def test_a_file_is_checked_shown_and_applied(table: Table, queue: str) -> None:
    raw = "商品コード,商品名,在庫数\nTEA,煎茶,7\n".encode("cp932")
    headers = {
        **key(),
        "X-File-Name": quote("在庫 11月.csv"),
        "Content-Type": "application/octet-stream",
    }

    made = call("POST", "/imports", raw, headers=headers)
    import_id = body_of(made)["id"]
    assert (made["statusCode"], made["headers"]["location"]) == (
        202,
        f"/api/stock/imports/{import_id}",
    )
    work(queue)
    ready = body_of(call("GET", f"/imports/{import_id}"))
    assert (ready["state"], ready["encoding"], ready["file_name"]) == (
        "READY",
        "CP932",
        "在庫 11月.csv",
    )
    assert ready["rows"][0]["action"] == "create"
    applied = call("POST", f"/imports/{import_id}/apply", headers=key("a"))
    assert (applied["statusCode"], body_of(applied)) == (202, {"id": import_id})
    work(queue)
    assert body_of(call("GET", f"/imports/{import_id}"))["state"] == "DONE"
    assert level(table).on_hand == 7
    refused = call("POST", f"/imports/{import_id}/apply", headers=key("b"))
    assert status_and_code(refused) == (409, "conflict")


def work(queue: str) -> None:
    """What Lambda does with the queue of imports."""
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    record = {"messageId": message["MessageId"], "body": message["Body"]}
    assert run_import.handler({"Records": [record]}, LongContext()) == {"batchItemFailures": []}
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def test_the_wrong_rows_come_as_a_file(table: Table, queue: str) -> None:
    made = call("POST", "/imports", b"sku,name,price\nTEA,tea,x\n", headers=key())
    import_id = body_of(made)["id"]
    work(queue)

    answer = call("GET", f"/imports/{import_id}/errors.csv")

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["headers"]["content-disposition"] == (
        f'attachment; filename="errors-{import_id}.csv"'
    )
    assert answer["body"] == (
        "\ufeffsku,name,price,エラー\r\nTEA,tea,x,売価: 整数で入力してください\r\n"
    )


def test_a_large_file_is_refused(table: Table) -> None:
    answer = call("POST", "/imports", b"x" * 4_000_001, headers=key())

    assert status_and_code(answer) == (413, "too_large")


def test_health_has_the_queues_and_how_many_skus_are_short(table: Table) -> None:
    register(table)
    allocate(table, an_order("a", TEA=1))
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
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("group", ["support", "viewer"])
def test_writes_need_staff(table: Table, method: str, path: str, body: Any, group: str) -> None:
    register(table)
    headers = {"If-Match": '"1"', **key()}

    answer = call(method, path, body, headers=headers, groups=(group,))

    assert status_and_code(answer) == (403, "forbidden")
    assert "staff, admin" in body_of(answer)["detail"]
    assert level(table).version == 1


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_writes_need_their_headers(table: Table, method: str, path: str, body: Any) -> None:
    register(table)

    answer = call(method, path, body, groups=("admin",))

    assert status_and_code(answer) == (428, "precondition_required")
    assert level(table).version == 1


@pytest.mark.parametrize("path", ["/items", "/items/TEA", "/items/TEA/moves", "/health"])
def test_reads_need_some_group(table: Table, path: str) -> None:
    register(table)

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
    assert answers == {
        "get /items": ["ItemPage"],
        "post /items": ["Item"],
        "get /items/{sku}": ["Item"],
        "patch /items/{sku}": ["Item"],
        "get /items/{sku}/moves": ["MovePage"],
        "get /items/{sku}/moves/{version}/orders": ["MoveOrders"],
        "get /items/{sku}/waiting": ["WaitingPage"],
        "post /items/{sku}/receive": ["Item"],
        "post /items/{sku}/adjust": ["Item"],
        "post /imports": ["Accepted"],
        "get /imports/{import_id}": ["ImportJob"],
        "post /imports/{import_id}/apply": ["Accepted"],
        "get /imports/{import_id}/errors.csv": [""],
        "get /health": ["Health"],
    }
