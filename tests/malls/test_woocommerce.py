"""The emulated WooCommerce is as strict as the real one, and tells what it sells."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from malls.courier import Courier, Parcel
from malls.shelf import NotOnSale, SoldOut
from malls.woocommerce.mall import WooMall
from tests.malls.client import ask, ask_json

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AUTH = {"Authorization": f"Basic {base64.b64encode(b'ck_demo:cs_demo').decode()}"}
BASE = "/wp-json/wc/v3"


@pytest.fixture
def mall() -> Iterator[WooMall]:
    with WooMall(rng=Random(3), clock=lambda: T0) as mall:
        yield mall


def get(mall: WooMall, path: str) -> Any:
    return ask_json(mall.url, "GET", f"{BASE}/{path}", headers=AUTH)[1]


def codes(mall: WooMall, method: str, path: str, body: Any = None) -> tuple[int, str]:
    status, answer = ask_json(mall.url, method, f"{BASE}/{path}", body, AUTH)
    assert answer["data"]["status"] == status
    return status, answer["code"]


def test_nothing_is_shown_without_the_key(mall: WooMall) -> None:
    for headers in ({}, {"Authorization": "Basic Y2s6Y3M="}):
        status, answer = ask_json(mall.url, "GET", f"{BASE}/orders", headers=headers)
        assert (status, answer["code"]) == (401, "woocommerce_rest_cannot_view")
    mall.expire_tokens()
    assert ask(mall.url, "GET", f"{BASE}/orders", headers=AUTH)[0] == 401


def test_goods_of_one_title_are_variations_of_one_product(mall: WooMall) -> None:
    [tote] = get(mall, f"products?include={mall.codes['TOTE-NAT'].split('/')[0]}")
    rows = get(mall, f"products/{tote['id']}/variations")

    assert (tote["type"], tote["sku"], tote["stock_quantity"]) == ("variable", "", None)
    assert sorted(row["sku"] for row in rows) == ["TOTE-NAT", "TOTE-NVY"]
    [found] = get(mall, "products?sku=TOTE-NAT")
    assert (found["type"], found["parent_id"]) == ("variation", tote["id"])


def test_it_sells_what_it_shows_and_nothing_more(mall: WooMall) -> None:
    mall.shelf.put(mall.codes["YUNOMI-01"], 1, T0)

    mall.sell([("YUNOMI-01", 1)], 1, T0)

    with pytest.raises(SoldOut):
        mall.sell([("YUNOMI-01", 1)], 1, T0)
    with pytest.raises(NotOnSale):
        mall.sell([("NOPE", 1)], 1, T0)
    assert mall.count_orders() == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "orders?per_page=101", None, (400, "rest_invalid_param")),
        ("GET", "orders?page=0", None, (400, "rest_invalid_param")),
        ("GET", "orders?status=teleported", None, (400, "rest_invalid_param")),
        ("GET", "orders?modified_after=yesterday", None, (400, "rest_invalid_param")),
        ("GET", "orders?orderby=total", None, (400, "rest_invalid_param")),
        ("GET", "orders/9", None, (404, "woocommerce_rest_shop_order_invalid_id")),
        ("GET", "orderz", None, (404, "rest_no_route")),
        ("DELETE", "orders", None, (404, "rest_no_route")),
        ("PUT", "orders/1001", {"status": "sent"}, (400, "rest_invalid_param")),
        ("PUT", "orders/1001", {"state": "sent"}, (400, "rest_invalid_param")),
        ("PUT", "orders/1001", {"meta_data": [{"value": 1}]}, (400, "rest_invalid_param")),
        ("POST", "orders/1001/notes", {"text": "x"}, (400, "rest_invalid_param")),
        ("GET", "products/9/variations", None, (404, "woocommerce_rest_product_invalid_id")),
        ("PUT", "products/9", {"name": "x"}, (400, "woocommerce_rest_product_invalid_id")),
        ("PUT", "products/120", {"stock_quantity": "7"}, (400, "rest_invalid_param")),
        ("PUT", "products/120", {"stock": 7}, (400, "rest_invalid_param")),
        ("POST", "products", {"sku": "TOTE-NAT"}, (400, "product_invalid_sku")),
    ],
)
def test_what_does_not_fit_is_refused(
    mall: WooMall, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    mall.sell([("YUNOMI-01", 1)], 1, T0)

    assert codes(mall, method, path, body) == expected


def test_a_batch_has_a_hundred_things_at_most_and_fails_one_by_one(mall: WooMall) -> None:
    cup = int(mall.codes["YUNOMI-01"])
    row = {"id": cup, "manage_stock": True, "stock_quantity": 3}
    too_many = {"update": [row] * 101}
    assert codes(mall, "POST", "products/batch", too_many) == (
        413,
        "woocommerce_rest_request_entity_too_large",
    )

    status, answer = ask_json(
        mall.url, "POST", f"{BASE}/products/batch", {"update": [row, row | {"id": 9}]}, AUTH
    )

    fine, bad = answer["update"]
    assert (status, fine["stock_quantity"], fine["stock_status"]) == (200, 3, "instock")
    assert bad["error"]["code"] == "woocommerce_rest_product_invalid_id"


def test_a_product_that_counts_no_units_takes_none(mall: WooMall) -> None:
    cup = int(mall.codes["YUNOMI-01"])
    mall.things[cup].counts = False

    _, answer = ask_json(mall.url, "PUT", f"{BASE}/products/{cup}", {"stock_quantity": 3}, AUTH)

    assert (answer["manage_stock"], answer["stock_quantity"]) == (False, None)
    assert mall.shelf.shown(str(cup)) == 180


def test_lists_come_in_pages_and_times_are_the_site_s_unless_said(mall: WooMall) -> None:
    mall.sell([("YUNOMI-01", 1)], 3, T0)

    status, headers, body = ask(
        mall.url, "GET", f"{BASE}/orders?per_page=2&page=2&orderby=id&order=asc", headers=AUTH
    )

    assert (status, headers["x-wp-total"], headers["x-wp-totalpages"]) == (200, "3", "2")
    assert [order["id"] for order in json.loads(body)] == [1003]
    assert len(get(mall, "orders?modified_after=2026-11-21T11:59:59&dates_are_gmt=true")) == 3
    assert get(mall, "orders?modified_after=2026-11-21T12:00:00&dates_are_gmt=true") == []
    # 21:00 in Japan.
    assert len(get(mall, "orders?modified_after=2026-11-21T20:59:59")) == 3
    assert get(mall, "orders?modified_after=2026-11-21T21:00:00") == []


def test_a_row_of_metadata_is_known_by_its_key(mall: WooMall) -> None:
    [order_id] = mall.sell([("YUNOMI-01", 1)], 1, T0)
    before = len(mall.orders[int(order_id)]["meta_data"])

    for value in ("a", "b"):
        body = {"meta_data": [{"key": "k", "value": value}]}
        ask_json(mall.url, "PUT", f"{BASE}/orders/{order_id}", body, AUTH)

    rows = mall.orders[int(order_id)]["meta_data"]
    assert [row["value"] for row in rows if row["key"] == "k"] == ["b"]
    assert len(rows) == before + 1


def test_each_change_is_told_once_and_signed_and_is_later_than_the_one_before() -> None:
    parcels: list[Parcel] = []

    def take(parcel: Parcel) -> int:
        parcels.append(parcel)
        return 202

    courier = Courier(take, Random(1), ())
    with WooMall(rng=Random(3), clock=lambda: T0, courier=courier, secret="s3cret") as mall:
        mall.hook.ping()
        [order_id] = mall.sell([("YUNOMI-01", 1)], 1, T0)
        mall.cancel(order_id)
        mall.cancel(order_id)
        while courier.waiting:
            courier.step(float("inf"))

    ping, created, cancelled, again = parcels
    assert (ping.body, "X-WC-Webhook-Signature" in ping.headers) == (b"webhook_id=142", False)
    assert created.headers["X-WC-Webhook-Topic"] == "order.created"
    for parcel in (created, cancelled, again):
        digest = base64.b64encode(hmac.digest(b"s3cret", parcel.body, hashlib.sha256)).decode()
        assert parcel.headers["X-WC-Webhook-Signature"] == digest
    times = [json.loads(p.body)["date_modified_gmt"] for p in (created, cancelled, again)]
    assert times == sorted(set(times))
    assert mall.shelf.shown(mall.codes["YUNOMI-01"]) == 180


def test_the_webhook_is_off_after_five_failures_in_a_row() -> None:
    courier = Courier(lambda _: 500, Random(1), ())
    with WooMall(rng=Random(3), clock=lambda: T0, courier=courier) as mall:
        for _ in range(7):
            mall.sell([("YUNOMI-01", 1)], 1, T0)
            while courier.waiting:
                courier.step(float("inf"))

        assert mall.state()["webhook"] == "disabled"
    assert courier.tally.refused == 5


def test_left_alone_it_sells_and_lives(mall: WooMall) -> None:
    for _ in range(200):
        mall.sell(None, 1, T0)
        mall.something_happens(T0)

    statuses = {order["status"] for order in mall.orders.values()}
    assert statuses >= {"processing", "cancelled"}
    assert all(
        units >= 0 or code == mall.codes["KOKESHI-KOYO"] for code, units in mall.shelf.all().items()
    )
