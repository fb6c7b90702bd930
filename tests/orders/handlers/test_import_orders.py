"""Queued deliveries, from the SQS batch to stored orders."""

import base64
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from common import channels, cold_start
from common.aws import client
from common.dynamo import Table
from malls.shopify.orders import build_order
from orders.handlers.import_orders import handler
from orders.handlers.on_product import handler as on_product
from orders.handlers.receive_webhook import handler as receive
from orders.repository.deliveries import DeliveryRepository
from orders.repository.orders import OrderRepository
from tests.builders import (
    NOW,
    generic_body,
    generic_headers,
    goods,
    message,
    place,
    report,
    version,
)
from tests.http import http_event
from tests.logs import caught_logs
from tests.orders.handlers.shop_world import ShopWorld, sqs_event

RAW_KEY = "deliveries/demo/2026/11/21/"


@pytest.fixture
def desk(world: ShopWorld, orders: OrderRepository) -> OrderRepository:
    """The orders, with the products of the builders known."""
    for sku in ("MUG-WHITE", "TOTE-NAT"):
        orders.remember_product(sku)
    return orders


def take(*bodies: bytes, **given: Any) -> list[str]:
    """Ids of the messages that failed."""
    answer = handler(sqs_event(*(message(body, **given) for body in bodies)), None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def state(orders: OrderRepository, order_id: str = "demo:5001") -> tuple[int, str, str] | None:
    """Version, lifecycle, and what changed last."""
    made = orders.get(order_id)
    if made is None:
        return None
    return made.version, made.facets.lifecycle.value, made.last_change.kind


def test_a_delivery_becomes_an_order_and_its_bytes_are_kept(
    desk: OrderRepository, world: ShopWorld, deliveries: DeliveryRepository
) -> None:
    body = generic_body(report())

    assert take(body) == []
    made = desk.get("demo:5001")
    assert made is not None
    assert state(desk) == (1, "ACTIVE", "received")
    assert made.number == "#1001"
    assert made.raw_key.startswith(RAW_KEY)
    assert world.archived() == {made.raw_key: body}
    (noted,) = deliveries.imports(["demo"])
    assert noted.last_order_at == noted.last_import_at


def test_a_shopify_delivery_becomes_an_order_too(desk: OrderRepository) -> None:
    body = json.dumps(build_order(random.Random(1), number=1001, at=NOW)).encode()
    headers = {"x-shopify-topic": "orders/create"}

    assert take(body, shop_id="cart", headers=headers) == []
    made = desk.get("cart:5000001001000")
    assert made is not None
    assert (made.number, made.channel) == ("#1001", "shopify")


def test_a_topic_that_is_no_order_changes_nothing(
    desk: OrderRepository, deliveries: DeliveryRepository
) -> None:
    assert take(b"{}", shop_id="cart", headers={"x-shopify-topic": "shop/update"}) == []

    assert desk.rows("ALL", newest_first=True, token=None, limit=10).rows == []
    (noted,) = deliveries.imports(["cart"])
    assert noted.last_order_at is None


def test_the_same_delivery_again_changes_nothing(desk: OrderRepository) -> None:
    body = generic_body(report())

    assert take(body, body, body) == []
    assert state(desk) == (1, "ACTIVE", "received")
    assert len(desk.history("demo:5001", token=None, limit=10)[0]) == 1


def test_newer_reports_change_the_order_and_older_ones_do_not(desk: OrderRepository) -> None:
    old, new = report(), report(source_version=version(1), lines=(goods("TOTE-NAT"),))

    assert take(generic_body(new), generic_body(old)) == []
    assert state(desk) == (1, "ACTIVE", "received")
    made = desk.get("demo:5001")
    assert made is not None
    assert made.lines[0].sku == "TOTE-NAT"
    newest = report(source_version=version(2), remarks="急ぎ")
    assert take(generic_body(newest)) == []
    assert state(desk) == (2, "ACTIVE", "imported")


def test_a_large_delivery_is_read_from_the_archive(desk: OrderRepository, world: ShopWorld) -> None:
    body = generic_body(report())
    client("s3").put_object(Bucket="raw", Key=RAW_KEY + "big", Body=body)
    sent = message(b"")
    del sent["body"]

    assert handler(sqs_event({**sent, "raw_key": RAW_KEY + "big"}), None) == {
        "batchItemFailures": []
    }
    made = desk.get("demo:5001")
    assert made is not None
    assert made.raw_key == RAW_KEY + "big"


def test_an_order_with_an_unknown_product_is_incomplete_until_the_product_is_registered(
    desk: OrderRepository,
) -> None:
    take(generic_body(report(lines=(goods("NEW-1"),))))
    assert state(desk) == (1, "INCOMPLETE", "received")

    assert register("NEW-1") == []
    assert state(desk) == (2, "ACTIVE", "activated")
    assert register("NEW-1") == []
    assert state(desk) == (2, "ACTIVE", "activated")


def register(sku: str) -> list[Any]:
    event = {
        "detail-type": "ProductRegistered",
        "source": "banto.stock",
        "detail": {
            "event_id": f"product#{sku}#1",
            "at": "2026-11-21T03:00:00.000Z",
            "sku": sku,
            "name": "新商品",
        },
    }
    failures: list[Any] = on_product(sqs_event(event), None)["batchItemFailures"]
    return failures


def test_an_order_without_an_address_is_incomplete_and_no_error(desk: OrderRepository) -> None:
    assert take(generic_body(report(destinations=(place(line1="", line2=""),)))) == []

    assert state(desk) == (1, "INCOMPLETE", "received")
    (row,) = desk.rows("INCOMPLETE", newest_first=True, token=None, limit=10).rows
    assert [(reason.code, reason.detail) for reason in row.reasons] == [
        ("missing_address", "line1"),
        ("short", "MUG-WHITE ×1"),
    ]


NAIVE = generic_body(report()).replace(
    b'"ordered_at": "2026-11-21T03:00:00Z"', b'"ordered_at": "x"'
)


@pytest.mark.parametrize(
    ("shop_id", "body", "reason"),
    [
        ("demo", b"no json", "not_json"),
        ("demo", b"\xff", "not_json"),
        ("demo", b"[1]", "wrong_shape"),
        ("demo", b'{"type": "order.created", "data": []}', "wrong_shape"),
        ("demo", NAIVE, "wrong_shape"),
        ("demo", generic_body(report(channel_order_id="")), "no_order_id"),
        ("demo", generic_body(report(remarks="あ" * 70_000)), "too_large"),
        ("gone", b"{}", "unknown_shop"),
        ("odd", b"{}", "unknown_channel"),
    ],
)
def test_what_cannot_be_read_is_parked_with_its_bytes_and_a_reason(
    desk: OrderRepository,
    world: ShopWorld,
    deliveries: DeliveryRepository,
    shop_id: str,
    body: bytes,
    reason: str,
) -> None:
    world.shop("odd", "pigeon", [])
    with caught_logs() as lines:
        assert take(body, shop_id=shop_id) == []

    (parked,) = deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.shop_id, parked.attempts) == (reason, shop_id, 1)
    assert parked.size == len(body)
    assert parked.received_at == "2026-11-21T03:00:00.000Z"
    assert parked.id.startswith("2026-11-21T03:00:00Z#")
    assert parked.headers == {"webhook-id": "msg_1"}
    assert world.archived() == {parked.raw_key: body}
    logged = json.loads(lines.getvalue())
    assert (logged["message"], logged["reason"]) == ("parked", reason)
    assert desk.rows("ALL", newest_first=True, token=None, limit=10).rows == []


