"""WooCommerce's order (REST API v3) → the canonical order.

Goods and money are read by `woocommerce_goods`, people by `woocommerce_people`, what plugins add
by `woocommerce_meta`.
"""

from collections.abc import Sequence
from typing import Any, Final

from common.canonical import (
    CanonicalOrder,
    Line,
    OrderKind,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import Payload
from common.channels.reading import instant, method
from common.channels.rules import checked
from common.channels.woocommerce_goods import Sums, read_lines, read_money, read_ways
from common.channels.woocommerce_meta import Meta
from common.channels.woocommerce_people import read_people
from common.clock import from_wire

_STATUS: Final = {
    "pending": SourceStatus.AWAITING_PAYMENT,
    "checkout-draft": SourceStatus.ON_HOLD,
    "processing": SourceStatus.READY,
    "on-hold": SourceStatus.ON_HOLD,
    "completed": SourceStatus.SHIPPED,
    "cancelled": SourceStatus.CANCELLED,
    "refunded": SourceStatus.CANCELLED,
    "failed": SourceStatus.CANCELLED,
    "trash": SourceStatus.CANCELLED,
}
_ENDED: Final = ("cancelled", "failed", "trash")
# WooCommerce's own gateways and those of its Japanese plugins.
_METHODS: Final = {
    "bacs": PaymentMethod.BANK,
    "bankjp": PaymentMethod.BANK,
    "postofficebank": PaymentMethod.BANK,
    "cod": PaymentMethod.COD,
    "cod2": PaymentMethod.COD,
    "ppcp-gateway": PaymentMethod.PAYPAL,
    "paypal": PaymentMethod.PAYPAL,
    "stripe": PaymentMethod.CARD,
    "woocommerce_payments": PaymentMethod.CARD,
    "amazon_payments_advanced": PaymentMethod.AMAZON_PAY,
}
# `on-hold` is what these wait in for the buyer's money.
_IN_ADVANCE: Final = (PaymentMethod.BANK, PaymentMethod.CVS)

# Read by no one: the site's own time beside UTC, the buyer's browser, pictures, addresses of the
# API, classes of tax (rates are read), and what other fields say better.
_IGNORED: Final = frozenset(
    """
    _links cart_hash cart_tax currency_symbol customer_ip_address customer_user_agent date_completed
    date_created date_modified date_paid image instance_id is_editable needs_payment
    needs_processing order_key parent_name payment_url price tax_class tax_status version
    """.split()
)


def read_order(data: dict[str, Any], shop: ShopRef) -> CanonicalOrder:
    """One order. Raises UnreadableDelivery when it is not an order at all."""
    order = Payload(data)
    number = order.text("id")
    if not number:
        raise UnreadableDelivery("no_order_id", "id is missing.")
    currency = (order.text("currency") or shop.currency).upper()
    created = _utc(order, "date_created_gmt")
    modified = _utc(order, "date_modified_gmt") or created
    if not created:
        raise UnreadableDelivery("wrong_shape", "date_created_gmt is missing.")
    raw_status = {name: order.text(name) for name in ("status", "payment_method")}
    raw_status["date_completed_gmt"] = _utc(order, "date_completed_gmt")
    meta = Meta(order)
    sums = Sums(currency, with_tax=order.take("prices_include_tax") is True)
    buyer, destinations = read_people(order, meta, read_ways(order, sums))
    shipments = meta.shipments()
    done = raw_status["status"] == "completed" or bool(raw_status["date_completed_gmt"])
    lines = read_lines(order, sums, destinations, done=done, shipments=shipments)
    payment = _payment(order, raw_status, refunded=bool(order.peek("refunds")))
    related = _related(order)
    return checked(
        CanonicalOrder(
            channel_order_id=number,
            display_no=order.text("number") or number,
            source_version=modified,
            ordered_at=from_wire(created),
            status=_status(raw_status, payment, lines),
            raw_status=raw_status,
            order_kind=_kind(related),
            buyer=buyer,
            destinations=destinations,
            lines=lines,
            money=read_money(order, sums, lines),
            payment=payment,
            remarks=order.text("customer_note"),
            attributes=tuple(meta.visible()),
            related=related,
            extra=order.left(_IGNORED),
        )
    )


def _utc(order: Payload, name: str) -> str:
    """`2017-03-22T19:28:02`, which is UTC without saying so; "" when it is not there."""
    text = order.text(name)
    if not text:
        return ""
    return instant(text if text.endswith("Z") or "+" in text else f"{text}+00:00", name)


def _status(raw: dict[str, str], payment: Payment, lines: Sequence[Line]) -> SourceStatus:
    word = raw["status"]
    if word == "refunded" and raw["date_completed_gmt"]:
        return SourceStatus.COMPLETED
    if word == "on-hold" and payment.method in _IN_ADVANCE:
        return SourceStatus.AWAITING_PAYMENT
    if word == "processing" and any(line.quantity_shipped for line in lines):
        return SourceStatus.PARTIALLY_SHIPPED
    return _STATUS.get(word, SourceStatus.UNKNOWN)


def _payment(order: Payload, raw: dict[str, str], *, refunded: bool) -> Payment:
    title, paid_at = order.text("payment_method_title"), _utc(order, "date_paid_gmt")
    code = raw["payment_method"]
    word = raw["status"]
    if word == "refunded":
        status = PaymentStatus.REFUNDED
    elif refunded:
        status = PaymentStatus.PARTIALLY_REFUNDED
    elif paid_at:
        status = PaymentStatus.PAID
    elif word in _ENDED:
        status = PaymentStatus.VOIDED
    else:
        status = PaymentStatus.UNPAID if word in _STATUS else PaymentStatus.UNKNOWN
    return Payment(
        method([name for name in (code, title) if name], _METHODS),
        status,
        title or code,
        from_wire(paid_at) if paid_at else None,
    )


def _related(order: Payload) -> dict[str, str]:
    """Where the order came from, and what it belongs to; 0 is none."""
    found = {name: order.text(name) for name in ("created_via", "parent_id", "transaction_id")}
    return {name: text for name, text in found.items() if text not in ("", "0")}


def _kind(related: dict[str, str]) -> OrderKind:
    is_renewal = related.get("created_via") == "subscription"
    return OrderKind.SUBSCRIPTION if is_renewal else OrderKind.NORMAL
