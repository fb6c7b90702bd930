"""Orders read from Amazon: searches of Orders API 2026-01-01, and single orders.

A search ends two minutes in the past at least. So a search by the time of the last change leaves
out an order that changed a moment ago, however old it is, and a poll must not claim to have seen
it. Every poll therefore goes over its time twice: by the last change, and then by the order's own
time, of which it hands on what changed too late for the first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

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
_UPDATED, _CREATED = "lastUpdated", "created"


class _Place(NamedTuple):
    """Where a cursor stands, as its token `<end of the search>|<time>|<Amazon's token>` says.

    The end is not the cursor's own `until`, which may lie ahead of what Amazon tells of: a poll
    whose window seemed to end there would go on from there, again and again.
    """

    until: datetime
    time: str
    token: str = ""

    def __str__(self) -> str:
        return f"{to_wire(self.until)}|{self.time}|{self.token}"

    @classmethod
    def of(cls, cursor: Cursor, now: datetime) -> "_Place":
        if cursor.token:
            until, time, token = cursor.token.split("|", 2)
            return cls(datetime.fromisoformat(until), time, token)
        time = _CREATED if cursor.phase == "open" else _UPDATED
        return cls(min(cursor.until, now - _TELLABLE), time)

    def following(self, token: str, phase: str) -> "_Place | None":
        """token: Amazon's, of the next page of the same search, "" for the last."""
        if token:
            return self._replace(token=token)
        if phase == "open" or self.time == _CREATED:
            return None
        return self._replace(time=_CREATED, token="")


def fetch_since(ctx: Context, cursor: Cursor) -> Page:
    """phase `new`: changed or ordered in that time. phase `open`: ordered then and still open."""
    place = _Place.of(cursor, ctx.now())
    if place.until <= cursor.since:
        return Page()
    is_sweep = cursor.phase == "open"
    query = {
        f"{place.time}After": to_wire(cursor.since),
        f"{place.time}Before": to_wire(place.until),
        "marketplaceIds": marketplace(ctx),
        "maxResultsPerPage": str(_PAGE),
        "includedData": _INCLUDED,
    }
    query |= {"fulfillmentStatuses": _OPEN} if is_sweep else {}
    query |= {"paginationToken": place.token} if place.token else {}
    answer = call(
        ctx, "searchOrders", "GET", "/orders/2026-01-01/orders", query=query, repeatable=True
    )
    rows = rows_of(answer, "orders")
    if place.time == _CREATED and not is_sweep:
        rows = [row for row in rows if not _was_seen(row, place.until)]
    orders, failed = _read_all(ctx, rows)
    pagination = answer.get("pagination")
    more = str(pagination.get("nextToken") or "") if isinstance(pagination, dict) else ""
    following = place.following(more, cursor.phase)
    after = None if following is None else cursor._replace(token=str(following))
    return Page(orders=orders, failed=failed, next=after)


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
