"""What becomes of an order of Shopify: the payloads of its later webhooks. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from malls.shopify.catalogue import product_id, variant_id
from malls.shopify.orders import Order, stamp


def paid(order: Order, at: datetime) -> Order:
    """The payload of `orders/paid`: the same order, now paid for."""
    return order | {"financial_status": "paid", "updated_at": stamp(at)}


def cancelled(order: Order, at: datetime, reason: str = "customer") -> Order:
    """The payload of `orders/cancelled`. reason: customer, inventory, fraud, declined or other."""
    voided = order["financial_status"] in ("pending", "authorized")
    return order | {
        "cancelled_at": stamp(at),
        "cancel_reason": reason,
        "financial_status": "voided" if voided else "refunded",
        "updated_at": stamp(at),
        "line_items": [
            line | {"current_quantity": 0, "fulfillable_quantity": 0}
            for line in order["line_items"]
        ],
    }


def noted(order: Order, at: datetime, note: str) -> Order:
    """The payload of `orders/updated` after somebody changed the remarks in the mall's screen."""
    return order | {"note": note, "updated_at": stamp(at)}


def fulfilled(
    order: Order, at: datetime, units: Mapping[int, int], company: str, numbers: Sequence[str]
) -> Order:
    """The payload of `orders/fulfilled` or `orders/partially_fulfilled`: one more parcel. units: by
    line id."""
    count = len(order["fulfillments"]) + 1
    parcel = {
        "id": order["id"] + 700 + count,
        "status": "success",
        "created_at": stamp(at),
        "tracking_company": company,
        "tracking_numbers": list(numbers),
        "line_items": [{"id": line_id, "quantity": n} for line_id, n in units.items()],
    }
    lines = [
        line | {"fulfillable_quantity": line["fulfillable_quantity"] - units.get(line["id"], 0)}
        for line in order["line_items"]
    ]
    left = sum(line["fulfillable_quantity"] for line in lines)
    return order | {
        "fulfillments": [*order["fulfillments"], parcel],
        "fulfillment_status": "partial" if left else "fulfilled",
        "line_items": lines,
        "updated_at": stamp(at),
    }


def without_street(order: Order) -> Order:
    """The same order with nothing in the first address line, as careless carts send it."""
    return order | {"shipping_address": order["shipping_address"] | {"address1": None}}


def with_unknown_sku(order: Order, sku: str) -> Order:
    """The same order with a first line whose SKU the storehouse has never heard of."""
    first, *others = order["line_items"]
    strange = {"sku": sku, "variant_id": variant_id(sku), "product_id": product_id(sku)}
    return order | {"line_items": [first | strange, *others]}
