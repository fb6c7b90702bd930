"""A mail as a job: one item for each (order, kind, sequence), whatever happens and how often."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

# How long a sender may hold a job. Longer than the function's time limit and than SES usually
# takes to tell of a mail, because after it the mail may be sent a second time.
LEASE = timedelta(minutes=15)
# Leases that may end without an answer or an event before a person has to look.
LEASES_MAX = 3
# Long enough for a year-end audit and one return season after it; then the address goes.
KEPT = timedelta(days=400)
_ENTRIES_FIRST = 10
_ENTRIES_LAST = 40


class Kind(StrEnum):
    """Which letter it is."""

    ORDER_RECEIVED = "ORDER_RECEIVED"


class State(StrEnum):
    """Where the mail is. Only QUEUED mails are sent, and only SENDING ones may have been."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    SUPPRESSED = "SUPPRESSED"
    CANCELLED = "CANCELLED"


class Outcome(IntEnum):
    """What became of a mail after SES took it. The greatest one seen wins, so the order in which
    events arrive does not matter.

    A transient bounce ranks below a delivery: out-of-office answers come as such.
    """

    SENT = 1
    SOFT_BOUNCE = 2
    DELIVERED = 3
    REJECTED = 4
    HARD_BOUNCE = 5
    COMPLAINT = 6

    @property
    def state(self) -> State:
        return _STATE_OF[self]


_STATE_OF = {
    Outcome.SENT: State.SENT,
    Outcome.SOFT_BOUNCE: State.BOUNCED,
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.REJECTED: State.FAILED,
    Outcome.HARD_BOUNCE: State.BOUNCED,
    Outcome.COMPLAINT: State.COMPLAINED,
}

# Reasons that code decides on; others are `variable:<name>`, `refused:<code of SES>`,
# `bounce:<type>/<subtype>`, `complaint:<type>` and `suppressed:<why>`.
NO_ADDRESS = "no_address"
BAD_ADDRESS = "bad_address"
SHOP_UNKNOWN = "shop_unknown"
TOO_LONG = "too_long"
CONTENT_MISSING = "content_missing"
ORDER_CANCELLED = "order_cancelled"
BY_STAFF = "by_staff"
OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the job's story. detail may name a person or an address: never logged."""

    at: datetime
    kind: str
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The mail. `version` rises by one with every change.

    content: digest of the stored text and HTML.
    attempts: leases taken so far; the ones up to `closed_attempts` belong to a round that staff
    ended by a retry, and what SES still tells of them changes nothing any more.
    expired: leases of this round that ended without anybody knowing what happened.
    order_gone: the order is cancelled, so the mail must not be sent (again).
    """

    id: str
    kind: Kind
    sequence: int
    order_id: str
    order_version: int
    shop_id: str
    state: State
    created_at: datetime
    version: int
    to: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    reason: str | None = None
    content: str = ""
    attempts: int = 0
    closed_attempts: int = 0
    expired: int = 0
    order_gone: bool = False
    queued_at: datetime | None = None
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    message_id: str | None = None
    outcome: Outcome | None = None
    outcome_at: datetime | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter ready to be queued, or the reason why it may not go out."""

    to: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    content: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """What is stored under a job's key. version 0: nothing yet.

    Without a job it is a note that a version of the order was seen in which no mail was due.
    """

    version: int = 0
    order_version: int = 0
    job: Job | None = None


def job_id(order_id: str, kind: Kind, sequence: int) -> str:
    """`order-received-1-<26 characters>`: the same for the same three, and safe as an SES tag,
    an object name and a part of an address (a-z, 0-9 and `-`)."""
    digest = hashlib.sha256(f"{order_id}\n{kind}\n{sequence}".encode()).digest()
    short = base64.b32encode(digest).decode().lower()[:26]
    return f"{kind.lower().replace('_', '-')}-{sequence}-{short}"


# Lines of the same millisecond are told in this order; all others after them.
_TOLD_FIRST = ("retried", "queued", "blocked", "sending", "accepted", "sent")


def _place(entry: Entry) -> tuple[datetime, int, str, str]:
    first = _TOLD_FIRST.index(entry.kind) if entry.kind in _TOLD_FIRST else len(_TOLD_FIRST)
    return entry.at, first, entry.kind, entry.detail


def with_entries(old: Iterable[Entry], *new: Entry) -> tuple[Entry, ...]:
    """The story in order of time, each line once; the first 10 and the last 40 are kept.

    Which lines are kept does not depend on the order in which they came.
    """
    story = sorted({*old, *new}, key=_place)
    if len(story) <= _ENTRIES_FIRST + _ENTRIES_LAST:
        return tuple(story)
    return (*story[:_ENTRIES_FIRST], *story[-_ENTRIES_LAST:])
