"""WooCommerce's REST API v3.

Wire facts: woocommerce/woocommerce-rest-api-docs, `wp-api-v3`: Basic authentication with consumer
key and secret over TLS; at most 100 things a page or batch; errors are
`{"code", "message", "data": {"status"}}`, of one thing in a batch under its `error`. `sku` finds
variations too. Metadata is found by its key, so writing it twice is once.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

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
    Page,
    ProductDraft,
    ShipmentNotice,
    SkuPage,
    Unsupported,
)
from common.channels.woocommerce_order import read_order
from common.channels.woocommerce_rest import Answer, call
from common.channels.woocommerce_ship import report_shipment
from common.channels.woocommerce_stock import WooStock, rows_of
from common.money import exponent

_PER_PAGE: Final = 50
# A page of products; the variations of each are another call.
_PRODUCTS: Final = 20
_OPEN: Final = "pending,on-hold,processing"
_ENDED: Final = ("completed", "refunded")


class WooCommerceApi(WooStock, Unsupported):
    """One WooCommerce site; `shop.url` is the site's address."""

    info = ChannelInfo(
        code="woocommerce",
        name="WooCommerce",
        caps=Cap.WEBHOOK
        | Cap.POLL
        | Cap.STOCK
        | Cap.STOCK_READ
        | Cap.SHIP
        | Cap.CANCEL
        | Cap.LIST_SKUS
        | Cap.PRODUCT_UPSERT,
        limits=Limits(
            rate={"*": 4.0},
            burst={"*": 8},
            stock_batch=100,
            read_batch=100,
            order_batch=100,
        ),
        credentials=(CredentialField("consumer_key"), CredentialField("consumer_secret")),
        api_version="v3",
    )

    def check(self, ctx: Context) -> None:
        """Reads one order and one product: the key needs both."""
        for path in ("orders", "products"):
            call(ctx, "check", "GET", path, {"per_page": "1"})

    # -- orders

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        """By id: an order that changes meanwhile stays where it is. One that leaves the list moves
        those behind it to the front, so each page begins with the last order of the one before; if
        it does not, the poll goes back a page."""
        place = _Place.of(cursor.token)
        query = {
            "orderby": "id",
            "order": "asc",
            "per_page": str(_PER_PAGE),
            "offset": str(place.offset),
        }
        if cursor.phase == "open":
            query["status"] = _OPEN
        else:
            # `after` is after that second; its time has no fraction.
            since = cursor.since - timedelta(seconds=1)
            query["modified_after"] = f"{since:%Y-%m-%dT%H:%M:%S}"
            query["dates_are_gmt"] = "true"
        answer = call(ctx, "orders", "GET", "orders", query)
        rows = rows_of(answer.data)
        if place.has_gap(rows):
            return Page(next=cursor._replace(token=place.back().token))
        found = _page(ctx, [row for row in rows if not place.has_seen(row)])
        following = place.next(rows, answer.total)
        if following is None:
            return found
        return found._replace(next=cursor._replace(token=following.token))

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        """Lists leave out what is in the bin, so what is missing is asked for by itself."""
        known = [number for number in ids if number.isascii() and number.isdecimal()]
        failed = [(number, "not_found") for number in ids if number not in known]
        if not known:
            return Page(failed=failed)
        query = {"include": ",".join(known), "per_page": str(self.info.limits.order_batch)}
        rows = rows_of(call(ctx, "orders", "GET", "orders", query).data)
        there = {str(row.get("id")) for row in rows}
        for number in known:
            if number in there:
                continue
            row = _order(ctx, number)
            if row is None:
                failed.append((number, "not_found"))
            else:
                rows.append(row)
        found = _page(ctx, rows)
        return found._replace(failed=(*found.failed, *failed))

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        order = _order(ctx, notice.channel_order_id)
        if order is None:
            raise ChannelError(ErrorKind.NOT_FOUND, "The shop has no such order.")
        return report_shipment(ctx, order, notice)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        """The shop puts the units on sale again by itself. The reason has no place there."""
        order = _order(ctx, channel_order_id)
        if order is None:
            raise ChannelError(ErrorKind.NOT_FOUND, "The shop has no such order.")
        status = order.get("status")
        if status == "cancelled":
            return Done(already=True)
        if status in _ENDED:
            raise ChannelError(ErrorKind.CONFLICT, f"The order is {status}.", code=str(status))
        path, body = f"orders/{channel_order_id}", {"status": "cancelled"}
        call(ctx, "cancel", "PUT", path, body=body, repeatable=True)
        return Done()

    # -- products

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        """token: the number of a page."""
        page = int(token or "1")
        query = {"orderby": "id", "order": "asc", "per_page": str(_PRODUCTS), "page": str(page)}
        answer = call(ctx, "products", "GET", "products", query)
        found = [row for product in rows_of(answer.data) for row in self.skus_of(ctx, product)]
        return SkuPage(found, str(page + 1) if page < answer.pages else None)

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        """By SKU. A new product is a draft until somebody has looked at it, unless `extra` says
        `status`. The units of one that is there are left alone: those are `push_stock`'s."""
        fields: dict[str, Any] = {"sku": product.sku, "global_unique_id": product.jan}
        if product.price is not None:
            fields["regular_price"] = _price(product.price, ctx.shop.currency)
        rows = rows_of(call(ctx, "products", "GET", "products", {"sku": product.sku}).data)
        there = next((row for row in rows if row.get("sku") == product.sku), None)
        if there is None:
            fields |= {
                "name": product.name,
                "type": "simple",
                "status": product.extra.get("status", "draft"),
                "manage_stock": True,
                "stock_quantity": product.quantity,
            }
            new = call(ctx, "products", "POST", "products", body=fields)
            return Done(remote_id=_id(new))
        number, parent = there.get("id"), there.get("parent_id")
        if there.get("type") == "variation":
            path = f"products/{parent}/variations/{number}"
        else:
            path, fields["name"] = f"products/{number}", product.name
        call(ctx, "products", "PUT", path, body=fields, repeatable=True)
        return Done(remote_id=f"{parent}/{number}" if "variations" in path else f"{number}")


