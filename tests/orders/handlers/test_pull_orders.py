"""The functions that ask malls, from the message to the table, on moto and a fake mall."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from common import channels
from common.channels import load_api
from common.channels.port import Page
from common.dynamo import Table
from infra.tables import TABLES
from orders.handlers.publish_events import handler as publish_events
from orders.handlers.pull_orders import handler as pull_orders
from orders.handlers.schedule_pulls import handler as schedule_pulls
from orders.handlers.tell_mall import handler as tell_mall
from orders.repository.orders import OrderRepository
from orders.repository.pulls import PullRepository
from tests.builders import NOW, report
from tests.conftest import create_table
from tests.orders.fake_mall import FakeMall
from tests.orders.handlers.shop_world import ShopWorld, sqs_event
from tests.orders.handlers.test_api import call
from tests.orders.handlers.test_api_malls import ONCE, ORDER, SHIP
from tests.stock.hooks import StreamTap


@pytest.fixture
def mall(world: ShopWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMall]:
    monkeypatch.setitem(channels.CHANNELS, "telling", "tests.orders.handlers.telling_channel")
    create_table("calls", TABLES["calls"])
    world.shop("mall", "telling", [], api_url="http://mall.example")
    found = load_api("telling")
    assert isinstance(found, FakeMall)
    yield found
    found.pages, found.orders, found.told, found.polled = [], {}, [], []


def queued(world: ShopWorld, queue: str) -> list[Any]:
    return [json.loads(message["body"]) for message in world.queued(queue)]


def test_every_shop_that_is_on_and_can_be_asked_is_polled_each_minute(
    world: ShopWorld, mall: FakeMall
) -> None:
    world.shop("off", "telling", [], enabled=False, api_url="http://mall.example")
    world.shop("strange", "nowhere", [], api_url="http://mall.example")
    world.shop("bare mall", "telling", [])

    assert schedule_pulls({}, None) == {"shops": 1}
    assert queued(world, "pull") == [{"shop_id": "mall"}]


def test_a_message_reads_the_orders_of_a_shop(
    world: ShopWorld, mall: FakeMall, orders: OrderRepository
) -> None:
    mall.pages = [Page([report()])]

    assert pull_orders(sqs_event({"shop_id": "mall"}), None) == {"batchItemFailures": []}
    found = orders.get("mall:5001")
    assert found is not None
    assert (found.shop_id, found.channel, found.content.remarks) == ("mall", "telling", "")
    assert found.raw_key in world.archived()


def test_a_shipment_goes_from_the_page_to_the_mall_and_back(
    world: ShopWorld, mall: FakeMall, orders: OrderRepository
) -> None:
    orders.remember_product("MUG-WHITE")
    mall.pages = [Page([report()])]
    pull_orders(sqs_event({"shop_id": "mall"}), None)
    world.queued("pull")
    assert call("POST", f"{ORDER}/mall/ship", SHIP, **ONCE)["statusCode"] == 202

    answer = tell_mall(sqs_event(*queued(world, "tell_mall")), None)
    assert answer == {"batchItemFailures": []}
    [notice] = mall.told
    assert (notice.channel_order_id, notice.tracking_numbers) == ("5001", ("1234-5678",))
    [told] = json.loads(call("GET", f"{ORDER}/mall")["body"])["items"]
    assert (told["state"], told["attempts"]) == ("DONE", 1)
    timeline = json.loads(call("GET", f"{ORDER}/timeline")["body"])["items"]
    assert [item["kind"] for item in timeline] == ["told_mall", "received"]
    assert timeline[0]["actor"]["id"] == "staff-1"


def test_a_watermark_is_told_from_the_stream(
    world: ShopWorld, orders_table: Table, heard: Any
) -> None:
    tap = StreamTap(orders_table)
    PullRepository(orders_table).raise_watermark("mall", NOW)
    publish_events(tap.event(sk="WATERMARK"), None)

    [told] = heard()
    at = "2026-11-21T03:00:00.000Z"
    assert (told["source"], told["detail-type"]) == ("banto.orders", "ShopWatermarkAdvanced")
    assert told["detail"] == {
        "event_id": f"watermark#mall#{at}",
        "at": at,
        "shop_id": "mall",
        "watermark": at,
    }