def test_a_mistake_of_an_adapter_parks_the_delivery_and_is_logged_without_what_it_read(
    desk: OrderRepository,
    world: ShopWorld,
    deliveries: DeliveryRepository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(channels.CHANNELS, "tests", "tests.orders.handlers.broken_channel")
    world.shop("odd", "tests", [])
    with caught_logs() as lines:
        assert take("花野 香奈里".encode(), shop_id="odd") == []

    (parked,) = deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.detail) == ("adapter_error", "ValueError")
    assert "adapter failed" in lines.getvalue()
    assert "香奈里" not in lines.getvalue()


def test_of_an_order_too_large_to_be_kept_not_a_part_is_kept(
    desk: OrderRepository, deliveries: DeliveryRepository
) -> None:
    take(generic_body(report()))
    grown = report(source_version=version(1), shop_memo="\u3042" * 70_000)
    assert take(generic_body(grown)) == []

    assert state(desk) == (1, "ACTIVE", "received")
    (parked,) = deliveries.parked_page(token=None, limit=10).items
    assert parked.reason == "too_large"


def retry(deliveries: DeliveryRepository) -> None:
    """What the desk sends when staff press 再取込."""
    (parked,) = deliveries.parked_page(token=None, limit=10).items
    sent = {
        "shop_id": parked.shop_id,
        "headers": parked.headers,
        "received_at": parked.received_at,
        "delivery_id": "",
        "raw_key": parked.raw_key,
        "parked_id": parked.id,
    }
    assert handler(sqs_event(sent), None) == {"batchItemFailures": []}


