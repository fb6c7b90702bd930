"""Events in and out: stock's answers, products, the calendar, and what others are told."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.auth import SYSTEM
from common.aws import client
from common.clock import jst_date
from common.dynamo import Table
from common.errors import Unavailable
from orders.domain import changes
from orders.domain.facets import Hold
from orders.domain.matching import Known, Names
from orders.domain.order import Order
from orders.handlers.advance import handler as advance
from orders.handlers.on_product import handler as on_product
from orders.handlers.on_stock import handler as on_stock
from orders.handlers.publish_events import handler as publish_events
from orders.repository.orders import OrderRepository
from tests.builders import NOW, goods, order, report
from tests.orders.handlers.shop_world import ShopWorld, sqs_event
from tests.stock.hooks import StreamTap

Heard = Callable[[], list[dict[str, Any]]]


def bus_event(kind: str, **detail: Any) -> dict[str, Any]:
    """The envelope in which EventBridge hands an event to a queue."""
    common = {"event_id": f"{kind}#1", "at": "2026-11-21T03:00:00.000Z"}
    return {"source": "banto.stock", "detail-type": kind, "detail": {**common, **detail}}


def answer(kind: str, number: int, *lines: tuple[str, int, int]) -> dict[str, Any]:
    return bus_event(
        kind,
        order_id="demo:5001",
        order_version=1,
        answer_version=number,
        lines=[{"sku": sku, "wanted": w, "allocated": a} for sku, w, a in lines],
    )


def stands(orders: OrderRepository, name: str) -> list[str]:
    return list(orders.every_id(name))


def test_an_allocated_order_goes_on_to_printing(world: ShopWorld, orders: OrderRepository) -> None:
    orders.save(None, order(), NOW)
    event = sqs_event(answer("StockAllocated", 1, ("MUG-WHITE", 1, 1)))

    assert on_stock(event, None) == {"batchItemFailures": []}
    assert on_stock(event, None) == {"batchItemFailures": []}
    made = orders.get("demo:5001")
    assert made is not None
    assert (made.version, made.last_change.kind) == (2, "allocation")
    assert stands(orders, "PRINT") == ["demo:5001"]
    assert stands(orders, "ALLOCATION") == stands(orders, "UNANSWERED") == []


def test_a_short_order_waits_but_is_answered(world: ShopWorld, orders: OrderRepository) -> None:
    orders.save(None, order(report(lines=(goods(quantity=3),))), NOW)
    on_stock(sqs_event(answer("StockShort", 1, ("MUG-WHITE", 3, 0))), None)

    assert stands(orders, "ALLOCATION") == ["demo:5001"]
    assert stands(orders, "UNANSWERED") == []


def test_answers_in_the_wrong_order_end_with_the_newest(
    world: ShopWorld, orders: OrderRepository
) -> None:
    orders.save(None, order(), NOW)
    event = sqs_event(
        answer("StockAllocated", 2, ("MUG-WHITE", 1, 1)),
        answer("StockShort", 1, ("MUG-WHITE", 1, 0)),
    )

    assert on_stock(event, None) == {"batchItemFailures": []}
    assert stands(orders, "PRINT") == ["demo:5001"]


def test_an_event_that_is_none_of_ours_fails_alone(
    world: ShopWorld, orders: OrderRepository
) -> None:
    orders.save(None, order(), NOW)
    event = sqs_event(
        bus_event("StockLevelChanged"),
        answer("StockAllocated", 1, ("MUG-WHITE", 1, 1)),
        bus_event("StockAllocated", order_id="demo:5001"),
    )

    assert on_stock(event, None) == {
        "batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]
    }
    assert stands(orders, "PRINT") == ["demo:5001"]


def test_a_registered_product_frees_every_order_that_waits_for_it(
    world: ShopWorld, orders: OrderRepository
) -> None:
    for seed in (1, 2):
        orders.save(None, order(report(seed, lines=(goods("NEW-1"),))), NOW)
    orders.save(None, order(report(3, lines=(goods("NEW-2"),))), NOW)
    event = sqs_event(bus_event("ProductRegistered", sku="NEW-1", name="新商品"))

    assert on_product(event, None) == {"batchItemFailures": []}
    asked = [Names("", ("NEW-1", "NEW-2"), "")]
    assert orders.look_up("demo", asked).skus == {"NEW-1"}
    assert stands(orders, "INCOMPLETE") == ["demo:5003"]
    assert orders.waiting_for("NEW-1") == []


def test_on_its_day_a_held_order_goes_on(world: ShopWorld, orders: OrderRepository) -> None:
    now = datetime.now(UTC)

    def held(seed: int, until: date | None) -> Order:
        made = orders.save(None, order(report(seed)), now - timedelta(days=2))
        after = changes.edit(made, actor=SYSTEM, now=now, hold=Hold(until=until, reason="出張"))
        assert after is not None
        return orders.save(made, after, now - timedelta(days=2))

    held(1, jst_date(now))
    held(2, jst_date(now) + timedelta(days=2))
    held(3, None)

    assert advance({}, None) == {"moved": 1}
    assert stands(orders, "HOLD") == ["demo:5002", "demo:5003"]
    assert advance({}, None) == {"moved": 0}


def test_every_version_is_told_in_order_from_the_stream_and_nothing_else_is(
    world: ShopWorld, orders: OrderRepository, orders_table: Table, heard: Heard
) -> None:
    tap = StreamTap(orders_table)
    made = orders.save(None, order(report(lines=(goods("NEW-1"),))), NOW)
    learned = changes.learn_products(made, Known(frozenset({"NEW-1"})), NOW)
    assert learned is not None
    orders.save(made, learned, NOW)

    assert len(tap.event()["Records"]) > len(tap.event(sk="ORDER")["Records"]) == 2
    publish_events(tap.event(), None)
    told = heard()
    assert [event["detail-type"] for event in told] == ["OrderReceived", "OrderChanged"]
    assert [event["source"] for event in told] == ["banto.orders"] * 2
    assert [
        (
            e["detail"]["event_id"],
            e["detail"]["change"],
            e["detail"]["active"],
            e["detail"]["demand"],
        )
        for e in told
    ] == [
        ("demo:5001#1", "received", False, []),
        (
            "demo:5001#2",
            "activated",
            True,
            [{"line_id": "1", "sku": "NEW-1", "quantity": 1, "listing": ""}],
        ),
    ]


def test_a_repeated_record_tells_the_same_event_again(
    world: ShopWorld, orders: OrderRepository, orders_table: Table, heard: Heard
) -> None:
    tap = StreamTap(orders_table)
    orders.save(None, order(), NOW)
    publish_events(tap.event(sk="ORDER"), None)
    publish_events(tap.event(sk="ORDER"), None)

    first, second = heard()
    assert first["detail"] == second["detail"]


def test_a_removed_order_is_no_news(
    world: ShopWorld, orders: OrderRepository, orders_table: Table, heard: Heard
) -> None:
    orders.save(None, order(), NOW)
    tap = StreamTap(orders_table)
    client("dynamodb").delete_item(
        TableName="orders", Key={"pk": {"S": "ORDER#demo:5001"}, "sk": {"S": "ORDER"}}
    )
    publish_events(tap.event(), None)

    assert heard() == []


def test_a_bus_that_does_not_answer_makes_the_stream_deliver_again(
    world: ShopWorld, orders: OrderRepository, orders_table: Table
) -> None:
    tap = StreamTap(orders_table)
    orders.save(None, order(), NOW)

    with pytest.raises(Unavailable):
        publish_events(tap.event(sk="ORDER"), None)
