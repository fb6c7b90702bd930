"""A cart of the owner's own: sends our order JSON, signed by Standard Webhooks. Pure.

The generic channel's other side. Amounts are yen, times aware.
"""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Order = dict[str, Any]

PRICE = 1000
SHIPPING = 500


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who ordered. Addresses below example.com reach nobody."""

    name: str = "見本 花子"
    email: str = "hanako@example.com"
    phone: str = "03-0000-0000"
    line1: str = "千代田1-1"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes that are sent once or, when nobody takes them, several times without any change."""

    headers: Mapping[str, str]
    body: bytes


def build_order(
    number: str,
    lines: Sequence[tuple[str, int]],
    at: datetime,
    buyer: Buyer = Buyer(),
    prices: Mapping[str, int] | None = None,
) -> Order:
    """A paid order. number: new in its shop. lines: (SKU, quantity) each. prices: yen by SKU,
    `PRICE` for all others."""
    price = {sku: (prices or {}).get(sku, PRICE) for sku, _ in lines}
    goods = sum(price[sku] * quantity for sku, quantity in lines)
    return {
        "channel_order_id": number,
        "display_no": number,
        "source_version": stamp(at),
        "ordered_at": stamp(at),
        "status": "READY",
        "buyer": {"name": buyer.name, "email": buyer.email, "phone": buyer.phone},
        "destinations": [_destination(buyer)],
        "lines": [
            {
                "line_id": str(n),
                "destination_id": "1",
                "title": f"商品 {sku}",
                "quantity": quantity,
                "sku_candidates": [sku],
                "unit_price": price[sku],
                "line_total": price[sku] * quantity,
            }
            for n, (sku, quantity) in enumerate(lines, 1)
        ],
        "money": {
            "currency": "JPY",
            "goods_total": goods,
            "shipping_total": SHIPPING,
            "total": goods + SHIPPING,
        },
        "payment": {"method": "CARD", "status": "PAID"},
    }


def changed(order: Order, at: datetime, **fields: Any) -> Order:
    """The same order as the cart reports it after a change at that time."""
    return order | fields | {"source_version": stamp(at)}


def delivery(
    secret: str, order: Order, *, id_: str, at: datetime, kind: str = "order.updated"
) -> Delivery:
    """A signed delivery. secret: `whsec_…`. id_: the same on every retry. at: when it is sent."""
    envelope = {"type": kind, "timestamp": stamp(at), "data": order}
    return sign(secret, json.dumps(envelope, ensure_ascii=False).encode(), id_=id_, at=at)


def sign(secret: str, body: bytes, *, id_: str, at: datetime) -> Delivery:
    """Any bytes, with the three headers of Standard Webhooks."""
    seconds = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((id_.encode(), seconds.encode(), body))
    digest = hmac.digest(key, signed, "sha256")
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return Delivery(headers, body)


def stamp(at: datetime) -> str:
    """`2026-11-21T12:00:00.000Z`. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _destination(buyer: Buyer) -> Mapping[str, Any]:
    address = {
        "country": "JP",
        "postal": "100-0001",
        "prefecture": "東京都",
        "city": "千代田区",
        "line1": buyer.line1,
    }
    contact = {"name": buyer.name, "phone": buyer.phone, "address": address}
    return {"id": "1", "contact": contact}