class _Place(NamedTuple):
    """Where a poll is: how many orders it skips, and the last one it has seen."""

    offset: int = 0
    last: int = 0

    @classmethod
    def of(cls, token: str) -> "_Place":
        return cls(*map(int, token.split("|"))) if token else cls()

    @property
    def token(self) -> str:
        return f"{self.offset}|{self.last}"

    def has_seen(self, row: Mapping[str, Any]) -> bool:
        return 0 < _number(row) <= self.last

    def has_gap(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Orders may have moved from this page to the one before, which was read already."""
        return self.offset > 0 and (not rows or _number(rows[0]) > self.last)

    def back(self) -> "_Place":
        return self._replace(offset=max(0, self.offset - _PER_PAGE))

    def next(self, rows: Sequence[Mapping[str, Any]], total: int) -> "_Place | None":
        if not rows or self.offset + len(rows) >= total:
            return None
        return _Place(self.offset + max(1, len(rows) - 1), _number(rows[-1]))


def _number(row: Mapping[str, Any]) -> int:
    """The id, 0 for none that can be read."""
    number = row.get("id")
    return number if isinstance(number, int) else 0


def _id(answer: Answer) -> str:
    return str(answer.data.get("id", "")) if isinstance(answer.data, dict) else ""


def _price(units: int, currency: str) -> str:
    digits = exponent(currency)
    return f"{units / 10**digits:.{digits}f}" if digits else str(units)


def _order(ctx: Context, number: str) -> dict[str, Any] | None:
    """The order, also one in the bin; None when there is none."""
    if not (number.isascii() and number.isdecimal()):
        return None
    try:
        data = call(ctx, "orders", "GET", f"orders/{number}").data
    except ChannelError as error:
        if error.kind is ErrorKind.NOT_FOUND:
            return None
        raise
    return data if isinstance(data, dict) else None


def _page(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> Page:
    orders, failed = [], []
    for row in rows:
        try:
            orders.append(read_order(dict(row), ShopRef(ctx.shop.id, ctx.shop.currency)))
        except UnreadableDelivery as error:
            failed.append((str(row.get("id", "")), error.reason))
    return Page(tuple(orders), failed=tuple(failed))


API = WooCommerceApi()
