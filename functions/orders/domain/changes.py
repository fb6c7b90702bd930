"""What can happen to an order. Each function takes the order and returns it changed, or None
when nothing changes: late, repeated and meaningless news end here.

The end state does not depend on the order in which reports of a mall arrive. What a mall sends
beyond the canonical fields stays in the archived delivery, not in the order.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from common.auth import SYSTEM, TIMER, Actor
from common.canonical import (
    CanonicalOrder,
    FulfilledBy,
    Line,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.cold_start import cold_start
from common.events import AllocatedLine
from orders.domain.facets import (
    Facets,
    Hold,
    Lifecycle,
    PaymentState,
    Review,
)
from orders.domain.gaps import find_gaps, find_hits
from orders.domain.order import (
    AddressFix,
    LastChange,
    Order,
    OrderLine,
    StockAnswer,
    order_id_of,
)

_PROGRESS = {status: rank for rank, status in enumerate(SourceStatus)}
_LIFECYCLES = {
    SourceStatus.SHIPPED: Lifecycle.SHIPPED,
    SourceStatus.COMPLETED: Lifecycle.COMPLETED,
    SourceStatus.CANCEL_REQUESTED: Lifecycle.CANCEL_REQUESTED,
    SourceStatus.CANCELLED: Lifecycle.CANCELLED,
}
_PAYMENTS = {
    PaymentStatus.AUTHORISED: PaymentState.AUTHORIZED,
    PaymentStatus.PARTIALLY_PAID: PaymentState.PARTIAL,
    PaymentStatus.PAID: PaymentState.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: PaymentState.PAID,
    PaymentStatus.REFUNDED: PaymentState.REFUNDED,
    PaymentStatus.VOIDED: PaymentState.EXPIRED,
}
# Paid after delivery or at the door: nothing to wait for.
_PAID_LATER = frozenset({PaymentMethod.COD, PaymentMethod.DEFERRED})


@cold_start
def _content_adapter() -> TypeAdapter[CanonicalOrder]:
    return TypeAdapter(CanonicalOrder)


def rank_of(content: CanonicalOrder) -> tuple[str, int, str]:
    """Which of two reports is newer: the mall's version, and for two with the same version (a
    mall's clock may count seconds only) the one further along, then a hash: so any order of
    arrival ends the same."""
    text = json.dumps(_content_adapter().dump_python(content, mode="json"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return content.source_version, _PROGRESS[content.status], digest


def codes_of(content: CanonicalOrder) -> list[str]:
    """Every code by which a product of ours may be found."""
    return [code for line in content.lines for code in _codes(line)]


def _codes(line: Line) -> Sequence[str]:
    return line.sku_candidates or (line.title,)


def receive(
    content: CanonicalOrder,
    *,
    shop_id: str,
    channel: str,
    known: frozenset[str],
    raw_key: str,
    now: datetime,
) -> Order:
    """A new order of a mall."""
    content = replace(content, extra={})
    lines = _lines(content, known)
    order = Order(
        order_id=order_id_of(shop_id, content.channel_order_id),
        shop_id=shop_id,
        channel=channel,
        version=1,
        received_at=now,
        content=content,
        content_rank=rank_of(content),
        facets=Facets(
            lifecycle=Lifecycle.INCOMPLETE, review=Review.CLEARED, payment=_payment(content)
        ),
        lines=lines,
        raw_key=raw_key,
        last_change=LastChange(kind="received", actor=_mall(channel), at=now),
    )
    return _judge(order)


def take_over(
    order: Order, content: CanonicalOrder, *, known: frozenset[str], raw_key: str, now: datetime
) -> Order | None:
    """A later report of the mall; None when ours is as new or newer."""
    content = replace(content, extra={})
    rank = rank_of(content)
    if rank <= order.content_rank:
        return None
    changed = order.model_copy(
        update={
            "content": content,
            "content_rank": rank,
            "lines": _spread(_lines(content, known), order.stock.units),
            "facets": order.facets.model_copy(update={"payment": _payment(content)}),
            "raw_key": raw_key,
        }
    )
    judged = _judge(changed)
    cancelled = (
        judged.facets.lifecycle is Lifecycle.CANCELLED
        and order.facets.lifecycle is not Lifecycle.CANCELLED
    )
    kind = "cancelled" if cancelled else "imported"
    return _next(order, judged, LastChange(kind=kind, actor=_mall(order.channel), at=now))


def learn_products(order: Order, known: frozenset[str], now: datetime) -> Order | None:
    """Products became known; None when no line waited for them."""
    lines = tuple(
        line.model_copy(update={"sku": line.code})
        if line.sku is None and line.code in known
        else line
        for line in order.lines
    )
    if lines == order.lines:
        return None
    judged = _judge(order.model_copy(update={"lines": _spread(lines, order.stock.units)}))
    return _next(
        order, judged, LastChange(kind=_kind(order, judged, "matched"), actor=SYSTEM, at=now)
    )


def take_answer(
    order: Order,
    *,
    order_version: int,
    answer_version: int,
    lines: Sequence[AllocatedLine],
    now: datetime,
) -> Order | None:
    """Stock's answer; None when it or a newer one was taken over already."""
    if answer_version <= order.stock.answer_version:
        return None
    answer = StockAnswer(
        order_version=order_version,
        answer_version=answer_version,
        units={line.sku: line.allocated for line in lines if line.allocated},
    )
    changed = order.model_copy(
        update={"stock": answer, "lines": _spread(order.lines, answer.units)}
    )
    return _next(order, changed, LastChange(kind="allocation", actor=SYSTEM, at=now))


