"""The process may die, or an answer get lost, at any moment: delivered again, the end is the same.

Times are left out of the comparison, and so is the number of attempts of a parked delivery, which
counts tries.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from common import cold_start
from common.canonical import CanonicalOrder
from common.dynamo import Table
from orders.handlers.import_orders import handler as import_orders
from orders.handlers.on_product import handler as on_product
from orders.handlers.on_stock import handler as on_stock
from orders.handlers.receive_webhook import handler as receive_webhook
from orders.repository.orders import OrderRepository
from tests.builders import (
    NOW,
    contact,
    generic_body,
    generic_headers,
    goods,
    message,
    order,
    place,
    report,
    version,
)
from tests.dying import Deaths, Died, connection_lost, survive
from tests.http import http_event
from tests.orders.handlers.shop_world import ShopWorld, sqs_event
from tests.orders.items import everything, reset

KINDS = {"dies": Died, "loses an answer": connection_lost}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def state(table: Table, *, without: str = "-") -> list[str]:
    """Every item of the table, without times and attempts, and without a kind of items."""
    found = [item for item in everything(table) if not item["pk"].startswith(without)]
    left_out = ("attempts", "expires_at")
    items = [{n: v for n, v in item.items() if n not in left_out} for item in found]
    return sorted(_TIME.sub("<time>", json.dumps(item, sort_keys=True)) for item in items)


def all_the_same(ends: list[Any], *, moments: int) -> None:
    assert ends == [ends[-1]] * len(ends)
    assert len(ends) == moments + 1


def taken(answer: dict[str, Any]) -> bool:
    return answer["batchItemFailures"] == []


@kinds
@pytest.mark.parametrize(
    ("size", "moments"), [(0, 6), (200_000, 8)], ids=["through the queue", "through the archive"]
)
def test_a_receiver_disturbed_anywhere_loses_no_delivery(
    world: ShopWorld, kind: Callable[[], BaseException], size: int, moments: int
) -> None:
    content = report(shop_memo="x" * size)
    body = generic_body(content)
    event = http_event(
        "POST",
        "/webhooks/demo",
        body=body,
        headers=generic_headers(body, at=datetime.now(UTC)),
        path_parameters={"shop": "demo"},
    )

    def new_world() -> Callable[[], object]:
        # A new process: shops and secrets are not remembered.
        cold_start.forget()
        return lambda: {told(json.loads(queued["body"])) for queued in world.queued()}

    def told(sent: dict[str, Any]) -> tuple[Any, ...]:
        return sent["shop_id"], sent["delivery_id"], sent.get("body"), sent.get("raw_key")

    def work() -> bool:
        answer = receive_webhook(event, None)
        assert answer["statusCode"] in (202, 500, 503)
        return answer["statusCode"] == 202

    ends = survive(Deaths("dynamodb", "ssm", "s3", "sqs", kind=kind), new_world, work)

    all_the_same(ends, moments=moments)
    ((shop_id, delivery_id, inline, raw_key),) = ends[-1]
    assert (shop_id, delivery_id) == ("demo", "msg_1")
    assert (base64.b64decode(inline) if inline else world.archived()[raw_key]) == body


def bare(seed: int = 1, **given: Any) -> CanonicalOrder:
    """An order with few words, so that there is little to compare."""
    words = {"kana": "", "email": "", "phone": "", "name": "花"}
    return report(seed, buyer=contact(**words), destinations=(place(**words),), **given)


SCENES: dict[str, tuple[list[bytes], int]] = {
    "an unknown product": ([generic_body(bare(lines=(goods("NEW-1"),)))], 0),
    "something unreadable": ([b"no json"], 0),
    "a newer report": (
        [generic_body(bare()), generic_body(bare(source_version=version(1), remarks="急ぎ"))],
        1,
    ),
    "two deliveries in one batch": ([generic_body(bare()), b"no json"], 0),
}


@kinds
@pytest.mark.parametrize("scene", SCENES)
def test_an_importer_disturbed_anywhere_ends_as_an_undisturbed_one(
    world: ShopWorld,
    orders: OrderRepository,
    orders_table: Table,
    kind: Callable[[], BaseException],
    scene: str,
) -> None:
    bodies, before = SCENES[scene]
    # When the shop was last heard of is not worth failing for: the next delivery says it again.
    left_out = "SHOP#" if kind is connection_lost else "-"

    orders.remember_product("MUG-WHITE")
    for body in bodies[:before]:
        assert taken(import_orders(sqs_event(message(body)), None))
    first = everything(orders_table)

    def new_world() -> Callable[[], object]:
        # A new process: that the shop is connected is not remembered.
        cold_start.forget()
        reset(orders_table, first)
        return lambda: (state(orders_table, without=left_out), world.archived())

    def work() -> bool:
        return taken(import_orders(sqs_event(*map(message, bodies[before:])), None))

    deaths = Deaths("dynamodb", "s3", "sqs", kind=kind)
    ends = survive(deaths, new_world, work)

    assert len(ends) > 6
    assert ends == [ends[-1]] * len(ends)


def bus_event(kind: str, **detail: Any) -> dict[str, Any]:
    common = {"event_id": f"{kind}#1", "at": "2026-11-21T03:00:00.000Z"}
    return {"source": "banto.stock", "detail-type": kind, "detail": {**common, **detail}}


@kinds
def test_stock_s_answer_is_taken_over_once_wherever_it_is_disturbed(
    world: ShopWorld,
    orders: OrderRepository,
    orders_table: Table,
    kind: Callable[[], BaseException],
) -> None:
    line = {"sku": "MUG-WHITE", "wanted": 1, "allocated": 1}
    answer = bus_event(
        "StockAllocated", order_id="demo:5001", order_version=1, answer_version=1, lines=[line]
    )

    orders.save(None, order(bare()), NOW)
    first = everything(orders_table)

    def new_world() -> Callable[[], object]:
        reset(orders_table, first)
        return lambda: state(orders_table)

    deaths = Deaths("dynamodb", kind=kind)
    ends = survive(deaths, new_world, lambda: taken(on_stock(sqs_event(answer), None)))

    all_the_same(ends, moments=4)
    made = orders.get("demo:5001")
    assert made is not None
    assert made.version == 2


def test_a_new_product_frees_its_orders_wherever_it_is_disturbed(
    world: ShopWorld, orders: OrderRepository, orders_table: Table
) -> None:
    registered = bus_event("ProductRegistered", sku="NEW-1", name="新商品")

    for seed in (1, 2):
        orders.save(None, order(bare(seed, lines=(goods("NEW-1"),))), NOW)
    first = everything(orders_table)

    def new_world() -> Callable[[], object]:
        reset(orders_table, first)
        return lambda: state(orders_table)

    deaths = Deaths("dynamodb")
    ends = survive(deaths, new_world, lambda: taken(on_product(sqs_event(registered), None)))

    all_the_same(ends, moments=14)
    assert orders.waiting_for("NEW-1") == []
