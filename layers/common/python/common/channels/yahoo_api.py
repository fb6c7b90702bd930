"""Talks to Yahoo!ショッピング: the store APIs of circus.shopping.yahooapis.jp.

Wire facts: developer.yahoo.co.jp/webapi/shopping; one call a second and URL, 50,000 a day. In
production the order APIs answer registered source addresses only.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

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
    ShipmentNotice,
    StockResult,
    StockUpdate,
    Unsupported,
)
from common.channels.xml import write_xml
from common.channels.yahoo_call import KEY_VERSION, SELLER, ask, ask_query, seller_of
from common.channels.yahoo_codes import INFO_FIELDS
from common.channels.yahoo_order import read_order
from common.channels.yahoo_poll import SWEEP, search
from common.channels.yahoo_ship import COMPLETE_OPTION, cancel, ship
from common.channels.yahoo_stock import MOST_READ, MOST_ROWS, push, read

_OPERATIONS = ("*", "order_list", "order_info", "push", "get_stock", "ship", "change_status")


class YahooApi(Unsupported):
    """A shop on Yahoo!ショッピング."""

    info = ChannelInfo(
        code="yahoo",
        name="Yahoo!ショッピング",
        caps=(
            Cap.POLL
            | Cap.STOCK
            | Cap.STOCK_READ
            | Cap.STOCK_ASYNC
            | Cap.SHIP
            | Cap.CANCEL
            | Cap.FIXED_IP
            | Cap.HUMAN_REAUTH
        ),
        limits=Limits(
            rate=dict.fromkeys(_OPERATIONS, 1.0),
            burst=dict.fromkeys(_OPERATIONS, 2),
            stock_batch=MOST_ROWS,
            read_batch=MOST_READ,
            order_batch=1,
            max_window=SWEEP,
            # An order that is checked for fraud is shown hours after it was placed.
            poll_overlap=timedelta(hours=6),
            visibility_delay=timedelta(hours=6),
        ),
        credentials=(
            CredentialField("client_id", secret=False),
            CredentialField("client_secret"),
            CredentialField("refresh_token", lifetime=28),
            CredentialField("public_key", lifetime=365),
        ),
        options=(
            OptionField(SELLER),
            OptionField(KEY_VERSION, "1"),
            OptionField(COMPLETE_OPTION, optional=True),
        ),
        default_url="https://circus.shopping.yahooapis.jp",
        api_version="V1",
    )

    def check(self, ctx: Context) -> None:
        """orderCount: how many orders there are by status. Raises ChannelError."""
        ask_query(ctx, "order_count", "orderCount")

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        return search(ctx, cursor)

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        """orderInfo, one order a call. What Yahoo refuses of one order, or we cannot read, is in
        `failed`."""
        orders, failed = [], []
        for order_id in ids:
            body = write_xml(
                "Req",
                {
                    "Target": {"OrderId": order_id, "Field": ",".join(INFO_FIELDS)},
                    "SellerId": seller_of(ctx),
                },
            )
            try:
                answer = ask(
                    ctx,
                    "order_info",
                    "orderInfo",
                    body,
                    "application/xml; charset=utf-8",
                    repeatable=True,
                )
                orders.append(read_order(answer.body, ShopRef(ctx.shop.id, ctx.shop.currency)))
            except UnreadableDelivery as error:
                failed.append((order_id, f"{error.reason}: {error.detail}"))
            except ChannelError as error:
                if error.kind not in (ErrorKind.INVALID, ErrorKind.NOT_FOUND):
                    raise
                failed.append((order_id, error.code))
        return Page(orders=orders, failed=failed)

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return push(ctx, updates)

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        return read(ctx, listings)

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        return ship(ctx, notice)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        return cancel(ctx, channel_order_id, reason)


API = YahooApi()
