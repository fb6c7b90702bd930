"""What RMS answers to getOrder (version 10) → canonical orders.

Packages and lines are read by `rakuten_goods`, money by `rakuten_money`, people by
`rakuten_people`.
"""

from collections.abc import Iterator
from typing import Any, Final

from common.canonical import (
    CanonicalOrder,
    OrderKind,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import Payload, read_json
from common.channels.rakuten_codes import (
    CLASSES,
    FLAGS,
    KINDS,
    METHODS,
    PREPAID,
    PROGRESS,
    SHIPPED,
    WAITING,
    payment_status,
)
from common.channels.rakuten_goods import Packages, Shared, read_packages
from common.channels.rakuten_money import read_coupons, read_money, read_wrapping
from common.channels.rakuten_people import read_buyer, read_wish
from common.channels.rules import checked
from common.clock import from_wire, to_wire

# What must not be kept (card details, who the buyer is beyond what a parcel needs), the device it
# was ordered with, and what other fields say as well.
_IGNORED: Final = frozenset(
    """
    birthDay birthMonth birthYear cardName cardNumber cardOwner cardYm carrierCode emailCarrierCode
    equalSenderFlag sex
    """.split()
)
_NOT_SHIPPED: Final = "発送を伴わない"
_UNFINISHED: Final = (SourceStatus.NEW, SourceStatus.READY, SourceStatus.AWAITING_PAYMENT)
_RAW: Final = (
    *("orderProgress", "subStatusId", "subStatusName", "orderType", "cautionDisplayType"),
    *("cautionDisplayDetailType", "rakutenConfirmFlag", "modifyFlag", "shopOrderCfmDatetime"),
    *("orderFixDatetime", "shippingInstDatetime", "shippingCmplRptDatetime"),
)


def read_order(body: bytes, shop: ShopRef) -> CanonicalOrder:
    """One OrderModel. Raises UnreadableDelivery.

    An order that is unknown in its progress or way of payment is read all the same; the numbers
    are in `raw_status`.
    """
    data = read_json(body)
    order = Payload(data)
    number = order.text("orderNumber")
    raw = {name: order.text(name) for name in _RAW}
    settlement = order.child("SettlementModel")
    payment = _payment(settlement, raw)
    delivery = order.child("DeliveryModel")
    raw["deliveryClass"] = delivery.text("deliveryClass")
    wrapping = read_wrapping(order)
    coupons = read_coupons(order)
    is_member = order.text("rakutenMemberFlag")
    signs = {name: raw.get(name) or order.text(name) for name in FLAGS}
    method = delivery.text("deliveryName")
    packages = read_packages(
        order,
        Shared(
            wish=read_wish(order),
            method=method,
            temperature=CLASSES.get(raw["deliveryClass"]),
            is_gift=signs["giftCheckFlag"] == "1" or bool(wrapping.names),
            wrapping=wrapping.names,
            is_social=signs["socialGiftFlag"] == "1",
            is_shipped=raw["orderProgress"] in SHIPPED,
            needs_shipping=method != _NOT_SHIPPED,
            coupons=coupons.by_line,
        ),
    )
    ordered_at = order.text("orderDatetime")
    return checked(
        CanonicalOrder(
            channel_order_id=number,
            display_no=number,
            source_version=version_of(data),
            ordered_at=from_wire(_instant(ordered_at)),
            status=_status(raw["orderProgress"], payment, packages),
            raw_status=raw,
            buyer=read_buyer(order, is_member=is_member == "1" if is_member else None),
            destinations=packages.destinations,
            lines=packages.lines,
            money=read_money(order, shop.currency, wrapping=wrapping, coupons=coupons.whole),
            payment=payment,
            order_kind=_kind(raw["orderType"], signs["socialGiftFlag"]),
            remarks=order.text("remarks"),
            shop_memo=order.text("memo"),
            flags=_flags(signs, packages),
            related=_related(order, packages),
            extra=order.left(_IGNORED),
        )
    )


def version_of(order: dict[str, Any]) -> str:
    """A version for an order of a mall that counts none: `<instant>~<progress>~<known>`.

    The instant is the newest of all of the order's own times (ordered, confirmed, fixed, changed,
    shipped, gift address typed). Within one such instant the order that is further on is newer,
    and of two alike the one of which more is known: amounts that are no longer -9999, parcels
    reported. Reports of the same state have the same version. What staff change in RMS without a
    time of its own (a memo) leaves the version as it is: whoever compares reports has to tell two
    contents of one version apart by something else.
    """
    times = sorted(filter(None, (_wire(text) for text in _times(order))))
    progress = str(order.get("orderProgress") or "")
    known = sum(1 for _ in _determined(order))
    newest = times[-1] if times else ""
    return f"{newest}~{progress.zfill(4)[:8]}~{known:05d}"


def _times(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name.lower().endswith("datetime"):
                yield inner
            else:
                yield from _times(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _times(inner)


def _determined(value: Any) -> Iterator[str]:
    """Names of amounts that are known, and of parcels that were reported."""
    if isinstance(value, dict):
        for name, inner in value.items():
            is_known = name.endswith("Price") and isinstance(inner, int) and inner >= 0
            if is_known or (name == "shippingNumber" and inner):
                yield name
            else:
                yield from _determined(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _determined(inner)


def _wire(text: str) -> str:
    """ "" for what is no instant, which is kept as it came but orders nothing."""
    try:
        return to_wire(from_wire(text))
    except ValueError:
        return ""


def _instant(text: str) -> str:
    found = _wire(text)
    if not found:
        raise UnreadableDelivery("wrong_shape", "orderDatetime is not an instant.")
    return found


def _status(progress: str, payment: Payment, packages: Packages) -> SourceStatus:
    status = PROGRESS.get(progress, SourceStatus.UNKNOWN)
    if progress == "200" and payment.method in PREPAID:
        status = SourceStatus.AWAITING_PAYMENT
    if packages.is_waiting and status in _UNFINISHED:
        return SourceStatus.ON_HOLD
    some = [line.quantity_shipped > 0 for line in packages.lines]
    if status is SourceStatus.READY and any(some):
        return SourceStatus.PARTIALLY_SHIPPED
    return status


def _payment(settlement: Payload, raw: dict[str, str]) -> Payment:
    code, name = settlement.text("settlementMethodCode"), settlement.text("settlementMethod")
    raw["settlementMethodCode"] = code
    raw["rpaySettlementFlag"] = settlement.text("rpaySettlementFlag")
    method = METHODS.get(code, PaymentMethod.UNKNOWN)
    status = payment_status(raw["orderProgress"], method)
    if method is PaymentMethod.UNKNOWN and status is PaymentStatus.PAID:
        # Nobody knows whether this way is paid before or after.
        status = PaymentStatus.UNKNOWN
    return Payment(method, status, name)


def _kind(order_type: str, social_gift: str) -> OrderKind:
    if social_gift == "1":
        return OrderKind.SOCIAL_GIFT
    return KINDS.get(order_type, OrderKind.UNKNOWN)


def _flags(signs: dict[str, str], packages: Packages) -> tuple[str, ...]:
    found = {flag for name, flag in FLAGS.items() if signs[name] not in ("", "0")}
    found |= packages.flags
    if packages.is_waiting:
        found.add(WAITING)
    return tuple(sorted(found))


def _related(order: Payload, packages: Packages) -> dict[str, str]:
    found = {name: order.text(name) for name in ("reserveNumber", "reserveDeliveryCount")}
    return {name: text for name, text in found.items() if text} | dict(packages.related)
