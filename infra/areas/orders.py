"""orders: taking orders in, and the order desk."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.access import (
    call_malls,
    get_objects,
    publish,
    put_objects,
    read,
    read_secrets,
    send,
    watch_queues,
    write,
)
from infra.area import Area
from infra.queues import WorkQueue
from infra.triggers import events, http, queue, schedule, stream


def build(area: Area) -> None:
    """Declare the area."""
    inbound = area.queue("inbound")
    pull = area.queue("pull", seconds=_PULL_SECONDS)
    _take_in(area, inbound, pull)
    _pull(area, pull)
    _hear(area, pull)
    tell = area.queue("tell_mall", seconds=_TELL_SECONDS)
    _tell(area, tell, pull)
    _follow(area)
    _desk(area, inbound, pull, tell)


# Pages are read for a minute; the last one may take its time.
_PULL_SECONDS = 120
# Two calls of a mall, each with its repeats; shorter than the lease of who tells it.
_TELL_SECONDS = 90


def _take_in(area: Area, inbound: WorkQueue, pull: WorkQueue) -> None:
    data = area.platform.data
    area.function(
        "receive_webhook",
        on=[http("POST", "/webhooks/{shop}", public=True)],
        access=[
            read("SETTINGS_TABLE", data.settings),
            read_secrets(Stack.of(area), data.shop_secrets),
            send("INBOUND_QUEUE", inbound.queue),
            put_objects("RAW_BUCKET", data.raw, "deliveries/"),
        ],
        # Malls wait for five seconds at most, and then send again.
        seconds=10,
    )
    area.function(
        "import_orders",
        on=[queue(inbound)],
        access=[
            write("ORDERS_TABLE", data.orders),
            read("SETTINGS_TABLE", data.settings),
            get_objects("RAW_BUCKET", data.raw, "deliveries/"),
            put_objects("RAW_BUCKET", data.raw, "deliveries/"),
            send("PULL_QUEUE", pull.queue),
        ],
    )


def _pull(area: Area, pull: WorkQueue) -> None:
    data = area.platform.data
    area.function(
        "schedule_pulls",
        on=[schedule(minutes=1)],
        access=[read("SETTINGS_TABLE", data.settings), send("PULL_QUEUE", pull.queue)],
    )
    area.function(
        "pull_orders",
        # One shop an instance: a slow mall keeps nobody else waiting.
        on=[queue(pull, batch=1)],
        access=[
            write("ORDERS_TABLE", data.orders),
            read("SETTINGS_TABLE", data.settings),
            call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay),
            put_objects("RAW_BUCKET", data.raw, "deliveries/"),
            send("PULL_QUEUE", pull.queue),
        ],
        seconds=_PULL_SECONDS,
    )


def _hear(area: Area, pull: WorkQueue) -> None:
    """Amazon tells of changed orders by writing to a queue of ours."""
    notices = area.queue("amazon_notifications")
    # What SP-API asks of a queue before it takes it for a destination. Nobody else writes to it.
    notices.queue.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.AccountPrincipal(area.platform.config.amazon_account)],
            actions=["sqs:SendMessage", "sqs:GetQueueAttributes"],
            resources=[notices.queue.queue_arn],
        )
    )
    area.function(
        "receive_notification",
        on=[queue(notices)],
        access=[
            read("SETTINGS_TABLE", area.platform.data.settings),
            send("PULL_QUEUE", pull.queue),
        ],
    )


def _follow(area: Area) -> None:
    data = area.platform.data
    area.function(
        "publish_events",
        on=[stream(data.orders, _NEW_VERSION)],
        access=[publish("EVENT_BUS", data.bus)],
    )
    area.function(
        "on_stock",
        on=[events("StockAllocated", "StockShort")],
        access=[write("ORDERS_TABLE", data.orders)],
    )
    area.function(
        "on_product",
        on=[events("ProductRegistered", "ListingMapped")],
        access=[write("ORDERS_TABLE", data.orders)],
    )
    area.function(
        "advance",
        on=[schedule(minutes=15)],
        access=[write("ORDERS_TABLE", data.orders)],
        seconds=120,
    )


def _tell(area: Area, tell: WorkQueue, pull: WorkQueue) -> None:
    data = area.platform.data
    area.function(
        "tell_mall",
        on=[queue(tell, batch=1)],
        access=[
            write("ORDERS_TABLE", data.orders),
            read("SETTINGS_TABLE", data.settings),
            call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay),
            send("TELL_MALL_QUEUE", tell.queue),
            send("PULL_QUEUE", pull.queue),
        ],
        seconds=_TELL_SECONDS,
    )


def _desk(area: Area, inbound: WorkQueue, pull: WorkQueue, tell: WorkQueue) -> None:
    data = area.platform.data
    area.function(
        "api",
        on=[http("ANY", "/api/orders"), http("ANY", "/api/orders/{proxy+}")],
        access=[
            write("ORDERS_TABLE", data.orders),
            read("SETTINGS_TABLE", data.settings),
            send("INBOUND_QUEUE", inbound.queue),
            send("PULL_QUEUE", pull.queue),
            send("TELL_MALL_QUEUE", tell.queue),
            get_objects("RAW_BUCKET", data.raw, "deliveries/"),
            watch_queues("WATCHED_QUEUES", area.queues),
        ],
    )


# Every version of an order is written once, with its history item, and is something to tell; so
# is every watermark.
_NEW_VERSION = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": ["ORDER", "WATERMARK"]}}},
}
