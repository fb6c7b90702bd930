"""What an Amazon order costs: proceeds of its items and of the order, and how it is paid.

Amazon reports the seller's proceeds in categories. `TAX` is a category of its own where prices are
without tax; in Japan they are with it. Which of both holds is seen from the sums, because nothing
in the order says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from common.canonical import (
    BorneBy,
    Discount,
    DiscountKind,
    Money,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from common.channels.payload import Payload
from common.money import Amount, minor_units

ITEM: Final = "ITEM"
DISCOUNT: Final = "DISCOUNT"
# Categories that are no goods. What Amazon may add to them stays in `extra`: whether it is part of
# the total, nobody knows.
_OTHERS: Final = frozenset(
    {"SHIPPING", "GIFT_WRAP", "COD_FEE", "TAX", DISCOUNT, "DELIVERY_TIP", "OTHER"}
)

# Names of payments, in lower case and letters only.
_METHODS: Final = {
    "cashondelivery": PaymentMethod.COD,
    "cod": PaymentMethod.COD,
    "conveniencestore": PaymentMethod.CVS,
    "cvs": PaymentMethod.CVS,
    "creditcard": PaymentMethod.CARD,
    "debitcard": PaymentMethod.CARD,
    "invoice": PaymentMethod.DEFERRED,
    "paylater": PaymentMethod.DEFERRED,
    "banktransfer": PaymentMethod.BANK,
    "carrierbilling": PaymentMethod.CARRIER,
    "mobilecarrier": PaymentMethod.CARRIER,
    "paypay": PaymentMethod.PAYPAY,
}
# What the buyer pays with before any money.
_BALANCES: Final = {
    "points": DiscountKind.POINT,
    "pointsaccount": DiscountKind.POINT,
    "amazonpoints": DiscountKind.POINT,
    "giftcard": DiscountKind.GIFTCARD,
    "giftcertificate": DiscountKind.GIFTCARD,
    "gc": DiscountKind.GIFTCARD,
}
_PAID: Final = {
    "PENDING_AVAILABILITY": PaymentStatus.UNPAID,
    "PENDING": PaymentStatus.UNPAID,
    # Amazon holds the amount and takes it when the order is shipped.
    "UNSHIPPED": PaymentStatus.AUTHORISED,
    "PARTIALLY_SHIPPED": PaymentStatus.PAID,
    "SHIPPED": PaymentStatus.PAID,
    "CANCELLED": PaymentStatus.VOIDED,
}


@dataclass
class Charges:
    """Sums by category, discounts as positive numbers. A category that could not be read is None.

    pending: Amazon has not released the order; an amount of zero means "not determined" then.
    discounts: those that are not of one line, such as free shipping.
    """

    currency: str
    pending: bool = False
    sums: dict[str, Amount] = field(default_factory=dict)
    discounts: list[Discount] = field(default_factory=list)

    def read(self, row: Payload, name: str) -> Amount:
        """A Money object as minor units; None when missing, unreadable or in another currency."""
        if row.peek(name) is None:
            return None
        money = row.child(name)
        if str(money.peek("currencyCode") or self.currency).upper() != self.currency:
            return None  # it stays in `extra`
        money.take("currencyCode")
        value = money.take("amount")
        # An amount that cannot be read is "not determined", which staff see; it stops nothing.
        try:
            found = minor_units(
                value if isinstance(value, (str, int, float)) else None, self.currency
            )
        except ValueError:
            return None
        return None if self.pending and found == 0 else found

    def add(self, kind: str, amount: Amount) -> None:
        """Count an amount to a category."""
        before = self.sums.get(kind, 0)
        self.sums[kind] = None if before is None or amount is None else before + amount

    def total_of(self, *kinds: str) -> Amount:
        """The sum of categories; one that is not there counts nothing."""
        return summed(self.sums.get(kind, 0) for kind in kinds)


def summed(amounts: Iterable[Amount]) -> Amount:
    """None as soon as one of them is."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def currency_of(order: Payload, default: str) -> str:
    """The currency that the order is paid in; all its amounts are read as that."""
    proceeds = order.peek("proceeds")
    total = proceeds.get("grandTotal") if isinstance(proceeds, dict) else None
    found = total.get("currencyCode") if isinstance(total, dict) else None
    return (found if isinstance(found, str) and found else default).upper()


def read_line_charges(
    rows: list[Payload], charges: Charges, code: str, *, alone: bool
) -> tuple[Amount, list[Discount]]:
    """(ITEM subtotal, discounts of the goods) of one order item.

    code: of the promotions that apply. alone: the order does not sum the other categories up
    itself, so those of its items are counted; else they stay in `extra`.
    """
    goods: Amount = None
    discounts: list[Discount] = []
    for row in rows:
        kind = str(row.peek("type"))
        if kind == ITEM:
            row.take("type")
            goods = charges.read(row, "subtotal")
        elif kind == DISCOUNT:
            row.take("type")
            discounts += _discounts(row, charges, code, alone=alone)
        elif alone and kind in _OTHERS:
            row.take("type")
            charges.add(kind, charges.read(row, "subtotal"))
    return goods, discounts


