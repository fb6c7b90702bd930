"""What was ordered at WooCommerce, and what it costs.

WooCommerce reports every amount without tax and the tax beside it. A shop that enters its prices
with tax (`prices_include_tax`, as Japanese shops do) gets them with tax here too.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Final, NamedTuple

from common.canonical import (
    BorneBy,
    Destination,
    Discount,
    DiscountKind,
    Line,
    Money,
    Option,
    TaxSum,
)
from common.channels.base import UnreadableDelivery
from common.channels.payload import Payload
from common.channels.reading import amount, total, units
from common.channels.woocommerce_meta import Meta, Shipment
from common.money import Amount

_JAN: Final = (8, 13)
# Parts of the names of fees: cash on delivery, paying, wrapping.
_COD: Final = ("代引", "代金引換", "cod", "cash on delivery")
_PAYING: Final = ("手数料", "決済", "payment", "後払")
_GIFT: Final = ("ギフト", "ラッピング", "のし", "熨斗", "gift", "wrapping")


class Sums:
    """Reads amounts in the order's currency, with tax where the shop's prices have it."""

    def __init__(self, currency: str, *, with_tax: bool) -> None:
        self.currency = currency
        self.with_tax = with_tax

    def of(self, row: Payload, name: str, tax: str) -> Amount:
        """Added before they are rounded to minor units, for either may have more digits."""
        try:
            found = Decimal(str(row.take(name)))
            if self.with_tax:
                found += Decimal(str(row.take(tax) or 0))
        except InvalidOperation:
            return None
        return amount(format(found, "f"), self.currency)


class Way(NamedTuple):
    """A way of shipping that the buyer chose. method: WooCommerce's own name of it."""

    title: str
    method: str
    fee: Amount


def read_ways(order: Payload, sums: Sums) -> list[Way]:
    """Ways of shipping; an order has one, or none when nothing in it is shipped."""
    found = []
    for row in order.children("shipping_lines"):
        title, code = row.text("method_title"), str(row.peek("method_id") or "")
        row.take("id")
        found.append(Way(title, code, sums.of(row, "total", "total_tax")))
    return found


def listing_of(product: str, variation: str) -> str:
    """`93`, or `22/23` for a variation."""
    return f"{product}/{variation}" if variation not in ("", "0") else product


def read_lines(
    order: Payload,
    sums: Sums,
    destinations: Sequence[Destination],
    *,
    done: bool,
    shipments: Sequence[Shipment],
) -> tuple[Line, ...]:
    """The lines of goods. done: the shop has completed the order. Raises UnreadableDelivery."""
    place = destinations[0].id if destinations else ""
    rates = _rates(order)
    has_coupon = bool(order.peek("coupon_lines"))
    found = []
    for row in order.children("line_items"):
        line_id = row.text("id")
        if not line_id:
            raise UnreadableDelivery("wrong_shape", "line_items has a line without id.")
        quantity = units(row.take("quantity"), "line_items.quantity")
        product, variation = row.text("product_id"), row.text("variation_id")
        before, after = sums.of(row, "subtotal", "subtotal_tax"), sums.of(row, "total", "total_tax")
        sku, jan = row.text("sku"), row.text("global_unique_id")
        found.append(
            Line(
                line_id=line_id,
                destination_id=place,
                title=unescape(row.text("name")),
                quantity=quantity,
                quantity_shipped=quantity if done else _shipped(line_id, quantity, shipments),
                sku_candidates=(sku,) if sku else (),
                channel_sku={"sku": sku, "product_id": product, "variation_id": variation},
                listing=listing_of(product, variation) if product not in ("", "0") else "",
                options=tuple(Option(a.name, unescape(a.value)) for a in Meta(row).visible()),
                unit_price=_each(before, quantity),
                unit_price_tax_included=sums.with_tax,
                tax_rate=_rate_of(row, rates),
                discounts=_discount(before, after, has_coupon=has_coupon),
                line_total=before,
                needs_shipping=bool(place),
                jan=jan if jan.isdecimal() and len(jan) in _JAN else "",
            )
        )
    return tuple(found)


def _each(whole: Amount, quantity: int) -> Amount:
    """The price of one; None when it is not a whole number of minor units."""
    if whole is None or quantity == 0 or whole % quantity:
        return None
    return whole // quantity


def _shipped(line_id: str, quantity: int, shipments: Sequence[Shipment]) -> int:
    if any(not shipment.lines for shipment in shipments):
        return quantity
    sent = sum(n for shipment in shipments for line, n in shipment.lines if line == line_id)
    return max(0, min(quantity, sent))


