"""Orders, products and stock as Shopify's GraphQL Admin API shows them, made from what the shop
has in the shape of the REST resources. Fields that no client of ours needs are left out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from malls.graphql import Call, checked, connection
from malls.shopify.catalogue import inventory_item_id, product_id, variant_id
from malls.shopify.orders import Order
from malls.shopify.shop import Shop

LOCATION = "7000000000001"
Node = dict[str, Any]

_FULFILLMENT = {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED"}


def gid(kind: str, number: object) -> str:
    """`gid://shopify/Order/123`"""
    return f"gid://shopify/{kind}/{number}"


def number_of(global_id: object, kind: str) -> str:
    """The number of a global id, "" for one of another kind."""
    head, _, number = str(global_id).rpartition("/")
    return number if head == f"gid://shopify/{kind}" else ""


def order_node(order: Order) -> Node:
    """One order."""
    status = order["fulfillment_status"]
    return {
        "__typename": "Order",
        "id": gid("Order", order["id"]),
        "legacyResourceId": str(order["id"]),
        "name": order["name"],
        "createdAt": _utc(order["created_at"]),
        "updatedAt": _utc(order["updated_at"]),
        "processedAt": _utc(order["processed_at"]),
        "cancelledAt": _utc(order["cancelled_at"]),
        "cancelReason": (order["cancel_reason"] or "").upper() or None,
        "closedAt": _utc(order["closed_at"]),
        "test": order["test"],
        "note": order["note"],
        "tags": [tag.strip() for tag in order["tags"].split(",") if tag.strip()],
        "email": order["email"],
        "phone": order["phone"],
        "displayFinancialStatus": order["financial_status"].upper(),
        "displayFulfillmentStatus": _FULFILLMENT.get(status, str(status).upper()),
        "sourceName": order["source_name"],
        "poNumber": None,
        "paymentGatewayNames": order["payment_gateway_names"],
        "customAttributes": [_attribute(row) for row in order["note_attributes"]],
        "customer": _customer(order["customer"]),
        "billingAddress": _address(order["billing_address"]),
        "shippingAddress": _address(order["shipping_address"]),
        "lineItems": lambda call: connection(call, _lines(order), "LineItemConnection"),
        "fulfillments": lambda call: _fulfillments(call, order),
        "fulfillmentOrders": lambda call: connection(
            call, [fulfillment_order(order)], "FulfillmentOrderConnection"
        ),
        **_money(order),
    }


def _money(order: Order) -> Node:
    return {
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order["presentment_currency"],
        "taxesIncluded": order["taxes_included"],
        "totalPriceSet": _bag(order["total_price"]),
        "currentTotalPriceSet": _bag(order["current_total_price"]),
        "totalDiscountsSet": _bag(order["total_discounts"]),
        "totalTaxSet": _bag(order["total_tax"]),
        "totalTipReceivedSet": _bag("0"),
        "subtotalPriceSet": _bag(order["subtotal_price"]),
        "taxLines": [_tax(row) for row in order["tax_lines"]],
        "discountApplications": lambda call: connection(
            call,
            [_application(n, row) for n, row in enumerate(order["discount_applications"])],
            "DiscountApplicationConnection",
        ),
        "shippingLines": lambda call: connection(
            call,
            [
                {
                    "__typename": "ShippingLine",
                    "title": row["title"],
                    "code": row["code"],
                    "isRemoved": False,
                    "originalPriceSet": _bag(row["price"]),
                }
                for row in order["shipping_lines"]
            ],
            "ShippingLineConnection",
        ),
    }


def _application(index: int, row: Mapping[str, Any]) -> Node:
    return {"__typename": "DiscountCodeApplication", "index": index, "code": row["code"]}


def _lines(order: Order) -> list[Node]:
    return [
        {
            "__typename": "LineItem",
            "id": gid("LineItem", line["id"]),
            "sku": line["sku"],
            "title": line["title"],
            "variantTitle": line["variant_title"],
            "quantity": line["quantity"],
            "currentQuantity": line["current_quantity"],
            "requiresShipping": line["requires_shipping"],
            "variant": {
                "__typename": "ProductVariant",
                "id": gid("ProductVariant", line["variant_id"]),
                "legacyResourceId": str(line["variant_id"]),
            },
            "customAttributes": [_attribute(row) for row in line["properties"]],
            "originalUnitPriceSet": _bag(line["price"]),
            "taxLines": [_tax(row) for row in line["tax_lines"]],
            "discountAllocations": [
                {
                    "__typename": "DiscountAllocation",
                    "allocatedAmountSet": _bag(row["amount"]),
                    "discountApplication": _application(
                        row["discount_application_index"],
                        order["discount_applications"][row["discount_application_index"]],
                    ),
                }
                for row in line["discount_allocations"]
            ],
        }
        for line in order["line_items"]
    ]


def _fulfillments(call: Call, order: Order) -> list[Node]:
    first = checked(call, "first")["first"]
    return [
        {
            "__typename": "Fulfillment",
            "id": gid("Fulfillment", row["id"]),
            "status": row["status"].upper(),
            "trackingInfo": [
                {
                    "__typename": "FulfillmentTrackingInfo",
                    "company": row["tracking_company"],
                    "number": number,
                }
                for number in row["tracking_numbers"]
            ],
            "fulfillmentLineItems": lambda call, row=row: connection(
                call,
                [
                    {
                        "__typename": "FulfillmentLineItem",
                        "quantity": line["quantity"],
                        "lineItem": {
                            "__typename": "LineItem",
                            "id": gid("LineItem", line["id"]),
                        },
                    }
                    for line in row["line_items"]
                ],
                "FulfillmentLineItemConnection",
            ),
        }
        for row in order["fulfillments"][:first]
    ]


def fulfillment_order(order: Order) -> Node:
    """The one place that all goods of an order leave from."""
    rows = [
        {
            "__typename": "FulfillmentOrderLineItem",
            "id": gid("FulfillmentOrderLineItem", line["id"] + 500),
            "remainingQuantity": line["fulfillable_quantity"],
            "lineItem": {"__typename": "LineItem", "id": gid("LineItem", line["id"])},
        }
        for line in order["line_items"]
    ]
    is_open = any(row["remainingQuantity"] for row in rows)
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", order["id"] + 900),
        "status": "OPEN" if is_open else "CLOSED",
        "assignedLocation": {
            "__typename": "FulfillmentOrderAssignedLocation",
            "location": {"__typename": "Location", "id": gid("Location", LOCATION)},
        },
        "lineItems": lambda call: connection(call, rows, "FulfillmentOrderLineItemConnection"),
    }


def variant_node(shop: Shop, sku: str) -> Node:
    """One product's only variant."""
    product = shop.products[sku]
    siblings = [sku]
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", variant_id(sku)),
        "legacyResourceId": str(variant_id(sku)),
        "sku": sku,
        "barcode": shop.barcodes.get(sku),
        "title": product.variant or "Default Title",
        "price": str(product.price),
        "product": {
            "__typename": "Product",
            "id": gid("Product", product_id(sku)),
            "title": product.title,
            "variantsCount": {"__typename": "Count", "count": len(siblings)},
        },
        "inventoryItem": item_node(shop, sku),
    }


