"""Every minute: units move to shops that show nothing, and shops are come back to."""

from collections.abc import Mapping
from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import TimeLeft, reported
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from stock.repository.drifts import MovingList
from stock.repository.listings import Listings
from stock.repository.marks import Marks
from stock.repository.sync import SyncBook
from stock.service.marking import Marker
from stock.service.publishing import Publisher
from stock.service.rebalancing import move_units, tell_late_shops, wake_shops
from stock.service.rules import Rules

RESERVE_MS = 10_000


class Env(Settings):
    """Environment of this function."""

    stock_table: str
    settings_table: str
    push_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(_env().settings_table))


@reported
def handler(_event: Mapping[str, Any], context: TimeLeft) -> dict[str, Any]:
    """Do both, and say which shops are late; the next run does what this one could not."""
    table = Table(_env().stock_table)
    listings, marks = Listings(table), Marks(table)
    publisher = Publisher(listings, Rules(_shops()).of, utc_now)
    moved = move_units(
        MovingList(table),
        Marker(publisher, listings, marks, utc_now),
        utc_now,
        lambda: context.get_remaining_time_in_millis() > RESERVE_MS,
    )
    queue = Queue(_env().push_queue)
    states = SyncBook(table)
    woken = wake_shops(_shops(), marks, states, publisher, queue, utc_now)
    late = tell_late_shops(_shops(), marks, states, utc_now)
    return {"moved": moved, "woken": len(woken), "late": len(late)}
