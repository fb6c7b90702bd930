"""What was ordered at Yahoo, and what it costs. Yahoo's amounts are whole yen as texts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Final

from common.canonical import BorneBy, Discount, DiscountKind, Line, Money, Option
from common.channels.base import UnreadableDelivery
from common.channels.payload import Payload
from common.channels.rules import MAX_TEXT
from common.channels.yahoo_people import DESTINATION
from common.money import Amount, minor_units

_HUNDRED: Final = Decimal(100)


def listing_code(item_code: str, sub_code: str) -> str:
    """As setStock takes it: `itemCode`, or `itemCode:subCode` for a variant."""
    return f"{item_code}:{sub_code}" if sub_code else item_code


def read_lines(order: Payload, *, is_shipped: bool) -> tuple[Line, ...]:
    """Raises UnreadableDelivery for a line without id or quantity."""
    return tuple(_line(row, is_shipped=is_shipped) for row in order.children("Item"))


def read_money(detail: Payload, currency: str, lines: Sequence[Line]) -> Money:
    """The sums.

    Yahoo's documents leave open whether TotalPrice is before or after points and coupons of the
    mall. `total` is before points, as everywhere here: when TotalPrice is the sum of its parts,
    less some of what may be taken off, those parts are taken; else TotalPrice as it came.
    `amount_due` is SettleAmount, what is paid by the way of payment.
    """
    goods = _sum([line.line_total for line in lines])
    shipping, payment, wrapping, other = (
        _taken(detail, name)
        for name in ("ShipCharge", "PayCharge", "GiftWrapCharge", "Adjustments")
    )
    shop, mall = _taken(detail, "Discount"), _taken(detail, "TotalMallCouponDiscount")
    points, card = _taken(detail, "UsePoint"), _taken(detail, "GiftCardDiscount")
    told, settled = _taken(detail, "TotalPrice"), _taken(detail, "SettleAmount")
    gross = _sum([goods, *(fee or 0 for fee in (shipping, payment, wrapping, other))])
    off = (shop or 0) + (mall or 0)
    fits = gross is not None and told in _less(gross, (shop, mall, points, card))
    total = gross - off if fits and gross is not None else told
    paid = (points or 0) + (card or 0)
    return Money(
        currency=currency,
        goods_total=goods,
        shipping_total=shipping,
        payment_fee=payment,
        gift_fee=wrapping,
        other_fees=other,
        discount_total=off,
        discounts=tuple(_discounts(shop, mall, points, card)),
        total=total,
        amount_due=_due(settled, total, paid),
    )


def _line(row: Payload, *, is_shipped: bool) -> Line:
    line_id, units = row.text("LineId"), row.text("Quantity")
    if not line_id or not (units.isascii() and units.isdecimal()):
        raise UnreadableDelivery("wrong_shape", "Item has a line without LineId or Quantity.")
    quantity, price = int(units[:10]), _amount(row.text("UnitPrice"))
    item, sub = row.text("ItemId"), row.text("SubCode")
    return Line(
        line_id=line_id,
        destination_id=DESTINATION,
        title=row.text("Title")[:MAX_TEXT],
        quantity=quantity,
        quantity_shipped=quantity if is_shipped else 0,
        sku_candidates=tuple(code for code in (sub or item,) if code),
        channel_sku={"itemCode": item, "subCode": sub},
        listing=listing_code(item, sub),
        options=tuple(_options(row)),
        unit_price=price,
        tax_rate=_rate(row.text("ItemTaxRatio")),
        line_total=None if price is None else price * quantity,
        jan=row.text("Jan"),
    )


def _options(row: Payload) -> Iterator[Option]:
    if variant := row.text("SubCodeOption"):
        yield Option("", variant)
    for option in row.children("ItemOption"):
        yield Option(option.text("Name"), option.text("Value"), _amount(option.text("Price")))
    inscription = row.peek("Inscription")
    if isinstance(inscription, dict):
        words = row.child("Inscription")
        yield Option(words.text("Name"), words.text("Value"), _amount(words.text("Price")))
    elif text := row.text("Inscription"):
        yield Option("名入れ", text)


def _rate(percent: str) -> Decimal | None:
    """`10` → Decimal("0.1")"""
    try:
        rate = Decimal(percent) / _HUNDRED
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 <= rate <= 1 else None


def _discounts(shop: Amount, mall: Amount, points: Amount, card: Amount) -> Iterator[Discount]:
    if shop:
        yield Discount(shop, DiscountKind.OTHER, BorneBy.SHOP)
    if mall:
        yield Discount(mall, DiscountKind.COUPON, BorneBy.PLATFORM)
    if points:
        yield Discount(points, DiscountKind.POINT, BorneBy.PLATFORM)
    if card:
        yield Discount(card, DiscountKind.GIFTCARD, BorneBy.PLATFORM)


def _less(gross: int, parts: Sequence[Amount]) -> set[Amount]:
    """What is left of a sum less any of the parts."""
    known = [part for part in parts if part]
    return {gross - sum(chosen) for n in range(len(known) + 1) for chosen in combinations(known, n)}


def _due(settled: Amount, total: Amount, paid: int) -> Amount:
    """A settled amount of 0 means "nothing to pay" only where points and gift cards pay it all;
    else it is no settlement of Yahoo's."""
    if settled:
        return settled
    return None if total is None else max(0, total - paid)


def _taken(detail: Payload, name: str) -> Amount:
    return _amount(detail.text(name))


def _amount(text: str) -> Amount:
    # An amount that cannot be read is "not determined", which staff see; it stops nothing.
    try:
        return minor_units(text, "JPY")
    except ValueError:
        return None


def _sum(amounts: Sequence[Amount]) -> Amount:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
