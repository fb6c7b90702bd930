"""stock: counters, allocation, the ledger, imports of products, and quantities for the malls."""

from aws_cdk import Stack

from infra.access import (
    call_malls,
    consume,
    get_objects,
    publish,
    put_objects,
    read,
    send,
    watch_queues,
    write,
)
from infra.area import Area
from infra.queues import WorkQueue
from infra.triggers import events, http, queue, schedule, stream


def build(area: Area) -> None:
    """Declare the area."""
    _allocation(area)
    _ledger(area)
    # A push that fails comes back with its shop's next wake anyway; its messages try for long.
    push = area.queue("push", seconds=90, tries=10)
    reconcile = area.queue("reconcile", seconds=300)
    listings = area.queue("listings", seconds=900, tries=5)
    _malls(area, push, reconcile)
    _take_over(area, listings)
    _desk(area, push, reconcile, listings)
    area.platform.watch.late("shops", "LateShops", "A shop does not get its quantities.")


def _allocation(area: Area) -> None:
    data = area.platform.data
    allocate = area.queue("allocate", seconds=60)
    area.function(
        "allocate",
        # Two at a time are many: each takes a batch, drains more, and writes a hot item once.
        on=[
            events(
                "OrderReceived",
                "OrderChanged",
                into=allocate,
                # The order taking over our own answer is no news to us.
                where={"change": [{"anything-but": ["allocation"]}]},
                batch=10,
                max_concurrency=2,
            )
        ],
        access=[
            write("STOCK_TABLE", data.stock),
            consume("ALLOCATE_QUEUE", allocate.queue),
        ],
        seconds=60,
        memory=1024,
    )
    area.function(
        "fill_waiting",
        on=[events("StockLevelChanged", where={"fillable": [True]}, max_concurrency=2)],
        access=[write("STOCK_TABLE", data.stock)],
        seconds=60,
    )


def _ledger(area: Area) -> None:
    data = area.platform.data
    area.function(
        "publish_events",
        on=[stream(data.stock, _TOLD_LEVELS_AND_ANSWERS, _TOLD_PRODUCTS, _TOLD_LISTINGS)],
        access=[publish("EVENT_BUS", data.bus)],
    )
    area.function(
        "record_moves",
        on=[stream(data.stock, _LEVELS)],
        access=[write("STOCK_TABLE", data.stock)],
    )


def _malls(area: Area, push: WorkQueue, reconcile: WorkQueue) -> None:
    data = area.platform.data
    calls = call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay)
    area.function(
        "push_levels",
        on=[events("StockLevelChanged", "ListingMapped", into=push, max_concurrency=10)],
        access=[
            write("STOCK_TABLE", data.stock),
            read("SETTINGS_TABLE", data.settings),
            calls,
            # Shops to come back to.
            send("PUSH_QUEUE", push.queue),
        ],
        seconds=90,
        memory=1024,
    )
    area.function(
        "on_watermark",
        on=[events("ShopWatermarkAdvanced", max_concurrency=2)],
        access=[write("STOCK_TABLE", data.stock), send("PUSH_QUEUE", push.queue)],
        seconds=60,
    )
    area.function(
        "rebalance",
        on=[schedule(minutes=1)],
        access=[
            write("STOCK_TABLE", data.stock),
            read("SETTINGS_TABLE", data.settings),
            send("PUSH_QUEUE", push.queue),
        ],
        seconds=50,
    )
    area.function(
        "reconcile_levels",
        on=[schedule(minutes=15), queue(reconcile, batch=1, max_concurrency=4)],
        access=[
            write("STOCK_TABLE", data.stock),
            read("SETTINGS_TABLE", data.settings),
            calls,
            # A large shop is handed on before time is up.
            send("RECONCILE_QUEUE", reconcile.queue),
            send("PUSH_QUEUE", push.queue),
        ],
        seconds=300,
    )


def _take_over(area: Area, listings: WorkQueue) -> None:
    data = area.platform.data
    area.function(
        "import_listings",
        on=[queue(listings, batch=1, max_concurrency=2)],
        access=[
            write("STOCK_TABLE", data.stock),
            read("SETTINGS_TABLE", data.settings),
            call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay),
            # A long list hands itself the rest before its time is up.
            send("LISTINGS_QUEUE", listings.queue),
        ],
        seconds=900,
    )


def _desk(area: Area, push: WorkQueue, reconcile: WorkQueue, listings: WorkQueue) -> None:
    data = area.platform.data
    imports = area.queue("imports", seconds=900, tries=5)
    area.function(
        "run_import",
        on=[queue(imports, batch=1, max_concurrency=2)],
        access=[
            write("STOCK_TABLE", data.stock),
            get_objects("RAW_BUCKET", data.raw, "imports/"),
            # A long import hands itself the rest before its time is up.
            send("IMPORT_QUEUE", imports.queue),
        ],
        seconds=900,
        memory=1024,
    )
    offers = area.queue("offers", seconds=120)
    area.function(
        "offer_product",
        on=[queue(offers, max_concurrency=2)],
        access=[
            write("STOCK_TABLE", data.stock),
            read("SETTINGS_TABLE", data.settings),
            call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay),
            # What was just made in a shop is taken over, so that its stock is told there.
            send("LISTINGS_QUEUE", listings.queue),
        ],
        seconds=120,
    )
    area.function(
        "propose_orders",
        on=[schedule(minutes=24 * 60)],
        access=[write("STOCK_TABLE", data.stock)],
        seconds=300,
    )
    area.function(
        "api",
        on=[http("ANY", "/api/stock"), http("ANY", "/api/stock/{proxy+}")],
        access=[
            write("STOCK_TABLE", data.stock),
            read("SETTINGS_TABLE", data.settings),
            send("IMPORT_QUEUE", imports.queue),
            send("PUSH_QUEUE", push.queue),
            send("RECONCILE_QUEUE", reconcile.queue),
            send("LISTINGS_QUEUE", listings.queue),
            send("OFFER_QUEUE", offers.queue),
            get_objects("RAW_BUCKET", data.raw, "imports/"),
            put_objects("RAW_BUCKET", data.raw, "imports/"),
            watch_queues("WATCHED_QUEUES", area.queues),
        ],
    )


_LEVELS = {"dynamodb": {"Keys": {"sk": {"S": ["LEVEL"]}}}}
_TOLD_LEVELS_AND_ANSWERS = {"dynamodb": {"Keys": {"sk": {"S": ["LEVEL", "ALLOC"]}}}}
_TOLD_PRODUCTS = {"dynamodb": {"Keys": {"pk": {"S": ["PRODUCT"]}}}}
_TOLD_LISTINGS = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "LISTING#"}]}}},
}
