"""On a schedule: holds that end today let their orders go."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import reported
from common.dynamo import Table
from common.observability import logger
from common.settings import Settings
from orders.repository.orders import OrderRepository
from orders.service.news import News


class Env(Settings):
    orders_table: str


@cold_start
def news() -> News:
    return News(OrderRepository(Table(Env.load().orders_table)), utc_now)


@reported
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    moved = news().day_came()
    logger().info("advanced", extra={"orders": moved})
    return {"moved": moved}