def _discount(before: Amount, after: Amount, *, has_coupon: bool) -> tuple[Discount, ...]:
    """What is taken off a line; WooCommerce says how much and not by what."""
    if before is None or after is None or before == after:
        return ()
    kind = DiscountKind.COUPON if has_coupon else DiscountKind.OTHER
    return (Discount(before - after, kind, BorneBy.SHOP),)


def _rates(order: Payload) -> dict[str, Decimal]:
    """By the id of the rate. Old versions of WooCommerce do not say it."""
    found = {}
    rows = order.peek("tax_lines")
    for row in rows if isinstance(rows, list) else ():
        rate = _percent(row.get("rate_percent")) if isinstance(row, dict) else None
        if rate is not None:
            found[str(row.get("rate_id"))] = rate
    return found


def _percent(value: object) -> Decimal | None:
    """10 → 0.1"""
    try:
        rate = Decimal(str(value)) / 100
    except InvalidOperation:
        return None
    return rate.normalize() if rate.is_finite() and 0 <= rate <= 1 else None


def _rate_of(row: Payload, rates: dict[str, Decimal]) -> Decimal | None:
    """The rate of the one tax of a line. Several stay in `extra`."""
    rows = row.peek("taxes")
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        return None
    rate = rates.get(str(rows[0].get("id")))
    if rate is not None:
        [tax] = row.children("taxes")
        for name in ("id", "total", "subtotal"):
            tax.take(name)
    return rate


def read_money(order: Payload, sums: Sums, lines: Sequence[Line]) -> Money:
    """The sums. Fees below zero, which plugins for points add, are discounts."""
    fees = _fees(order, sums)
    coupons = [
        Discount(off, DiscountKind.COUPON, BorneBy.SHOP, row.text("code"))
        for row in order.children("coupon_lines")
        if (off := sums.of(row, "discount", "discount_tax")) is not None
    ]
    whole = amount(order.take("total"), sums.currency)
    taken_off = [discount.amount for discount in fees.discounts]
    return Money(
        currency=sums.currency,
        goods_total=total(line.line_total for line in lines),
        shipping_total=sums.of(order, "shipping_total", "shipping_tax"),
        cod_fee=fees.cod,
        payment_fee=fees.paying,
        gift_fee=fees.gift,
        other_fees=fees.other,
        discount_total=total([sums.of(order, "discount_total", "discount_tax"), *taken_off]),
        discounts=(*coupons, *fees.discounts),
        tax_total=amount(order.take("total_tax"), sums.currency),
        tax_included=sums.with_tax,
        taxes=tuple(_taxes(order, sums.currency)),
        total=whole,
        amount_due=total([whole, *_refunds(order, sums.currency)]),
    )


class _Fees:
    """Fees by what they are for; None when there is none of a kind."""

    def __init__(self) -> None:
        self.cod: Amount = None
        self.paying: Amount = None
        self.gift: Amount = None
        self.other: Amount = None
        self.discounts: list[Discount] = []

    def add(self, name: str, value: int) -> None:
        lowered = name.lower()
        if value < 0:
            kind = DiscountKind.POINT if "ポイント" in name else DiscountKind.OTHER
            self.discounts.append(Discount(-value, kind, BorneBy.SHOP, name))
        elif any(part in lowered for part in _COD):
            self.cod = (self.cod or 0) + value
        elif any(part in lowered for part in _GIFT):
            self.gift = (self.gift or 0) + value
        elif any(part in lowered for part in _PAYING):
            self.paying = (self.paying or 0) + value
        else:
            self.other = (self.other or 0) + value


def _fees(order: Payload, sums: Sums) -> _Fees:
    found = _Fees()
    for row in order.children("fee_lines"):
        name, value = row.peek("name"), sums.of(row, "total", "total_tax")
        if value is not None:
            found.add(str(name or ""), value)
    return found


def _taxes(order: Payload, currency: str) -> Iterator[TaxSum]:
    for row in order.children("tax_lines"):
        rate = _percent(row.peek("rate_percent"))
        if rate is None:
            continue
        for name in ("id", "rate_id", "rate_percent", "rate_code", "label", "compound"):
            row.take(name)
        parts = (row.take("tax_total"), row.take("shipping_tax_total"))
        yield TaxSum(rate, total(amount(part, currency) for part in parts))


def _refunds(order: Payload, currency: str) -> Iterator[int]:
    """Below zero, as they come."""
    for row in order.children("refunds"):
        value = amount(row.take("total"), currency)
        if value is not None:
            yield value
