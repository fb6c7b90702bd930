"""stock.api: purchase orders, places, stock-takes, the past, and files, over HTTP."""

import base64
import json

import boto3

from common.dynamo import Table
from stock.handlers import run_import
from tests.http import body_of
from tests.stock.handlers.calls import call, key, status_and_code
from tests.stock.tables import level, register


class Time:
    """Lambda's context with all the time of the world."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def work_off(queue: str) -> None:
    """What the queue of imports holds, by its function."""
    sqs = boto3.client("sqs")
    while found := sqs.receive_message(QueueUrl=queue).get("Messages"):
        for message in found:
            record = {"messageId": message["MessageId"], "body": message["Body"]}
            assert run_import.handler({"Records": [record]}, Time()) == {"batchItemFailures": []}
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def test_a_purchase_order_from_draft_to_receipt(api_table: Table) -> None:
    register(api_table, on_hand=1)
    wanted = {"supplier": "問屋", "lines": [{"sku": "TEA", "quantity": 5, "cost": 600}]}
    made = call("POST", "/purchases", wanted, headers=key(), groups=("staff",))
    assert made["statusCode"] == 201
    order = body_of(made)
    assert made["headers"]["location"] == f"/api/stock/purchases/{order['id']}"
    path = f"/purchases/{order['id']}"

    sent = call("POST", f"{path}/send", headers={"If-Match": '"1"'}, groups=("staff",))
    assert (sent["statusCode"], body_of(sent)["state"]) == (200, "ORDERED")
    receipt = {"lines": [{"sku": "TEA", "good": 4, "defective": 1}]}
    done = call("POST", f"{path}/receive", receipt, headers=key("r"), groups=("staff",))

    assert (done["statusCode"], body_of(done)["state"]) == (200, "RECEIVED")
    assert level(api_table).on_hand == 5
    places = body_of(call("GET", "/items/TEA/places"))
    assert places["items"] == [{"place": "main", "on_hand": 5, "defective": 1}]
    listed = body_of(call("GET", "/purchases", query={"list": "ORDERED"}))
    assert listed == {"items": [], "next": None}
    late = call("POST", f"{path}/cancel", headers={"If-Match": '"3"'}, groups=("staff",))
    assert status_and_code(late) == (409, "conflict")


def test_a_place_is_made_once_and_named_anew(api_table: Table) -> None:
    new = {"If-None-Match": "*"}
    assert call("PUT", "/places/annex", {"name": "別館"}, headers=new)["statusCode"] == 200
    again = call("PUT", "/places/annex", {"name": "別館"}, headers=new)
    assert status_and_code(again) == (412, "changed")
    renamed = call("PUT", "/places/annex", {"name": "東館"}, headers={"If-Match": '"1"'})
    assert body_of(renamed) == {"code": "annex", "name": "東館", "version": 2}
    bad = call("PUT", "/places/A%20B", {"name": "x"}, headers=new)
    assert status_and_code(bad) == (422, "invalid")


def test_a_stock_take_is_applied_by_the_worker(api_table: Table, import_queue: str) -> None:
    register(api_table, on_hand=9)
    take = body_of(call("POST", "/stocktakes", {"note": "年末"}))
    path = f"/stocktakes/{take['id']}"
    row = body_of(call("PUT", f"{path}/counts/TEA", {"counted": 7}))
    assert (row["counted"], row["book"], row["difference"]) == (7, 9, -2)

    assert call("POST", f"{path}/apply", headers={"If-Match": '"1"'})["statusCode"] == 202
    work_off(import_queue)

    assert level(api_table).on_hand == 7
    assert body_of(call("GET", path))["state"] == "APPLIED"
    assert [r["sku"] for r in body_of(call("GET", f"{path}/counts"))["items"]] == ["TEA"]


def test_an_import_is_undone_over_http(api_table: Table, import_queue: str) -> None:
    register(api_table, on_hand=3)
    text = "syohin_code,zaiko_su\r\nTEA,8\r\n".encode("cp932")
    job = body_of(call("POST", "/imports", text, headers=key("a")))["id"]
    work_off(import_queue)
    call("POST", f"/imports/{job}/apply", headers=key("b"))
    work_off(import_queue)
    assert level(api_table).on_hand == 8

    assert call("POST", f"/imports/{job}/undo", headers=key("c"))["statusCode"] == 202
    work_off(import_queue)

    assert level(api_table).on_hand == 3
    shown = body_of(call("GET", f"/imports/{job}"))
    assert (shown["kind"], shown["state"], shown["undone"], shown["kept"]) == (
        "ne_goods",
        "UNDONE",
        1,
        0,
    )


def test_the_past_needs_an_instant(api_table: Table) -> None:
    register(api_table)
    assert status_and_code(call("GET", "/items/TEA/at", query={"at": "2026-11-21"})) == (
        422,
        "invalid",
    )
    before = call("GET", "/items/TEA/at", query={"at": "2020-01-01T00:00:00+09:00"})
    assert (body_of(before)["version"], body_of(before)["on_hand"]) == (0, 0)
    assert status_and_code(call("GET", "/items/NO/at", query={"at": "2026-11-21T00:00:00Z"})) == (
        404,
        "not_found",
    )


def test_an_export_is_a_file_in_shift_jis(api_table: Table) -> None:
    register(api_table, name="煎茶")
    answer = call("GET", "/exports/goods.csv", groups=("viewer",))

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/csv; charset=Shift_JIS"
    assert answer["isBase64Encoded"] is True
    assert "煎茶" in base64.b64decode(answer["body"]).decode("cp932")
    assert answer["headers"]["x-next-page"] == ""
    assert status_and_code(call("GET", "/exports/cats.csv"))[0] in (404, 422)
    assert json.dumps(answer)
