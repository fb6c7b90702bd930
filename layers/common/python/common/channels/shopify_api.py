"""Shopify's Admin API: orders by poll, stock with compare-and-set, shipments, cancellations.

Wire facts: shopify.dev, GraphQL Admin API 2026-10.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from common.canonical import CanonicalOrder
from common.channels import shopify_products, shopify_ship, shopify_stock
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
from common.channels.shopify_call import API_VERSION, call
from common.channels.shopify_graphql import LINE_FIELDS, LINES, ORDER_FIELDS, PAGE, read_node
from common.clock import to_wire

T = TypeVar("T")

_TOO_COSTLY: Final = "MAX_COST_EXCEEDED"
_CHECK: Final = """query Check($location: ID!) {
  shop { name }
  location(id: $location) { id }
}"""
_SINCE: Final = f"""query OrdersSince($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ {ORDER_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
_BY_ID: Final = f"""query OrdersById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Order {{ {ORDER_FIELDS} }} }}
}}"""
_MORE_LINES: Final = f"""query MoreLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{
    lineItems(first: $first, after: $after) {{
      nodes {{ {LINE_FIELDS} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}"""


class ShopifyApi(Unsupported):
    """One way to every shop on Shopify."""

    info = ChannelInfo(
        code="shopify",
        name="Shopify",
        caps=Cap.WEBHOOK
        | Cap.POLL
        | Cap.STOCK
        | Cap.STOCK_CAS
        | Cap.STOCK_READ
        | Cap.SHIP
        | Cap.CANCEL
        | Cap.LIST_SKUS
        | Cap.PRODUCT_UPSERT,
        limits=Limits(
            rate={"*": 4.0},
            burst={"*": 8},
            stock_batch=shopify_stock.BATCH,
            read_batch=50,
            order_batch=PAGE,
            # Older orders need a scope of their own (read_all_orders).
            max_window=timedelta(days=59),
            poll_overlap=timedelta(minutes=15),
            # `orders(query:)` is answered from a search index, which follows the orders.
            visibility_delay=timedelta(minutes=1),
            longest_request=timedelta(seconds=60),
        ),
        credentials=(
            CredentialField("access_token", optional=True),
            CredentialField("client_id", secret=False, optional=True),
            CredentialField("client_secret", optional=True),
            CredentialField("refresh_token", optional=True),
        ),
        options=(OptionField("location_id"),),
        api_version=API_VERSION,
    )

    def check(self, ctx: Context) -> None:
        """The token is good, and the location is there. Raises ChannelError."""
        data = call(ctx, "check", _CHECK, {"location": shopify_stock.location(ctx)})
        if not data.get("location"):
            raise ChannelError(
                ErrorKind.INVALID, "The shop has no such location.", code="location_id"
            )

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        """Orders by the time of their last change; the sweep leaves out what has been shipped,
        cancelled or archived."""
        fewer, _, after = cursor.token.partition("|")
        search = _search(cursor)

        def ask(first: int) -> dict[str, Any]:
            variables = {"first": first, "after": after or None, "query": search}
            found: dict[str, Any] = call(ctx, "orders", _SINCE, variables)["orders"]
            return found

        found, size = _sized(int(fewer or PAGE), ask)
        orders, failed = self._read(ctx, found["nodes"])
        info = found["pageInfo"]
        token = f"{size}|{info['endCursor']}"
        more = cursor._replace(token=token) if info["hasNextPage"] else None
        return Page(orders=orders, failed=failed, next=more)

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        gids = [f"gid://shopify/Order/{order_id}" for order_id in ids]
        nodes: list[dict[str, Any]] = []

        def ask(first: int) -> list[dict[str, Any]]:
            # An id that is no order is null, or an object without the fields of one.
            asked = call(ctx, "orders", _BY_ID, {"ids": gids[:first]})["nodes"]
            return [node for node in asked if node]

        size = PAGE
        while gids:
            found, size = _sized(min(size, len(gids)), ask)
            nodes += found
            del gids[:size]
        orders, failed = self._read(ctx, nodes)
        return Page(orders=orders, failed=failed)

    def _read(
        self, ctx: Context, nodes: Sequence[dict[str, Any]]
    ) -> tuple[list[CanonicalOrder], list[tuple[str, str]]]:
        shop = ShopRef(ctx.shop.id, ctx.shop.currency)
        orders, failed = [], []
        for node in nodes:
            try:
                orders.append(read_node(self._whole(ctx, node), shop))
            except UnreadableDelivery as unreadable:
                failed.append((str(node.get("legacyResourceId", "")), unreadable.reason))
        return orders, failed

    def _whole(self, ctx: Context, node: dict[str, Any]) -> dict[str, Any]:
        """The order with all of its lines."""
        lines = list(node["lineItems"]["nodes"])
        info = node["lineItems"]["pageInfo"]
        while info["hasNextPage"]:
            order_id = f"gid://shopify/Order/{node['legacyResourceId']}"
            variables = {"id": order_id, "first": LINES, "after": info["endCursor"]}
            more = call(ctx, "orders", _MORE_LINES, variables)["order"]["lineItems"]
            lines += more["nodes"]
            info = more["pageInfo"]
        return {**node, "lineItems": {"nodes": lines}}

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return shopify_stock.push(ctx, updates)

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        return shopify_stock.read(ctx, listings)

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        return shopify_ship.ship(ctx, notice)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        return shopify_ship.cancel(ctx, channel_order_id, reason)

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        return shopify_products.list_skus(ctx, token)

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        return shopify_products.upsert(ctx, product)


def _search(cursor: Cursor) -> str:
    since, until = to_wire(cursor.since), to_wire(cursor.until)
    stretch = f"updated_at:>='{since}' AND updated_at:<='{until}'"
    if cursor.phase != "open":
        return stretch
    return f"{stretch} AND status:open AND fulfillment_status:unfulfilled"


def _sized(size: int, ask: Callable[[int], T]) -> tuple[T, int]:
    """What Shopify answers to so many orders, and to how many: it refuses a query that might cost
    more than 1,000 points, and how it counts them changes."""
    while True:
        try:
            return ask(size), size
        except ChannelError as error:
            if error.code != _TOO_COSTLY or size == 1:
                raise
            size //= 2


API = ShopifyApi()
