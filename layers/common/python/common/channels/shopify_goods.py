"""What was ordered at Shopify, and what it costs, in the shop's currency."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from common.canonical import (
    Attribute,
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
from common.money import Amount, minor_units

_KINDS: Final = {"discount_code": DiscountKind.COUPON}
# What Shopify calls the only variant of a product that has none.
_NO_VARIANT: Final = "Default Title"


class _Rebate(NamedTuple):
    """One entry of discount_applications: what the buyer or the shop did to pay less."""

    kind: DiscountKind
    code: str


def attributes(rows: list[Payload]) -> tuple[Attribute, ...]:
    """Free fields; those whose names begin with `_` are notes of programs and stay in `extra`."""
    return tuple(
        Attribute(row.text("name"), row.text("value")) for row in rows if not _is_hidden(row)
    )


def _is_hidden(row: Payload) -> bool:
    return str(row.peek("name")).startswith("_")


def read_lines(
    order: Payload, currency: str, destinations: Sequence[Destination]
) -> tuple[Line, ...]:
    """The lines of goods. Raises UnreadableDelivery for one without id or quantity."""
    place = destinations[0].id if destinations else ""
    tax_included = order.peek("taxes_included") is True
    rebates = _rebates(order)
    shipped = _shipped(order)
    found = []
    for row in order.children("line_items"):
        line_id, quantity = row.text("id"), row.integer("quantity")
        if not line_id or quantity is None:
            raise UnreadableDelivery("wrong_shape", "line_items has a line without id or quantity.")
        current = row.integer("current_quantity")
        price = _amount(row.take("price"), currency)
        sku, variant = row.text("sku"), row.text("variant_id")
        row.take("name")  # title and variant once more
        found.append(
            Line(
                line_id=line_id,
                destination_id=place,
                title=row.text("title"),
                quantity=quantity,
                quantity_cancelled=0 if current is None else max(0, quantity - current),
                quantity_shipped=max(0, min(quantity, shipped.get(line_id, 0))),
                sku_candidates=(sku,) if sku else (),
                channel_sku={"sku": sku, "variant_id": variant},
                listing=variant,
                options=tuple(_options(row)),
                unit_price=price,
                unit_price_tax_included=tax_included,
                tax_rate=_tax_rate(row.children("tax_lines")),
                discounts=tuple(_discounts(row, rebates, currency)),
                line_total=None if price is None else price * quantity,
                needs_shipping=row.take("requires_shipping") is not False,
            )
        )
    return tuple(found)


def _options(row: Payload) -> Iterator[Option]:
    variant = row.text("variant_title")
    if variant not in ("", _NO_VARIANT):
        yield Option("", variant)
    for attribute in attributes(row.children("properties")):
        yield Option(attribute.name, attribute.value)


def _tax_rate(rows: list[Payload]) -> Decimal | None:
    rates = {_rate(row.take("rate")) for row in rows}
    return rates.pop() if len(rates) == 1 else None


def _rate(value: object) -> Decimal | None:
    try:
        rate = Decimal(str(value))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 <= rate <= 1 else None


def _shipped(order: Payload) -> dict[str, int]:
    """Units that left, by line id: those of fulfilments that succeeded."""
    units: dict[str, int] = {}
    for row in _objects(order.take("fulfillments")):
        if row.get("status") == "success":
            for line in _objects(row.get("line_items")):
                quantity = line.get("quantity")
                if isinstance(quantity, int):
                    line_id = str(line.get("id"))
                    units[line_id] = units.get(line_id, 0) + quantity
    return units


def _objects(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _rebates(order: Payload) -> list[_Rebate]:
    found = []
    for row in order.children("discount_applications"):
        kind = _KINDS.get(row.text("type"), DiscountKind.OTHER)
        found.append(_Rebate(kind, row.text("code") or row.text("title")))
    return found


def _discounts(row: Payload, rebates: list[_Rebate], currency: str) -> Iterator[Discount]:
    """What is taken off a line. `total_discount` leaves out what is spread over several lines,
    so it counts only where the allocations are missing (before 2018)."""
    whole = _amount(row.take("total_discount"), currency)
    allocations = row.children("discount_allocations")
    for allocation in allocations:
        amount = _amount(allocation.take("amount"), currency)
        index = allocation.integer("discount_application_index")
        known = index is not None and 0 <= index < len(rebates)
        rebate = rebates[index] if known and index is not None else _Rebate(DiscountKind.OTHER, "")
        if amount:
            yield Discount(amount, rebate.kind, BorneBy.SHOP, rebate.code)
    if whole and not allocations:
        yield Discount(whole, DiscountKind.OTHER, BorneBy.SHOP)


def read_money(order: Payload, currency: str, lines: Sequence[Line]) -> Money:
    """The sums. `current_total_price` is what is owed after edits and refunds."""
    goods = _amount(order.take("total_line_items_price"), currency)
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
    current = _amount(order.take("current_total_price"), currency)
    return Money(
        currency=currency,
        goods_total=_sum(line.line_total for line in lines) if goods is None else goods,
        shipping_total=_shipping(order, currency),
        other_fees=_amount(order.take("total_tip_received"), currency),
        discount_total=_amount(order.take("total_discounts"), currency),
        discounts=tuple(codes),
        tax_total=_amount(order.take("total_tax"), currency),
        tax_included=order.take("taxes_included") is True,
        taxes=tuple(taxes),
        total=total,
        amount_due=total if current is None else current,
    )


def _shipping(order: Payload, currency: str) -> Amount:
    """Before discounts, which `total_discounts` has; without what an edit took away."""
    fees = []
    for row in order.children("shipping_lines"):
        row.take("title")
        fee = _amount(row.take("price"), currency)
        if row.take("is_removed") is not True:
            fees.append(fee)
    return _sum(fees)


def _sum(amounts: Iterable[Amount]) -> Amount:
    """None as soon as one of them is."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _amount(value: object, currency: str) -> Amount:
    # An amount that cannot be read is "not determined", which staff see; it stops nothing.
    try:
        return minor_units(value if isinstance(value, (str, int, float)) else None, currency)
    except ValueError:
        return None
