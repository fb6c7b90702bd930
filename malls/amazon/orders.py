"""Orders as Orders API 2026-01-01 shows them. Pure: the same state of `rng` gives the same order.

Prices are with tax, as in Japan, and texts without decimals, because yen have none.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from malls.amazon.wire import MARKETPLACE
from malls.shopify.people import anybody

JST = timezone(timedelta(hours=9))
FREE_SHIPPING_FROM = 3500
SHIPPING = 410
COD_FEE = 330
PENDING = ("PENDING_AVAILABILITY", "PENDING")

Order = dict[str, Any]
# What each dataset adds to an order, and to its items.
_OF_ORDER = {
    "BUYER": "buyer",
    "RECIPIENT": "recipient",
    "PROCEEDS": "proceeds",
    "FULFILLMENT": "fulfillment",
    "PACKAGES": "packages",
    "TAX": "tax",
    "PAYMENT": "payment",
    "FULFILLMENT_ORDERS": "fulfillmentOrders",
}
_OF_ITEM = {
    "PROCEEDS": "proceeds",
    "EXPENSE": "expense",
    "PROMOTION": "promotion",
    "CANCELLATION": "cancellation",
    "FULFILLMENT": "fulfillment",
    "TAX": "tax",
}


def stamp(at: datetime) -> str:
    """`2026-11-21T12:00:00.000Z`"""
    utc = at.astimezone(timezone.utc)  # noqa: UP017  (3.11 has both names; one is used here)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def yen(amount: int) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "JPY"}


def build_order(
    rng: random.Random,
    *,
    number: int,
    at: datetime,
    lines: Sequence[tuple[Mapping[str, Any], int]],
    by_amazon: bool = False,
    payment: str = "CreditCard",
) -> Order:
    """An order that is released. number: of the order, new in its shop. lines: (product with sku,
    asin, title and price, units)."""
    person = anybody(rng)
    order_id = f"503-{number:07d}-{(number * 7919 + 1234567) % 10_000_000:07d}"
    goods = sum(product["price"] * units for product, units in lines)
    shipping = 0 if goods >= FREE_SHIPPING_FROM or by_amazon else SHIPPING
    cod = COD_FEE if payment == "CashOnDelivery" else 0
    sums = {"ITEM": goods, "SHIPPING": shipping, "COD_FEE": cod}
    return {
        "orderId": order_id,
        "createdTime": stamp(at),
        "lastUpdatedTime": stamp(at),
        "programs": ["PRIME"] if by_amazon else [],
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": MARKETPLACE,
            "marketplaceName": "Amazon.co.jp",
        },
        "buyer": {
            "buyerName": person.name,
            "buyerEmail": f"{rng.getrandbits(48):012x}@marketplace.amazon.co.jp",
        },
        "recipient": {
            "deliveryAddress": {
                "name": person.name,
                "addressLine1": f"{person.city}{person.line1}",
                "addressLine2": person.line2,
                "stateOrRegion": person.prefecture,
                "postalCode": person.postal,
                "countryCode": "JP",
                "phone": person.phone,
                "addressType": "RESIDENTIAL",
            }
        },
        "proceeds": {
            "grandTotal": yen(sum(sums.values())),
            "breakdowns": _breakdowns(sums),
        },
        "payment": {
            "paymentExecutions": [
                {"paymentMethod": payment, "paymentAmount": yen(sum(sums.values()))}
            ]
        },
        "fulfillment": {
            "fulfillmentStatus": "UNSHIPPED",
            "fulfilledBy": "AMAZON" if by_amazon else "MERCHANT",
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": _window(at, 1, 2),
            "deliverByWindow": _window(at, 2, 4),
        },
        "orderItems": [
            _item(f"{number:07d}{n:04d}", product, units)
            for n, (product, units) in enumerate(lines, 1)
        ],
        "packages": [],
    }


def _breakdowns(sums: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"type": kind, "subtotal": yen(amount)} for kind, amount in sums.items() if amount]


def _window(at: datetime, first: int, last: int) -> dict[str, str]:
    """Whole days in Japan, so many after the order."""
    midnight = at.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = midnight + timedelta(days=last + 1, seconds=-1)
    return {
        "earliestDateTime": stamp(midnight + timedelta(days=first)),
        "latestDateTime": stamp(ends),
    }


def _item(item_id: str, product: Mapping[str, Any], units: int) -> dict[str, Any]:
    goods = product["price"] * units
    return {
        "orderItemId": item_id,
        "quantityOrdered": units,
        "product": {
            "asin": product["asin"],
            "title": product["title"],
            "sellerSku": product["sku"],
            "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
            "price": {"unitPrice": yen(product["price"])},
        },
        "proceeds": {"proceedsTotal": yen(goods), "breakdowns": _breakdowns({"ITEM": goods})},
        "expense": {
            "pointsCost": {
                "pointsGranted": {
                    "pointsNumber": goods // 100,
                    "pointsMonetaryValue": yen(goods // 100),
                }
            }
        },
        "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": units},
    }


def shown(order: Order, included: Sequence[str]) -> Order:
    """An order with the datasets that were asked for. While it is pending, nobody is told who
    bought it, at what price, and where it goes."""
    pending = order.get("fulfillment", {}).get("fulfillmentStatus") in PENDING
    hidden = {"BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PACKAGES"} if pending else set()
    wanted = set(included) - hidden
    drop = {name for data, name in _OF_ORDER.items() if data not in wanted}
    drop_item = {name for data, name in _OF_ITEM.items() if data not in wanted}
    items = []
    for item in order["orderItems"]:
        kept = {name: value for name, value in item.items() if name not in drop_item}
        if pending:
            kept["product"] = {n: v for n, v in item["product"].items() if n != "price"}
        items.append(kept)
    return {name: value for name, value in order.items() if name not in drop} | {
        "orderItems": items
    }


def units_of(order: Order) -> list[tuple[str, int]]:
    """(SKU, units) that the order still holds."""
    return [
        (item["product"]["sellerSku"], item["fulfillment"]["quantityUnfulfilled"])
        for item in order["orderItems"]
    ]


def change_message(
    order: Order, *, seller_id: str, kind: str, reason: str, at: datetime, ids: Sequence[str]
) -> dict[str, Any]:
    """An ORDER_CHANGE message. ids: (notification, subscription)."""
    statuses = {
        "PENDING_AVAILABILITY": "PendingAvailability",
        "PENDING": "Pending",
        "UNSHIPPED": "Unshipped",
        "PARTIALLY_SHIPPED": "PartiallyShipped",
        "SHIPPED": "Shipped",
        "CANCELLED": "Canceled",
    }
    fulfillment = order["fulfillment"]
    by_amazon = fulfillment["fulfilledBy"] == "AMAZON"
    address = order.get("recipient", {}).get("deliveryAddress", {})
    pending = fulfillment["fulfillmentStatus"] in PENDING
    return {
        "NotificationVersion": "1.0",
        "NotificationType": "ORDER_CHANGE",
        "PayloadVersion": "1.0",
        "EventTime": stamp(at),
        "Payload": {
            "OrderChangeNotification": {
                "NotificationLevel": "OrderLevel",
                "SellerId": seller_id,
                "AmazonOrderId": order["orderId"],
                "OrderChangeType": kind,
                "OrderChangeTrigger": {"TimeOfOrderChange": stamp(at), "ChangeReason": reason},
                "Summary": {
                    "MarketplaceId": MARKETPLACE,
                    "OrderStatus": statuses[fulfillment["fulfillmentStatus"]],
                    "PurchaseDate": order["createdTime"],
                    "DestinationPostalCode": None if pending else address.get("postalCode"),
                    "FulfillmentType": "AFN" if by_amazon else "MFN",
                    "OrderType": "StandardOrder",
                    "OrderItems": [
                        {
                            "OrderItemId": item["orderItemId"],
                            "SellerSKU": item["product"]["sellerSku"],
                            "SupplySourceId": None,
                            "Quantity": item["quantityOrdered"],
                        }
                        for item in order["orderItems"]
                    ],
                },
            }
        },
        "NotificationMetadata": {
            "ApplicationId": "amzn1.sellerapps.app.banto",
            "SubscriptionId": ids[1],
            "PublishTime": stamp(at),
            "NotificationId": ids[0],
        },
    }