def item_node(shop: Shop, sku: str) -> Node:
    """What is counted of one SKU."""

    def level(call: Call) -> Node | None:
        if number_of(checked(call, "locationId")["locationId"], "Location") != LOCATION:
            return None
        return {"__typename": "InventoryLevel", "quantities": quantities}

    def quantities(call: Call) -> list[Node]:
        names = checked(call, "names")["names"]
        shown = shop.shelf.shown(shop.codes[sku])
        return [
            {"__typename": "InventoryQuantity", "name": name, "quantity": shown} for name in names
        ]

    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", inventory_item_id(sku)),
        "tracked": True,
        "inventoryLevel": level,
    }


def _customer(row: Mapping[str, Any]) -> Node:
    return {
        "__typename": "Customer",
        "id": gid("Customer", row["id"]),
        "legacyResourceId": str(row["id"]),
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "state": row["state"].upper(),
        "defaultEmailAddress": {"__typename": "CustomerEmailAddress", "emailAddress": row["email"]},
        "defaultPhoneNumber": None,
    }


def _address(row: Mapping[str, Any]) -> Node:
    return {
        "__typename": "MailingAddress",
        "name": row["name"],
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "company": row["company"],
        "zip": row["zip"],
        "countryCodeV2": row["country_code"],
        "province": row["province"],
        "provinceCode": row["province_code"],
        "city": row["city"],
        "address1": row["address1"],
        "address2": row["address2"],
        "phone": row["phone"],
    }


def _attribute(row: Mapping[str, Any]) -> Node:
    return {"__typename": "Attribute", "key": row["name"], "value": row["value"]}


def _tax(row: Mapping[str, Any]) -> Node:
    return {
        "__typename": "TaxLine",
        "title": row["title"],
        "rate": row["rate"],
        "priceSet": _bag(row["price"]),
    }


def _bag(amount: str) -> Node:
    """An amount as GraphQL writes yen: `4980.0`."""
    money = {"__typename": "MoneyV2", "amount": f"{amount}.0", "currencyCode": "JPY"}
    return {"__typename": "MoneyBag", "shopMoney": money}


def _utc(stamp: str | None) -> str | None:
    if stamp is None:
        return None
    at = datetime.fromisoformat(stamp).astimezone(UTC)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
