"""/api/orders, the part about malls."""

import json
from typing import Any

import pytest

from common import channels
from common.canonical import FulfilledBy, SourceStatus
from common.channels.port import ChannelError, ErrorKind
from common.dynamo import Table
from orders.domain import changes, polling
from orders.domain import tell as rules
from orders.domain.matching import Known
from orders.domain.tell import TellKind
from orders.repository.deliveries import DeliveryRepository, Parked
from orders.repository.orders import OrderRepository
from orders.repository.pulls import PullRepository
from orders.repository.tells import TellRepository
from tests.builders import NOW, goods, order, report
from tests.http import body_of
from tests.orders.handlers.shop_world import ShopWorld
from tests.orders.handlers.test_api import call, problem, url_of

AT = "2026-11-21T03:00:00.000Z"
SHIP = {"carrier": "yamato", "tracking_numbers": ["1234-5678"], "shipped_on": "2026-11-21"}
ONCE: dict[str, Any] = {"Idempotency_Key": "k1"}
ORDER = url_of("mall:5001")


@pytest.fixture
def mall(
    world: ShopWorld, orders: OrderRepository, monkeypatch: pytest.MonkeyPatch
) -> OrderRepository:
    """A shop whose mall can be told everything, one that can be told nothing, an order each."""
    for stem in ("telling", "deaf"):
        monkeypatch.setitem(channels.CHANNELS, stem, f"tests.orders.handlers.{stem}_channel")
    world.shop("mall", "telling", [], api_url="http://mall.example")
    world.shop("deaf", "deaf", [])
    for shop_id in ("mall", "deaf"):
        orders.save(None, made(shop_id), NOW)
    return orders


def made(shop_id: str, seed: int = 1, **given: Any) -> Any:
    return changes.receive(
        report(seed, **given),
        shop_id=shop_id,
        channel="telling",
        known=Known(frozenset({"MUG-WHITE"})),
        raw_key="k",
        now=NOW,
    )


def queued(world: ShopWorld, queue: str) -> list[Any]:
    return [json.loads(message["body"]) for message in world.queued(queue)]


def test_a_shipment_is_queued_for_the_mall_and_stands_with_the_order(
    world: ShopWorld, mall: OrderRepository
) -> None:
    answer = call("POST", f"{ORDER}/mall/ship", SHIP, **ONCE)
    view = body_of(answer)

    assert answer["statusCode"] == 202
    assert view == {
        "order_id": "mall:5001",
        "tell_id": view["tell_id"],
        "shop_id": "mall",
        "kind": "ship",
        "state": "QUEUED",
        "at": view["at"],
        "by": "staff-1",
        "attempts": 0,
        "shipment": {
            "carrier": "yamato",
            "carrier_name": "",
            "tracking_numbers": ["1234-5678"],
            "shipped_on": "2026-11-21",
            "destination_id": "",
            "lines": [],
            "notify_customer": False,
        },
        "reason": None,
        "refusal": None,
        "outcome": None,
        "changed_at": None,
    }
    assert queued(world, "tell_mall") == [{"order_id": "mall:5001", "tell_id": view["tell_id"]}]
    assert body_of(call("GET", f"{ORDER}/mall")) == {"items": [view]}


def test_the_same_shipment_is_one_however_often_it_is_asked_for(
    world: ShopWorld, mall: OrderRepository
) -> None:
    first = body_of(call("POST", f"{ORDER}/mall/ship", SHIP, **ONCE))
    again = body_of(call("POST", f"{ORDER}/mall/ship", SHIP, Idempotency_Key="k2"))
    other = body_of(call("POST", f"{ORDER}/mall/ship", {**SHIP, "tracking_numbers": ["9"]}, **ONCE))

    assert again == first
    assert other["tell_id"] != first["tell_id"]
    assert len(body_of(call("GET", f"{ORDER}/mall"))["items"]) == 2


@pytest.mark.parametrize(
    ("what", "body", "reason"),
    [
        ("confirm", None, None),
        ("cancel", {}, "customer"),
        ("cancel", {"reason": "unpaid"}, "unpaid"),
    ],
)
def test_a_mall_is_told_to_confirm_and_to_cancel(
    world: ShopWorld, mall: OrderRepository, what: str, body: Any, reason: str | None
) -> None:
    view = body_of(call("POST", f"{ORDER}/mall/{what}", body, **ONCE))

    assert (view["kind"], view["state"], view["reason"]) == (what, "QUEUED", reason)
    assert len(queued(world, "tell_mall")) == 1


