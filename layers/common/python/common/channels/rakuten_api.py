"""Talks to Rakuten's shop system RMS: Order API (es/2.0), Inventory API 2.1, Item API 2.0.

Wire facts: the public clients JakeJP/Rakuten.RMS.Api and oh0123/rakuten-spi-sdk; docs/channels.md
says what of it is not confirmed by an account. One request a second and function is what Rakuten
recommends; bulk-get takes five.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

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
from common.channels.rakuten_call import call, messages, read_object, refusal, refused, rows_of
from common.channels.rakuten_items import list_skus, upsert
from common.channels.rakuten_order import read_order
from common.channels.rakuten_poll import MAX_WINDOW, ORDERED, find_orders, search
from common.channels.rakuten_ship import VERSION_OPTION, cancel, confirm, get_orders, ship
from common.channels.rakuten_stock import MOST_READ, MOST_ROWS, push, read
from common.clock import JST

_EXPIRY = "/es/1.0/license-management/license-key/expiry-date?licenseKey="


class RakutenApi(Unsupported):
    """A shop on Rakuten Ichiba."""

    info = ChannelInfo(
        code="rakuten",
        name="楽天市場",
        # What staff change in RMS (a memo, the remarks, the delivery date) leaves all times alone.
        has_versions=False,
        caps=(
            Cap.POLL
            | Cap.STOCK
            | Cap.STOCK_READ
            | Cap.STOCK_ASYNC
            | Cap.CONFIRM
            | Cap.SHIP
            | Cap.CANCEL
            | Cap.LIST_SKUS
            | Cap.PRODUCT_UPSERT
            | Cap.HUMAN_REAUTH
        ),
        limits=Limits(
            rate={
                **dict.fromkeys(("*", "search_order", "get_order", "push", "items"), 1.0),
                "read_stock": 5.0,
            },
            burst={
                "*": 2,
                "search_order": 2,
                "get_order": 2,
                "push": 1,
                "items": 2,
                "read_stock": 5,
            },
            stock_batch=MOST_ROWS,
            read_batch=MOST_READ,
            order_batch=100,
            max_window=MAX_WINDOW,
            poll_overlap=timedelta(hours=1),
            visibility_delay=timedelta(minutes=5),
        ),
        credentials=(
            CredentialField("service_secret"),
            CredentialField("license_key", lifetime=90),
        ),
        options=(OptionField(VERSION_OPTION, "10", optional=True),),
        default_url="https://api.rms.rakuten.co.jp",
        api_version="10",
    )

    def check(self, ctx: Context) -> None:
        """Asks when the licence key ends, and for the orders of the last hour, which needs the
        Order API to be switched on. Raises ChannelError."""
        now = ctx.now()
        if self.expiries(ctx)["license_key"] <= now:
            raise ChannelError(ErrorKind.AUTH, "The licence key has ended. Issue a new one in RMS.")
        find_orders(ctx, ORDERED, now - timedelta(hours=1), now, rows=1)

    def expiries(self, ctx: Context) -> Mapping[str, datetime]:
        """When credentials end, by name: Rakuten tells it of the licence key. Raises
        ChannelError."""
        key = ctx.credential("license_key")
        response = call(ctx, "license", "GET", f"{_EXPIRY}{key}", repeatable=True)
        if response.status != 200:
            raise refusal(response)
        text = str(read_object(response).get("expiryDate") or "")
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ChannelError(
                ErrorKind.REMOTE, "Rakuten does not say when the licence key ends.", code="expiry"
            ) from None
        # Without an offset, as it comes, it is a time in Japan.
        return {"license_key": at if at.tzinfo else at.replace(tzinfo=JST)}

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        return search(ctx, cursor)

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        """getOrder. What Rakuten has an error for, leaves out or we cannot read is in `failed`."""
        if not ids:
            return Page()
        data = get_orders(ctx, ids)
        found = messages(data)
        rows = rows_of(data, "OrderModelList")
        whole = [message for message in found if message.is_error and not message.order_number]
        if whole and not rows:
            raise refused(whole)
        failed = {m.order_number: m.code for m in found if m.is_error and m.order_number}
        orders = []
        for row in rows:
            number = str(row.get("orderNumber") or "")
            try:
                orders.append(
                    read_order(json.dumps(row).encode(), ShopRef(ctx.shop.id, ctx.shop.currency))
                )
            except UnreadableDelivery as error:
                failed[number] = f"{error.reason}: {error.detail}"
        read_ids = {order.channel_order_id for order in orders}
        for order_id in ids:
            if order_id not in read_ids:
                failed.setdefault(order_id, "not_found")
        return Page(orders=orders, failed=tuple(failed.items()))

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return push(ctx, updates)

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        return read(ctx, listings)

    def confirm_order(self, ctx: Context, channel_order_id: str) -> Done:
        return confirm(ctx, channel_order_id)

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        return ship(ctx, notice)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        return cancel(ctx, channel_order_id, reason)

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        return list_skus(ctx, token)

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        return upsert(ctx, product)


API = RakutenApi()
