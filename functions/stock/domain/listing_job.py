"""Taking over what a shop has on sale: a job that goes through the mall's own list, and the rules
by which a listing finds its SKU."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from common.auth import SYSTEM, Actor

# A mall that is silent for so long is not waited for any more; a person may try again.
PATIENCE = timedelta(minutes=10)


class JobState(StrEnum):
    """Where a job stands."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class ListingJob:
    """One run over a shop's list; a shop has one at a time, and a new one ends the one before.

    token: of the next page, as the mall gave it. seen: rows so far, of which `known` had a SKU
    before, `matched` found one now, and `unmapped` found none. error: a word of why it failed, or
    of why it waits while it is running. heard_at: when the mall answered last, the start before
    that. version: +1 every write, what writers compare.
    """

    shop_id: str
    id: str
    started_at: datetime
    heard_at: datetime
    state: JobState = JobState.RUNNING
    token: str = ""
    seen: int = 0
    known: int = 0
    matched: int = 0
    unmapped: int = 0
    error: str = ""
    detail: str = ""
    ended_at: datetime | None = None
    actor: Actor = SYSTEM
    version: int = 1

    def after_page(self, counts: "Counts", next_token: str | None, now: datetime) -> "ListingJob":
        """A page was taken over; next_token: None when it was the last one."""
        return replace(
            self,
            version=self.version + 1,
            heard_at=now,
            error="",
            detail="",
            token=next_token or "",
            seen=self.seen + counts.known + counts.matched + counts.unmapped,
            known=self.known + counts.known,
            matched=self.matched + counts.matched,
            unmapped=self.unmapped + counts.unmapped,
            state=JobState.DONE if next_token is None else self.state,
            ended_at=now if next_token is None else None,
        )

    def unanswered(self, error: str, detail: str, now: datetime) -> "ListingJob":
        """The mall did not answer: asked again, until it has been silent for too long."""
        if now - self.heard_at > PATIENCE:
            return self.failed(error, detail, now)
        return replace(self, version=self.version + 1, error=error, detail=detail)

    def failed(self, error: str, detail: str, now: datetime) -> "ListingJob":
        """The mall refuses, and will again until somebody does something."""
        return replace(
            self,
            version=self.version + 1,
            state=JobState.FAILED,
            error=error,
            detail=detail,
            ended_at=now,
        )


class Counts(NamedTuple):
    """What became of the rows of a page."""

    known: int
    matched: int
    unmapped: int


class How(StrEnum):
    """How a listing found its SKU."""

    CODE = "code"
    JAN = "jan"
    HAND = "hand"


def codes_of(listing_code: str, sku: str) -> Iterator[str]:
    """What may be the SKU of a listing, best first: what the shop's owner wrote down as such, then
    the mall's own code."""
    yield from dict.fromkeys(code.strip() for code in (sku, listing_code) if code.strip())


def matched_sku(
    candidates: Sequence[str],
    jan: str,
    known: Collection[str],
    by_jan: Mapping[str, Collection[str]],
) -> tuple[str, How] | None:
    """The SKU of a listing, None when there is none or more than one.

    known: SKUs that exist. by_jan: SKUs by JAN code; several products with one code are no answer.
    """
    for code in candidates:
        if code in known:
            return code, How.CODE
    found = by_jan.get(jan, ()) if jan else ()
    return (next(iter(found)), How.JAN) if len(found) == 1 else None
