"""The emulated EC-CUBE is as strict as the real one, and tells what it sells."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from malls.courier import Courier, Parcel
from malls.eccube.mall import EcCubeMall
from malls.shelf import SoldOut
from tests.malls.client import ask_json

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CLIENT = {"client_id": "demo-client", "client_secret": "demo-secret"}


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def mall(time: Time) -> Iterator[EcCubeMall]:
    with EcCubeMall(rng=Random(3), clock=time) as mall:
        yield mall


def token(mall: EcCubeMall, **form: str) -> tuple[int, dict[str, Any]]:
    body = urlencode({**CLIENT, "grant_type": "refresh_token", **form}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, answer = ask_json(mall.url, "POST", "/token", body, headers)
    return status, answer


def graphql(mall: EcCubeMall, query: str, **variables: Any) -> Any:
    access = token(mall, refresh_token=fresh(mall))[1]["access_token"]
    headers = {"Authorization": f"Bearer {access}"}
    status, answer = ask_json(
        mall.url, "POST", "/api", {"query": query, "variables": variables}, headers
    )
    assert status == 200
    return answer


def fresh(mall: EcCubeMall) -> str:
    mall.tokens.add("fresh", timedelta(days=1))
    return "fresh"


def test_a_refresh_token_is_good_for_one_use_and_an_access_token_for_an_hour(
    mall: EcCubeMall, time: Time
) -> None:
    status, first = token(mall, refresh_token="demo-refresh")
    assert (status, first["token_type"], first["expires_in"]) == (200, "Bearer", 3600)
    assert token(mall, refresh_token="demo-refresh")[1]["error"] == "invalid_grant"
    assert token(mall, refresh_token=first["refresh_token"])[0] == 200

    headers = {"Authorization": f"Bearer {first['access_token']}"}
    body = {"query": "{ orders(limit: 1) { totalCount } }"}
    assert ask_json(mall.url, "POST", "/api", body, headers)[0] == 200
    time.now += timedelta(hours=1)
    assert ask_json(mall.url, "POST", "/api", body, headers) == (
        401,
        {
            "error": "access_denied",
            "error_description": "The resource owner or authorization server denied the request.",
        },
    )


def test_a_code_is_good_for_ten_minutes_and_a_client_must_know_its_secret(
    mall: EcCubeMall, time: Time
) -> None:
    code = mall.code()
    assert token(mall, grant_type="authorization_code", code="x")[0] == 400
    assert token(mall, client_secret="x")[1]["error"] == "invalid_client"
    assert token(mall, grant_type="password")[1]["error"] == "unsupported_grant_type"
    time.now += timedelta(minutes=10)
    assert token(mall, grant_type="authorization_code", code=code)[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "query",
    [
        "{ orders { nodes { id colour } } }",
        "{ orders(first: 1) { nodes { id } } }",
        "{ orders { nodes } }",
        "{ order { id } }",
        "{ cancelOrder(id: 1) { id } }",
        'mutation { updateProductStock(code: "TOTE-NAT", stock: 1) { code } }',
        '{ orders(update_datetime_start: "yesterday") { totalCount } }',
        "{ orders",
    ],
)
def test_what_does_not_fit_the_schema_is_refused_whole(mall: EcCubeMall, query: str) -> None:
    mall.sell([("YUNOMI-01", 1)], 1, T0)

    answer = graphql(mall, query)

    assert "data" not in answer
    assert len(answer["errors"]) == 1


def test_fields_fail_each_by_itself(mall: EcCubeMall) -> None:
    mall.classes["HOJICHA-80"].code = "SENCHA-100"
    field = "updateProductStock(code: {}, stock: {}, stock_unlimited: {})"
    wanted = {
        "a": ('"TOTE-NAT"', "3", "false"),
        "b": ('"NOPE"', "3", "false"),
        "c": ('"SENCHA-100"', "3", "false"),
        "d": ('"YUNOMI-01"', "-1", "false"),
        "e": ('"YUNOMI-01"', "1", "true"),
    }
    fields = " ".join(f"{k}: {field.format(*args)} {{ stock }}" for k, args in wanted.items())

    answer = graphql(mall, f"mutation {{ {fields} }}")

    assert answer["data"] == {"a": {"stock": 3}, "b": None, "c": None, "d": None, "e": None}
    assert {row["path"][0]: row["message"] for row in answer["errors"]} == {
        "b": "code: No ProductClass found;",
        "c": "code: Multiple ProductClass found;",
        "d": "stock: stock must be a positive integer;",
        "e": "stock: Cannot update stock with stock unlimited;",
    }


def test_what_has_no_limit_is_sold_without_end(mall: EcCubeMall) -> None:
    graphql(
        mall,
        'mutation { updateProductStock(code: "KASA-ENJI", stock_unlimited: true) { stock } }',
    )

    mall.sell([("KASA-ENJI", 50)], 3, T0)

    assert mall.classes["KASA-ENJI"].is_unlimited
    with pytest.raises(SoldOut):
        mall.sell([("DONABE-6", 91)], 1, T0)


def test_orders_come_newest_change_first_and_none_from_the_checkout(
    mall: EcCubeMall, time: Time
) -> None:
    for _ in range(3):
        mall.sell([("YUNOMI-01", 1)], 1, time.now)
        time.now += timedelta(minutes=1)
    mall.change(mall.orders["1001"], None)
    mall.orders["1002"]["OrderStatus"] = {"id": "8", "name": "購入処理中"}

    orders = graphql(
        mall, "{ orders(page: 1, limit: 1) { nodes { id } totalCount pageInfo { hasNextPage } } }"
    )["data"]["orders"]

    assert orders == {
        "nodes": [{"id": "1001"}],
        "totalCount": 2,
        "pageInfo": {"hasNextPage": True},
    }


def test_a_shipment_leaves_once_and_only_from_an_order_that_is_on(mall: EcCubeMall) -> None:
    mall.sell([("YUNOMI-01", 1)], 2, T0)
    mall.cancel("1002")
    ship = "mutation ($id: ID!) { updateShipped(id: $id) { id shipping_date } }"

    messages = []
    for number in ("10011", "10011", "10021", "7"):
        answer = graphql(mall, ship, id=number)
        messages.append(answer.get("errors", [{"message": ""}])[0]["message"])

    assert messages == [
        "",
        "id: Already shipped;",
        "id: The associated order cannot be shipped;",
        "id: No Shipping found;",
    ]
    assert mall.orders["1001"]["OrderStatus"] == {"id": "5", "name": "発送済み"}


def test_each_change_is_named_in_a_signed_webhook() -> None:
    parcels: list[Parcel] = []

    def take(parcel: Parcel) -> int:
        parcels.append(parcel)
        return 202

    courier = Courier(take, Random(1), ())
    with EcCubeMall(rng=Random(3), clock=lambda: T0, courier=courier, secret="s3cret") as mall:
        mall.sell([("YUNOMI-01", 1)], 1, T0)
        mall.cancel("1001")
        while courier.waiting:
            courier.step(float("inf"))

    assert [json.loads(parcel.body) for parcel in parcels] == [
        [{"entity": "order", "id": 1001, "action": action}] for action in ("created", "updated")
    ]
    for parcel in parcels:
        digest = hmac.new(b"s3cret", parcel.body, hashlib.sha256).hexdigest()
        assert parcel.headers["X-ECCUBE-Signature"] == digest
    assert mall.shelf.shown("YUNOMI-01") == 180


def test_left_alone_it_sells_and_lives(mall: EcCubeMall) -> None:
    for _ in range(200):
        mall.sell(None, 1, T0)
        mall.something_happens(T0)

    statuses = {order["OrderStatus"]["id"] for order in mall.orders.values()}
    assert statuses >= {"1", "3", "6"}
    assert any(len(order["Shippings"]) == 2 for order in mall.orders.values())
