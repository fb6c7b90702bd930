"""What waits goes on when what it waited for comes: goods, products, staff."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stack import Stack
from malls import own_cart
from tests.flows.asking import in_path, pages, until
from tests.flows.shops import (
    NAME,
    Shop,
    buyer,
    level,
    mail_jobs,
    open_cart,
    order,
    register,
)
from tests.flows.workers import forget_everything, paused

pytestmark = pytest.mark.flow

_START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def _badges(shop: Shop) -> dict[str, str]:
    return {row["id"]: row["badge"] for row in shop.rows()}


def test_orders_for_an_unknown_sku_go_on_when_the_product_is_registered(stack: Stack) -> None:
    shop = open_cart(stack, "unknown")
    # The youngest is sent first, so that the order of arrival is not the order of service.
    ids = [
        shop.sell(f"U{n}", ("NEW-SKU", 1), at=_START + timedelta(minutes=n))
        for n in reversed(range(3))
    ][::-1]
    until(
        lambda: _badges(shop), lambda seen: seen == dict.fromkeys(ids, "INCOMPLETE"), "3 incomplete"
    )
    reasons = order(stack, ids[0])["reasons"]
    assert [(r["code"], r["detail"]) for r in reasons] == [("unknown_sku", "NEW-SKU")]
    stack.settle()
    assert [mail_jobs(stack, id_) for id_ in ids] == [[], [], []]

    register(stack, "NEW-SKU", 2)

    until(
        lambda: _badges(shop),
        lambda seen: (
            seen == {ids[0]: "PRINT", ids[1]: "PRINT", ids[2]: "ALLOCATION"}
            or sorted(seen.values()) == ["ALLOCATION", "PRINT", "PRINT"]
        ),
        "two of them served, one waiting for goods",
    )
    seen = level(stack, "NEW-SKU")
    assert (seen["allocated"], seen["waiting"], seen["available"]) == (2, 1, 0)
    until(
        lambda: [len(mail_jobs(stack, id_)) for id_ in ids],
        lambda counts: counts == [1, 1, 1],
        "a mail about each of them",
    )


def test_a_count_that_finds_units_serves_those_who_wait(stack: Stack) -> None:
    shop = open_cart(stack, "counted")
    register(stack, "COUNTED-1")
    id_ = shop.sell("C1", ("COUNTED-1", 2))
    until(lambda: _badges(shop), lambda seen: seen == {id_: "ALLOCATION"}, "waiting for goods")
    until(lambda: level(stack, "COUNTED-1")["waiting"], lambda n: n == 2, "2 units wanted")
    staff, path = stack.person("staff"), "/api/stock/items/COUNTED-1/adjust"
    count = {"on_hand": 3, "reason": "STOCKTAKE", "note": "棚卸"}
    version = level(stack, "COUNTED-1")["version"]
    for tag, status in ((version - 1, 412), (version, 200)):
        headers = {"If-Match": f'"{tag}"', "Idempotency-Key": f"count-{tag}"}
        staff.call("POST", path, json_body=count, headers=headers).expect(status)
    until(lambda: _badges(shop), lambda seen: seen == {id_: "PRINT"}, "served")
    seen = level(stack, "COUNTED-1")
    assert (seen["on_hand"], seen["allocated"], seen["available"]) == (3, 2, 1)


def test_a_cancelled_order_gives_its_units_to_the_next(stack: Stack) -> None:
    shop = open_cart(stack, "cancel")
    register(stack, "CANCEL-1", 1)
    first = own_cart.build_order("X1", [("CANCEL-1", 1)], _START, buyer("x1"))
    shop.post(shop.delivery(first, kind="order.created")).expect(202)
    id_ = shop.order_id("X1")
    until(lambda: _badges(shop), lambda seen: seen == {id_: "PRINT"}, "the first one served")
    second = shop.sell("X2", ("CANCEL-1", 1))
    until(
        lambda: _badges(shop).get(second), lambda badge: badge == "ALLOCATION", "the second waits"
    )
    gone = own_cart.changed(first, _START + timedelta(hours=1), status="CANCELLED")
    shop.post(shop.delivery(gone, kind="order.cancelled")).expect(202)
    until(
        lambda: _badges(shop),
        lambda seen: seen == {id_: "CANCELLED", second: "PRINT"},
        "the second one served",
    )
    seen = level(stack, "CANCEL-1")
    assert (seen["allocated"], seen["waiting"], seen["available"]) == (1, 0, 0)


def _parked(stack: Stack, shop_id: str) -> list[Any]:
    found = pages(stack.person("viewer"), "/api/orders/failed-imports")
    return [parked for parked in found if parked["shop_id"] == shop_id]


def test_a_delivery_that_could_not_be_read_is_imported_when_its_cause_is_gone(
    stack: Stack,
) -> None:
    shop = open_cart(stack, "removed")
    register(stack, "REMOVED-1", 5)
    dynamodb, table = stack.aws.client("dynamodb"), stack.outputs["SettingsTableName"]
    key = {"pk": {"S": "SHOP"}, "sk": {"S": shop.id}}
    kept = dynamodb.get_item(TableName=table, Key=key)["Item"]
    with paused(stack, "orders", "import_orders"):
        # Somebody removes the shop while its order is on the way.
        id_ = shop.sell("P1", ("REMOVED-1", 2))
        dynamodb.delete_item(TableName=table, Key=key)
        forget_everything(stack, "orders", "import_orders")
    (parked,) = until(lambda: _parked(stack, shop.id), bool, "the parked delivery")
    assert (parked["reason"], parked["attempts"]) == ("unknown_shop", 1)
    assert stack.person("viewer").get("/api/orders/counts")["failed_imports"]["count"] >= 1

    path = f"/api/orders/failed-imports/{in_path(parked['id'])}"
    stack.person("viewer").call("GET", f"{path}/raw").expect(403)
    assert NAME in stack.person("staff").get(f"{path}/raw")["text"]

    # Still without its shop it stays where it is, and the attempt is counted.
    stack.person("staff").post(f"{path}/retry").expect(202)
    until(
        lambda: [found["attempts"] for found in _parked(stack, shop.id)],
        lambda attempts: attempts == [2],
        "the second attempt",
    )
    dynamodb.put_item(TableName=table, Item=kept)
    forget_everything(stack, "orders", "import_orders")
    stack.person("staff").post(f"{path}/retry").expect(202)
    until(lambda: _badges(shop), lambda seen: seen == {id_: "PRINT"}, "the order after 再取込")
    until(lambda: _parked(stack, shop.id), lambda left: left == [], "nothing parked any more")
    stack.person("staff").post(f"{path}/retry").expect(404)
    assert level(stack, "REMOVED-1")["allocated"] == 2
