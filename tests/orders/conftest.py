"""What tests of the area share."""

import pytest

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
