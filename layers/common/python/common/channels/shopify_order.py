"""Shopify's REST Order resource → the canonical order."""

from decimal import Decimal, InvalidOperation
from typing import Final

from common.canonical import (
    Address,
    Attribute,
    BorneBy,
    CanonicalOrder,
    Contact,
    Destination,
    Discount,
    DiscountKind,
    Line,
    Money,
    Option,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
    TaxSum,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import Payload, read_json
from common.clock import from_wire, to_wire
from common.japan import prefecture_of
from common.money import Amount, minor_units

_DESTINATION: Final = "1"

_PAYMENT: Final = {
    "pending": PaymentStatus.UNPAID,
    "authorized": PaymentStatus.AUTHORISED,
    "partially_paid": PaymentStatus.PARTIALLY_PAID,
    "paid": PaymentStatus.PAID,
    "partially_refunded": PaymentStatus.PARTIALLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "voided": PaymentStatus.VOIDED,
}

# Gateway names as they appear in Japanese shops, matched on a part of the name.
_METHODS: Final = (
    ("cash_on_delivery", PaymentMethod.COD),
    ("cash on delivery", PaymentMethod.COD),
    ("代金引換", PaymentMethod.COD),
    ("代引", PaymentMethod.COD),
    ("bank", PaymentMethod.BANK),
    ("銀行", PaymentMethod.BANK),
    ("コンビニ", PaymentMethod.CVS),
    ("konbini", PaymentMethod.CVS),
    ("後払い", PaymentMethod.DEFERRED),
    ("paypay", PaymentMethod.PAYPAY),
    ("paypal", PaymentMethod.PAYPAL),
    ("amazon", PaymentMethod.AMAZON_PAY),
    ("rakuten", PaymentMethod.RAKUTEN_PAY),
    ("apple", PaymentMethod.APPLE_PAY),
    ("shopify_payments", PaymentMethod.CARD),
    ("stripe", PaymentMethod.CARD),
    ("authorize_net", PaymentMethod.CARD),
)

# Read by no one: bookkeeping of the cart and the browser, copies of fields mapped elsewhere, and
# what must not be kept (card details).
_IGNORED: Final = frozenset(
    """
    admin_graphql_api_id app_id browser_ip cart_token checkout_id checkout_token client_details
    client_ip closed_at confirmed confirmation_number contact_email current_subtotal_price
    current_subtotal_price_set current_total_additional_fees_set current_total_discounts
    current_total_discounts_set current_total_duties_set current_total_price
    current_total_price_set current_total_tax current_total_tax_set customer_locale device_id
    default_address duties_included estimated_taxes fulfillable_quantity fulfillments
    fulfillment_service gateway grams landing_site landing_site_ref latitude location_id
    longitude buyer_accepts_marketing accepts_marketing merchant_business_entity_id
    multipass_identifier name number order_number order_status_url
    original_total_additional_fees_set original_total_duties_set payment_details payment_terms
    presentment_currency price_set processing_method product_exists product_id reference
    referring_site source_identifier source_url subtotal_price_set tax_exempt test token
    total_cash_rounding_payment_adjustment_set total_discount_set total_discounts_set
    total_line_items_price total_line_items_price_set total_outstanding total_price_set
    total_price_usd total_shipping_price_set total_tax_set total_tip_received total_weight
    user_id variant_inventory_management vendor verified_email orders_count total_spent
    last_order_id last_order_name created_at updated_at processed_at first_name last_name state
    country email phone cancel_reason price
    """.split()
)


def read_order(body: bytes, shop: ShopRef) -> CanonicalOrder:
    """One order. Raises UnreadableDelivery when it is not an order at all."""
    order = Payload(read_json(body))
    number = order.text("id")
    if not number:
        raise UnreadableDelivery("no_order_id", "id is missing.")
    currency = order.text("currency") or shop.currency
    cancelled = order.text("cancelled_at")
    shipped = order.text("fulfillment_status")
    paid = order.text("financial_status")
    shipping = order.child("shipping_address")
    lines = tuple(_line(row, currency) for row in order.children("line_items"))
    shipping_lines = order.children("shipping_lines")
    return CanonicalOrder(
        channel_order_id=number,
        display_no=order.text("name") or number,
        source_version=_instant(order.take("updated_at") or order.take("created_at"), "updated_at"),
        ordered_at=from_wire(
            _instant(order.take("processed_at") or order.take("created_at"), "created_at")
        ),
        status=_status(cancelled, shipped, paid),
        raw_status={
            "financial_status": paid,
            "fulfillment_status": shipped,
            "cancelled_at": cancelled,
        },
        buyer=_buyer(order),
        destinations=_destinations(shipping, shipping_lines),
        lines=lines,
        money=_money(order, shipping_lines, currency),
        payment=_payment(order, paid),
        remarks=order.text("note"),
        attributes=tuple(
            Attribute(a.text("name"), a.text("value")) for a in order.children("note_attributes")
        ),
        flags=tuple(sorted(tag.strip() for tag in order.text("tags").split(",") if tag.strip())),
        related={"source_name": order.text("source_name")},
        extra=order.left(_IGNORED),
    )


def _instant(value: object, field: str) -> str:
    try:
        return to_wire(from_wire(str(value or "")))
    except ValueError:
        raise UnreadableDelivery("wrong_shape", f"{field} is not an instant.") from None


def _amount(value: object, currency: str) -> Amount:
    # An amount that cannot be read is "not determined", which staff see; it stops nothing.
    try:
        return minor_units(value if isinstance(value, (str, int, float)) else None, currency)
    except ValueError:
        return None


def _status(cancelled: str, shipped: str, paid: str) -> SourceStatus:
    if cancelled:
        return SourceStatus.CANCELLED
    if shipped == "fulfilled":
        return SourceStatus.SHIPPED
    if shipped == "partial":
        return SourceStatus.PARTIALLY_SHIPPED
    if paid == "pending":
        return SourceStatus.AWAITING_PAYMENT
    if shipped not in ("", "restocked") or paid not in _PAYMENT:
        return SourceStatus.UNKNOWN
    return SourceStatus.READY


def _address(source: Payload) -> Address:
    country = source.text("country_code") or "JP"
    province, code = source.text("province"), source.text("province_code")
    return Address(
        country=country,
        postal=source.text("zip"),
        prefecture=(prefecture_of(code) if country == "JP" else "") or province,
        city=source.text("city"),
        line1=source.text("address1"),
        line2=source.text("address2"),
    )


def _person(source: Payload) -> tuple[str, str]:
    """(name, company); Japanese order of family and given name when `name` is missing."""
    name = source.text("name")
    family, given = source.text("last_name"), source.text("first_name")
    return name or f"{family} {given}".strip(), source.text("company")


def _buyer(order: Payload) -> Contact:
    billing, customer = order.child("billing_address"), order.child("customer")
    name, company = _person(billing)
    customer_name, _ = _person(customer)
    return Contact(
        name=name or customer_name,
        company=company,
        email=order.text("email") or customer.text("email"),
        phone=order.text("phone") or billing.text("phone") or customer.text("phone"),
        address=_address(billing),
        platform_customer_id=customer.text("id"),
        is_member=customer.text("state") == "enabled",
    )


def _destinations(shipping: Payload, shipping_lines: list[Payload]) -> tuple[Destination, ...]:
    name, company = _person(shipping)
    method = shipping_lines[0].text("title") if shipping_lines else ""
    address = _address(shipping)
    contact = Contact(name=name, company=company, phone=shipping.text("phone"), address=address)
    if contact == Contact() and not method:
        return ()
    return (Destination(_DESTINATION, contact, shipping_method=method),)


def _line(row: Payload, currency: str) -> Line:
    line_id, quantity = row.text("id"), row.integer("quantity")
    if not line_id or quantity is None or quantity < 0:
        raise UnreadableDelivery("wrong_shape", "line_items has a line without id or quantity.")
    current = row.integer("current_quantity")
    variant_title = row.text("variant_title")
    price = _amount(row.take("price"), currency)
    discount = _amount(row.take("total_discount"), currency) or 0
    taxes = row.children("tax_lines")
    sku, variant = row.text("sku"), row.text("variant_id")
    options = [Option(p.text("name"), p.text("value")) for p in row.children("properties")]
    if variant_title:
        options.insert(0, Option("", variant_title))
    return Line(
        line_id=line_id,
        destination_id=_DESTINATION,
        title=row.text("title"),
        quantity=quantity,
        quantity_cancelled=0 if current is None else max(0, quantity - current),
        sku_candidates=(sku,) if sku else (),
        channel_sku={"sku": sku, "variant_id": variant},
        options=tuple(options),
        unit_price=price,
        tax_rate=_rate(taxes[0].take("rate")) if taxes else None,
        discounts=(Discount(discount),) if discount else (),
        line_total=None if price is None else price * quantity - discount,
        needs_shipping=row.take("requires_shipping") is not False,
    )


def _rate(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _money(order: Payload, shipping_lines: list[Payload], currency: str) -> Money:
    fees = [_amount(row.take("price"), currency) for row in shipping_lines]
    codes = [
        Discount(_amount(c.take("amount"), currency) or 0, DiscountKind.COUPON, BorneBy.SHOP, code)
        for c in order.children("discount_codes")
        if (code := c.text("code"))
    ]
    taxes = [
        TaxSum(rate, _amount(t.take("price"), currency))
        for t in order.children("tax_lines")
        if (rate := _rate(t.take("rate"))) is not None
    ]
    total = _amount(order.take("total_price"), currency)
    return Money(
        currency=currency,
        goods_total=_amount(order.take("subtotal_price"), currency),
        shipping_total=sum(f for f in fees if f is not None) if None not in fees else None,
        discount_total=_amount(order.take("total_discounts"), currency),
        discounts=tuple(codes),
        tax_total=_amount(order.take("total_tax"), currency),
        tax_included=order.take("taxes_included") is True,
        taxes=tuple(taxes),
        total=total,
        amount_due=total,
    )


def _payment(order: Payload, paid: str) -> Payment:
    names = order.take("payment_gateway_names") or [order.take("gateway")]
    raw = ", ".join(str(name) for name in names if name) if isinstance(names, list) else ""
    lowered = raw.lower()
    method = next((m for part, m in _METHODS if part in lowered), None)
    if method is None:
        method = PaymentMethod.OTHER if raw else PaymentMethod.UNKNOWN
    return Payment(method, _PAYMENT.get(paid, PaymentStatus.UNKNOWN), raw)
