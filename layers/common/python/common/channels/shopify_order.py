"""Shopify's REST Order resource → the canonical order.

Goods and money are read by `shopify_goods`, people and addresses by `shopify_people`.
"""

from typing import Final

from common.canonical import (
    CanonicalOrder,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import Payload, read_json
from common.channels.rules import checked
from common.channels.shopify_goods import attributes, read_lines, read_money
from common.channels.shopify_people import read_buyer, read_destinations
from common.clock import from_wire, to_wire

_PAYMENT: Final = {
    "pending": PaymentStatus.UNPAID,
    "authorized": PaymentStatus.AUTHORISED,
    "partially_paid": PaymentStatus.PARTIALLY_PAID,
    "paid": PaymentStatus.PAID,
    "partially_refunded": PaymentStatus.PARTIALLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "voided": PaymentStatus.VOIDED,
}

# Gateway names as they appear in Japanese shops, matched on a part of the name, first match wins.
_METHODS: Final = (
    ("cash_on_delivery", PaymentMethod.COD),
    ("cash on delivery", PaymentMethod.COD),
    ("代金引換", PaymentMethod.COD),
    ("代引", PaymentMethod.COD),
    ("bank", PaymentMethod.BANK),
    ("銀行", PaymentMethod.BANK),
    ("コンビニ", PaymentMethod.CVS),
    ("konbini", PaymentMethod.CVS),
    ("後払", PaymentMethod.DEFERRED),
    ("あと払", PaymentMethod.DEFERRED),
    ("paidy", PaymentMethod.DEFERRED),
    ("キャリア", PaymentMethod.CARRIER),
    ("paypay", PaymentMethod.PAYPAY),
    ("paypal", PaymentMethod.PAYPAL),
    ("amazon", PaymentMethod.AMAZON_PAY),
    ("rakuten", PaymentMethod.RAKUTEN_PAY),
    ("楽天", PaymentMethod.RAKUTEN_PAY),
    ("apple", PaymentMethod.APPLE_PAY),
    ("shopify_payments", PaymentMethod.CARD),
    ("クレジット", PaymentMethod.CARD),
    ("credit", PaymentMethod.CARD),
    ("stripe", PaymentMethod.CARD),
    ("authorize_net", PaymentMethod.CARD),
)

# Read by no one: bookkeeping of the cart and the browser, copies of fields mapped elsewhere, what
# an edit or a refund has already changed elsewhere (current_quantity, current_total_price), and
# what must not be kept (card details, also inside refunds).
_IGNORED: Final = frozenset(
    """
    accepts_marketing admin_graphql_api_id amount_set app_id attributed_staffs browser_ip
    buyer_accepts_marketing cart_token channel_liable checkout_id checkout_token client_details
    client_ip code confirmation_number confirmed contact_email country country_code created_at
    current_discounted_price_set current_shipping_price_set current_subtotal_price
    current_subtotal_price_set current_total_additional_fees_set current_total_discounts
    current_total_discounts_set current_total_duties_set current_total_price_set current_total_tax
    current_total_tax_set customer_locale default_address device_id discounted_price
    discounted_price_set discount_application_index duties_included email estimated_taxes
    first_name fulfillable_quantity fulfillment_service fulfillment_status gateway gift_card grams
    landing_site landing_site_ref last_name last_order_id last_order_name latitude location_id
    longitude merchant_business_entity_id merchant_of_record_app_id multipass_identifier
    number order_number order_status_url orders_count original_total_additional_fees_set
    original_total_duties_set payment_details phone price price_set processing_method
    product_exists product_id reference referring_site refunds sales_line_item_group_id state
    source_identifier source_url subtotal_price subtotal_price_set target_selection target_type
    tax_exempt taxable token total_cash_rounding_payment_adjustment_set
    total_cash_rounding_refund_adjustment_set total_discount total_discount_set
    total_discounts_set total_line_items_price_set total_outstanding total_price_set
    total_price_usd total_shipping_price_set total_spent total_tax_set total_weight updated_at
    user_id variant_inventory_management vendor verified_email
    """.split()
)


def read_order(body: bytes, shop: ShopRef) -> CanonicalOrder:
    """One order. Raises UnreadableDelivery when it is not an order at all."""
    order = Payload(read_json(body))
    number = order.text("id")
    if not number:
        raise UnreadableDelivery("no_order_id", "id is missing.")
    currency = (order.text("currency") or shop.currency).upper()
    created = order.text("created_at")
    raw_status = {
        "financial_status": order.text("financial_status"),
        "fulfillment_status": order.text("fulfillment_status"),
        "cancelled_at": _moment(order.text("cancelled_at")),
        "cancel_reason": order.text("cancel_reason"),
    }
    closed = _moment(order.text("closed_at"))
    destinations = read_destinations(order)
    lines = read_lines(order, currency, destinations)
    money = read_money(order, currency, lines)
    return checked(
        CanonicalOrder(
            channel_order_id=number,
            display_no=order.text("name") or number,
            source_version=_instant(order.text("updated_at") or created, "updated_at"),
            ordered_at=from_wire(_instant(order.text("processed_at") or created, "created_at")),
            status=_status(raw_status, closed),
            raw_status=raw_status | {"closed_at": closed},
            buyer=read_buyer(order),
            destinations=destinations,
            lines=lines,
            money=money,
            payment=_payment(order, raw_status["financial_status"]),
            remarks=order.text("note"),
            attributes=attributes(order.children("note_attributes")),
            flags=_flags(order),
            related=_related(order, currency),
            extra=order.left(_IGNORED),
        )
    )


def _instant(value: str, field: str) -> str:
    try:
        return to_wire(from_wire(value))
    except ValueError:
        raise UnreadableDelivery("wrong_shape", f"{field} is not an instant.") from None


def _moment(value: str) -> str:
    """The instant as we write it, because the webhook and the API write it differently."""
    try:
        return to_wire(from_wire(value)) if value else ""
    except ValueError:
        return value


def _status(raw: dict[str, str], closed: str) -> SourceStatus:
    shipped, paid = raw["fulfillment_status"], raw["financial_status"]
    if raw["cancelled_at"]:
        return SourceStatus.CANCELLED
    if closed:
        # Archived: by Shopify when all is paid and shipped, or by staff who are done with it.
        return SourceStatus.COMPLETED
    if shipped == "fulfilled":
        return SourceStatus.SHIPPED
    if shipped == "partial":
        return SourceStatus.PARTIALLY_SHIPPED
    if paid not in _PAYMENT or shipped not in ("", "restocked"):
        return SourceStatus.UNKNOWN
    return SourceStatus.AWAITING_PAYMENT if paid == "pending" else SourceStatus.READY


def _flags(order: Payload) -> tuple[str, ...]:
    """The shop's tags, and `test` for a payment that was only tried out."""
    tags = {tag.strip() for tag in order.text("tags").split(",")} - {""}
    if order.take("test") is True:
        tags.add("test")
    return tuple(sorted(tags))


def _related(order: Payload, currency: str) -> dict[str, str]:
    """Where the order came from; the buyer's currency when it is not the shop's, in which all
    amounts here are."""
    found = {name: order.text(name) for name in ("source_name", "po_number")}
    presented = order.text("presentment_currency").upper()
    found["presentment_currency"] = "" if presented == currency else presented
    return {name: text for name, text in found.items() if text}


def _payment(order: Payload, paid: str) -> Payment:
    names = order.take("payment_gateway_names") or [order.take("gateway")]
    raw = ", ".join(str(name) for name in names if name) if isinstance(names, list) else ""
    lowered = raw.lower()
    method = next((m for part, m in _METHODS if part in lowered), None)
    if method is None:
        method = PaymentMethod.OTHER if raw else PaymentMethod.UNKNOWN
    return Payment(method, _PAYMENT.get(paid, PaymentStatus.UNKNOWN), raw)
