"""Talking to Amazon: Orders API 2026-01-01, Listings Items 2021-08-01, Feeds 2021-06-30, and
confirmShipment of Orders v0, which the new version does not have yet.

Rates are the published defaults of each operation (amzn/selling-partner-api-models). Searching for
orders is the scarce one: 20 calls at once, then one in three minutes. Changes that must be seen
sooner come through the queue of notifications and are fetched one by one.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from common.canonical import CanonicalOrder
from common.channels.amazon import JAPAN
from common.channels.amazon_calls import LWA_URL, call
from common.channels.amazon_listings import (
    get_item,
    list_page,
    marketplace,
    place,
    push_all,
    quantity_of,
    rows_of,
)
from common.channels.amazon_order import read_order
from common.channels.amazon_products import upsert
from common.channels.amazon_shipping import cancel, get_order, ship
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.port import (
    CancelReason,
    Cap,
    ChannelError,
    ChannelInfo,
    Context,
    CredentialField,
    Cursor,
    Done,
    ErrorKind,
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
from common.clock import to_wire

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
# `lastUpdatedBefore` must be two minutes in the past, by Amazon's clock.
_TELLABLE: Final = timedelta(minutes=2, seconds=10)
_INCLUDED: Final = (
    "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,PAYMENT"
)
_OPEN: Final = "PENDING_AVAILABILITY,PENDING,UNSHIPPED,PARTIALLY_SHIPPED"
_PAGE: Final = 100

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
        max_window=timedelta(days=30),
        poll_overlap=timedelta(minutes=30),
        # The two minutes above, and what Amazon takes to show a new order in a search. It states
        # no figure for that; until one is measured, a quarter of an hour is held back.
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
    ),
    default_url="https://sellingpartnerapi-fe.amazon.com",
    api_version="2026-01-01",
)


class AmazonApi(Unsupported):
    """SP-API of one seller. There is nothing to confirm: Amazon releases orders by itself."""

    info = INFO

    def check(self, ctx: Context) -> None:
        """One search among the seller's listings: needs token, role, seller and marketplace."""
        query = {"marketplaceIds": marketplace(ctx), "pageSize": "1"}
        call(ctx, "searchListingsItems", "GET", place(ctx), query=query, repeatable=True)

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        """phase `new`: changed in that time. phase `open`: ordered in that time and still open."""
        until = min(cursor.until, ctx.now() - _TELLABLE)
        if until <= cursor.since:
            return Page()
        is_sweep = cursor.phase == "open"
        what = "created" if is_sweep else "lastUpdated"
        query = {
            f"{what}After": to_wire(cursor.since),
            f"{what}Before": to_wire(until),
            "marketplaceIds": marketplace(ctx),
            "maxResultsPerPage": str(_PAGE),
            "includedData": _INCLUDED,
        }
        query |= {"fulfillmentStatuses": _OPEN} if is_sweep else {}
        query |= {"paginationToken": cursor.token} if cursor.token else {}
        answer = call(
            ctx, "searchOrders", "GET", "/orders/2026-01-01/orders", query=query, repeatable=True
        )
        orders, failed = _read_all(ctx, rows_of(answer, "orders"))
        pagination = answer.get("pagination")
        token = pagination.get("nextToken") if isinstance(pagination, dict) else None
        # The next page must be of the same search, so its end stays as it is.
        following = cursor._replace(until=until, token=str(token)) if token else None
        return Page(orders=orders, failed=failed, next=following)

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        """One call an order. One that Amazon does not know is among `failed`."""
        found: list[dict[str, Any]] = []
        missing: list[tuple[str, str]] = []
        for order_id in ids:
            try:
                found.append(get_order(ctx, order_id, _INCLUDED))
            except ChannelError as error:
                if error.kind not in (ErrorKind.NOT_FOUND, ErrorKind.INVALID):
                    raise
                missing.append((order_id, error.kind.value))
        orders, failed = _read_all(ctx, found)
        return Page(orders=orders, failed=(*missing, *failed))

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

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        return list_page(ctx, token)

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        return upsert(ctx, product)


def _read_all(
    ctx: Context, rows: Sequence[dict[str, Any]]
) -> tuple[list[CanonicalOrder], tuple[tuple[str, str], ...]]:
    """Orders, and (id, reason) of those that cannot be read."""
    shop = ShopRef(ctx.shop.id, ctx.shop.currency)
    orders: list[CanonicalOrder] = []
    failed: list[tuple[str, str]] = []
    for row in rows:
        try:
            orders.append(read_order(row, shop))
        except UnreadableDelivery as unreadable:
            failed.append((str(row.get("orderId") or ""), unreadable.reason))
    return orders, tuple(failed)


API = AmazonApi()
