"""In which queues an order stands, and why. One pure function decides; nothing is stored."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from common.canonical import SourceStatus
from orders.domain.facets import (
    Allocation,
    Frozen,
    Lifecycle,
    PaymentState,
    ShipmentState,
)
from orders.domain.order import Order, content_lines


class Queue(StrEnum):
    """Every queue, in the order in which the first that applies gives the badge."""

    INCOMPLETE = "INCOMPLETE"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    HOLD = "HOLD"
    REVIEW = "REVIEW"
    PAYMENT = "PAYMENT"
    ALLOCATION = "ALLOCATION"
    RELEASE_DATE = "RELEASE_DATE"
    COMBINE = "COMBINE"
    SHIP_DATE = "SHIP_DATE"
    PRINT = "PRINT"
    PRINTED = "PRINTED"
    SHIPPED = "SHIPPED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Reason(Frozen):
    """Why an order stands in a queue; `detail` is the part that differs between orders."""

    code: str
    detail: str = ""


class Standing(Frozen):
    """Where an order stands today. `queues` is in badge order, and never empty."""

    queues: tuple[Queue, ...]
    reasons: tuple[Reason, ...]

    @property
    def badge(self) -> Queue:
        return self.queues[0]


READY_PAYMENTS = frozenset(
    {
        PaymentState.NOT_REQUIRED,
        PaymentState.AUTHORIZED,
        PaymentState.PAID,
        PaymentState.OVERPAID,
    }
)
_ENDED = {
    Lifecycle.SHIPPED: Queue.SHIPPED,
    Lifecycle.COMPLETED: Queue.COMPLETED,
    Lifecycle.CANCELLED: Queue.CANCELLED,
}
_PAYMENT_REASONS = {
    PaymentState.AUTHORIZING: "authorizing",
    PaymentState.AWAITING: "awaiting_payment",
    PaymentState.PARTIAL: "partly_paid",
    PaymentState.EXPIRED: "payment_expired",
    PaymentState.REFUND_DUE: "refund_due",
    PaymentState.REFUNDED: "refunded",
}


def standing_of(order: Order, today: date) -> Standing:
    """Queues and reasons of an order on a day in Japan."""
    ended = _ENDED.get(order.facets.lifecycle)
    if ended is not None:
        return Standing(queues=(ended,), reasons=())
    if not order.is_ours_to_ship:
        # Recorded only: in a queue that is worked off, somebody would ship it a second time.
        return Standing(queues=(Queue.COMPLETED,), reasons=(Reason(code="platform_ships"),))
    found = list(_obstacles(order, today))
    if not found and not _has_parcel(order):
        return Standing(queues=(Queue.COMPLETED,), reasons=(Reason(code="nothing_to_ship"),))
    queues = {queue for queue, _ in found} or {_shipping_queue(order)}
    ordered = tuple(queue for queue in Queue if queue in queues)
    return Standing(queues=ordered, reasons=tuple(reason for _, reason in found))


def is_ready(order: Order, today: date) -> bool:
    """The one gate before printing: nothing whatever holds the order back."""
    if order.facets.lifecycle is not Lifecycle.ACTIVE or not order.is_ours_to_ship:
        return False
    return _has_parcel(order) and not any(_obstacles(order, today))


def _has_parcel(order: Order) -> bool:
    """False for gift cards and the like only: nobody should look for a parcel to pack."""
    told = content_lines(order)
    return any(told[line.line_id].needs_shipping for line in order.lines)


def _shipping_queue(order: Order) -> Queue:
    if order.facets.shipment in (ShipmentState.PRINTED, ShipmentState.PACKED):
        return Queue.PRINTED
    return Queue.PRINT


def _obstacles(order: Order, today: date) -> Iterator[tuple[Queue, Reason]]:
    """Everything that holds the order back, facet by facet."""
    yield from _lifecycle(order)
    yield from _hold(order, today)
    yield from _review(order)
    if order.facets.payment not in READY_PAYMENTS:
        yield Queue.PAYMENT, Reason(code=_PAYMENT_REASONS[order.facets.payment])
    yield from _allocation(order)
    yield from _dates(order, today)


def _lifecycle(order: Order) -> Iterator[tuple[Queue, Reason]]:
    if order.facets.lifecycle is Lifecycle.INCOMPLETE:
        for gap in order.gaps:
            yield Queue.INCOMPLETE, Reason(code=gap.code, detail=gap.detail)
    if order.facets.lifecycle is Lifecycle.CANCEL_REQUESTED:
        yield Queue.CANCEL_REQUESTED, Reason(code="cancel_requested")


def _hold(order: Order, today: date) -> Iterator[tuple[Queue, Reason]]:
    hold = order.facets.schedule.hold
    if hold is not None and (hold.until is None or hold.until > today):
        until = hold.until.isoformat() if hold.until else ""
        yield Queue.HOLD, Reason(code="hold", detail=f"{until} {hold.reason}".strip())
    if order.is_pending:
        yield Queue.HOLD, Reason(code="mall_pending")
    elif order.content.status is SourceStatus.ON_HOLD:
        yield Queue.HOLD, Reason(code="mall_hold")


def _review(order: Order) -> Iterator[tuple[Queue, Reason]]:
    for hit in order.hits:
        if hit not in order.acknowledged:
            yield Queue.REVIEW, Reason(code=hit.rule, detail=hit.detail)
    if order.review_asked:
        yield Queue.REVIEW, Reason(code="review_asked")


def _allocation(order: Order) -> Iterator[tuple[Queue, Reason]]:
    if not order.takes_stock:
        return
    for line in order.lines:
        if line.sku is not None and line.allocation is not Allocation.FULL:
            missing = line.quantity - line.allocated
            yield Queue.ALLOCATION, Reason(code="short", detail=f"{line.sku} ×{missing}")


def _dates(order: Order, today: date) -> Iterator[tuple[Queue, Reason]]:
    schedule = order.facets.schedule
    if schedule.release_date is not None and schedule.release_date > today:
        yield (
            Queue.RELEASE_DATE,
            Reason(code="release_date", detail=schedule.release_date.isoformat()),
        )
    if schedule.combine_group is not None:
        yield Queue.COMBINE, Reason(code="combine")
    if schedule.ship_date is not None and schedule.ship_date > today:
        yield Queue.SHIP_DATE, Reason(code="ship_date", detail=schedule.ship_date.isoformat())
