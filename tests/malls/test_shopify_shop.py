"""The emulated shop and its HTTP side."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from malls.courier import Courier
from malls.shopify.catalogue import PRODUCTS
from malls.shopify.server import ShopifyMall
from malls.shopify.shop import Shop
from malls.shopify.webhooks import Webhook, sign
from tests.malls.client import ask_json

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Hall:
    """A shop and everything that left it."""

    def __init__(self, seed: int = 1, **given: Any) -> None:
        self.sent: list[Webhook] = []
        self.shop = Shop(
            secret="test-secret", deliver=self.sent.append, rng=random.Random(seed), **given
        )

    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in self.sent]


def test_a_sale_is_told_at_once_and_signed() -> None:
    hall = Hall()
    order = hall.shop.sell(AT)
    assert order is not None
    (sent,) = hall.sent
    assert sent.topic == "orders/create"
    assert json.loads(sent.body) == order
    assert (
        sent.headers["X-Shopify-Hmac-Sha256"]
        == (sign("test-secret", sent.body)["X-Shopify-Hmac-Sha256"])
    )


def test_the_shop_counts_what_it_sells() -> None:
    hall = Hall()
    for _ in range(100):
        hall.shop.sell(AT, plain=True)
    sold = Counter[str]()
    for order in hall.payloads():
        for line in order["line_items"]:
            sold[line["sku"]] += line["quantity"]
    assert hall.shop.stock == {p.sku: p.on_hand - sold[p.sku] for p in PRODUCTS}


def test_it_never_sells_what_it_does_not_have() -> None:
    hall = Hall(products=[PRODUCTS[0]])
    while hall.shop.sell(AT, plain=True):
        pass
    assert 0 <= hall.shop.stock[PRODUCTS[0].sku] < 3
    assert sum(o["line_items"][0]["quantity"] for o in hall.payloads()) == (
        PRODUCTS[0].on_hand - hall.shop.stock[PRODUCTS[0].sku]
    )


def test_a_backorder_goes_below_zero() -> None:
    koyo = next(p for p in PRODUCTS if p.backorder)
    hall = Hall(products=[koyo])
    for _ in range(koyo.on_hand + 1):
        assert hall.shop.sell(AT, plain=True) is not None
    assert hall.shop.stock[koyo.sku] < 0


def test_what_happens_later_is_newer_than_the_order() -> None:
    hall = Hall()
    for _ in range(20):
        hall.shop.sell(AT)
    told = len(hall.sent)
    changes = [c for c in (hall.shop.something_happens(AT) for _ in range(300)) if c is not None]
    assert {one.topic for one in hall.sent[told:]} == {
        "orders/paid",
        "orders/cancelled",
        "orders/updated",
    }
    assert all(c["updated_at"] > c["created_at"] for c in changes)


def test_a_cancelled_order_gives_its_units_back() -> None:
    hall = Hall(products=[PRODUCTS[0]])
    order = hall.shop.sell(AT, plain=True)
    for _ in range(200):
        hall.shop.something_happens(AT + timedelta(minutes=1))
    assert order is not None
    assert hall.shop.orders[0]["cancelled_at"] is not None
    assert hall.shop.stock[PRODUCTS[0].sku] == PRODUCTS[0].on_hand


def test_some_orders_are_odd_and_most_are_not() -> None:
    hall = Hall()
    for _ in range(300):
        hall.shop.sell(AT)
    streets = Counter(o["shipping_address"]["address1"] is None for o in hall.payloads())
    strange = Counter(o["line_items"][0]["sku"].startswith("NEW-") for o in hall.payloads())
    assert 0 < streets[True] < 30
    assert 0 < strange[True] < 30


def test_order_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "shop.json"
    first = Hall(memory=memory)
    numbers = [first.shop.sell(AT) for _ in range(3)]
    again = Hall(memory=memory).shop.sell(AT)
    assert [o["order_number"] for o in numbers if o] == [2001, 2002, 2003]
    assert again is not None
    assert again["order_number"] == 2004


Client = Callable[..., tuple[int, Any]]


@pytest.fixture
def client() -> Iterator[Client]:
    courier = Courier(lambda _: 200, random.Random(1))
    shop = Shop(secret="s", deliver=lambda w: courier.accept(w, 0), rng=random.Random(1))
    with ShopifyMall(shop, courier, "demo") as mall:

        def call(method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
            return ask_json(mall.url, method, path, body, {"X-Shopify-Access-Token": token})

        yield call


def test_the_catalogue_needs_the_token(client: Client) -> None:
    path = "/admin/api/2026-10/products.json"
    assert client("GET", path)[0] == 401
    assert client("GET", path, token="other")[0] == 401
    status, body = client("GET", path, token="demo")
    assert status == 200
    assert [p["variants"][0]["sku"] for p in body["products"]] == [p.sku for p in PRODUCTS]
    assert body["products"][0]["variants"][0]["inventory_quantity"] == PRODUCTS[0].on_hand


def test_orders_can_be_asked_for(client: Client) -> None:
    assert client("POST", "/_mall/orders?count=2") == (
        200,
        {"orders": ["5000002001000", "5000002002000"]},
    )
    status, state = client("GET", "/_mall")
    assert (status, state["orders"], state["waiting"]) == (200, 2, 2)


def test_orders_of_what_is_wanted_can_be_asked_for_until_it_is_sold_out(client: Client) -> None:
    wanted = {"lines": [["DONABE-6", 50]]}

    assert client("POST", "/_mall/orders", wanted)[0] == 200
    assert client("POST", "/_mall/orders", wanted)[0] == 409
    assert client("GET", "/_mall")[1]["stock"]["4000000000006"] == 40
    assert client("POST", "/_mall/orders", {"lines": [["NONE", 1]]})[0] == 404


def test_faults_of_webhooks_can_be_switched_on(client: Client) -> None:
    status, state = client("PUT", "/_mall/faults", {"duplicate": 0.5})
    assert status == 200
    assert (state["faults"]["duplicate"], state["faults"]["reorder"]) == (0.5, 0.0)


def test_an_unknown_path_is_not_found(client: Client) -> None:
    assert client("GET", "/") == (404, {"errors": "Not Found"})
