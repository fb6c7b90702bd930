"""What a mall reported, as our rules read it: how new it is, what is paid.

Everything here depends on the report alone, so the end state of an order does not depend on the
order in which reports of a mall arrive.
"""

import hashlib
import json
from dataclasses import replace

from pydantic import TypeAdapter

from common.canonical import CanonicalOrder, PaymentMethod, PaymentStatus, SourceStatus
from common.cold_start import cold_start
from orders.domain.facets import PaymentState

# What we cannot read must not beat, within one second, what we can.
_PROGRESS = {status: rank for rank, status in enumerate(SourceStatus)} | {SourceStatus.UNKNOWN: -1}
_PAYMENTS = {
    PaymentStatus.AUTHORISED: PaymentState.AUTHORIZED,
    PaymentStatus.PARTIALLY_PAID: PaymentState.PARTIAL,
    PaymentStatus.PAID: PaymentState.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: PaymentState.PAID,
    PaymentStatus.REFUNDED: PaymentState.REFUNDED,
    PaymentStatus.VOIDED: PaymentState.EXPIRED,
}
# Paid after delivery, at the door, or by points already: nothing to wait for.
_NOTHING_TO_AWAIT = frozenset(
    {PaymentMethod.COD, PaymentMethod.DEFERRED, PaymentMethod.POINTS_ONLY}
)


@cold_start
def _adapter() -> TypeAdapter[CanonicalOrder]:
    return TypeAdapter(CanonicalOrder)


def tidy(content: CanonicalOrder) -> CanonicalOrder:
    """The report as we keep it: with a number, and without `extra`, which stays in the archived
    delivery."""
    return replace(content, extra={}, display_no=content.display_no or content.channel_order_id)


Rank = tuple[str, int, str]


def rank_of(content: CanonicalOrder, read_at: str = "") -> Rank:
    """Which of two reports is newer: the mall's version, and for two with the same version (a
    mall's clock may count seconds only) the one further along, then the one that was read later
    where only that tells, then a hash: so any order of arrival ends the same.

    read_at: an instant as on the wire, of a mall whose versions do not tell all changes.
    """
    text = json.dumps(_adapter().dump_python(content, mode="json"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return content.source_version, _PROGRESS[content.status], f"{read_at}#{digest}"


def is_newer(rank: Rank, stored: Rank) -> bool:
    """The same content read again is no news."""
    same = rank[:2] == stored[:2] and rank[2].rpartition("#")[2] == stored[2].rpartition("#")[2]
    return not same and rank > stored


def payment_of(content: CanonicalOrder) -> PaymentState:
    """Where the money is, as far as the mall says."""
    stated = _PAYMENTS.get(content.payment.status)
    if stated is not None:
        return stated
    money = content.money
    due = money.total if money.amount_due is None else money.amount_due
    if content.payment.method in _NOTHING_TO_AWAIT or due == 0:
        return PaymentState.NOT_REQUIRED
    return PaymentState.AWAITING
