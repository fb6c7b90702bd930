"""Listings: things on sale in shops, and how a quantity gets from here to there.

A publish is IDLE → SENT → SETTLING → IDLE. SENT: the mall was or will be asked. SETTLING: the mall
said yes, and sales it took before that may not have reached us yet; it ends when the watermark of
the shop has passed. UNKNOWN: the answer was lost, so the mall may do it late; nothing else is sent
until it cannot any more, and then the listing is read back.

Units are those of the listing; `units` says how many of each SKU one of them takes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

# Clocks of two functions differ by at most this much.
MOST_SKEW = timedelta(seconds=10)
# A request leaves within this time after its publish began, or not at all.
SEND_WITHIN = timedelta(seconds=60)


def listing_id(shop_id: str, code: str) -> str:
    """16 hex digits that stand for one listing in names of attributes."""
    return hashlib.sha256(f"{shop_id}\n{code}".encode()).hexdigest()[:16]


class Ref(NamedTuple):
    """Where a listing is stored: under the SKU it is mapped to."""

    sku: str
    shop_id: str
    id: str


class State(StrEnum):
    """How far the last publish is."""

    IDLE = "idle"
    SENT = "sent"
    SETTLING = "settling"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What became of a publish. applied: the mall shows it. refused: it was not and will not be
    done. stale: likewise, because the mall showed something else than expected. unknown: it may
    have been done, or be done late."""

    APPLIED = "applied"
    REFUSED = "refused"
    STALE = "stale"
    UNKNOWN = "unknown"


class MallRules(NamedTuple):
    """What a shop's mall can do. has_cas: sets a quantity only if it shows the expected one.
    can_read: says what it shows. longest_request: after this a request is not applied any more.
    is_open: false while nothing is to be sent there."""

    has_cas: bool = False
    can_read: bool = True
    longest_request: timedelta = timedelta(seconds=60)
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """One thing on sale in one shop.

    sku: what it is mapped to. units: SKU → units of it that one listing takes (a set has several,
    and not its own). keys: other names the mall's API needs.

    quantity: what was published last, None if nothing was. before: what was published before that,
    for when it is refused. expected: what the mall was to show before (compare and set only).
    charged: by how much the publish raised the exposure. push_key: the same at every try of one
    publish. known: what the mall certainly showed last, at known_at. late_until: until then a
    request whose answer was lost may be applied. basis, returned_basis: `sold` and `returned` of
    the levels when the publish began, or when the mall was read. drift: units more or less than it
    should show, None for no difference. fault: why the mall refuses it. is_retired: to be taken to
    0 and let go of. speed: units a day that it sold lately, in thousandths. mapped_at: when it was
    found out what it sells. version: +1 every write.
    """

    shop_id: str
    code: str
    sku: str
    units: Mapping[str, int]
    title: str = ""
    jan: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    state: State = State.IDLE
    quantity: int | None = None
    before: int | None = None
    expected: int | None = None
    charged: int = 0
    push_key: str = ""
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    known: int | None = None
    known_at: datetime | None = None
    late_until: datetime | None = None
    basis: Mapping[str, int] = field(default_factory=dict)
    returned_basis: Mapping[str, int] = field(default_factory=dict)
    drift: int | None = None
    fault: str = ""
    is_retired: bool = False
    speed: int = 0
    speed_at: datetime | None = None
    speed_basis: int = 0
    mapped_at: datetime | None = None
    version: int = 0

    @property
    def id(self) -> str:
        return listing_id(self.shop_id, self.code)

    @property
    def ref(self) -> Ref:
        return Ref(self.sku, self.shop_id, self.id)

    @property
    def is_in_doubt(self) -> bool:
        """An answer was lost, and nothing that came later tells what became of it."""
        late = self.late_until
        return late is not None and (self.known_at is None or self.known_at < late)

    def may_be_late(self, now: datetime, rules: MallRules) -> bool:
        """A request sent before may still reach the mall."""
        until = self.late_until
        if self.state is State.SENT and self.sent_at:
            crashed = self.sent_at + SEND_WITHIN + rules.longest_request + MOST_SKEW
            until = max(crashed, until) if until else crashed
        return until is not None and now < until


def begun(
    listing: Listing,
    quantity: int,
    *,
    expected: int | None,
    charged: int,
    key: str,
    now: datetime,
    basis: Mapping[str, int],
    speed: int,
) -> Listing:
    """A publish begins; the exposure is raised by `charged` in the same transaction."""
    return replace(
        listing,
        state=State.SENT,
        quantity=quantity,
        before=listing.quantity,
        expected=expected,
        charged=charged,
        push_key=key,
        sent_at=now,
        confirmed_at=None,
        basis=dict(basis),
        returned_basis={},
        speed=speed,
        speed_at=now,
        speed_basis=basis.get(min(listing.units), 0),
        version=listing.version + 1,
    )


