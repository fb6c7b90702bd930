"""What tests of the area share."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from common.aws import client
from common.dynamo import Table
from orders.repository.deliveries import DeliveryRepository
from orders.repository.orders import OrderRepository
from tests.orders.handlers.shop_world import ShopWorld


@pytest.fixture
def orders(orders_table: Table) -> OrderRepository:
    return OrderRepository(orders_table)


@pytest.fixture
def deliveries(orders_table: Table) -> DeliveryRepository:
    return DeliveryRepository(orders_table)


@pytest.fixture
def world(settings_table: Table, orders_table: Table, monkeypatch: pytest.MonkeyPatch) -> ShopWorld:
    made = ShopWorld(settings_table)
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def heard(world: ShopWorld) -> Callable[[], list[dict[str, Any]]]:
    """What was put on the bus since it was asked last."""
    events, sqs = client("events"), client("sqs")
    events.create_event_bus(Name="banto")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = json.dumps({"source": ["banto.orders"]})
    events.put_rule(Name="all", EventBusName="banto", EventPattern=pattern)
    target = {"Id": "told", "Arn": arn["QueueArn"]}
    events.put_targets(Rule="all", EventBusName="banto", Targets=[target])
    world.queues["told"] = url
    return lambda: [json.loads(message["body"]) for message in world.queued("told")]
