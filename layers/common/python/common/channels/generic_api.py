"""The generic channel's way out: a small HTTP contract of our own that any cart can serve.

docs/channels.md has the contract. Requests carry a bearer token, or a signature by the rules of
Standard Webhooks over `<METHOD> <path and query>`, a line end and the body.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from common.canonical import CanonicalOrder
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.generic import key_of
from common.channels.generic_order import read_order
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
    Page,
    Request,
    ShipmentNotice,
    SkuPage,
    SkuRow,
    StockOutcome,
    StockResult,
    StockUpdate,
    Unsupported,
)
from common.clock import to_wire

_PAGE: Final = 100
_KINDS: Final = {
    401: ErrorKind.AUTH,
    403: ErrorKind.FORBIDDEN,
    404: ErrorKind.NOT_FOUND,
    405: ErrorKind.UNSUPPORTED,
    409: ErrorKind.CONFLICT,
}
_OUTCOMES: Final = {
    "applied": StockOutcome.APPLIED,
    "accepted": StockOutcome.ACCEPTED,
    "outdated": StockOutcome.RETRY,
    "unknown": StockOutcome.UNKNOWN_SKU,
}


class GenericApi(Unsupported):
    """One way to every cart that serves the contract."""

    info = ChannelInfo(
        code="generic",
        name="汎用（Standard Webhooks）",
        caps=Cap.WEBHOOK
        | Cap.POLL
        | Cap.STOCK
        | Cap.STOCK_READ
        | Cap.CONFIRM
        | Cap.SHIP
        | Cap.CANCEL
        | Cap.LIST_SKUS,
        limits=Limits(
            rate={"*": 5.0},
            burst={"*": 10},
            stock_batch=100,
            read_batch=50,
            order_batch=10,
            poll_overlap=timedelta(minutes=15),
            longest_request=timedelta(seconds=60),
        ),
        credentials=(
            CredentialField("api_token", optional=True),
            CredentialField("signing_secret", optional=True),
        ),
    )

    def check(self, ctx: Context) -> None:
        """A poll of nothing. Raises ChannelError."""
        since = to_wire(ctx.now())
        _ask(ctx, "orders", "GET", "/orders", query={"updated_since": since, "limit": "1"})

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        """The sweep says that open orders will do; a cart that does not mind it sends them all."""
        query = {
            "updated_since": to_wire(cursor.since),
            "updated_until": to_wire(cursor.until),
            "limit": str(_PAGE),
            **({"status": "open"} if cursor.phase == "open" else {}),
            **({"cursor": cursor.token} if cursor.token else {}),
        }
        answer = _ask(ctx, "orders", "GET", "/orders", query=query)
        orders, failed = _orders(ctx, _rows(answer, "orders"))
        token = answer.get("next")
        more = cursor._replace(token=str(token)) if token else None
        return Page(orders=orders, failed=failed, next=more)

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        found = []
        for order_id in ids:
            try:
                found.append(_ask(ctx, "orders", "GET", _order_path(order_id)))
            except ChannelError as error:
                if error.kind is not ErrorKind.NOT_FOUND:
                    raise
        orders, failed = _orders(ctx, found)
        return Page(orders=orders, failed=failed)

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        """`version` grows with time, so that a cart can drop what arrives late."""
        version = int(ctx.now().timestamp() * 1000)
        body = {
            "updates": [
                {"code": u.listing.code, "quantity": u.quantity, "version": version}
                for u in updates
            ]
        }
        key = hashlib.sha256("\n".join(u.key for u in updates).encode()).hexdigest()[:40]
        # Each try of the same updates has a newer version, so it is a request of its own.
        answer = _ask(
            ctx, "push", "PUT", "/stock", body=body, key=f"{key}-{version}", repeatable=False
        )
        said = {str(row.get("code")): row for row in _rows(answer, "results")}
        return [_result(u.listing.code, said.get(u.listing.code)) for u in updates]

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        codes = [("codes", listing.code) for listing in listings]
        answer = _ask(ctx, "read", "GET", "/stock", query=codes)
        shown = {str(row.get("code")): row.get("quantity") for row in _rows(answer, "stock")}
        return {listing.code: _whole(shown.get(listing.code)) for listing in listings}

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        query = {"limit": str(_PAGE), **({"cursor": token} if token else {})}
        answer = _ask(ctx, "list", "GET", "/listings", query=query)
        rows = [
            SkuRow(
                listing=Listing(str(row.get("code") or "")),
                sku=str(row.get("sku") or row.get("code") or ""),
                jan=str(row.get("jan") or ""),
                title=str(row.get("title") or ""),
                quantity=_whole(row.get("quantity")),
            )
            for row in _rows(answer, "listings")
            if row.get("code")
        ]
        following = answer.get("next")
        return SkuPage(rows, str(following) if following else None)

    def confirm_order(self, ctx: Context, channel_order_id: str) -> Done:
        return _tell(ctx, channel_order_id, "confirm", {})

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        body = {
            "carrier": notice.carrier,
            "carrier_name": notice.carrier_name,
            "tracking_numbers": list(notice.tracking_numbers),
            "shipped_on": f"{notice.shipped_on:%Y-%m-%d}",
            "destination_id": notice.destination_id,
            "lines": [{"line_id": line_id, "quantity": n} for line_id, n in notice.lines],
            "notify_customer": notice.notify_customer,
        }
        return _tell(ctx, notice.channel_order_id, "shipment", body, notice.key)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        return _tell(ctx, channel_order_id, "cancel", {"reason": str(reason)})


def _tell(ctx: Context, order_id: str, what: str, body: Mapping[str, Any], key: str = "") -> Done:
    """key: of what may be told more than once of one order."""
    path = f"{_order_path(order_id)}/{what}"
    once = f"{what}-{quote(order_id, safe='')}"
    answer = _ask(ctx, what, "POST", path, body=body, key=key or once)
    return Done(already=answer.get("already") is True, remote_id=str(answer.get("id") or ""))


def _order_path(order_id: str) -> str:
    return f"/orders/{quote(order_id, safe='')}"


def _orders(
    ctx: Context, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[CanonicalOrder], list[tuple[str, str]]]:
    orders: list[CanonicalOrder] = []
    failed = []
    shop = ShopRef(ctx.shop.id, ctx.shop.currency)
    for row in rows:
        # As a delivery has it, but without a time of its own: the order must say its version.
        envelope = {"type": "order.updated", "timestamp": "", "data": row}
        try:
            order = read_order(json.dumps(envelope).encode(), shop)
        except UnreadableDelivery as unreadable:
            failed.append((str(row.get("channel_order_id") or ""), unreadable.reason))
            continue
        if order is not None:
            orders.append(order)
    return orders, failed


def _result(code: str, row: Mapping[str, Any] | None) -> StockResult:
    if row is None:
        return StockResult(code, StockOutcome.UNKNOWN, message="no result")
    outcome = _OUTCOMES.get(str(row.get("status")), StockOutcome.REJECTED)
    return StockResult(code, outcome, _whole(row.get("quantity")), str(row.get("status"))[:40])


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _rows(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = answer.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _strange()
    return rows


def _ask(
    ctx: Context,
    operation: str,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    body: Mapping[str, Any] | None = None,
    key: str = "",
    repeatable: bool = True,
) -> dict[str, Any]:
    """The JSON object of the answer. Requests may be repeated: reads are, and writes carry an
    Idempotency-Key; but not quantities, whatever a cart makes of the key. Raises ChannelError."""
    url = f"{ctx.shop.url}{path}" + (f"?{urlencode(query)}" if query else "")
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    headers |= _proof(ctx, method, url, content)
    response = ctx.send(operation, Request(method, url, headers, content), repeatable=repeatable)
    if response.status >= 300:
        kind = _KINDS.get(response.status, ErrorKind.INVALID)
        raise ChannelError(kind, f"The cart answered {response.status}.", code=str(response.status))
    try:
        answer = json.loads(response.body or b"{}")
    except ValueError:
        raise _strange() from None
    if not isinstance(answer, dict):
        raise _strange()
    return answer


def _strange() -> ChannelError:
    return ChannelError(
        ErrorKind.REMOTE, "The cart's answer cannot be read.", code="strange", may_be_applied=True
    )


def _proof(ctx: Context, method: str, url: str, body: bytes) -> dict[str, str]:
    """The bearer token, else the signature. Raises ChannelError AUTH when there is neither."""
    try:
        return {"Authorization": f"Bearer {ctx.credential('api_token')}"}
    except ChannelError:
        secret = ctx.credential("signing_secret")
    key = key_of(secret)
    if not key:
        raise ChannelError(
            ErrorKind.AUTH, "The signing secret is none, or too short.", code="signing_secret"
        )
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    seconds = str(int(ctx.now().timestamp()))
    said = f"{method} {target}\n".encode() + body
    id_ = f"req_{hashlib.sha256(seconds.encode() + said).hexdigest()[:24]}"
    signed = b".".join((id_.encode(), seconds.encode(), said))
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{signature}",
    }


API = GenericApi()
