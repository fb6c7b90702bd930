"""The cart of the owner's own, over HTTP."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from malls.generic.mall import SECRET, CartMall
from malls.own_cart import Delivery
from tests.malls.client import ask, ask_json

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = {"Authorization": "Bearer demo"}


class Cart:
    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.mall = CartMall(deliver=self.sent.append, rng=random.Random(1), clock=lambda: AT)

    def __call__(self, method: str, path: str, body: Any = None, key: str = "k") -> tuple[int, Any]:
        headers = TOKEN | ({"Idempotency-Key": key} if key else {})
        return ask_json(self.mall.url, method, path, body, headers)


@pytest.fixture
def cart() -> Iterator[Cart]:
    found = Cart()
    with found.mall:
        yield found


def test_nothing_is_served_without_proof(cart: Cart) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"webhook-timestamp": "1"}):
        assert ask(cart.mall.url, "GET", "/listings", headers=headers)[0] == 401


def test_a_sale_is_told_and_lowers_what_is_shown(cart: Cart) -> None:
    [order_id] = cart.mall.sell([("TOTE-NAT", 2)], 1, AT)

    [sent] = cart.sent
    told = json.loads(sent.body)
    assert told["data"] == cart.mall.orders[order_id]
    assert told["data"]["lines"][0]["line_total"] == 9960
    sign = Webhook(SECRET).sign
    assert (
        sign(sent.headers["webhook-id"], AT, sent.body.decode())
        == (sent.headers["webhook-signature"])
    )
    assert cart("GET", "/stock?codes=TOTE-NAT&codes=NONE")[1] == {
        "stock": [{"code": "TOTE-NAT", "quantity": 238}]
    }


def test_a_key_is_one_request(cart: Cart) -> None:
    updates = {"updates": [{"code": "TOTE-NAT", "quantity": 3, "version": 1}]}
    first = cart("PUT", "/stock", updates, "a")

    assert cart("PUT", "/stock", updates, "a") == first
    assert len(cart.mall.shelf.writes) == 1
    assert cart("PUT", "/stock", updates, "")[0] == 400


def test_updates_are_refused_one_by_one(cart: Cart) -> None:
    rows = [
        {"code": "TOTE-NAT", "quantity": 3, "version": 2},
        {"code": "TOTE-NAT", "quantity": 4, "version": 1},
        {"code": "NONE", "quantity": 4, "version": 1},
        {"code": "DONABE-6", "quantity": -1, "version": 1},
    ]

    _, answer = cart("PUT", "/stock", {"updates": rows})

    assert [row["status"] for row in answer["results"]] == [
        "applied",
        "outdated",
        "unknown",
        "rejected",
    ]
    assert cart("PUT", "/stock", {"updates": rows * 26}, "b")[0] == 422


def test_orders_are_found_by_their_last_change(cart: Cart) -> None:
    first, second = cart.mall.sell([("TOTE-NAT", 1)], 2, AT)
    cart.mall.cancel(first)

    found = cart("GET", "/orders?updated_since=2026-11-21T12:00:00.001Z")[1]

    assert [order["channel_order_id"] for order in found["orders"]] == [first]
    assert found["orders"][0]["status"] == "CANCELLED"
    assert cart.mall.shelf.shown("TOTE-NAT") == 239
    assert cart("GET", f"/orders/{second}")[1]["status"] == "READY"
    assert cart("GET", "/orders/none")[0] == 404
    assert cart("GET", "/orders?updated_since=yesterday")[0] == 400


def test_a_cancelled_order_is_not_shipped(cart: Cart) -> None:
    [order_id] = cart.mall.sell([("TOTE-NAT", 1)], 1, AT)

    assert cart("POST", f"/orders/{order_id}/cancel", {"reason": "other"}) == (
        200,
        {"already": False},
    )
    assert cart("POST", f"/orders/{order_id}/shipment", {"carrier": "yamato"})[0] == 409
    assert cart("POST", "/orders/none/confirm", {})[0] == 404
