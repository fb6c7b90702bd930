"""What the use cases need of the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mail.domain.job import Job, Slot, State
from mail.domain.outgoing import Outgoing
from mail.domain.stored import Content, Count, JobPage, Once


class Jobs(Protocol):
    """Jobs and notes by their key."""

    def slot(self, job_id: str) -> Slot:
        """What is stored; an empty slot when nothing is."""

    def get(self, job_id: str) -> Job | None:
        """The job, strongly consistent."""

    def save(self, job: Job, *, once: Once | None = None) -> None:
        """Store the job if the stored version is the one before. once: an idempotency key that
        is used up by the same write. Raises Contended, also when the key was used before."""

    def note(self, job_id: str, order_version: int, *, version: int) -> None:
        """Store a note without a job, if the stored version is the one before. Raises Contended."""

    def used(self, key: str) -> str | None:
        """What an idempotency key was used for."""

    def in_state(
        self, state: State, *, limit: int, token: str | None, newest_first: bool
    ) -> JobPage:
        """Jobs by state and time of creation; a moment behind."""

    def of_order(self, order_id: str, *, limit: int, token: str | None) -> JobPage:
        """Jobs of an order, newest first; a moment behind."""

    def count(self, state: State, *, cap: int) -> Count:
        """How many jobs are in a state."""


class Contents(Protocol):
    """Letters, by job and digest; a stored letter never changes."""

    def put(self, job_id: str, content: Content, *, now: datetime) -> None: ...

    def get(self, job_id: str, digest: str) -> Content | None:
        """The letter without its HTML."""

    def html(self, job_id: str, digest: str) -> str | None: ...

    def html_url(self, job_id: str, digest: str, *, seconds: int) -> str | None:
        """An address at which the HTML can be read for so long; None when there is none."""


class Suppressions(Protocol):
    """Addresses that must not be written to."""

    def add(self, address: str, why: str, job_id: str, now: datetime) -> None: ...

    def why(self, address: str) -> str | None: ...


class Transport(Protocol):
    """Hands mails over to a mail service."""

    def send(self, mail: Outgoing) -> str:
        """Send it, once. Returns the service's message id.

        Raises NotTaken, Refused, OutcomeUnknown (mail.domain.outgoing).
        """


class Wakeups(Protocol):
    """Tells senders which jobs wait."""

    def send(self, job_ids: Sequence[str]) -> None:
        """Raises Unavailable; some may have been told."""
