"""What a mall is to be told of an order: that it is confirmed, shipped or cancelled.

The same thing is told once however often somebody asks for it: its id is made of what it says.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, field_serializer

from common.auth import Actor
from common.channels.port import (
    CancelReason,
    Cap,
    ChannelError,
    Done,
    ErrorKind,
    ShipmentNotice,
)
from common.clock import to_wire
from orders.domain.facets import Frozen, Lifecycle
from orders.domain.order import Order
from orders.domain.patience import next_look, next_try, next_turn

# Tried so often, over about an hour; then somebody has to look.
MOST_ATTEMPTS = 7
# Longer than the mall may take; whoever died while telling keeps others from it for as long.
LEASE = timedelta(seconds=180)


class TellKind(StrEnum):
    CONFIRM = "confirm"
    SHIP = "ship"
    CANCEL = "cancel"


class TellState(StrEnum):
    """SENDING: somebody asks the mall right now, or died over it. ACCEPTED: the mall said it would;
    whether it did is still to be seen."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    ACCEPTED = "ACCEPTED"
    DONE = "DONE"
    FAILED = "FAILED"


CAPS: Mapping[TellKind, Cap] = {
    TellKind.CONFIRM: Cap.CONFIRM,
    TellKind.SHIP: Cap.SHIP,
    TellKind.CANCEL: Cap.CANCEL,
}


class ShippedLine(Frozen):
    line_id: str
    quantity: int


class Shipment(Frozen):
    """What left the house; lines empty for everything."""

    carrier: str
    carrier_name: str = ""
    tracking_numbers: tuple[str, ...] = ()
    shipped_on: date
    destination_id: str = ""
    lines: tuple[ShippedLine, ...] = ()
    notify_customer: bool = False


class Refusal(Frozen):
    """What a mall answered: kind and code of a ChannelError; detail for staff."""

    kind: str
    code: str
    detail: str


class Outcome(Frozen):
    """The mall did it. already: before. pending: it said it would."""

    already: bool = False
    remote_id: str = ""
    pending: str = ""


class Tell(Frozen):
    """One thing to tell the mall of an order, and how far that is. waits_since: for so long the
    mall takes no more calls."""

    order_id: str
    tell_id: str
    shop_id: str
    kind: TellKind
    actor: Actor
    at: AwareDatetime
    state: TellState = TellState.QUEUED
    version: int = 0
    attempts: int = 0
    shipment: Shipment | None = None
    reason: CancelReason | None = None
    lease_until: AwareDatetime | None = None
    waits_since: AwareDatetime | None = None
    changed_at: AwareDatetime | None = None
    refusal: Refusal | None = None
    outcome: Outcome | None = None

    @field_serializer("at", "lease_until", "waits_since", "changed_at")
    def _wire(self, value: datetime | None) -> str | None:
        return to_wire(value) if value else None


def make(
    order: Order,
    kind: TellKind,
    *,
    actor: Actor,
    now: datetime,
    shipment: Shipment | None = None,
    reason: CancelReason | None = None,
) -> Tell:
    """Something to tell of an order."""
    said = {"ship": shipment.model_dump(mode="json") if shipment else None, "cancel": reason}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    return Tell(
        order_id=order.order_id,
        tell_id=f"{kind}-{digest}",
        shop_id=order.shop_id,
        kind=kind,
        actor=actor,
        at=now,
        shipment=shipment,
        reason=reason,
    )


def objection(order: Order, kind: TellKind, shipment: Shipment | None) -> str:
    """Why this cannot be told of the order, a sentence; "" when it can."""
    if not order.is_ours_to_ship:
        return "The platform ships this order."
    if order.facets.lifecycle is Lifecycle.CANCELLED:
        return "The order is cancelled."
    if kind is TellKind.SHIP and order.is_pending:
        return "The mall has not released this order yet."
    if shipment is None:
        return ""
    ids = {destination.id for destination in order.content.destinations}
    if shipment.destination_id and shipment.destination_id not in ids:
        return "The order has no such destination."
    wanted = {line.line_id: line.quantity for line in order.lines}
    if any(line.quantity > wanted.get(line.line_id, 0) for line in shipment.lines):
        return "The order does not want so many of a line."
    return ""


