"""What a store of mails hands out."""

from collections.abc import Sequence
from typing import NamedTuple

from mail.domain.job import Job


class Content(NamedTuple):
    """A letter as it was written. source: what it was written from, as JSON, for a retry."""

    digest: str
    source: str
    text: str
    html: str

    def __repr__(self) -> str:
        return f"Content({self.digest})"


class Count(NamedTuple):
    """How many, counted up to a cap; capped: there are more."""

    number: int
    capped: bool


class JobPage(NamedTuple):
    """One page of jobs and the token of the next one."""

    jobs: Sequence[Job]
    next: str | None


class Once(NamedTuple):
    """An idempotency key of a request, and what it was used for."""

    key: str
    meaning: str