def test_what_a_mall_cannot_be_told_is_refused_before_it_is_queued(
    world: ShopWorld, mall: OrderRepository
) -> None:
    for what, body in (("confirm", None), ("ship", SHIP), ("cancel", {})):
        answer = call("POST", f"{url_of('deaf:5001')}/mall/{what}", body, **ONCE)
        assert problem(answer) == (
            409,
            "unsupported_by_channel",
            "無言モール has no way to do this.",
        )
    assert (
        problem(call("POST", "/pull", {"shop_id": "deaf"}, **ONCE))[1] == "unsupported_by_channel"
    )
    assert queued(world, "tell_mall") == queued(world, "pull") == []


def test_what_makes_no_sense_for_an_order_is_refused(
    world: ShopWorld, mall: OrderRepository
) -> None:
    mall.save(None, made("mall", 2, status=SourceStatus.CANCELLED), NOW)
    mall.save(None, made("mall", 3, fulfilled_by=FulfilledBy.PLATFORM), NOW)
    mall.save(None, made("mall", 4, status=SourceStatus.ON_HOLD, flags=("pending",)), NOW)
    refused = {
        "mall:5002": "The order is cancelled.",
        "mall:5003": "The platform ships this order.",
        "mall:5004": "The mall has not released this order yet.",
    }
    for order_id, detail in refused.items():
        answer = call("POST", f"{url_of(order_id)}/mall/ship", SHIP, **ONCE)
        assert problem(answer) == (409, "conflict", detail)
    for part, detail in (
        ({"destination_id": "9"}, "The order has no such destination."),
        (
            {"lines": [{"line_id": "1", "quantity": 2}]},
            "The order does not want so many of a line.",
        ),
    ):
        answer = call("POST", f"{ORDER}/mall/ship", SHIP | part, **ONCE)
        assert problem(answer) == (409, "conflict", detail)
    assert queued(world, "tell_mall") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**SHIP, "carrier": "fedex"},
        {**SHIP, "shipped_on": "tomorrow"},
        {**SHIP, "tracking_numbers": [""]},
        {**SHIP, "lines": [{"line_id": "1", "quantity": 0}]},
        {**SHIP, "more": 1},
    ],
)
def test_a_shipment_with_a_wrong_value_is_refused(
    world: ShopWorld, mall: OrderRepository, body: Any
) -> None:
    assert problem(call("POST", f"{ORDER}/mall/ship", body, **ONCE))[:2] == (422, "invalid")


def test_only_staff_tell_malls_and_each_time_with_a_key(
    world: ShopWorld, mall: OrderRepository
) -> None:
    writes = [
        (f"{ORDER}/mall/confirm", None),
        (f"{ORDER}/mall/ship", SHIP),
        (f"{ORDER}/mall/cancel", {}),
        ("/pull", {"shop_id": "mall"}),
        ("/mall-failures/x/retry", None),
    ]
    for path, body in writes:
        assert problem(call("POST", path, body, groups=("viewer",), **ONCE))[1] == "forbidden"
        assert problem(call("POST", path, body))[1] == "precondition_required"
    for path in (f"{ORDER}/mall", "/mall-failures", "/unmapped"):
        assert call("GET", path, groups=("viewer",))["statusCode"] == 200
        assert problem(call("GET", path, groups=()))[1] == "forbidden"


def test_an_order_that_is_not_there_is_not_found(world: ShopWorld, mall: OrderRepository) -> None:
    for method, path, body in (
        ("GET", "/mall%3A404/mall", None),
        ("POST", "/mall%3A404/mall/ship", SHIP),
        ("POST", "/mall-failures/x/retry", None),
        ("POST", "/pull", {"shop_id": "nowhere"}),
    ):
        assert problem(call(method, path, body, **ONCE))[:2] == (404, "not_found")