def start(tell: Tell, now: datetime) -> Tell | None:
    """Somebody begins to tell it; None when it is done, accepted, given up, or being told."""
    if tell.state in (TellState.DONE, TellState.ACCEPTED, TellState.FAILED):
        return None
    if tell.lease_until is not None and tell.lease_until > now:
        return None
    return tell.model_copy(
        update={
            "state": TellState.SENDING,
            "attempts": tell.attempts + 1,
            "lease_until": now + LEASE,
        }
    )


def queued(tell: Tell) -> Tell:
    """To be told again from the beginning, by somebody's wish."""
    return tell.model_copy(
        update={
            "state": TellState.QUEUED,
            "attempts": 0,
            "lease_until": None,
            "waits_since": None,
            "refusal": None,
        }
    )


def done(tell: Tell, result: Done, now: datetime) -> Tell:
    """The mall did it."""
    return _ended(tell, TellState.DONE, now, outcome=_outcome(result))


def accepted(tell: Tell, result: Done, now: datetime) -> Tell:
    """The mall said it would do it."""
    return _ended(tell, TellState.ACCEPTED, now, outcome=_outcome(result))


def refused(tell: Tell, error: ChannelError, now: datetime) -> tuple[Tell, int | None]:
    """The mall did not do it, or nobody knows; with the seconds until the next try, or None when
    it is given up."""
    attempts, since, seconds = tell.attempts, None, None
    if error.kind is ErrorKind.RATE:
        attempts, since = max(0, attempts - 1), tell.waits_since or now
        seconds = next_turn(now - since, error)
    elif (error.is_temporary or error.may_be_applied) and attempts < MOST_ATTEMPTS:
        seconds = next_try(attempts, error)
    state = TellState.FAILED if seconds is None else TellState.QUEUED
    after = _ended(tell, state, now, refusal=_refusal(error))
    return after.model_copy(update={"attempts": attempts, "waits_since": since}), seconds


def look_again(tell: Tell, now: datetime) -> int | None:
    """Seconds until the next look whether the mall did what it accepted; None when it has had its
    time."""
    return next_look(now - (tell.changed_at or tell.at))


def not_applied(tell: Tell, error: ChannelError, now: datetime) -> Tell:
    """The mall accepted it and did not do it."""
    return _ended(tell, TellState.FAILED, now, refusal=_refusal(error), outcome=tell.outcome)


def _ended(
    tell: Tell,
    state: TellState,
    now: datetime,
    *,
    outcome: Outcome | None = None,
    refusal: Refusal | None = None,
) -> Tell:
    return tell.model_copy(
        update={
            "state": state,
            "outcome": outcome,
            "refusal": refusal,
            "lease_until": None,
            "waits_since": None,
            "changed_at": now,
        }
    )


def _outcome(result: Done) -> Outcome:
    return Outcome(already=result.already, remote_id=result.remote_id, pending=result.pending)


def _refusal(error: ChannelError) -> Refusal:
    return Refusal(kind=error.kind, code=error.code[:100], detail=error.detail[:300])


def notice_of(tell: Tell, shipment: Shipment, channel_order_id: str) -> ShipmentNotice:
    """The shipment as a channel is told of it. Its key is the same at every try."""
    return ShipmentNotice(
        channel_order_id=channel_order_id,
        carrier=shipment.carrier,
        carrier_name=shipment.carrier_name,
        tracking_numbers=shipment.tracking_numbers,
        shipped_on=shipment.shipped_on,
        key=f"{tell.order_id}/{tell.tell_id}",
        destination_id=shipment.destination_id,
        lines=tuple((line.line_id, line.quantity) for line in shipment.lines),
        notify_customer=shipment.notify_customer,
    )


def story(tell: Tell) -> tuple[str, dict[str, str | None]]:
    """For the timeline of the order: what kind of entry, and {field, before, after}."""
    if tell.state is TellState.DONE:
        said = ", ".join(tell.shipment.tracking_numbers) if tell.shipment else ""
        after = said or (tell.reason.value if tell.reason else "") or "done"
        return _entry(kind="told_mall", told=tell, after=after)
    refusal = tell.refusal
    after = f"{refusal.kind} {refusal.code}" if refusal else ""
    return _entry(kind="mall_refused", told=tell, after=after)


def _entry(*, kind: str, told: Tell, after: str) -> tuple[str, dict[str, str | None]]:
    return kind, {"field": f"mall.{told.kind}", "before": None, "after": after}
