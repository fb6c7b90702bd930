"""How the way to a shop is: open, failing since when, and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
# Orders of a shop that were not read for so long may have sold what a raise would offer again.
BEHIND = timedelta(minutes=10)
# What does not get to a shop for so long will not by itself.
LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SyncState:
    """since: of the first failure, None while the way is open. error: its kind, a word of
    `ErrorKind`; detail: the mall's own code. attempts: failures in a row. next_try: not earlier."""

    since: datetime | None = None
    error: str = ""
    detail: str = ""
    attempts: int = 0
    next_try: datetime | None = None

    @property
    def is_failing(self) -> bool:
        return self.since is not None

    def may_try(self, now: datetime) -> bool:
        """Whether the shop may be called at all."""
        return self.next_try is None or self.next_try <= now

    def failed(
        self, now: datetime, error: str, *, detail: str = "", retry_after: float | None = None
    ) -> "SyncState":
        """After a call that failed as a whole. retry_after: seconds, as the mall asks for.

        Waits double from five seconds to five minutes, unless the mall itself says how long.
        """
        # The exponent is bounded: a shop may fail for days.
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self.attempts, 10))
        if retry_after is not None:
            wait = timedelta(seconds=max(1.0, retry_after))
        return SyncState(
            since=self.since or now,
            error=error,
            detail=detail,
            attempts=self.attempts + 1,
            next_try=now + wait,
        )


OPEN = SyncState()


def is_late(state: SyncState, oldest: datetime | None, now: datetime) -> bool:
    """Whether a person should see to a shop: the way to it is disturbed for long, or a change waits
    for long. oldest: of the changes that wait, None for none."""
    times = [at for at in (state.since, oldest) if at is not None]
    return bool(times) and now - min(times) > LATE


class Lease(NamedTuple):
    """Who works for a shop; until then others leave it alone."""

    owner: str
    until: datetime


class Outlook(NamedTuple):
    """What is to be known of a shop before anything is sent. lease: of whoever works for it, in
    force or not. watermark: every sale before it is charged."""

    state: SyncState = OPEN
    lease: Lease | None = None
    watermark: datetime | None = None


def is_behind(watermark: datetime | None, visibility_delay: timedelta, now: datetime) -> bool:
    """Whether orders of a shop may be missing that were placed more than ten minutes ago.

    watermark: every sale before it is charged; None for a shop that was never read, about which
    nothing can be said. visibility_delay: of the channel; its watermarks are older by that much.
    """
    return watermark is not None and now - watermark > visibility_delay + BEHIND


def is_raise_frozen(state: SyncState, *, behind: bool) -> bool:
    """Whether a shop is not to be offered more than it shows: while the way to it is disturbed,
    or its orders are not read. Lower quantities go out all the same."""
    return state.is_failing or behind
