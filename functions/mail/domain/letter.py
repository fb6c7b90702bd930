"""The letters' typed variables, how amounts are written, and which variable is missing."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any, NamedTuple

from common.canonical import PaymentMethod
from common.clock import JST
from common.events import Letter
from common.money import Amount, exponent

UNDETERMINED = "確定後にお知らせします"
_AS_CHOSEN = "ご注文時にお選びいただいた方法"
_PAYMENT_METHODS: dict[str, str] = {
    PaymentMethod.CARD: "クレジットカード",
    PaymentMethod.COD: "代金引換",
    PaymentMethod.BANK: "銀行振込",
    PaymentMethod.CVS: "コンビニ決済",
    PaymentMethod.CARRIER: "キャリア決済",
    PaymentMethod.DEFERRED: "後払い",
    PaymentMethod.PAYPAY: "PayPay",
    PaymentMethod.AMAZON_PAY: "Amazon Pay",
    PaymentMethod.PAYPAL: "PayPal",
    PaymentMethod.RAKUTEN_PAY: "楽天ペイ",
    PaymentMethod.APPLE_PAY: "Apple Pay",
    PaymentMethod.POINTS_ONLY: "ポイント・ギフト券等",
    PaymentMethod.OTHER: _AS_CHOSEN,
    PaymentMethod.UNKNOWN: _AS_CHOSEN,
}
# Characters that turn the direction of text around and so can make it read as something else.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Price(NamedTuple):
    """An amount in minor units with its currency; None: not determined yet."""

    amount: Amount
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the order."""

    title: str
    quantity: int
    unit_price: Price
    line_total: Price


@dataclass(frozen=True, slots=True, repr=False)
class OrderReceivedLetter:
    """Variables of 自動受付メール. Every text must have something in it; there is at least one
    line; an amount that is not determined yet is written as UNDETERMINED.

    other_total: what the total has beside goods, shipping and discount (taxes that come on top,
    cash-on-delivery fees), so that the letter adds up; None while any of them is undetermined.
    """

    shop_name: str
    buyer_name: str
    order_number: str
    ordered_at: str
    lines: tuple[Line, ...]
    goods_total: Price
    shipping_total: Price
    discount_total: Price
    other_total: Price
    total: Price
    payment_method: str
    destination: str
    signature: str


@dataclass(frozen=True, slots=True)
class ShopNames:
    """What the letter says of the shop."""

    name: str
    signature: str = field(repr=False)


def order_received_letter(
    letter: Letter, ordered_at: datetime, shop: ShopNames
) -> OrderReceivedLetter:
    """The variables, cleaned; missing ones stay empty and are found by `missing_variable`."""

    def price(amount: Amount) -> Price:
        return Price(amount, letter.currency)

    return OrderReceivedLetter(
        shop_name=one_line(shop.name),
        buyer_name=one_line(letter.buyer_name),
        order_number=one_line(letter.number),
        ordered_at=japanese_time(ordered_at),
        lines=tuple(
            Line(one_line(x.title), x.quantity, price(x.unit_price), price(x.line_total))
            for x in letter.lines
        ),
        goods_total=price(letter.goods_total),
        shipping_total=price(letter.shipping_total),
        discount_total=price(letter.discount_total),
        other_total=price(_other_total(letter)),
        total=price(letter.total),
        payment_method=payment_text(letter.payment_method),
        destination=many_lines(letter.destination),
        signature=many_lines(shop.signature),
    )


def _other_total(letter: Letter) -> Amount:
    goods, shipping, discount = letter.goods_total, letter.shipping_total, letter.discount_total
    if letter.total is None or goods is None or shipping is None or discount is None:
        return None
    return letter.total - (goods + shipping - abs(discount))


def missing_variable(letter: Any) -> str | None:
    """The dotted name of the first variable that is None, blank or an empty list; None if every
    one is there. Lines count from 1."""
    for name, value in _variables(letter):
        blank = value is None or (isinstance(value, str) and not value.strip())
        if blank or (isinstance(value, tuple) and not value):
            return name
    return None


def _variables(letter: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in fields(letter):
        value = getattr(letter, each.name)
        yield prefix + each.name, value
        if isinstance(value, tuple) and not isinstance(value, Price):
            for number, inner in enumerate(value, 1):
                if is_dataclass(inner):
                    yield from _variables(inner, f"{prefix}{each.name}.{number}.")


def variable_names(letter: type[Any]) -> list[str]:
    """The names a template may use, in the order of their declaration."""
    return [each.name for each in fields(letter)]


def price_text(price: Price) -> str:
    """`1,980円`, `409.94 USD`, or UNDETERMINED."""
    if price.amount is None:
        return UNDETERMINED
    if price.currency == "JPY":
        return f"{price.amount:,}円"
    digits = exponent(price.currency)
    whole, part = divmod(abs(price.amount), 10**digits)
    sign = "-" if price.amount < 0 else ""
    fraction = f".{part:0{digits}}" if digits else ""
    return f"{sign}{whole:,}{fraction} {price.currency}"


def discount_text(price: Price) -> str:
    """As `price_text`, with a minus sign whichever sign the mall used; nothing off is `0円`."""
    if price.amount is None:
        return UNDETERMINED
    return price_text(Price(-abs(price.amount), price.currency))


def payment_text(method: str) -> str:
    """A code of PaymentMethod in Japanese; any other text as it is."""
    return _PAYMENT_METHODS.get(method) or one_line(method)


def japanese_time(at: datetime) -> str:
    """`2026年11月21日 21:00` in Japan."""
    local = at.astimezone(JST)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def many_lines(text: str) -> str:
    """Without control characters and without blank lines at the ends; line breaks stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_plain(line).rstrip() for line in lines).strip("\n")


def one_line(text: str) -> str:
    """On one line: runs of white space and control characters become one space."""
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    kept = (" " if unicodedata.category(c) == "Cc" else c for c in text if c not in _BIDI)
    return "".join(kept)
