"""EC-CUBE's order, as its GraphQL API has it → the canonical order.

Goods and money are read by `eccube_goods`, people and shipments by `eccube_people`. `FIELDS` is
what we ask for, by the schema of EC-CUBE/eccube-api4 ("schema" in its documentation).
"""

from collections.abc import Sequence
from typing import Any, Final

from common.canonical import (
    CanonicalOrder,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.eccube_goods import fees_by_place, read_items, read_lines, read_money
from common.channels.eccube_people import Place, read_buyer, read_places
from common.channels.payload import Payload
from common.channels.reading import instant, method
from common.channels.rules import checked
from common.clock import from_wire

_PERSON: Final = (
    "name01 name02 kana01 kana02 company_name phone_number postal_code addr01 addr02 "
    "Country { id name } Pref { id name }"
)
FIELDS: Final = f"""
  id order_no message note email {_PERSON}
  subtotal discount delivery_fee_total charge tax total payment_total add_point use_point
  payment_method currency_code create_date update_date order_date payment_date
  Customer {{ id }} Payment {{ id method }} OrderStatus {{ id name }}
  Shippings {{
    id {_PERSON} note shipping_delivery_name shipping_delivery_date shipping_delivery_time
    shipping_date tracking_number Delivery {{ id name }}
  }}
  OrderItems {{
    id product_name product_code class_name1 class_name2 class_category_name1 class_category_name2
    price quantity tax tax_rate Product {{ id }} ProductClass {{ id }} Shipping {{ id }}
    TaxType {{ id }} TaxDisplayType {{ id }} OrderItemType {{ id name }}
  }}
"""

# `mtb_order_status`: 1 新規受付, 3 注文取消し, 4 対応中, 5 発送済み, 6 入金済み, 9 返品.
_CANCELLED: Final = "3"
_RETURNED: Final = "9"
_PAID: Final = "6"
_STATUS: Final = {
    "1": SourceStatus.NEW,
    _CANCELLED: SourceStatus.CANCELLED,
    "4": SourceStatus.READY,
    "5": SourceStatus.SHIPPED,
    _PAID: SourceStatus.READY,
    _RETURNED: SourceStatus.COMPLETED,
}
_OPEN: Final = ("1", "4", _PAID)
OPEN: Final[Sequence[str]] = _OPEN
# 7 決済処理中 and 8 購入処理中: a buyer on the way through the checkout. Searches leave them out.
UNFINISHED: Final[Sequence[str]] = ("7", "8")
_IN_ADVANCE: Final = (PaymentMethod.BANK, PaymentMethod.CVS)


def read_order(data: dict[str, Any], shop: ShopRef) -> CanonicalOrder:
    """One order. Raises UnreadableDelivery when it is not an order at all."""
    order = Payload(data)
    number = order.text("id")
    if not number:
        raise UnreadableDelivery("no_order_id", "id is missing.")
    currency = (order.text("currency_code") or shop.currency).upper()
    created = order.text("create_date")
    ordered = instant(order.text("order_date") or created, "order_date")
    status = order.child("OrderStatus")
    raw_status = {"OrderStatus": status.text("id"), "name": status.text("name")}
    items = read_items(order, currency)
    places = read_places(order.children("Shippings"), fees_by_place(items))
    payment = _payment(order, raw_status["OrderStatus"])
    return checked(
        CanonicalOrder(
            channel_order_id=number,
            display_no=order.text("order_no") or number,
            source_version=instant(order.text("update_date") or created, "update_date"),
            ordered_at=from_wire(ordered),
            status=_status(raw_status["OrderStatus"], payment, places),
            raw_status=raw_status,
            buyer=read_buyer(order),
            destinations=tuple(place.destination for place in places),
            lines=read_lines(items, {p.destination.id: p.is_shipped for p in places}),
            money=read_money(order, currency, items, payment.method),
            payment=payment,
            remarks=order.text("message"),
            shop_memo=order.text("note"),
            extra=order.left(),
        )
    )


def _status(code: str, payment: Payment, places: Sequence[Place]) -> SourceStatus:
    if code in _OPEN:
        shipped = [place.is_shipped for place in places]
        if any(shipped):
            return SourceStatus.SHIPPED if all(shipped) else SourceStatus.PARTIALLY_SHIPPED
        if payment.status is PaymentStatus.PAID:
            return SourceStatus.READY
        if payment.method in _IN_ADVANCE:
            return SourceStatus.AWAITING_PAYMENT
    return _STATUS.get(code, SourceStatus.UNKNOWN)


def _payment(order: Payload, code: str) -> Payment:
    """EC-CUBE knows the day of payment, and 入金済み. A card stands at 新規受付 only after its
    company has said yes: before, the order is 決済処理中."""
    copied, named = order.text("payment_method"), order.child("Payment")
    name = copied or named.text("method")
    paid_at = order.text("payment_date")
    how = method([name] if name else [])
    if paid_at or code == _PAID:
        status = PaymentStatus.PAID
    elif code == _CANCELLED:
        status = PaymentStatus.VOIDED
    elif code == _RETURNED or code not in _STATUS:
        status = PaymentStatus.UNKNOWN
    elif how is PaymentMethod.CARD:
        status = PaymentStatus.AUTHORISED
    else:
        status = PaymentStatus.UNPAID
    at = from_wire(instant(paid_at, "payment_date")) if paid_at else None
    return Payment(how, status, name, at)
