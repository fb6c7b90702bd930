"""The emulated GraphQL Admin API: strict where the real one is."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from malls.shopify.catalogue import inventory_item_id, variant_id
from malls.shopify.nodes import LOCATION
from malls.shopify.server import CLIENT_ID, CLIENT_SECRET, FIRST_REFRESH, ShopifyMall
from malls.shopify.shop import Shop
from malls.shopify.webhooks import Webhook
from tests.malls.client import ask, ask_json

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PATH = "/admin/api/2026-10/graphql.json"
TOTE, POT = "TOTE-NAT", "DONABE-6"
SET = """mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id } userErrors { field code }
  }
}"""


class Hall:
    def __init__(self) -> None:
        self.now = AT
        self.sent: list[Webhook] = []
        rng = random.Random(1)
        self.shop = Shop(secret="s", deliver=self.sent.append, rng=rng)
        self.mall = ShopifyMall(self.shop, rng=rng, clock=lambda: self.now)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        headers = {"X-Shopify-Access-Token": "demo"}
        status, answer = ask_json(self.mall.url, "POST", PATH, body, headers)
        assert status == 200
        found: dict[str, Any] = answer
        return found

    def code(self, query: str, **variables: Any) -> str:
        """The code of the error that it must be."""
        return str(self.ask(query, **variables)["errors"][0]["extensions"]["code"])

    def set(self, *rows: dict[str, Any], key: str = "k", **more: Any) -> dict[str, Any]:
        given = {"name": "available", "reason": "correction", "quantities": list(rows), **more}
        result: dict[str, Any] = self.ask(SET, input=given, key=key)["data"][
            "inventorySetQuantities"
        ]
        return result

    def shown(self, sku: str) -> int | None:
        return self.shop.shelf.shown(str(variant_id(sku)))


def row(sku: str, quantity: int, expected: int | None = None) -> dict[str, Any]:
    return {
        "inventoryItemId": f"gid://shopify/InventoryItem/{inventory_item_id(sku)}",
        "locationId": f"gid://shopify/Location/{LOCATION}",
        "quantity": quantity,
        "changeFromQuantity": expected,
    }


@pytest.fixture
def hall() -> Iterator[Hall]:
    found = Hall()
    with found.mall:
        yield found


def test_a_token_is_needed(hall: Hall) -> None:
    body = {"query": "{ shop { name } }"}
    for headers in ({}, {"X-Shopify-Access-Token": "other"}):
        assert ask(hall.mall.url, "POST", PATH, body, headers)[0] == 401


def test_a_grant_gives_a_token_for_a_day(hall: Hall) -> None:
    form = f"grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
    status, answer = ask_json(hall.mall.url, "POST", "/admin/oauth/access_token", form.encode())
    headers = {"X-Shopify-Access-Token": answer["access_token"]}

    assert (status, answer["expires_in"]) == (200, 86399)
    assert ask(hall.mall.url, "POST", PATH, {"query": "{ shop { name } }"}, headers)[0] == 200
    hall.now += timedelta(hours=24)
    assert ask(hall.mall.url, "POST", PATH, {"query": "{ shop { name } }"}, headers)[0] == 401


def test_a_refresh_token_is_good_once(hall: Hall) -> None:
    given = {
        "grant_type": "refresh_token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": FIRST_REFRESH,
    }
    headers = {"Content-Type": "application/json"}

    def renew() -> tuple[int, Any]:
        return ask_json(hall.mall.url, "POST", "/admin/oauth/access_token", given, headers)

    status, answer = renew()
    assert (status, answer["expires_in"]) == (200, 3599)
    assert renew() == (400, {"error": "invalid_grant"})
    given["refresh_token"] = answer["refresh_token"]
    assert renew()[0] == 200
    given["client_secret"] = "guessed"
    assert renew() == (400, {"error": "invalid_client"})


def test_quantities_are_set_all_or_none(hall: Hall) -> None:
    result = hall.set(row(TOTE, 5, 240), row(POT, 5, 1), row("NONE", 1), key="a")

    assert result["inventoryAdjustmentGroup"] is None
    assert [(e["field"], e["code"]) for e in result["userErrors"]] == [
        (["input", "quantities", "1", "changeFromQuantity"], "CHANGE_FROM_QUANTITY_STALE"),
        (["input", "quantities", "2", "inventoryItemId"], "INVALID_INVENTORY_ITEM"),
    ]
    assert (hall.shown(TOTE), hall.shown(POT)) == (240, 90)
    assert hall.set(row(TOTE, 5, 240), row(POT, 6), key="b")["userErrors"] == []
    assert (hall.shown(TOTE), hall.shown(POT)) == (5, 6)


def test_a_key_is_one_change(hall: Hall) -> None:
    hall.set(row(TOTE, 5, 240), key="a")

    assert hall.set(row(TOTE, 5, 240), key="a")["userErrors"] == []
    assert len(hall.shop.shelf.writes) == 1
    codes = [
        hall.set(row(TOTE, 6), key="a"),
        hall.set(row(TOTE, 6, 1), key="b"),
        hall.set(row(TOTE, 6, 1), key="b"),
    ]
    assert [result["userErrors"][0]["code"] for result in codes] == [
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
        "CHANGE_FROM_QUANTITY_STALE",
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    ]


def test_what_the_api_of_2026_demands_must_be_there(hall: Hall) -> None:
    bare = {name: value for name, value in row(TOTE, 5).items() if name != "changeFromQuantity"}
    given = {"name": "available", "reason": "correction", "quantities": [row(TOTE, 5)]}
    no_key = SET.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")

    assert hall.code(no_key, input=given) == "BAD_REQUEST"
    assert hall.code(SET, input={**given, "quantities": [bare]}, key="k") == "INVALID_VARIABLE"
    assert hall.code(SET, input={**given, "compare": True}, key="k") == "INVALID_VARIABLE"
    many = {**given, "quantities": [row(TOTE, 5)] * 251}
    assert hall.code(SET, input=many, key="k") == "MAX_INPUT_SIZE"
    assert hall.shop.shelf.writes == []


def test_points_are_used_up_and_come_back(hall: Hall) -> None:
    query = "query Rows($n: Int!) { productVariants(first: $n) { nodes { sku } } }"
    hall.mall.bucket.left = 25
    costs = [hall.ask(query, n=250)["extensions"]["cost"] for _ in range(2)]

    assert [cost["requestedQueryCost"] for cost in costs] == [12, 12]
    assert [cost["throttleStatus"]["currentlyAvailable"] for cost in costs] == [13, 1]
    throttled = hall.ask(query, n=250)
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled["extensions"]["cost"]["requestedQueryCost"] == 12
    hall.now += timedelta(seconds=1)
    assert "data" in hall.ask(query, n=250)


def test_what_a_query_asked_for_and_did_not_use_is_given_back(hall: Hall) -> None:
    query = "query Rows($n: Int!) { productVariants(first: $n) { nodes { sku } } }"
    cost = hall.ask(query.replace("sku }", "sku product { title } }"), n=1)["extensions"]["cost"]

    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (4, 4)
    hall.mall.most_a_query = 23
    cost = hall.ask(query, n=2)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (2, 2)


def test_a_query_that_might_cost_too_much_is_refused_whatever_is_left(hall: Hall) -> None:
    query = """query Rows($n: Int!) {
      orders(first: $n) { nodes { lineItems(first: 100) { nodes {
        variant { product { title } } taxLines { title priceSet { shopMoney { amount } } }
        discountAllocations {
          allocatedAmountSet { shopMoney { amount } }
        }
      } } } }
    }"""
    [error] = hall.ask(query, n=250)["errors"]

    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["message"] == (
        "Query cost is 1092, which exceeds the single query max cost limit (1000)."
    )
    assert "data" in hall.ask(query, n=5)


def test_orders_are_found_by_their_last_change_only(hall: Hall) -> None:
    query = """query Find($q: String) {
      orders(first: 5, query: $q, sortKey: UPDATED_AT) { nodes { legacyResourceId } }
    }"""
    old, new = hall.mall.sell([(TOTE, 1)], 2, AT)
    hall.shop.change(old, AT + timedelta(hours=1))

    def found(wanted: str) -> list[str]:
        rows = hall.ask(query, q=wanted)["data"]["orders"]["nodes"]
        return [node["legacyResourceId"] for node in rows]

    assert found("updated_at:>='2026-11-21T12:00:00Z'") == [new, old]
    assert found("updated_at:>'2026-11-21T12:00:00Z' AND updated_at:<='2026-11-22T00:00:00Z'") == [
        old
    ]
    assert hall.code(query, q="name:x") == ""


def test_what_leaves_is_told_by_a_webhook_and_cannot_leave_twice(hall: Hall) -> None:
    [order_id] = hall.mall.sell([(TOTE, 2)], 1, AT)
    query = """mutation Ship($f: FulfillmentInput!) {
      fulfillmentCreate(fulfillment: $f) { fulfillment { id } userErrors { message } }
    }"""
    place = f"gid://shopify/FulfillmentOrder/{int(order_id) + 900}"
    given = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": place}]}

    first, second = (hall.ask(query, f=given)["data"]["fulfillmentCreate"] for _ in range(2))

    assert (first["userErrors"], second["fulfillment"]) == ([], None)
    assert [sent.topic for sent in hall.sent] == ["orders/create", "orders/fulfilled"]
    assert hall.shop.orders[0]["fulfillment_status"] == "fulfilled"
