"""What was ordered at EC-CUBE, and what it costs.

An order is a list of `OrderItems` of six types, each with its own tax: goods, delivery fees,
charges, discounts, taxes and points (EC-CUBE, master data `mtb_order_item_type`). Amounts below
zero are what is taken off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from common.canonical import (
    BorneBy,
    Discount,
    DiscountKind,
    Line,
    Money,
    Option,
    PaymentMethod,
    TaxSum,
)
from common.channels.base import UnreadableDelivery
from common.channels.payload import Payload
from common.channels.reading import amount, total, units
from common.money import Amount

GOODS: Final = "1"
DELIVERY_FEE: Final = "2"
CHARGE: Final = "3"
DISCOUNT: Final = "4"
POINT: Final = "6"
# What the order has a sum of its own for.
_SUMMED: Final = (GOODS, DELIVERY_FEE, CHARGE)
# `mtb_tax_display_type`: the price of an item is with tax already.
_WITH_TAX: Final = "2"
# `mtb_tax_type`: taxed. Points are not, and some goods.
_TAXED: Final = "1"


@dataclass(frozen=True, slots=True)
class Item:
    """One item. price: of one, with tax. tax: of one."""

    row: Payload
    kind: str
    place: str
    quantity: int
    price: Amount
    tax: Amount
    rate: Decimal | None

    @property
    def sum(self) -> Amount:
        return None if self.price is None else self.price * self.quantity


def read_items(order: Payload, currency: str) -> list[Item]:
    """Every item of whatever type. Raises UnreadableDelivery for one without a quantity."""
    return [_item(row, currency) for row in order.children("OrderItems")]


def _item(row: Payload, currency: str) -> Item:
    tax = amount(row.take("tax"), currency)
    price = amount(row.take("price"), currency)
    if row.child("TaxDisplayType").text("id") != _WITH_TAX:
        price = total([price, tax])
    is_taxed = row.child("TaxType").text("id") in (_TAXED, "")
    rate = _rate(row.take("tax_rate"))
    return Item(
        row,
        row.child("OrderItemType").text("id"),
        row.child("Shipping").text("id"),
        units(row.take("quantity"), "OrderItems.quantity"),
        price,
        tax,
        rate if is_taxed else None,
    )


def _rate(value: object) -> Decimal | None:
    """8 → 0.08"""
    try:
        rate = Decimal(str(value)) / 100
    except InvalidOperation:
        return None
    return rate.normalize() if rate.is_finite() and 0 <= rate <= 1 else None


def fees_by_place(items: Iterable[Item]) -> dict[str, Amount]:
    """Delivery fees by shipment."""
    found: dict[str, Amount] = {}
    for item in items:
        if item.kind == DELIVERY_FEE and item.place:
            found[item.place] = total([found.get(item.place, 0), item.sum])
    return found


def read_lines(items: Iterable[Item], is_shipped: Mapping[str, bool]) -> tuple[Line, ...]:
    """The goods. is_shipped: by shipment. Raises UnreadableDelivery for a line without id."""
    found = []
    for item in items:
        if item.kind != GOODS:
            continue
        row = item.row
        line_id, code = row.text("id"), row.text("product_code")
        if not line_id:
            raise UnreadableDelivery("wrong_shape", "OrderItems has an item without id.")
        keys = {
            "product_code": code,
            "product_id": row.child("Product").text("id"),
            "product_class_id": row.child("ProductClass").text("id"),
        }
        found.append(
            Line(
                line_id=line_id,
                destination_id=item.place if item.place in is_shipped else "",
                title=row.text("product_name"),
                quantity=item.quantity,
                quantity_shipped=item.quantity if is_shipped.get(item.place) else 0,
                sku_candidates=(code,) if code else (),
                channel_sku=keys,
                listing=code,
                options=tuple(_options(row)),
                unit_price=item.price,
                tax_rate=item.rate,
                line_total=item.sum,
            )
        )
    return tuple(found)


def _options(row: Payload) -> Iterator[Option]:
    """規格: up to two, each with a name."""
    for n in "12":
        name, value = row.text(f"class_name{n}"), row.text(f"class_category_name{n}")
        if value:
            yield Option(name, value)


def read_money(
    order: Payload, currency: str, items: Sequence[Item], payment: PaymentMethod
) -> Money:
    """The sums of the order; discounts and points from the items, which say what they are."""
    charge = amount(order.take("charge"), currency)
    discounts = tuple(_discounts(items))
    whole_discount = amount(order.take("discount"), currency)
    goods = [item.sum for item in items if item.kind == GOODS]
    subtotal = amount(order.take("subtotal"), currency)
    others = [i.sum for i in items if i.kind not in (*_SUMMED, DISCOUNT, POINT)]
    return Money(
        currency=currency,
        goods_total=total(goods) if goods else subtotal,
        shipping_total=amount(order.take("delivery_fee_total"), currency),
        cod_fee=charge if payment is PaymentMethod.COD else None,
        payment_fee=None if payment is PaymentMethod.COD else charge,
        other_fees=total(others) if others else None,
        discount_total=sum(d.amount for d in discounts) if discounts else whole_discount,
        discounts=discounts,
        tax_total=amount(order.take("tax"), currency),
        taxes=tuple(_taxes(items)),
        total=amount(order.take("total"), currency),
        amount_due=amount(order.take("payment_total"), currency),
    )


def _discounts(items: Iterable[Item]) -> Iterator[Discount]:
    for item in items:
        if item.kind not in (DISCOUNT, POINT) or not item.sum:
            continue
        name = item.row.text("product_name")
        item.row.take("id")
        kind = DiscountKind.POINT if item.kind == POINT else DiscountKind.OTHER
        if item.kind == DISCOUNT and "クーポン" in name:
            kind = DiscountKind.COUPON
        yield Discount(-item.sum, kind, BorneBy.SHOP, name)


def _taxes(items: Iterable[Item]) -> Iterator[TaxSum]:
    """Tax as each item has it, added up by rate."""
    rates: dict[Decimal, list[tuple[Amount, Amount]]] = {}
    for item in items:
        if item.rate is not None and item.tax is not None:
            row = (item.tax * item.quantity, item.sum)
            rates.setdefault(item.rate, []).append(row)
    for rate in sorted(rates):
        taxes, bases = zip(*rates[rate], strict=True)
        yield TaxSum(rate, total(taxes), total(bases))
