"""Orders API 2026-01-01, an Order → the canonical order.

Field names and meanings: amzn/selling-partner-api-models, models/orders-api-model,
orders_2026-01-01.json. Goods are read by `amazon_goods`, sums by `amazon_money`, people and
deadlines by `amazon_people`.

While an order is PENDING Amazon tells neither address nor price, and the order must not be shipped;
its units are sold all the same. What Amazon ships from its own warehouse is recorded only.
"""

from dataclasses import replace
from typing import Any, Final

from common.canonical import (
    Attribute,
    CanonicalOrder,
    FulfilledBy,
    OrderKind,
    SourceStatus,
)
from common.channels.amazon_goods import Goods, read_goods, texts_of
from common.channels.amazon_money import (
    Charges,
    currency_of,
    read_money,
    read_order_charges,
    read_payment,
)
from common.channels.amazon_people import (
    DESTINATION,
    Handling,
    has_destination,
    read_buyer,
    read_destination,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import Payload
from common.channels.rules import checked
from common.clock import from_wire, to_wire

PENDING: Final = frozenset({"PENDING_AVAILABILITY", "PENDING"})
_STATUS: Final = {
    "PENDING_AVAILABILITY": SourceStatus.ON_HOLD,
    "PENDING": SourceStatus.ON_HOLD,
    "UNSHIPPED": SourceStatus.READY,
    "PARTIALLY_SHIPPED": SourceStatus.PARTIALLY_SHIPPED,
    "SHIPPED": SourceStatus.SHIPPED,
    "CANCELLED": SourceStatus.CANCELLED,
    # Only of what Amazon ships for sales elsewhere.
    "UNFULFILLABLE": SourceStatus.ON_HOLD,
}
_CANCELLABLE: Final = PENDING | {"UNSHIPPED", "PARTIALLY_SHIPPED"}
_FULFILLED_BY: Final = {"MERCHANT": FulfilledBy.MERCHANT, "AMAZON": FulfilledBy.PLATFORM}

# Read by no one: sums of what is read one by one, and what must not be kept.
IGNORED: Final = frozenset({"proceedsTotal", "authorizationCode"})


def read_order(data: dict[str, Any], shop: ShopRef) -> CanonicalOrder:
    """One order. Raises UnreadableDelivery when it is not an order at all, and when it does not say
    plainly who ships it."""
    order = Payload(data)
    number = order.text("orderId")
    if not number:
        raise UnreadableDelivery("no_order_id", "orderId is missing.")
    fulfillment = order.child("fulfillment")
    status = fulfillment.text("fulfillmentStatus")
    charges = Charges(currency_of(order, shop.currency), pending=status in PENDING)
    proceeds = order.child("proceeds")
    read_order_charges(proceeds.children("breakdowns"), charges)
    place = DESTINATION if has_destination(order) else ""
    goods = read_goods(order, charges, place, status, alone=not charges.sums)
    paid = read_payment(order, charges, status, cod="cash_on_delivery" in goods.constraints)
    money = read_money(charges, goods.total, charges.read(proceeds, "grandTotal"), paid.balances)
    handling, related = _handling(fulfillment, goods)
    destinations = (read_destination(order, handling),) if place else ()
    if not place:
        related |= {"service_level": handling.service, "ship_by": handling.ship_by}
        related |= {"deliver_by": handling.deliver_by}
    buyer = order.child("buyer")
    related |= _related(order, number, goods)
    related["purchase_order_no"] = buyer.text("buyerPurchaseOrderNumber")
    return checked(
        CanonicalOrder(
            channel_order_id=number,
            display_no=number,
            source_version=_instant(order.text("lastUpdatedTime"), "lastUpdatedTime"),
            ordered_at=from_wire(_instant(order.text("createdTime"), "createdTime")),
            status=_status(status, goods),
            raw_status=_raw_status(fulfillment, status, goods),
            fulfilled_by=_fulfilled_by(fulfillment, status),
            order_kind=_kind(status, goods),
            buyer=read_buyer(buyer),
            destinations=destinations,
            lines=tuple(
                replace(line, unit_price_tax_included=money.tax_included) for line in goods.lines
            ),
            money=money,
            payment=paid.payment,
            attributes=_attributes(goods),
            flags=_flags(order, status, goods),
            related={name: text for name, text in related.items() if text},
            extra=order.left(IGNORED),
        )
    )


def _instant(value: str, field: str) -> str:
    try:
        return to_wire(from_wire(value))
    except ValueError:
        raise UnreadableDelivery("wrong_shape", f"{field} is not an instant.") from None


def _asked_by_buyer(goods: Goods) -> bool:
    return any(requester == "BUYER" for requester, _ in goods.requests)


def _status(status: str, goods: Goods) -> SourceStatus:
    if status in _CANCELLABLE and _asked_by_buyer(goods):
        return SourceStatus.CANCEL_REQUESTED
    return _STATUS.get(status, SourceStatus.UNKNOWN)


def _raw_status(fulfillment: Payload, status: str, goods: Goods) -> dict[str, str]:
    found = {
        "fulfillmentStatus": status,
        "fulfilledBy": str(fulfillment.peek("fulfilledBy") or ""),
        "cancellationRequest": _joined(requester for requester, _ in goods.requests),
        "cancelledBy": _joined(by for by, _ in goods.executions),
    }
    return {name: text for name, text in found.items() if text}


def _joined(words: Any) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))


