"""stock.api: SKUs, their counters, ledger and queue, as the page calls it."""

from typing import Any
from urllib.parse import quote

import pytest

from common.dynamo import Table
from stock.handlers import record_moves
from tests.conftest import FakeContext
from tests.http import body_of
from tests.stock.builders import an_order
from tests.stock.handlers.calls import call, key, status_and_code
from tests.stock.hooks import StreamTap
from tests.stock.tables import allocate, level, register


def test_a_sku_is_registered_read_and_changed(api_table: Table) -> None:
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


def test_a_sku_that_exists_is_a_conflict(api_table: Table) -> None:
    register(api_table)

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
def test_wrong_values_are_named(api_table: Table, body: Any, field: str) -> None:
    answer = call("POST", "/items", body, headers=key())

    assert status_and_code(answer) == (422, "invalid")
    assert [error["field"] for error in body_of(answer)["errors"]] == [field]


def test_the_list_has_pages_a_search_and_a_filter(api_table: Table) -> None:
    for sku in ("A", "B", "C"):
        register(api_table, sku, f"煎茶 {sku}")
    allocate(api_table, an_order("a", B=1))

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
def test_wrong_questions_are_refused(api_table: Table, query: dict[str, str]) -> None:
    assert status_and_code(call("GET", "/items", query=query)) == (422, "invalid")


def test_units_are_received_once_a_key(api_table: Table) -> None:
    register(api_table, on_hand=1)
    receipt = {"quantity": 4, "reference": "PO-1"}

    first = call("POST", "/items/TEA/receive", receipt, headers=key())
    again = call("POST", "/items/TEA/receive", receipt, headers=key())
    other = call("POST", "/items/TEA/receive", {"quantity": 5}, headers=key())

    assert (first["statusCode"], body_of(first)["on_hand"]) == (200, 5)
    assert again["body"] == first["body"]
    assert status_and_code(other) == (422, "invalid")
    assert level(api_table).on_hand == 5


def test_a_count_needs_the_version_that_was_read(api_table: Table) -> None:
    register(api_table, on_hand=5)
    count = {"on_hand": 4, "reason": "STOCKTAKE", "note": "棚卸"}

    without = call("POST", "/items/TEA/adjust", count, headers=key())
    done = call("POST", "/items/TEA/adjust", count, headers={"If-Match": '"1"', **key()})
    stale = call("POST", "/items/TEA/adjust", count, headers={"If-Match": '"1"', **key("k2")})

    assert status_and_code(without) == (428, "precondition_required")
    assert body_of(done)["on_hand"] == 4
    assert status_and_code(stale) == (412, "changed")
    assert body_of(stale)["current"] == body_of(done)


def test_a_count_needs_a_reason_we_know(api_table: Table) -> None:
    register(api_table)
    headers = {"If-Match": '"1"', **key()}

    answer = call("POST", "/items/TEA/adjust", {"on_hand": 1, "reason": "WHY"}, headers=headers)

    assert status_and_code(answer) == (422, "invalid")


def test_the_ledger_and_the_queue_of_a_sku(api_table: Table) -> None:
    tap = StreamTap(api_table)
    register(api_table, on_hand=1)
    allocate(api_table, an_order("a", TEA=1), an_order("b", ordered=1, TEA=2))
    allocate(api_table, an_order("c", ordered=2, TEA=3))
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
