"""What Yahoo answers to orderInfo → canonical orders.

Goods and money are read by `yahoo_goods`, people by `yahoo_people`.
"""

from dataclasses import replace
from typing import Any, Final

from common.canonical import (
    Attribute,
    CanonicalOrder,
    Contact,
    Destination,
    OrderKind,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import Payload
from common.channels.rules import checked
from common.channels.xml import UnreadableXml, read_xml
from common.channels.yahoo_codes import (
    CANCELLED,
    COMPLETED,
    HELD,
    METHOD_NAMES,
    METHODS,
    POSTPAID,
    PREPAID,
    RESERVED,
    RUNNING,
    SHIPPABLE,
    SHIPPED,
)
from common.channels.yahoo_goods import read_lines, read_money
from common.channels.yahoo_people import read_buyer, read_day, read_destination
from common.clock import from_wire, to_wire

# Elements that are lists even when there is one of them.
LISTS: Final = frozenset({"OrderInfo", "Item", "ItemOption"})
# The device, and how many copies of slips were printed.
_IGNORED: Final = frozenset({"DeviceType", "PrintSlipTime"})
_WAITING: Final = "social_gift_waiting"
_RAW: Final = "OrderStatus StoreStatus IsSeen CancelReason FraudHoldStatus Suspect".split()


def read_order(body: bytes, shop: ShopRef) -> CanonicalOrder:
    """The order of an answer of orderInfo, or one OrderInfo. Raises UnreadableDelivery."""
    try:
        root, content = read_xml(body, lists=LISTS)
    except UnreadableXml as error:
        raise UnreadableDelivery("wrong_shape", f"The answer is {error}.") from None
    if root == "OrderInfo":
        return _order(content, shop)
    result = content.get("Result") if isinstance(content, dict) else None
    rows = result.get("OrderInfo") if isinstance(result, dict) else None
    if not rows or not isinstance(rows[0], dict):
        raise UnreadableDelivery("no_order_id", "There is no OrderInfo.")
    return _order(rows[0], shop)


def _order(content: Any, shop: ShopRef) -> CanonicalOrder:
    if not isinstance(content, dict):
        raise UnreadableDelivery("no_order_id", "OrderInfo is empty.")
    order = Payload({name: value for name, value in content.items() if value != ""})
    parts = {name: _part(order, name) for name in ("Pay", "Ship", "Detail", "Buyer", "Seller")}
    pay, ship = parts["Pay"], parts["Ship"]
    raw = {name: order.text(name) for name in _RAW}
    raw |= {name: pay.text(name) for name in ("PayStatus", "SettleStatus", "PayMethod")}
    raw["ShipStatus"] = ship.text("ShipStatus")
    number, gift = order.text("OrderId"), order.text("SocialGiftType")
    payment = _payment(pay, raw)
    destination, is_waiting = _destination(ship, is_social=gift in ("1", "2"))
    lines = read_lines(order, is_shipped=raw["ShipStatus"] in SHIPPED)
    updated = order.text("LastUpdateTime")
    money = read_money(parts["Detail"], shop.currency, lines)
    status = _status(raw, payment)
    if is_waiting and status in (SourceStatus.NEW, SourceStatus.READY):
        status = SourceStatus.ON_HOLD
    return checked(
        CanonicalOrder(
            channel_order_id=number,
            display_no=number,
            source_version=version_of(order.text("Version"), updated),
            ordered_at=from_wire(_instant(order.text("OrderTime"), "OrderTime")),
            status=status,
            raw_status=raw,
            buyer=read_buyer(pay, parts["Buyer"]),
            destinations=(replace(destination, shipping_fee=money.shipping_total),),
            lines=lines,
            money=money,
            payment=payment,
            order_kind=_kind(order, gift, raw["OrderStatus"]),
            remarks=order.text("BuyerComments"),
            shop_memo="\n".join(filter(None, (order.text("SellerComments"), order.text("Notes")))),
            attributes=_attributes(ship),
            flags=_flags(order, pay, raw["Suspect"], is_waiting=is_waiting),
            related=_related(order, parts["Seller"]),
            extra=order.left(_IGNORED),
        )
    )


def _part(order: Payload, name: str) -> Payload:
    """An element that may be there without anything in it."""
    if order.peek(name) == "":
        order.take(name)
    return order.child(name)


def version_of(version: str, updated: str) -> str:
    """`0000000001~<instant>`: Yahoo counts edits; what it does not count changes LastUpdateTime.

    Raises UnreadableDelivery.
    """
    if not (version.isascii() and version.isdecimal()):
        raise UnreadableDelivery("wrong_shape", "Version is not a number.")
    return f"{int(version[:10]):010d}~{_instant(updated, 'LastUpdateTime')}"


def _instant(text: str, field: str) -> str:
    try:
        return to_wire(from_wire(text))
    except ValueError:
        raise UnreadableDelivery("wrong_shape", f"{field} is not an instant.") from None


def _payment(pay: Payload, raw: dict[str, str]) -> Payment:
    name, code = pay.text("PayMethodName"), raw["PayMethod"]
    method = METHODS.get(code)
    if method is None:
        method = next((found for part, found in METHOD_NAMES if part in name), None)
    if method is None:
        method = PaymentMethod.OTHER if name else PaymentMethod.UNKNOWN
    paid_on = read_day(pay.text("PayDate"))
    return Payment(
        method,
        _payment_status(raw["PayStatus"], raw["ShipStatus"], method),
        name,
        from_wire(f"{paid_on}T00:00:00+09:00") if paid_on else None,
    )


def _payment_status(paid: str, ship: str, method: PaymentMethod) -> PaymentStatus:
    """Yahoo lets an order be shipped once the card or wallet has promised the money."""
    if paid == "1":
        return PaymentStatus.PAID
    if paid != "0":
        return PaymentStatus.UNKNOWN
    promised = ship in SHIPPABLE and method not in (*POSTPAID, *PREPAID)
    return PaymentStatus.AUTHORISED if promised else PaymentStatus.UNPAID


def _status(raw: dict[str, str], payment: Payment) -> SourceStatus:
    ends = {
        CANCELLED: SourceStatus.CANCELLED,
        COMPLETED: SourceStatus.COMPLETED,
        HELD: SourceStatus.ON_HOLD,
    }
    order, ship = raw["OrderStatus"], raw["ShipStatus"]
    if order in ends:
        return ends[order]
    if order not in (RESERVED, RUNNING) or ship not in ("0", *SHIPPABLE):
        return SourceStatus.UNKNOWN
    if ship in SHIPPED:
        return SourceStatus.SHIPPED
    if ship == "0":
        waits = payment.status is PaymentStatus.UNPAID and payment.method not in POSTPAID
        return SourceStatus.AWAITING_PAYMENT if waits else SourceStatus.ON_HOLD
    if order == RESERVED:
        return SourceStatus.ON_HOLD
    return SourceStatus.NEW if raw["IsSeen"] == "false" else SourceStatus.READY


def _destination(ship: Payload, *, is_social: bool) -> tuple[Destination, bool]:
    """(where it goes, whether a social gift's recipient has yet to say it)."""
    found = read_destination(ship)
    address = found.contact.address
    if is_social and not (found.contact.name and address.prefecture and address.line1):
        return replace(found, contact=Contact(), gift=replace(found.gift, is_gift=True)), True
    return found, False


def _kind(order: Payload, gift: str, status: str) -> OrderKind:
    if gift not in ("", "0"):
        return OrderKind.SOCIAL_GIFT if gift in ("1", "2") else OrderKind.UNKNOWN
    if order.text("IsYahooAuctionOrder") == "true":
        return OrderKind.AUCTION
    if order.text("IsSubscription") == "true":
        return OrderKind.SUBSCRIPTION
    return OrderKind.PREORDER if status == RESERVED else OrderKind.NORMAL


def _attributes(ship: Payload) -> tuple[Attribute, ...]:
    """The two free fields of a shop's order form."""
    found = []
    for n in ("1", "2"):
        name, value = ship.text(f"Option{n}Field"), ship.text(f"Option{n}Value")
        if name or value:
            found.append(Attribute(name, value))
    return tuple(found)


def _flags(order: Payload, pay: Payload, suspect: str, *, is_waiting: bool) -> tuple[str, ...]:
    said = {
        "suspect": suspect not in ("", "0"),
        "split": order.text("IsSplit") == "true",
        "several_destinations": order.text("IsMultiShip") == "true",
        "receipt_wanted": pay.text("NeedReceipt") == "true",
        _WAITING: is_waiting,
    }
    return tuple(sorted(flag for flag, is_so in said.items() if is_so))


def _related(order: Payload, seller: Payload) -> dict[str, str]:
    found = {name: order.text(name) for name in ("ParentOrderId", "ChildOrderId", "YahooAuctionId")}
    found["SellerId"] = seller.text("SellerId")
    return {name: text for name, text in found.items() if text}