def edit(
    order: Order,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    memo: str | None = None,
    review: Review | None = None,
    hold: Hold | None = None,
    release_hold: bool = False,
    fix: tuple[str, AddressFix] | None = None,
) -> Order | None:
    """What staff may change; None when the order already is as asked."""
    update: dict[str, Any] = {}
    facets: dict[str, Any] = {}
    if memo is not None:
        update["memo"] = memo
    if review is Review.CLEARED:
        seen = order.acknowledged + order.hits
        update["acknowledged"] = tuple(dict.fromkeys(seen))
    if review is not None:
        update["review_asked"] = review is Review.NEEDED
    if hold is not None or release_hold:
        schedule = order.facets.schedule.model_copy(update={"hold": hold})
        facets["schedule"] = schedule
    if fix is not None:
        destination_id, wanted = fix
        before = order.fixes.get(destination_id, AddressFix())
        merged = before.model_copy(update=wanted.model_dump(exclude_none=True))
        update["fixes"] = {**order.fixes, destination_id: merged}
    if facets:
        update["facets"] = order.facets.model_copy(update=facets)
    changed = order.model_copy(update=update)
    judged = _judge(changed)
    if judged == order:
        return None
    change = LastChange(kind=_kind(order, judged, "edited"), actor=actor, at=now, reason=reason)
    return _next(order, judged, change)


def advance(order: Order, today: date, now: datetime) -> Order | None:
    """The day came on which a hold ends; None while nothing is due."""
    hold = order.facets.schedule.hold
    if hold is None or hold.until is None or hold.until > today:
        return None
    schedule = order.facets.schedule.model_copy(update={"hold": None})
    facets = order.facets.model_copy(update={"schedule": schedule})
    changed = order.model_copy(update={"facets": facets})
    change = LastChange(kind="advanced", actor=TIMER, at=now, reason=hold.reason)
    return _next(order, changed, change)


def _next(before: Order, after: Order, change: LastChange) -> Order:
    return after.model_copy(update={"version": before.version + 1, "last_change": change})


def _kind(before: Order, after: Order, otherwise: str) -> str:
    was, is_ = before.facets.lifecycle, after.facets.lifecycle
    return "activated" if was is not is_ and is_ is Lifecycle.ACTIVE else otherwise


def _mall(channel: str) -> Actor:
    return Actor("mall", channel)


def _payment(content: CanonicalOrder) -> PaymentState:
    stated = _PAYMENTS.get(content.payment.status)
    if stated is not None:
        return stated
    if content.payment.method in _PAID_LATER:
        return PaymentState.NOT_REQUIRED
    return PaymentState.AWAITING


def _lines(content: CanonicalOrder, known: frozenset[str]) -> tuple[OrderLine, ...]:
    """The lines that are still wanted, each with the first of its codes that we know."""
    found = []
    for line in content.lines:
        wanted = line.quantity - line.quantity_cancelled
        if wanted <= 0:
            continue
        codes = _codes(line)
        sku = next((code for code in codes if code in known), None)
        found.append(
            OrderLine(line_id=line.line_id, code=sku or codes[0], sku=sku, quantity=wanted)
        )
    return tuple(found)


def _spread(lines: Sequence[OrderLine], units: Mapping[str, int]) -> tuple[OrderLine, ...]:
    """The units set aside for the order, given to its lines from the first on."""
    left = dict(units)
    found = []
    for line in lines:
        given = min(line.quantity, left.get(line.sku or "", 0))
        if line.sku:
            left[line.sku] = left.get(line.sku, 0) - given
        found.append(line.model_copy(update={"allocated": given}))
    return tuple(found)


def _judge(order: Order) -> Order:
    """Gaps, rule hits and lifecycle again, after anything they depend on changed."""
    content = order.content
    status = _LIFECYCLES.get(content.status)
    gaps = find_gaps(
        order.lines,
        content.destinations,
        order.fixes,
        needs_shipping=any(line.needs_shipping for line in content.lines)
        and content.fulfilled_by is FulfilledBy.MERCHANT,
    )
    hits = find_hits(content.remarks)
    lifecycle = status or (Lifecycle.INCOMPLETE if gaps else Lifecycle.ACTIVE)
    needs_review = order.review_asked or any(hit not in order.acknowledged for hit in hits)
    review = Review.NEEDED if needs_review else Review.CLEARED
    facets = order.facets.model_copy(update={"lifecycle": lifecycle, "review": review})
    return order.model_copy(update={"gaps": gaps, "hits": hits, "facets": facets})
