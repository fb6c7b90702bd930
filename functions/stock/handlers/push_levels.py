"""SQS (StockLevelChanged, ListingMapped, wakes) → new quantities in the malls."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from common.channels.contexts import CallsMalls, Contexts, contexts_of
from common.clock import from_wire, utc_now
from common.cold_start import cold_start
from common.consumer import Message, TimeLeft, bus_event, each, messages
from common.dynamo import Table
from common.events import ListingMapped, StockLevelChanged
from common.ids import ulid
from common.queues import Queue
from common.shops import ShopDirectory
from stock.domain.level import Mode
from stock.repository.drifts import MovingList
from stock.repository.lags import LagBook
from stock.repository.listings import Listings, OneLook
from stock.repository.marks import Marks
from stock.repository.sync import SyncBook
from stock.service.due import Due, Tools, due_of
from stock.service.marking import Marker, News
from stock.service.publishing import Publisher
from stock.service.pushing import Books, Pusher
from stock.service.rules import Rules

# The longest that asking a mall may take, with what has to be written afterwards.
RESERVE_MS = 65_000
# Shops that are worked for at a time; the calls of most take a fraction of a second.
WORKERS = 8


class Env(CallsMalls):
    """Environment of this function. push_queue: its own queue, for shops to come back to."""

    stock_table: str
    settings_table: str
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


def _publisher(listings: Listings, *, minds_pause: bool) -> Publisher:
    return Publisher(listings, Rules(_shops(), minds_pause=minds_pause).of, utc_now)


def _pusher(context: TimeLeft) -> Pusher:
    env = _env()
    table = Table(env.stock_table)
    books = Books(
        shops=_shops(),
        states=SyncBook(table),
        lags=LagBook(table),
        malls=_contexts(),
        wakes=Queue(env.push_queue),
    )
    tools = Tools(
        publisher=_publisher(Listings(table), minds_pause=True),
        marks=Marks(table),
        shelf=Listings(table),
        buckets=_contexts().buckets,
        clock=utc_now,
        sleep=time.sleep,
    )
    return Pusher(books, tools, lambda: context.get_remaining_time_in_millis() > RESERVE_MS)


class Told(NamedTuple):
    """What a message says. shops: that it names itself. shares: SKUs whose units shops share out,
    so that the rebalancer has to look at them."""

    news: Sequence[News]
    shops: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()


def handler(event: Mapping[str, Any], context: TimeLeft) -> dict[str, Any]:
    """Mark what the messages make due, then send what waits for each shop they concern.

    A shop that cannot be worked for fails the messages that concern it, and no others.
    """
    batch = list(messages(event))
    told: dict[str, Told] = {}

    def read(message: Message) -> None:
        told[message.id] = told_by(message.body)

    unread = each(batch, read)
    shares = {sku for one in told.values() for sku in one.shares}
    table = Table(_env().stock_table)
    MovingList(table).add(sorted(shares), ulid(utc_now()))
    look = OneLook(table)
    # What a paused shop is to show waits for it.
    planner = _publisher(look, minds_pause=False)
    marker = Marker(planner, look, Marks(table), utc_now)
    marked = marker.take_in(news for one in told.values() for news in one.news)
    shops = {
        message_id: one.shops.union(*(marked.shops[news] for news in one.news))
        for message_id, one in told.items()
    }
    due = due_of(_publisher(look, minds_pause=True), marked.marks)
    woken = {shop for one in told.values() for shop in one.shops}
    fresh = {shop: dues for shop, dues in due.items() if shop not in woken}
    errors = _drain_all(context, frozenset[str]().union(*shops.values()), fresh)

    def settle(message: Message) -> None:
        for shop in shops.get(message.id, ()):
            if shop in errors:
                raise errors[shop]

    unsettled = each(batch, settle)
    return {"batchItemFailures": [*unread["batchItemFailures"], *unsettled["batchItemFailures"]]}


def told_by(body: Any) -> Told:
    """What a message says.

    {"shop_id"} wakes a shop; {"skus", "since"} has SKUs looked at, in one shop if it names one,
    with the flags of `News`.
    """
    if "detail-type" not in body:
        shop_id: str = body.get("shop_id", "")
        since = from_wire(body["since"]) if "since" in body else utc_now()
        flags = {name: bool(body.get(name)) for name in ("moves", "forced")}
        news = [News(sku, since, shop_id, **flags) for sku in body.get("skus", ())]
        return Told(news, frozenset({shop_id} if shop_id else ()))
    if body["detail-type"] == ListingMapped.detail_type():
        mapped = bus_event(body, ListingMapped)
        return Told([News(mapped.sku, mapped.at, mapped.shop_id)])
    changed = bus_event(body, StockLevelChanged)
    shares = frozenset({changed.sku} if changed.mode != Mode.SHARED else ())
    return Told([News(changed.sku, changed.at)], shares=shares)


def _drain_all(
    context: TimeLeft, shop_ids: Iterable[str], due: Mapping[str, Sequence[Due]]
) -> Mapping[str, Exception]:
    """Each shop in a thread of its own: a slow mall must not keep the others waiting."""
    pusher, wanted = _pusher(context), sorted(shop_ids)
    outlooks = SyncBook(Table(_env().stock_table)).look(wanted) if wanted else {}

    def drain(shop_id: str) -> Exception | None:
        try:
            pusher.drain(shop_id, due.get(shop_id, ()), outlooks[shop_id])
        except Exception as error:  # noqa: BLE001 - a boundary: a shop's failure is of its messages only
            return error
        return None

    ends: Sequence[Exception | None]
    if len(wanted) < 2:
        ends = [drain(shop_id) for shop_id in wanted]
    else:
        with ThreadPoolExecutor(min(WORKERS, len(wanted))) as pool:
            ends = list(pool.map(drain, wanted))
    return {shop: error for shop, error in zip(wanted, ends, strict=True) if error}
