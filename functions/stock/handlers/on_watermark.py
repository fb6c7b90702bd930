"""SQS (ShopWatermarkAdvanced) → units that a shop cannot sell any more become free."""

from collections.abc import Mapping
from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, bus_event, each, messages
from common.dynamo import Table
from common.events import ShopWatermarkAdvanced
from common.queues import Queue
from common.settings import Settings
from stock.domain.listing import MallRules
from stock.repository.drifts import MovingList
from stock.repository.listings import Listings
from stock.service.publishing import Publisher
from stock.service.releasing import Releaser


class Env(Settings):
    """Environment of this function."""

    stock_table: str
    push_queue: str


@cold_start
def _releaser() -> Releaser:
    env = Env.load()
    table = Table(env.stock_table)
    listings = Listings(table)
    # Releasing asks no mall, so it does not matter what malls can do.
    publisher = Publisher(listings, lambda _shop: MallRules(), utc_now)
    return Releaser(publisher, listings, MovingList(table), Queue(env.push_queue), utc_now)


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Release what each watermark has passed; a failed message comes back."""

    def work(message: Message) -> None:
        told = bus_event(message.body, ShopWatermarkAdvanced)
        _releaser().release(told.shop_id, told.watermark)

    return each(messages(event), work)
