"""Talking to Amazon: Orders API 2026-01-01, Listings Items 2021-08-01, Feeds 2021-06-30, and
confirmShipment of Orders v0, which the new version does not have yet.

Rates are the published defaults of each operation (amzn/selling-partner-api-models). Searching for
orders is the scarce one: 20 calls at once, then one in three minutes. Changes that must be seen
sooner come through the queue of notifications and are fetched one by one.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from common.channels.amazon import JAPAN
from common.channels.amazon_calls import LWA_URL, call
from common.channels.amazon_listings import (
    get_item,
    list_page,
    marketplace,
    place,
    push_all,
    quantity_of,
)
from common.channels.amazon_polling import fetch_ids, fetch_since
from common.channels.amazon_products import upsert
from common.channels.amazon_shipping import cancel, check_feed, ship
from common.channels.amazon_subscription import ensure_subscription
from common.channels.port import (
    CancelReason,
    Cap,
    ChannelInfo,
    Context,
    CredentialField,
    Cursor,
    Done,
    Limits,
    Listing,
    OptionField,
    Page,
    ProductDraft,
    ShipmentNotice,
    SkuPage,
    StockResult,
    StockUpdate,
    Unsupported,
)

# (calls a second, burst) by operation.
_PUBLISHED: Final = {
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "getListingsItem": (5.0, 10),
    "patchListingsItem": (5.0, 5),
    "putListingsItem": (5.0, 10),
    "searchListingsItems": (5.0, 5),
    "confirmShipment": (2.0, 10),
    "createFeed": (0.0083, 15),
    "createFeedDocument": (0.5, 15),
    "getFeed": (2.0, 15),
    "getDestinations": (1.0, 5),
    "createDestination": (1.0, 5),
    "getSubscription": (1.0, 5),
    "createSubscription": (1.0, 5),
}
INFO: Final = ChannelInfo(
    code="amazon",
    name="Amazon",
    caps=Cap.QUEUE_IN
    | Cap.POLL
    | Cap.STOCK
    | Cap.STOCK_READ
    | Cap.STOCK_ASYNC
    | Cap.SHIP
    | Cap.CANCEL
    | Cap.LIST_SKUS
    | Cap.PRODUCT_UPSERT
    # The client secret ends after 180 days.
    | Cap.HUMAN_REAUTH,
    limits=Limits(
        rate={name: rate for name, (rate, _) in _PUBLISHED.items()} | {"*": 2.0},
        burst={name: burst for name, (_, burst) in _PUBLISHED.items()} | {"*": 4},
        stock_batch=5,
        read_batch=10,
        order_batch=10,
        # None is published; the sweep of open orders fits into one search.
        max_window=timedelta(days=90),
        poll_overlap=timedelta(minutes=30),
        # Two searches a poll and the sweep of open orders come to less than 20 an hour.
        poll_every=timedelta(minutes=7),
        # The two minutes that a search keeps away from now, and what Amazon takes until a search
        # shows a new order. It states no figure for that; until one is measured, it is this.
        visibility_delay=timedelta(minutes=15),
        longest_request=timedelta(seconds=60),
    ),
    credentials=(
        CredentialField("client_id", secret=False),
        CredentialField("client_secret", lifetime=180),
        CredentialField("refresh_token"),
    ),
    options=(
        OptionField("seller_id"),
        OptionField("marketplace_id", JAPAN),
        OptionField("lwa_url", LWA_URL),
        # ARN of our queue, for changes within seconds.
        OptionField("notification_queue", optional=True),
    ),
    default_url="https://sellingpartnerapi-fe.amazon.com",
    api_version="2026-01-01",
)


class AmazonApi(Unsupported):
    """SP-API of one seller. There is nothing to confirm: Amazon releases orders by itself."""

    info = INFO

    def check(self, ctx: Context) -> None:
        """One search among the seller's listings: needs token, role, seller and marketplace. With
        a queue for notifications, that Amazon writes to it is seen to as well."""
        query = {"marketplaceIds": marketplace(ctx), "pageSize": "1"}
        call(ctx, "searchListingsItems", "GET", place(ctx), query=query, repeatable=True)
        if queue_arn := ctx.shop.options.get("notification_queue"):
            ensure_subscription(ctx, queue_arn)

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        return fetch_since(ctx, cursor)

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        return fetch_ids(ctx, ids)

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return push_all(ctx, updates)

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        """None also for what Amazon ships itself."""
        found: dict[str, int | None] = {}
        for listing in listings:
            item = get_item(ctx, listing.code, "fulfillmentAvailability")
            found[listing.code] = quantity_of(item) if item else None
        return found

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        return ship(ctx, notice)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        return cancel(ctx, channel_order_id, reason)

    def check_pending(self, ctx: Context, pending: str) -> None:
        check_feed(ctx, pending)

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        return list_page(ctx, token)

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        return upsert(ctx, product)


API = AmazonApi()