def test_what_a_mall_refused_is_listed_and_told_again(
    world: ShopWorld, mall: OrderRepository, orders_table: Table
) -> None:
    tells = TellRepository(orders_table)
    found = mall.get("mall:5001")
    assert found is not None
    tell = rules.make(found, TellKind.CONFIRM, actor=changes.SYSTEM, now=NOW)
    stored = tells.save(None, tell, order_version=1)
    failed, _ = rules.refused(stored, ChannelError(ErrorKind.INVALID, "bad", code="E1"), NOW)
    tells.save(stored, failed, order_version=1)

    [row] = body_of(call("GET", "/mall-failures"))["items"]
    assert (row["order_id"], row["state"]) == ("mall:5001", "FAILED")
    assert row["refusal"] == {"kind": "invalid", "code": "E1", "detail": "bad"}
    answer = call("POST", f"/mall-failures{url_of(row['id'])}/retry", **ONCE)
    assert answer["statusCode"] == 202
    assert (body_of(answer)["state"], body_of(answer)["attempts"]) == ("QUEUED", 0)
    assert queued(world, "tell_mall") == [{"order_id": "mall:5001", "tell_id": tell.tell_id}]
    assert body_of(call("GET", "/mall-failures")) == {"items": [], "next": None}


def test_a_shop_is_read_at_once_when_somebody_asks(world: ShopWorld, mall: OrderRepository) -> None:
    assert call("POST", "/pull", {"shop_id": "mall"}, **ONCE)["statusCode"] == 202
    assert queued(world, "pull") == [{"shop_id": "mall", "now": True}]


@pytest.mark.parametrize(
    ("enabled", "api_url", "detail"),
    [
        (False, "http://mall.example", "The shop is switched off."),
        (True, "", "The shop's way to its mall is not set up: address or credentials."),
    ],
)
def test_a_shop_that_cannot_be_read_is_not(
    world: ShopWorld, mall: OrderRepository, enabled: bool, api_url: str, detail: str
) -> None:
    world.shop("other", "telling", [], enabled=enabled, api_url=api_url)

    answer = call("POST", "/pull", {"shop_id": "other"}, **ONCE)
    assert problem(answer) == (409, "conflict", detail)
    assert queued(world, "pull") == []


def test_goods_to_map_are_listed_with_how_many_orders_wait(
    world: ShopWorld, orders: OrderRepository
) -> None:
    line = goods("T-1", title="煎茶", listing="tea/1", jan="4900000000017")
    for seed in (1, 2):
        orders.save(None, order(report(seed, lines=(line,))), NOW)
    orders.save(None, order(report(3, lines=(goods("NEW-1"), goods(line_id="2")))), NOW)

    tea = {
        "shop_id": "demo",
        "code": "tea/1",
        "title": "煎茶",
        "jan": "4900000000017",
        "orders": 2,
        "capped": False,
    }
    items = body_of(call("GET", "/unmapped"))["items"]
    assert [item["code"] for item in items] == ["NEW-1", "tea/1"]
    assert items[1] == tea
    assert body_of(call("GET", "/unmapped?shop=cart"))["items"] == []
    first = body_of(call("GET", "/unmapped?shop=demo&limit=1"))
    rest = body_of(call("GET", f"/unmapped?shop=demo&limit=1&next={first['next']}"))
    assert rest["items"] == [tea]


def test_health_tells_how_far_a_shop_is_polled_and_why_not_further(
    world: ShopWorld, orders_table: Table
) -> None:
    pulls = PullRepository(orders_table)
    state = pulls.state("demo")
    read = state.model_copy(update={"last_end": NOW})
    error = ChannelError(ErrorKind.AUTH, code="token_expired")
    pulls.save(state, polling.failed(read, error, NOW))
    pulls.raise_watermark("demo", NOW)

    [demo] = [s for s in body_of(call("GET", "/health"))["shops"] if s["shop_id"] == "demo"]
    assert (demo["last_poll_at"], demo["watermark"]) == (AT, AT)
    assert demo["poll_error"] == {
        "kind": "auth",
        "code": "token_expired",
        "since": AT,
        "attempts": 1,
        "next_try": "2026-11-21T03:15:00.000Z",
    }


def test_an_order_that_could_not_be_read_from_its_mall_is_fetched_again(
    world: ShopWorld, deliveries: DeliveryRepository
) -> None:
    deliveries.park(
        Parked(
            id="2026-11-21T03:00:00Z#abc",
            shop_id="demo",
            channel="tests",
            received_at=AT,
            reason="wrong_shape",
            detail="OrderTotal is missing",
            attempts=0,
            size=0,
            raw_key="",
            headers={"order_id": "5001"},
        )
    )
    path = f"/failed-imports{url_of('2026-11-21T03:00:00Z#abc')}"

    assert call("POST", f"{path}/retry")["statusCode"] == 202
    assert queued(world, "pull") == [{"shop_id": "demo", "order_ids": ["5001"]}]
    assert queued(world, "inbound") == []
    assert call("GET", f"{path}/raw")["statusCode"] == 404
