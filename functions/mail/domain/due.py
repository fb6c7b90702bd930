"""When an order makes a mail due."""

from datetime import datetime, timedelta
from enum import Enum, auto

from mail.domain.job import ORDER_CANCELLED, Slot, State

# After this a receipt would surprise the buyer more than its absence; staff can still send it.
STALE = timedelta(days=3)
_SETTLED = frozenset(
    {State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED, State.SUPPRESSED}
)


class Step(Enum):
    """What to do about an event of an order."""

    NOTHING = auto()
    NOTE = auto()
    """Remember the version, so that an older event that comes later changes nothing."""
    COMPOSE = auto()
    """Write the letter for the first time."""
    REDRAFT = auto()
    """Write it again: what blocked it, or the cancelling, may be over."""
    DROP = auto()
    """Do not send it: the order is cancelled."""


def order_received(
    slot: Slot, order_version: int, *, active: bool, gone: bool, now: datetime
) -> Step:
    """自動受付メール: once, when the order is active for the first time.

    Events come repeated and unordered; only one newer than all seen so far counts. gone: the
    order is cancelled or holds nothing any more. A letter about an order that was cancelled before
    the letter left is not sent, and is written again if the order comes back.
    """
    if order_version <= slot.order_version:
        return Step.NOTHING
    job = slot.job
    if job is None:
        return Step.COMPOSE if active else Step.NOTE
    if job.state in _SETTLED:
        return Step.NOTHING
    if gone and job.state in (State.QUEUED, State.BLOCKED, State.FAILED):
        return Step.DROP
    if active and job.state is State.CANCELLED and job.reason == ORDER_CANCELLED:
        return Step.REDRAFT
    if active and job.state is State.BLOCKED and now - job.created_at < STALE:
        return Step.REDRAFT
    return Step.NOTE
