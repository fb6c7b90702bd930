"""What was ordered at Amazon: items of the order → lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from common.canonical import Gift, Line, Option
from common.channels.amazon_money import Charges, read_line_charges, summed
from common.channels.base import UnreadableDelivery
from common.channels.payload import Payload
from common.money import Amount

# Without a buyer's order they are what everybody gets, and no choice of anybody.
_NEW: Final = "NEW"
# Once Amazon has released the order, these numbers say what has become of every unit.
_RELEASED: Final = ("UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED")


@dataclass
class Goods:
    """The lines, and what their items say about the order as a whole. requests, executions: who
    asked to cancel and who did, with the reasons; windows: (earliest, latest) of scheduled
    deliveries, as texts."""

    lines: list[Line] = field(default_factory=list)
    programs: set[str] = field(default_factory=set)
    constraints: set[str] = field(default_factory=set)
    conditions: set[str] = field(default_factory=set)
    promotions: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    executions: list[tuple[str, str]] = field(default_factory=list)
    windows: list[tuple[str, str]] = field(default_factory=list)
    wraps: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    points: int = 0
    points_cost: Amount = 0

    @property
    def gift(self) -> Gift:
        """For the whole parcel; lines have their own wrapping among their options."""
        wraps, messages = tuple(dict.fromkeys(self.wraps)), tuple(dict.fromkeys(self.messages))
        return Gift(
            is_gift=bool(wraps or messages),
            wrapping=wraps,
            message_card="\n".join(messages),
        )

    @property
    def total(self) -> Amount:
        """Before discounts; None when there is nothing or a price is not determined."""
        return summed(line.line_total for line in self.lines) if self.lines else None


def texts_of(value: Any) -> list[str]:
    """The texts of a list of texts; empty for anything else."""
    rows = value if isinstance(value, list) else []
    return [row.strip() for row in rows if isinstance(row, str) and row.strip()]


def snake(name: str) -> str:
    """`signatureConfirmation` → `signature_confirmation`"""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def read_goods(order: Payload, charges: Charges, place: str, status: str, *, alone: bool) -> Goods:
    """place: id of the destination of every line. alone: see `read_line_charges`.

    Raises UnreadableDelivery for an item without id or quantity.
    """
    goods = Goods()
    for row in order.children("orderItems"):
        line_id, quantity = row.text("orderItemId"), row.integer("quantityOrdered")
        if not line_id or quantity is None:
            raise UnreadableDelivery("wrong_shape", "orderItems has one without id or quantity.")
        _line(goods, row, charges, (line_id, quantity, place, status), alone=alone)
    return goods


def _line(
    goods: Goods,
    row: Payload,
    charges: Charges,
    known: tuple[str, int, str, str],
    *,
    alone: bool,
) -> None:
    line_id, quantity, place, status = known
    product, fulfillment = row.child("product"), row.child("fulfillment")
    promotions = [p.text("promotionId") for p in row.child("promotion").children("breakdowns")]
    codes = [code for code in promotions if code]
    offer = product.child("price")
    price = charges.read(offer, "unitPrice")
    subtotal, discounts = read_line_charges(
        row.child("proceeds").children("breakdowns"), charges, ", ".join(codes), alone=alone
    )
    shipped = max(0, min(quantity, fulfillment.integer("quantityFulfilled") or 0))
    whole = None if price is None else price * quantity
    executed = _cancellations(goods, row.child("cancellation"))
    sku = product.text("sellerSku")
    goods.lines.append(
        Line(
            line_id=line_id,
            destination_id=place,
            title=product.text("title"),
            quantity=quantity,
            quantity_cancelled=_cancelled(
                quantity, shipped, fulfillment.integer("quantityUnfulfilled"), executed, status
            ),
            quantity_shipped=shipped,
            sku_candidates=(sku,) if sku else (),
            channel_sku={"sku": sku, "asin": product.text("asin")},
            listing=sku,
            options=tuple(_options(goods, row, product, offer, fulfillment.child("packing"))),
            unit_price=price,
            discounts=tuple(discounts),
            line_total=subtotal if subtotal is not None else whole,
        )
    )
    goods.promotions += codes
    goods.programs |= set(texts_of(row.take("programs")))
    _points(goods, row.child("expense").child("pointsCost"), charges)
    _shipping(goods, fulfillment.child("shipping"))


def _cancelled(
    quantity: int, shipped: int, waiting: int | None, executed: bool, status: str
) -> int:
    """Units that nobody waits for any more. While an order is pending its numbers say nothing:
    units that look free then would be sold twice."""
    if executed:
        return quantity - shipped - max(0, min(waiting or 0, quantity - shipped))
    if status in _RELEASED and waiting is not None:
        return max(0, quantity - shipped - max(0, waiting))
    return 0


def _cancellations(goods: Goods, cancellation: Payload) -> bool:
    """Whether the item is cancelled. Notes who asked for it, and why."""
    request = cancellation.child("cancellationRequest")
    asked = (request.text("requester"), request.text("cancelReason"))
    execution = cancellation.child("cancellationExecution")
    done = (execution.text("cancelledBy"), execution.text("cancelReason"))
    goods.requests += [asked] if any(asked) else []
    goods.executions += [done] if any(done) else []
    return any(done)


def _options(
    goods: Goods, row: Payload, product: Payload, offer: Payload, packing: Payload
) -> Iterator[Option]:
    gift = packing.child("giftOption")
    wrap, message = gift.text("giftWrapLevel"), gift.text("giftMessage")
    goods.wraps += [wrap] if wrap else []
    goods.messages += [message] if message else []
    condition = product.child("condition")
    kinds = [condition.text("conditionType"), condition.text("conditionSubtype")]
    goods.conditions.add(kinds[0])
    measurement = row.child("measurement")
    amount = f"{measurement.text('value')} {measurement.text('unit')}".strip()
    serials = packing.child("serialNumberRequirement").text("requirementType")
    for name, value in (
        ("gift_wrap", wrap),
        ("gift_message", message),
        ("condition", " / ".join(kind for kind in kinds if kind not in ("", _NEW))),
        ("condition_note", condition.text("conditionNote")),
        ("measurement", amount),
        ("customization", product.child("customization").text("customizedUrl")),
        ("price_designation", offer.text("priceDesignation")),
        ("serial_numbers", serials),
    ):
        if value:
            yield Option(name, value)


def _points(goods: Goods, cost: Payload, charges: Charges) -> None:
    granted = cost.child("pointsGranted")
    goods.points += granted.integer("pointsNumber") or 0
    if granted.peek("pointsMonetaryValue") is not None:
        goods.points_cost = summed(
            (goods.points_cost, charges.read(granted, "pointsMonetaryValue"))
        )


def _shipping(goods: Goods, shipping: Payload) -> None:
    window = shipping.child("scheduledDeliveryWindow")
    ends = (window.text("earliestDateTime"), window.text("latestDateTime"))
    goods.windows += [ends] if any(ends) else []
    constraints = shipping.child("shippingConstraints")
    for name in (
        "palletDelivery",
        "cashOnDelivery",
        "signatureConfirmation",
        "recipientIdentityVerification",
        "recipientAgeVerification",
    ):
        said = constraints.text(name)
        # MANDATORY is the only word there is; another one is not to be taken for nothing.
        if said:
            goods.constraints.add(snake(name) if said == "MANDATORY" else f"{snake(name)}={said}")
