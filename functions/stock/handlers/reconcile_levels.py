"""Every 15 minutes and on request: what do the malls show?"""

from collections.abc import Mapping
from typing import Any

from common.channels.contexts import CallsMalls, Contexts, contexts_of
from common.channels.port import ChannelError
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, TimeLeft, each, messages, reported
from common.dynamo import Table
from common.observability import logger
from common.queues import Queue
from common.shops import ShopDirectory
from stock.repository.drifts import DriftList
from stock.repository.listings import Listings
from stock.service.publishing import Publisher
from stock.service.reconciling import Books, Reconciler
from stock.service.rules import Rules

# The longest that reading a page of listings may take.
RESERVE_MS = 120_000


class Env(CallsMalls):
    """Environment of this function. reconcile_queue: its own queue, for shops and what is left."""

    stock_table: str
    settings_table: str
    reconcile_queue: str
    push_queue: str


@cold_start
def _env() -> Env:
    return Env.load()


@cold_start
def _shops() -> ShopDirectory:
    return ShopDirectory(Table(_env().settings_table))


@cold_start
def _contexts() -> Contexts:
    return contexts_of(_env())


def _reconciler(context: TimeLeft) -> Reconciler:
    env = _env()
    listings = Listings(Table(env.stock_table))
    books = Books(
        shops=_shops(),
        shelf=listings,
        drifts=DriftList(Table(env.stock_table)),
        malls=_contexts(),
        again=Queue(env.reconcile_queue),
        pushes=Queue(env.push_queue),
    )
    publisher = Publisher(listings, Rules(_shops()).of, utc_now)
    return Reconciler(
        books, publisher, utc_now, lambda: context.get_remaining_time_in_millis() > RESERVE_MS
    )


@reported
def handler(event: Mapping[str, Any], context: TimeLeft) -> dict[str, Any]:
    """The timer has every shop read back; messages do it: {"shop_id"}, with {"token"} from a page
    on, with {"skus"} for these only."""
    reconciler = _reconciler(context)
    if "Records" not in event:
        return {"shops": len(reconciler.start())}

    def work(message: Message) -> None:
        shop_id, skus = message.body["shop_id"], message.body.get("skus")
        try:
            if skus is None:
                reconciler.whole(shop_id, message.body.get("token"))
            else:
                reconciler.some(shop_id, skus)
        except ChannelError as error:
            # The state of the way to the shop tells staff; the next run comes anyway.
            logger().warning(
                "a mall was not read back",
                extra={"shop": shop_id, "kind": error.kind, "code": error.code},
            )

    return each(messages(event), work)