def test_a_parked_delivery_that_can_be_read_now_becomes_an_order_and_disappears(
    desk: OrderRepository, world: ShopWorld, deliveries: DeliveryRepository
) -> None:
    take(generic_body(report()), shop_id="new")
    world.shop("new", "generic", [])
    cold_start.forget()
    retry(deliveries)

    assert state(desk, "new:5001") == (1, "ACTIVE", "received")
    assert deliveries.parked_count() == (0, False)


def test_a_parked_delivery_that_still_cannot_be_read_counts_its_attempts(
    desk: OrderRepository, deliveries: DeliveryRepository
) -> None:
    take(b"no json")
    retry(deliveries)
    retry(deliveries)

    (parked,) = deliveries.parked_page(token=None, limit=10).items
    assert (parked.attempts, parked.reason, parked.size) == (3, "not_json", 7)


def test_a_message_that_fails_does_not_keep_its_neighbours(
    desk: OrderRepository, world: ShopWorld
) -> None:
    sent = message(b"")
    del sent["body"]
    event = sqs_event(
        message(generic_body(report(1))),
        {**sent, "raw_key": RAW_KEY + "lost"},
        "not even JSON",
        message(generic_body(report(2))),
    )

    assert handler(event, None) == {
        "batchItemFailures": [{"itemIdentifier": "m2"}, {"itemIdentifier": "m3"}]
    }
    assert state(desk, "demo:5001") == state(desk, "demo:5002") == (1, "ACTIVE", "received")


def test_a_shop_s_first_new_order_of_a_batch_is_noted_once(
    desk: OrderRepository, orders_table: Table
) -> None:
    take(generic_body(report(1)), generic_body(report(1)), b"no json")

    item = orders_table.get("SHOP#demo", "IMPORT")
    assert item is not None
    assert set(item) == {"pk", "sk", "shop_id", "last_import_at", "last_order_at"}


def test_what_the_receiver_queues_is_what_the_importer_takes(
    desk: OrderRepository, world: ShopWorld
) -> None:
    body = generic_body(report())
    headers = generic_headers(body, at=datetime.now(UTC))
    event = http_event(
        "POST", "/webhooks/demo", body=body, headers=headers, path_parameters={"shop": "demo"}
    )
    assert receive(event, None)["statusCode"] == 202
    records = [{**m, "attributes": {}} for m in world.queued()]

    assert handler({"Records": records}, None) == {"batchItemFailures": []}
    assert state(desk) == (1, "ACTIVE", "received")
    assert base64.b64decode(json.loads(records[0]["body"])["body"]) == body