def _discounts(row: Payload, charges: Charges, code: str, *, alone: bool) -> list[Discount]:
    """Of the goods. What is taken off shipping or wrapping goes to the whole order's."""
    found = []
    whole = charges.read(row, "subtotal")
    details = row.children("detailedBreakdowns")
    if alone:
        charges.add(DISCOUNT, None if whole is None else abs(whole))
    for detail in details:
        subtype = detail.text("subtype")
        part = charges.read(detail, "value")
        if part and subtype in ("", ITEM):
            found.append(_discount(part, code))
        elif part:
            charges.discounts.append(_discount(part, subtype))
    if whole and not details:
        found.append(_discount(whole, code))
    return found


def _discount(amount: int, code: str) -> Discount:
    # It lowers what the seller gets, so the seller bears it. Some reports have it negative.
    return Discount(abs(amount), DiscountKind.COUPON, BorneBy.SHOP, code)


def read_order_charges(rows: list[Payload], charges: Charges) -> None:
    """The categories as the order sums them up, but its goods, which the lines have."""
    for row in rows:
        kind = str(row.peek("type"))
        if kind in _OTHERS:
            row.take("type")
            amount = charges.read(row, "subtotal")
            charges.add(kind, abs(amount) if amount and kind == DISCOUNT else amount)


def read_money(
    charges: Charges, goods: Amount, total: Amount, balances: Sequence[Discount]
) -> Money:
    """The sums. balances: what was paid by points and gift cards; it is off what the buyer owes,
    not off the total, which the seller gets all the same."""
    known = bool(charges.sums) or total is not None
    tax = charges.sums.get("TAX")
    discount = charges.total_of(DISCOUNT) if known else None
    shipping = charges.total_of("SHIPPING") if known else None
    other = charges.total_of("OTHER", "DELIVERY_TIP")
    net = summed((goods, shipping, charges.total_of("GIFT_WRAP", "COD_FEE"), other))
    after = None if net is None or discount is None else net - discount
    due = None if total is None else total - sum(balance.amount for balance in balances)
    return Money(
        currency=charges.currency,
        goods_total=goods,
        shipping_total=shipping,
        cod_fee=charges.sums.get("COD_FEE"),
        gift_fee=charges.sums.get("GIFT_WRAP"),
        other_fees=other if charges.sums.keys() & {"OTHER", "DELIVERY_TIP"} else None,
        discount_total=discount,
        discounts=(*charges.discounts, *balances),
        tax_total=tax,
        tax_included=not (tax and after is not None and total == after + tax),
        total=total,
        amount_due=due,
    )


class Paid(NamedTuple):
    """How an order is paid. balances: points and gift cards."""

    payment: Payment
    balances: tuple[Discount, ...]


def read_payment(order: Payload, charges: Charges, status: str, *, cod: bool) -> Paid:
    """cod: a line says that its price is collected at delivery, whatever `payment` says."""
    names: list[str] = []
    methods: list[PaymentMethod] = []
    balances: list[Discount] = []
    for row in order.child("payment").children("paymentExecutions"):
        name = row.text("paymentMethod")
        word = "".join(filter(str.isalpha, name.lower()))
        names.append(name)
        if word in _BALANCES:
            amount = charges.read(row, "paymentAmount") or 0
            balances.append(Discount(amount, _BALANCES[word], BorneBy.PLATFORM))
        elif name:
            methods.append(_METHODS.get(word, PaymentMethod.OTHER))
    return Paid(
        Payment(*_method(methods, balances, status, cod), ", ".join(names)), tuple(balances)
    )


def _method(
    methods: list[PaymentMethod], balances: Sequence[Discount], status: str, cod: bool
) -> tuple[PaymentMethod, PaymentStatus]:
    paid = _PAID.get(status, PaymentStatus.UNKNOWN)
    if cod or PaymentMethod.COD in methods:
        collected = paid in (PaymentStatus.AUTHORISED, PaymentStatus.PAID)
        return PaymentMethod.COD, PaymentStatus.UNPAID if collected else paid
    if not methods:
        only = PaymentMethod.POINTS_ONLY if balances else PaymentMethod.UNKNOWN
        return only, paid
    if methods[0] is PaymentMethod.CVS and paid is PaymentStatus.AUTHORISED:
        # The order is released once the buyer has paid at the till.
        paid = PaymentStatus.PAID
    return methods[0], paid
