"""Telling Shopify that goods left, or that an order is cancelled.

Wire facts: shopify.dev, "Manage fulfillments" (fulfillmentCreate over fulfillment orders; asked
twice it makes two), orderCancel (runs as a job). Carriers are known by names such as "Yamato (JA)".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from common.channels.port import (
    CancelReason,
    ChannelError,
    Context,
    Done,
    ErrorKind,
    ShipmentNotice,
)
from common.channels.shopify_call import call
from common.channels.shopify_graphql import number

Node = Mapping[str, Any]

_COMPANIES: Final = {
    "yamato": "Yamato (JA)",
    "sagawa": "Sagawa (JA)",
    "jp_post": "Japan Post (JA)",
}
_REASONS: Final = {
    CancelReason.CUSTOMER: "CUSTOMER",
    CancelReason.OUT_OF_STOCK: "INVENTORY",
    CancelReason.UNPAID: "DECLINED",
    CancelReason.OTHER: "OTHER",
}
_OPEN: Final = ("OPEN", "IN_PROGRESS")
_FAILED: Final = ("CANCELLED", "ERROR", "FAILURE")
_STATE: Final = """query Shipments($id: ID!) {
  order(id: $id) {
    cancelledAt
    fulfillments(first: 50) {
      id status trackingInfo { number }
      fulfillmentLineItems(first: 100) { nodes { quantity lineItem { id } } }
    }
    fulfillmentOrders(first: 20) {
      nodes {
        id status assignedLocation { location { id } }
        lineItems(first: 100) { nodes { id remainingQuantity lineItem { id } } }
      }
    }
  }
}"""
_SHIP: Final = """mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}"""
_BEFORE: Final = "query BeforeCancel($id: ID!) { order(id: $id) { cancelledAt } }"
_CANCEL: Final = """mutation CancelOrder(
  $id: ID!, $refund: OrderCancelRefundMethodInput!, $restock: Boolean!, $reason: OrderCancelReason!
) {
  orderCancel(
    orderId: $id, refundMethod: $refund, restock: $restock, reason: $reason, notifyCustomer: false
  ) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}"""


def ship(ctx: Context, notice: ShipmentNotice) -> Done:
    """What is already there under the notice's tracking numbers is not told again.

    Goods of several locations leave in one fulfilment each, under the same numbers.
    """
    order = _order(ctx, "ship", _STATE, notice.channel_order_id)
    told = list(_told(order, notice.tracking_numbers))
    wanted = _wanted(notice, told)
    parts = _parts(order, wanted)
    if not parts:
        if told:
            return Done(already=True, remote_id=number(told[0]["id"]))
        if _everything_left(order):
            return Done(already=True)
        raise ChannelError(
            ErrorKind.CONFLICT, "Nothing of the order can be shipped now.", code="nothing_open"
        )
    remote_id = ""
    for rows in parts.values():
        fulfillment = {
            "lineItemsByFulfillmentOrder": rows,
            "notifyCustomer": notice.notify_customer,
            "trackingInfo": {
                "company": _COMPANIES.get(notice.carrier) or notice.carrier_name,
                "numbers": list(notice.tracking_numbers),
            },
        }
        answer = call(ctx, "ship", _SHIP, {"fulfillment": fulfillment}, repeatable=False)
        result = answer["fulfillmentCreate"]
        if result["userErrors"] or not result["fulfillment"]:
            raise ChannelError(
                ErrorKind.CONFLICT, "Shopify refuses this shipment.", code="fulfillmentCreate"
            )
        remote_id = number(result["fulfillment"]["id"])
    return Done(remote_id=remote_id)


def cancel(ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
    """With a refund by the way it was paid, and the units on sale again."""
    if _order(ctx, "cancel", _BEFORE, channel_order_id)["cancelledAt"]:
        return Done(already=True)
    variables = {
        "id": f"gid://shopify/Order/{channel_order_id}",
        "refund": {"originalPaymentMethodsRefund": True},
        "restock": True,
        "reason": _REASONS[reason],
    }
    answer = call(ctx, "cancel", _CANCEL, variables, repeatable=False)["orderCancel"]
    errors = answer["orderCancelUserErrors"]
    if errors:
        raise ChannelError(
            ErrorKind.CONFLICT, "Shopify does not cancel the order.", code=str(errors[0]["code"])
        )
    return Done(pending=number((answer["job"] or {}).get("id", "")))


def _order(ctx: Context, operation: str, document: str, order_id: str) -> Node:
    found = call(ctx, operation, document, {"id": f"gid://shopify/Order/{order_id}"})["order"]
    if found is None:
        raise ChannelError(ErrorKind.NOT_FOUND, "Shopify has no such order.", code="no_order")
    order: Node = found
    return order


def _told(order: Node, numbers: Sequence[str]) -> Iterator[Node]:
    """Fulfilments that carry one of the tracking numbers."""
    for row in order["fulfillments"]:
        there = {info["number"] for info in row["trackingInfo"]}
        if row["status"] not in _FAILED and there & set(numbers):
            yield row


def _wanted(notice: ShipmentNotice, told: Sequence[Node]) -> dict[str, int] | None:
    """Units still to tell, by line id; None for whatever is left."""
    if not notice.lines:
        return None
    units = dict(notice.lines)
    for row in told:
        for line in row["fulfillmentLineItems"]["nodes"]:
            line_id = number(line["lineItem"]["id"])
            if line_id in units:
                units[line_id] -= line["quantity"]
    return {line_id: count for line_id, count in units.items() if count > 0}


def _parts(order: Node, wanted: dict[str, int] | None) -> dict[str, list[dict[str, Any]]]:
    """What to fulfil, by location: rows of `lineItemsByFulfillmentOrder`."""
    left = dict(wanted) if wanted is not None else None
    found: dict[str, list[dict[str, Any]]] = {}
    for place in order["fulfillmentOrders"]["nodes"]:
        if place["status"] not in _OPEN:
            continue
        rows = []
        for line in place["lineItems"]["nodes"]:
            line_id = number(line["lineItem"]["id"])
            units = line["remainingQuantity"]
            if left is not None:
                units = min(units, left.get(line_id, 0))
                left[line_id] = left.get(line_id, 0) - units
            if units > 0:
                rows.append({"id": line["id"], "quantity": units})
        if rows:
            location = (place["assignedLocation"].get("location") or {}).get("id", "")
            found.setdefault(location, []).append(
                {"fulfillmentOrderId": place["id"], "fulfillmentOrderLineItems": rows}
            )
    return found


def _everything_left(order: Node) -> bool:
    """Nothing remains, and something was shipped."""
    remaining = sum(
        line["remainingQuantity"]
        for place in order["fulfillmentOrders"]["nodes"]
        for line in place["lineItems"]["nodes"]
    )
    return remaining == 0 and any(row["status"] not in _FAILED for row in order["fulfillments"])