def settled(
    listing: Listing,
    outcome: Outcome,
    now: datetime,
    rules: MallRules,
    *,
    observed: int | None = None,
    fault: str = "",
    waits: bool = True,
) -> Listing:
    """The answer of the mall, or that there was none. waits: exposures are kept, so the watermark
    must pass."""
    after = replace(listing, version=listing.version + 1, fault=fault)
    match outcome:
        case Outcome.APPLIED:
            state = State.SETTLING if waits else State.IDLE
            known = after.quantity
        case Outcome.STALE:
            state, known = State.IDLE, observed
        case Outcome.REFUSED:
            # What it shows is what was published before, if even that is known.
            state = State.UNKNOWN if listing.is_in_doubt else State.IDLE
            return replace(after, state=state, quantity=listing.before)
        case Outcome.UNKNOWN:
            late = now + rules.longest_request + MOST_SKEW
            return replace(
                after, state=State.UNKNOWN, late_until=max(late, listing.late_until or late)
            )
    return replace(
        after,
        state=state,
        known=known,
        known_at=now,
        confirmed_at=now if state is State.SETTLING else None,
        drift=None,
    )


def released(listing: Listing) -> Listing:
    """The watermark has passed the confirmation."""
    return replace(listing, state=State.IDLE, confirmed_at=None, version=listing.version + 1)


def is_passed(listing: Listing, watermark: datetime) -> bool:
    """Every sale before the confirmation is charged, whatever our clocks say."""
    return (
        listing.state is State.SETTLING
        and listing.confirmed_at is not None
        and watermark > listing.confirmed_at + MOST_SKEW
    )


def is_telling(listing: Listing, quantity: int, began: datetime, rules: MallRules) -> bool:
    """Whether what a read-back saw says something about the listing.

    Not while a request may change it: one under way, one that may be late, or one that began or
    was confirmed after the reading began (what came back is counted since it began, also if it was
    refused). While a confirmation waits for the watermark only more than was confirmed is news.
    """
    if listing.may_be_late(began - MOST_SKEW, rules):
        return False
    if listing.state is State.SETTLING and quantity <= (listing.known or 0):
        return False
    times = [at for at in (listing.confirmed_at, listing.known_at, listing.sent_at) if at]
    return all(began > at + MOST_SKEW for at in times)


def observed(
    listing: Listing,
    quantity: int,
    ended: datetime,
    *,
    drift: int | None,
    basis: Mapping[str, int],
    returned: Mapping[str, int] | None = None,
    waits: bool,
) -> Listing:
    """The mall showed `quantity` at some time before `ended`; like a confirmation of it. Of a
    publish whose answer was lost it may tell that it was not done."""
    return replace(
        listing,
        quantity=quantity if _was_not_done(listing, quantity) else listing.quantity,
        state=State.SETTLING if waits else State.IDLE,
        confirmed_at=ended if waits else None,
        known=quantity,
        known_at=ended,
        basis=dict(basis),
        returned_basis=dict(returned or {}),
        drift=drift,
        version=listing.version + 1,
    )


def _was_not_done(listing: Listing, shown: int) -> bool:
    """Whether a mall that shows so many did not do what it was asked last, by all that can be
    told: it shows more than that, or no more than before it was to be raised. Sales may be on their
    way to us, so a few less tell nothing."""
    if listing.state is not State.UNKNOWN or listing.quantity is None:
        return False
    before = listing.before
    return shown > listing.quantity or (before is not None and shown <= before < listing.quantity)


def missing(listing: Listing, sold: int, shown: int, watermark: datetime | None) -> int | None:
    """In shared mode: by how many the mall shows fewer than it was told, None for what sales can
    explain, also those that are still on their way to us.

    sold: units of the first SKU that were ever charged to the listing. It takes two readings: of
    the first one every sale before it must be charged by now, which the watermark says.
    """
    known, known_at = listing.known, listing.known_at
    if listing.state is not State.IDLE or listing.quantity is None:
        return None
    if known is None or known_at is None or watermark is None or watermark <= known_at + MOST_SKEW:
        return None
    step = listing.units[min(listing.units)]
    least = listing.quantity - (sold - listing.speed_basis) // step
    return shown - least if known < least and shown < least else None


def adopted(listing: Listing, *, is_shared: bool) -> Listing:
    """What the mall shows is right; in shared mode until units move the next time."""
    quantity = listing.known if is_shared and listing.known is not None else listing.quantity
    basis = listing.basis.get(min(listing.units), 0) if is_shared else listing.speed_basis
    return replace(
        listing, drift=None, quantity=quantity, speed_basis=basis, version=listing.version + 1
    )


def retired(listing: Listing) -> Listing:
    """To be taken to 0."""
    return replace(listing, is_retired=True, version=listing.version + 1)
