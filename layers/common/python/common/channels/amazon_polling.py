"""Orders read from Amazon: searches of Orders API 2026-01-01, and single orders.

A search ends two minutes in the past at least. So a search by the time of the last change leaves
out an order that changed a moment ago, however old it is, and a poll must not claim to have seen
it. Every poll therefore goes over its time twice: by the last change, and then by the order's own
time, of which it hands on what changed too late for the first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from common.canonical import CanonicalOrder
from common.channels.amazon_calls import call
from common.channels.amazon_listings import marketplace, rows_of
from common.channels.amazon_order import read_order
from common.channels.amazon_shipping import get_order
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.port import ChannelError, Context, Cursor, ErrorKind, Page
from common.clock import to_wire

# Two minutes, by Amazon's clock.
_TELLABLE: Final = timedelta(minutes=2, seconds=10)
_INCLUDED: Final = (
    "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,PAYMENT"
)
_OPEN: Final = "PENDING_AVAILABILITY,PENDING,UNSHIPPED,PARTIALLY_SHIPPED"
_PAGE: Final = 100
# What a cursor's token begins with while orders are searched by their own time.
_CREATED: Final = "created:"


def fetch_since(ctx: Context, cursor: Cursor) -> Page:
    """phase `new`: changed or ordered in that time. phase `open`: ordered then and still open."""
    until = min(cursor.until, ctx.now() - _TELLABLE)
    if until <= cursor.since:
        return Page()
    is_sweep, by_created = cursor.phase == "open", cursor.token.startswith(_CREATED)
    what = "created" if is_sweep or by_created else "lastUpdated"
    token = cursor.token.removeprefix(_CREATED)
    query = {
        f"{what}After": to_wire(cursor.since),
        f"{what}Before": to_wire(until),
        "marketplaceIds": marketplace(ctx),
        "maxResultsPerPage": str(_PAGE),
        "includedData": _INCLUDED,
    }
    query |= {"fulfillmentStatuses": _OPEN} if is_sweep else {}
    query |= {"paginationToken": token} if token else {}
    answer = call(
        ctx, "searchOrders", "GET", "/orders/2026-01-01/orders", query=query, repeatable=True
    )
    rows = rows_of(answer, "orders")
    if by_created:
        rows = [row for row in rows if not _was_seen(row, until)]
    orders, failed = _read_all(ctx, rows)
    pagination = answer.get("pagination")
    more = str(pagination.get("nextToken") or "") if isinstance(pagination, dict) else ""
    following = _following(more, by_created=by_created, is_sweep=is_sweep)
    # The next page must be of the same search, so its end stays as it is.
    after = None if following is None else cursor._replace(until=until, token=following)
    return Page(orders=orders, failed=failed, next=after)


def _following(token: str, *, by_created: bool, is_sweep: bool) -> str | None:
    if token:
        return f"{_CREATED if by_created else ''}{token}"
    return None if by_created or is_sweep else _CREATED


def _was_seen(row: dict[str, Any], until: datetime) -> bool:
    """Whether a search by the last change, up to `until`, has shown it."""
    try:
        return datetime.fromisoformat(str(row.get("lastUpdatedTime"))) <= until
    except (ValueError, TypeError):
        return False


def fetch_ids(ctx: Context, ids: Sequence[str]) -> Page:
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
