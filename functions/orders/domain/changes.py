"""What can happen to an order. Each function takes the order and returns it changed, or None
when nothing changes: late, repeated and meaningless news end here.

The end state does not depend on the order in which reports of a mall arrive. What a mall sends
beyond the canonical fields stays in the archived delivery, not in the order.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from common.auth import SYSTEM, TIMER, Actor
from common.canonical import CanonicalOrder, SourceStatus
from common.events import AllocatedLine
from orders.domain.facets import Facets, Hold, Lifecycle, Review
from orders.domain.gaps import find_gaps, find_hits
from orders.domain.matching import (
    Known,
    Names,
    gone_lines,
    matches_of,
    names_of,
    wanted_lines,
)
from orders.domain.order import (
    AddressFix,
    LastChange,
    Order,
    OrderLine,
    StockAnswer,
    content_lines,
    destination_of,
    order_id_of,
    rests,
    words_of,
)
from orders.domain.queues import Queue, standing_of
from orders.domain.report import is_newer, payment_of, rank_of, tidy

_LIFECYCLES = {
    SourceStatus.SHIPPED: Lifecycle.SHIPPED,
    SourceStatus.COMPLETED: Lifecycle.COMPLETED,
    SourceStatus.CANCEL_REQUESTED: Lifecycle.CANCEL_REQUESTED,
    SourceStatus.CANCELLED: Lifecycle.CANCELLED,
}
_LEFT = (SourceStatus.SHIPPED, SourceStatus.COMPLETED)
_QUEUES = frozenset(queue.value for queue in Queue)


def receive(
    content: CanonicalOrder,
    *,
    shop_id: str,
    channel: str,
    known: Known,
    raw_key: str,
    now: datetime,
    connected_at: datetime | None = None,
    read_at: str = "",
) -> Order:
    """A new order of a mall. connected_at: when its shop began to send us orders. read_at: see
    `report.rank_of`."""
    content = tidy(content)
    order = Order(
        order_id=order_id_of(shop_id, content.channel_order_id),
        shop_id=shop_id,
        channel=channel,
        version=1,
        received_at=now,
        content=content,
        content_rank=rank_of(content, read_at),
        facets=Facets(
            lifecycle=Lifecycle.INCOMPLETE, review=Review.CLEARED, payment=payment_of(content)
        ),
        lines=wanted_lines(content, known, {}),
        gone=gone_lines(content, known, {}),
        raw_key=raw_key,
        is_history=content.status in _LEFT
        and connected_at is not None
        and content.ordered_at < connected_at,
        last_change=LastChange(kind="received", actor=_mall(channel), at=now),
    )
    return _judge(order)


def take_over(
    order: Order,
    content: CanonicalOrder,
    *,
    known: Known,
    raw_key: str,
    now: datetime,
    read_at: str = "",
) -> Order | None:
    """A later report of the mall; None when ours is as new or newer."""
    content = tidy(content)
    rank = rank_of(content, read_at)
    if not is_newer(rank, order.content_rank):
        return None
    held = matches_of(order)
    lines = wanted_lines(content, known, held)
    changed = order.model_copy(
        update={
            "content": content,
            "content_rank": rank,
            "lines": _spread(lines, order.stock.units),
            "gone": gone_lines(content, known, held),
            "facets": order.facets.model_copy(update={"payment": payment_of(content)}),
            "raw_key": raw_key,
        }
    )
    judged = _judge(changed)
    change = LastChange(kind=_kind(order, judged, "imported"), actor=_mall(order.channel), at=now)
    return _next(order, judged, change)


def learn_products(order: Order, known: Known, now: datetime) -> Order | None:
    """Products became known; None when no line waited for them."""
    lines = _learned(order, order.lines, known)
    gone = _learned(order, order.gone, known)
    if lines == order.lines and gone == order.gone:
        return None
    update = {"lines": _spread(lines, order.stock.units), "gone": gone}
    judged = _judge(order.model_copy(update=update))
    return _next(
        order, judged, LastChange(kind=_kind(order, judged, "matched"), actor=SYSTEM, at=now)
    )


def _learned(order: Order, lines: Sequence[OrderLine], known: Known) -> tuple[OrderLine, ...]:
    told = content_lines(order)
    return tuple(
        line if line.sku is not None else _matched(line, names_of(told[line.line_id]), known)
        for line in lines
    )


def _matched(line: OrderLine, names: Names, known: Known) -> OrderLine:
    sku = known.sku_of(names)
    return line if sku is None else line.model_copy(update={"sku": sku, "code": sku})


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
        wanted={line.sku: line.wanted for line in lines if line.wanted},
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
    """What staff may change; None when the order already is as asked.

    fix: a destination of the order and what is right there, added to earlier corrections.
    """
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
        update["fixes"] = _corrected(order, *fix)
    if facets:
        update["facets"] = order.facets.model_copy(update=facets)
    changed = order.model_copy(update=update)
    judged = _judge(changed)
    if judged == order:
        return None
    change = LastChange(kind=_kind(order, judged, "edited"), actor=actor, at=now, reason=reason)
    return _next(order, judged, change)


def _corrected(order: Order, destination_id: str, wanted: AddressFix) -> dict[str, AddressFix]:
    told = destination_of(order, destination_id)
    fields = wanted.model_dump(exclude_none=True, exclude={"basis"})
    if told is None or not fields:
        return order.fixes
    before = order.fixes.get(destination_id)
    # What was corrected in an address that the mall has changed since is of no use any more.
    kept = AddressFix() if before is None or rests(before, told) else before
    merged = kept.model_copy(update={**fields, "basis": words_of(told)})
    return {**order.fixes, destination_id: merged}


def advance(order: Order, today: date, now: datetime) -> Order | None:
    """A day came on which the order stands in other queues than those it is listed in, because a
    hold ended or a date was reached; None while nothing is due."""
    if {queue.value for queue in standing_of(order, today).queues} == {*order.listed_in} & _QUEUES:
        return None
    schedule, reason = order.facets.schedule, ""
    hold = schedule.hold
    if hold is not None and hold.until is not None and hold.until <= today:
        schedule, reason = schedule.model_copy(update={"hold": None}), hold.reason
    facets = order.facets.model_copy(update={"schedule": schedule})
    changed = order.model_copy(update={"facets": facets})
    return _next(order, changed, LastChange(kind="advanced", actor=TIMER, at=now, reason=reason))


def _next(before: Order, after: Order, change: LastChange) -> Order:
    return after.model_copy(update={"version": before.version + 1, "last_change": change})


def _kind(before: Order, after: Order, otherwise: str) -> str:
    was, is_ = before.facets.lifecycle, after.facets.lifecycle
    if was is is_:
        return otherwise
    return {Lifecycle.ACTIVE: "activated", Lifecycle.CANCELLED: "cancelled"}.get(is_, otherwise)


def _mall(channel: str) -> Actor:
    return Actor("mall", channel)


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
    gaps = find_gaps(content, order.lines, order.fixes)
    hits = find_hits(content, order.fixes)
    lifecycle = _LIFECYCLES.get(content.status) or (
        Lifecycle.INCOMPLETE if gaps else Lifecycle.ACTIVE
    )
    needs_review = order.review_asked or any(hit not in order.acknowledged for hit in hits)
    review = Review.NEEDED if needs_review else Review.CLEARED
    facets = order.facets.model_copy(update={"lifecycle": lifecycle, "review": review})
    return order.model_copy(update={"gaps": gaps, "hits": hits, "facets": facets})
