"""An order of Shopify's GraphQL Admin API, written as the REST Order resource that webhooks have.

One mapping reads both then, so a polled order and a delivered one are the same order. Facts:
shopify.dev, object Order of API version 2026-10; enumerations are the REST words in capitals.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from common.canonical import CanonicalOrder
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.shopify_order import read_order

Node = Mapping[str, Any]

# Ten would cost more than one query may.
PAGE: Final = 5
LINES: Final = 100

_ADDRESS: Final = """{ name firstName lastName company zip countryCodeV2 province provinceCode city
  address1 address2 phone }"""
LINE_FIELDS: Final = """
  id sku title variantTitle quantity currentQuantity requiresShipping
  variant { legacyResourceId }
  customAttributes { key value }
  originalUnitPriceSet { shopMoney { amount } }
  taxLines { title rate priceSet { shopMoney { amount } } }
  discountAllocations {
    allocatedAmountSet { shopMoney { amount } }
    discountApplication { index }
  }
"""
ORDER_FIELDS: Final = f"""
  legacyResourceId name createdAt updatedAt processedAt cancelledAt cancelReason closedAt test note
  tags email phone displayFinancialStatus displayFulfillmentStatus sourceName poNumber
  paymentGatewayNames currencyCode presentmentCurrencyCode taxesIncluded
  customAttributes {{ key value }}
  customer {{
    legacyResourceId firstName lastName state
    defaultEmailAddress {{ emailAddress }} defaultPhoneNumber {{ phoneNumber }}
  }}
  billingAddress {_ADDRESS}
  shippingAddress {_ADDRESS}
  totalPriceSet {{ shopMoney {{ amount }} }}
  currentTotalPriceSet {{ shopMoney {{ amount }} }}
  totalDiscountsSet {{ shopMoney {{ amount }} }}
  totalTaxSet {{ shopMoney {{ amount }} }}
  totalTipReceivedSet {{ shopMoney {{ amount }} }}
  taxLines {{ title rate priceSet {{ shopMoney {{ amount }} }} }}
  discountApplications(first: 20) {{
    nodes {{
      __typename index
      ... on DiscountCodeApplication {{ code }}
      ... on AutomaticDiscountApplication {{ title }}
      ... on ManualDiscountApplication {{ title }}
      ... on ScriptDiscountApplication {{ title }}
    }}
  }}
  shippingLines(first: 10) {{
    nodes {{ title code isRemoved originalPriceSet {{ shopMoney {{ amount }} }} }}
  }}
  fulfillments(first: 50) {{
    id status
    fulfillmentLineItems(first: {LINES}) {{ nodes {{ quantity lineItem {{ id }} }} }}
  }}
  lineItems(first: {LINES}) {{
    nodes {{ {LINE_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
"""

_FULFILLMENT: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(
        ("UNFULFILLED", "OPEN", "IN_PROGRESS", "SCHEDULED", "PENDING_FULFILLMENT", "ON_HOLD")
    ),
    "REQUEST_DECLINED": None,
    "PARTIALLY_FULFILLED": "partial",
}
_APPLICATIONS: Final = {
    "DiscountCodeApplication": "discount_code",
    "AutomaticDiscountApplication": "automatic",
    "ManualDiscountApplication": "manual",
    "ScriptDiscountApplication": "script",
}


def read_node(node: Node, shop: ShopRef) -> CanonicalOrder:
    """The order. Raises UnreadableDelivery."""
    try:
        rest = to_rest(node)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UnreadableDelivery("wrong_shape", "The order has not the fields asked for.") from None
    return read_order(json.dumps(rest).encode(), shop)


def number(gid: object) -> str:
    """`gid://shopify/Order/123` → `123`."""
    return str(gid).rpartition("/")[2]


def to_rest(node: Node) -> dict[str, Any]:
    """The same order as webhooks have it."""
    lines = [_line(row) for row in node["lineItems"]["nodes"]]
    shipped = str(node["displayFulfillmentStatus"])
    return {
        "id": node["legacyResourceId"],
        "name": node["name"],
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "processed_at": node["processedAt"],
        "cancelled_at": node["cancelledAt"],
        "cancel_reason": (node["cancelReason"] or "").lower() or None,
        "closed_at": node["closedAt"],
        "test": node["test"],
        "note": node["note"],
        "tags": ", ".join(node["tags"]),
        "email": node["email"],
        "phone": node["phone"],
        "financial_status": (node["displayFinancialStatus"] or "").lower(),
        "fulfillment_status": _FULFILLMENT.get(shipped, shipped.lower()),
        "source_name": node["sourceName"],
        "po_number": node["poNumber"],
        "payment_gateway_names": node["paymentGatewayNames"],
        "currency": node["currencyCode"],
        "presentment_currency": node["presentmentCurrencyCode"],
        "taxes_included": node["taxesIncluded"],
        "note_attributes": _attributes(node),
        "customer": _customer(node["customer"]),
        "billing_address": _address(node["billingAddress"]),
        "shipping_address": _address(node["shippingAddress"]),
        "total_price": _amount(node["totalPriceSet"]),
        "current_total_price": _amount(node["currentTotalPriceSet"]),
        "total_discounts": _amount(node["totalDiscountsSet"]),
        "total_tax": _amount(node["totalTaxSet"]),
        "total_tip_received": _amount(node["totalTipReceivedSet"]),
        "tax_lines": _taxes(node),
        "line_items": lines,
        "fulfillments": [_fulfillment(row) for row in node["fulfillments"]],
        "shipping_lines": [
            {
                "title": row["title"],
                "code": row["code"],
                "is_removed": row["isRemoved"],
                "price": _amount(row["originalPriceSet"]),
            }
            for row in node["shippingLines"]["nodes"]
        ],
        **_rebates(node["discountApplications"]["nodes"], lines),
    }


def _line(row: Node) -> dict[str, Any]:
    return {
        "id": number(row["id"]),
        "sku": row["sku"],
        "title": row["title"],
        "variant_title": row["variantTitle"],
        "variant_id": (row["variant"] or {}).get("legacyResourceId"),
        "quantity": row["quantity"],
        "current_quantity": row["currentQuantity"],
        "requires_shipping": row["requiresShipping"],
        "price": _amount(row["originalUnitPriceSet"]),
        "properties": _attributes(row),
        "tax_lines": _taxes(row),
        "discount_allocations": [
            {
                "amount": _amount(part["allocatedAmountSet"]),
                "discount_application_index": part["discountApplication"]["index"],
            }
            for part in row["discountAllocations"]
        ],
    }


def _rebates(rows: Sequence[Node], lines: Sequence[Node]) -> dict[str, Any]:
    """`discount_applications` in the order of their indexes, and the codes with what they gave."""
    applications: list[dict[str, Any]] = []
    codes = []
    for row in sorted(rows, key=lambda row: int(row["index"])):
        # Indexes may have gaps, and allocations point at places.
        applications += [{} for _ in range(int(row["index"]) - len(applications))]
        kind = _APPLICATIONS.get(row["__typename"], "other")
        applications.append({"type": kind, "code": row.get("code"), "title": row.get("title")})
        if kind == "discount_code":
            given = sum(_given(lines, int(row["index"])))
            codes.append({"code": row["code"], "amount": f"{given:.2f}"})
    return {"discount_applications": applications, "discount_codes": codes}


def _given(lines: Sequence[Node], index: int) -> Iterator[float]:
    for line in lines:
        for part in line["discount_allocations"]:
            if part["discount_application_index"] == index:
                yield float(part["amount"] or 0)


def _fulfillment(row: Node) -> dict[str, Any]:
    return {
        "id": number(row["id"]),
        "status": str(row["status"]).lower(),
        "line_items": [
            {"id": number(line["lineItem"]["id"]), "quantity": line["quantity"]}
            for line in row["fulfillmentLineItems"]["nodes"]
        ],
    }


def _customer(row: Node | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": row["legacyResourceId"],
        "first_name": row["firstName"],
        "last_name": row["lastName"],
        "state": (row["state"] or "").lower(),
        "email": (row["defaultEmailAddress"] or {}).get("emailAddress"),
        "phone": (row["defaultPhoneNumber"] or {}).get("phoneNumber"),
    }


def _address(row: Node | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "name": row["name"],
        "first_name": row["firstName"],
        "last_name": row["lastName"],
        "company": row["company"],
        "zip": row["zip"],
        "country_code": row["countryCodeV2"],
        "province": row["province"],
        "province_code": row["provinceCode"],
        "city": row["city"],
        "address1": row["address1"],
        "address2": row["address2"],
        "phone": row["phone"],
    }


def _attributes(node: Node) -> list[dict[str, Any]]:
    return [{"name": row["key"], "value": row["value"]} for row in node["customAttributes"]]


def _taxes(node: Node) -> list[dict[str, Any]]:
    return [
        {"title": row["title"], "rate": row["rate"], "price": _amount(row["priceSet"])}
        for row in node["taxLines"]
    ]


def _amount(bag: Node | None) -> str | None:
    return None if bag is None else str(bag["shopMoney"]["amount"])
