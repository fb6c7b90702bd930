"""Schedule → the daily proposal of what to order."""

from collections.abc import Mapping
from typing import Any

from common.clock import utc_now
from common.consumer import reported
from common.dynamo import Table
from common.observability import logger
from common.settings import Settings
from stock.repository.proposals import Proposals
from stock.service.reordering import propose_orders


class Env(Settings):
    """Environment of this function."""

    stock_table: str


@reported
def handler(event: Mapping[str, Any], context: Any) -> None:
    """Make the proposal of today."""
    count = propose_orders(Proposals(Table(Env.load().stock_table)), utc_now)
    logger().info("proposed", extra={"skus": count})