def _fulfilled_by(fulfillment: Payload, status: str) -> FulfilledBy:
    """A guess would send goods that Amazon sends, so there is none once an order may be shipped."""
    word = fulfillment.text("fulfilledBy")
    found = _FULFILLED_BY.get(word)
    if found is not None:
        return found
    if not word and status not in ("UNSHIPPED", "PARTIALLY_SHIPPED"):
        return FulfilledBy.MERCHANT
    raise UnreadableDelivery("wrong_shape", "fulfillment.fulfilledBy is no word we know.")


def _kind(status: str, goods: Goods) -> OrderKind:
    if "SUBSCRIBE_AND_SAVE" in goods.programs:
        return OrderKind.SUBSCRIPTION
    if status == "PENDING_AVAILABILITY" or "PREORDER" in goods.conditions:
        return OrderKind.PREORDER
    return OrderKind.NORMAL


def _handling(fulfillment: Payload, goods: Goods) -> tuple[Handling, dict[str, str]]:
    """The last moments are the destination's deadlines; the first ones stand in `related`."""
    ends, related = {}, {}
    for name in ("ship", "deliver"):
        window = fulfillment.child(f"{name}ByWindow")
        related[f"{name}_from"] = window.text("earliestDateTime")
        ends[name] = window.text("latestDateTime")
    related["label_from"] = fulfillment.child("labelPrintingWindow").text("earliestDateTime")
    service = fulfillment.text("fulfillmentServiceLevel")
    return Handling(service, ends["ship"], ends["deliver"], goods.windows, goods.gift), related


def _flags(order: Payload, status: str, goods: Goods) -> tuple[str, ...]:
    """Programs as Amazon calls them, constraints of the delivery, and our two words."""
    flags = set(texts_of(order.take("programs"))) | goods.programs | goods.constraints
    if status in PENDING:
        flags.add("pending")
    if _asked_by_buyer(goods):
        flags.add("cancel_requested_by_buyer")
    return tuple(sorted(flags))


def _attributes(goods: Goods) -> tuple[Attribute, ...]:
    reasons = dict.fromkeys(reason for _, reason in (*goods.requests, *goods.executions) if reason)
    return tuple(Attribute("cancelReason", reason) for reason in reasons)


def _related(order: Payload, number: str, goods: Goods) -> dict[str, str]:
    """What the canonical order has no place for, as texts."""
    found: dict[str, str] = {}
    for row in order.children("orderAliases"):
        alias, kind = row.text("aliasId"), row.text("aliasType").lower() or "alias"
        found[kind] = "" if alias == number else alias
    for row in order.children("associatedOrders"):
        kind = row.text("associationType").lower() or "associated_order"
        found[kind] = ", ".join(filter(None, (found.get(kind, ""), row.text("orderId"))))
    sales = order.child("salesChannel")
    channel = sales.text("channelName")
    found["sales_channel"] = "" if channel == "AMAZON" else channel
    found["marketplace_id"] = sales.text("marketplaceId")
    found["marketplace"] = sales.text("marketplaceName")
    found["promotions"] = ", ".join(dict.fromkeys(goods.promotions))
    found["points_granted"] = str(goods.points) if goods.points else ""
    found["points_cost"] = str(goods.points_cost) if goods.points_cost else ""
    found |= _packages(order)
    return found


def _packages(order: Payload) -> dict[str, str]:
    """`package_1`: carrier, service, tracking number, status, when it was handed over."""
    found = {}
    for row in order.children("packages"):
        state = row.child("packageStatus")
        words = (
            row.text("carrier"),
            row.text("shippingService"),
            row.text("trackingNumber"),
            state.text("status"),
            state.text("detailedStatus"),
            row.text("shipTime"),
        )
        found[f"package_{row.text('packageReferenceId')}"] = " ".join(filter(None, words))
    return found
