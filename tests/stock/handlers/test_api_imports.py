"""stock.api and stock.run_import: a file from upload to the changed stock."""

import gzip
from urllib.parse import quote

import boto3

from common.dynamo import Table
from stock.handlers import run_import
from tests.conftest import FakeContext
from tests.http import body_of
from tests.stock.handlers.calls import call, key, status_and_code
from tests.stock.tables import level


class LongContext(FakeContext):
    """A function with time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def test_the_environment_is_what_infra_gives() -> None:
    assert sorted(run_import.Env.fields()) == ["import_queue", "raw_bucket", "stock_table"]


def test_a_file_is_checked_shown_and_applied(api_table: Table, import_queue: str) -> None:
    raw = "商品コード,商品名,在庫数\nTEA,煎茶,7\n".encode("cp932")
    headers = {
        **key(),
        "X-File-Name": quote("在庫 11月.csv"),
        "Content-Type": "application/octet-stream",
    }

    made = call("POST", "/imports", gzip.compress(raw), headers=headers)
    import_id = body_of(made)["id"]
    assert (made["statusCode"], made["headers"]["location"]) == (
        202,
        f"/api/stock/imports/{import_id}",
    )
    work(import_queue)
    ready = body_of(call("GET", f"/imports/{import_id}"))
    assert (ready["state"], ready["encoding"], ready["file_name"]) == (
        "READY",
        "CP932",
        "在庫 11月.csv",
    )
    assert ready["rows"][0]["action"] == "create"
    applied = call("POST", f"/imports/{import_id}/apply", headers=key("a"))
    assert (applied["statusCode"], body_of(applied)) == (202, {"id": import_id})
    work(import_queue)
    assert body_of(call("GET", f"/imports/{import_id}"))["state"] == "DONE"
    assert level(api_table).on_hand == 7
    refused = call("POST", f"/imports/{import_id}/apply", headers=key("b"))
    assert status_and_code(refused) == (409, "conflict")


def test_imports_are_listed_the_newest_first_with_who_sent_them(
    api_table: Table, import_queue: str
) -> None:
    ids = []
    for n in (1, 2, 3):
        raw = f"sku,name,on_hand\nTEA,tea,{n}\n".encode()
        headers = {**key(str(n)), "X-File-Name": f"{n}.csv"}
        ids.append(body_of(call("POST", "/imports", raw, headers=headers))["id"])
        work(import_queue)
    call("POST", f"/imports/{ids[0]}/apply", headers=key("a"))
    work(import_queue)

    first = body_of(call("GET", "/imports", query={"limit": "2"}))
    rest = body_of(call("GET", "/imports", query={"limit": "2", "next": first["next"]}))

    assert [(one["id"], one["file_name"], one["state"]) for one in first["items"]] == [
        (ids[2], "3.csv", "READY"),
        (ids[1], "2.csv", "READY"),
    ]
    assert [(one["id"], one["state"], one["created"]) for one in rest["items"]] == [
        (ids[0], "DONE", 1)
    ]
    assert (rest["next"], "rows" in rest["items"][0]) == (None, False)
    assert rest["items"][0]["actor"] == body_of(call("GET", f"/imports/{ids[0]}"))["actor"]
    assert rest["items"][0]["actor"]["kind"] == "staff"


def test_nothing_taken_in_is_an_empty_list(api_table: Table) -> None:
    assert body_of(call("GET", "/imports")) == {"items": [], "next": None}


def work(import_queue: str) -> None:
    """What Lambda does with the queue of imports."""
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=import_queue)["Messages"]
    record = {"messageId": message["MessageId"], "body": message["Body"]}
    assert run_import.handler({"Records": [record]}, LongContext()) == {"batchItemFailures": []}
    sqs.delete_message(QueueUrl=import_queue, ReceiptHandle=message["ReceiptHandle"])


def test_the_wrong_rows_come_as_a_file(api_table: Table, import_queue: str) -> None:
    made = call("POST", "/imports", b"sku,name,price\nTEA,tea,x\n", headers=key())
    import_id = body_of(made)["id"]
    work(import_queue)

    answer = call("GET", f"/imports/{import_id}/errors.csv")

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["headers"]["content-disposition"] == (
        f'attachment; filename="errors-{import_id}.csv"'
    )
    assert answer["body"] == (
        "\ufeffsku,name,price,エラー\r\nTEA,tea,x,売価: 整数で入力してください\r\n"
    )


def test_a_large_file_is_refused(api_table: Table) -> None:
    answer = call("POST", "/imports", b"x" * 10_000_001, headers=key())

    assert status_and_code(answer) == (413, "too_large")
