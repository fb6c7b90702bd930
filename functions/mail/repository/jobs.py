"""Jobs in the mail table.

job   pk=MAIL#<job id>  sk=JOB; indexes by_state (state, created_at) and
                               by_order (order_id, created_at)
note  the same key, without the attributes of the indexes, so that no list has it
key   pk=IDEM#<key>     sk=IDEM, for a day
"""

from datetime import datetime, timedelta
from typing import Any

from common.clock import Clock, from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Page, Table, Write
from common.errors import Contended
from mail.domain.job import KEPT, Entry, Job, Kind, Outcome, Slot, State
from mail.domain.stored import Count, JobPage, Once

_BY_STATE = ("by_state", "state", "created_at")
_BY_ORDER = ("by_order", "order_id", "created_at")
_KEY_KEPT = timedelta(hours=24)


def job_key(job_id: str) -> Key:
    """Where a job, or the note in its place, is stored."""
    return Key(f"MAIL#{job_id}", "JOB")


def _used_key(key: str) -> Key:
    return Key(f"IDEM#{key}", "IDEM")


class DynamoJobs:
    """Jobs port on DynamoDB: every write is conditional on the version read."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def slot(self, job_id: str) -> Slot:
        """What is stored; an empty slot when nothing is."""
        item = self._table.get(*job_key(job_id))
        if item is None:
            return Slot()
        job = job_of(item) if "state" in item else None
        return Slot(item["version"], item["order_version"], job)

    def get(self, job_id: str) -> Job | None:
        """The job, strongly consistent."""
        return self.slot(job_id).job

    def save(self, job: Job, *, once: Once | None = None) -> None:
        """Store the job if the stored version is the one before. Raises Contended."""
        writes = [self._put(item_of(job), job.version)]
        if once is not None:
            key = _used_key(once.key)
            expires = int((self._clock() + _KEY_KEPT).timestamp())
            used = {"pk": key.pk, "sk": key.sk, "for": once.meaning, "expires_at": expires}
            writes.append(self._table.put(used, if_absent=True))
        self._commit(*writes)

    def note(self, job_id: str, order_version: int, *, version: int) -> None:
        """Store a note without a job, if the stored version is the one before. Raises Contended."""
        key = job_key(job_id)
        item = {
            "pk": key.pk,
            "sk": key.sk,
            "order_version": order_version,
            "version": version,
            "expires_at": int((self._clock() + KEPT).timestamp()),
        }
        self._commit(self._put(item, version))

    def used(self, key: str) -> str | None:
        """What an idempotency key was used for."""
        item = self._table.get(*_used_key(key))
        return str(item["for"]) if item else None

    def in_state(
        self, state: State, *, limit: int, token: str | None, newest_first: bool
    ) -> JobPage:
        """Jobs by state and time of creation. Raises Invalid for a token that is not ours."""
        return _page(
            self._table.query(
                state, index=_BY_STATE, limit=limit, token=token, newest_first=newest_first
            )
        )

    def of_order(self, order_id: str, *, limit: int, token: str | None) -> JobPage:
        """Jobs of an order, newest first. Raises Invalid for a token that is not ours."""
        return _page(
            self._table.query(
                order_id, index=_BY_ORDER, limit=limit, token=token, newest_first=True
            )
        )

    def count(self, state: State, *, cap: int) -> Count:
        """How many jobs are in a state."""
        return Count(*self._table.count(state, cap=cap, index=_BY_STATE[:2]))

    def _put(self, item: Item, version: int) -> Write:
        if version == 1:
            return self._table.put(item, if_absent=True)
        return self._table.put(item, if_equals={"version": version - 1})

    def _commit(self, *writes: Write) -> None:
        try:
            self._table.commit(*writes)
        except ConditionFailed:
            raise Contended("the mail job changed meanwhile") from None


def _page(page: Page) -> JobPage:
    return JobPage([job_of(item) for item in page.items], page.next)


def _wire(at: datetime | None) -> str | None:
    return to_wire(at) if at else None


def _time(item: Item, name: str) -> datetime | None:
    return from_wire(item[name]) if name in item else None


_PLAIN = (
    "id",
    "sequence",
    "order_id",
    "order_version",
    "shop_id",
    "version",
    "to",
    "sender",
    "subject",
    "reason",
    "content",
    "attempts",
    "closed_attempts",
    "expired",
    "order_gone",
    "message_id",
)
_TIMES = ("queued_at", "lease_until", "sent_at", "outcome_at")


def item_of(job: Job) -> Item:
    """The stored form."""
    key = job_key(job.id)
    item: Item = {name: getattr(job, name) for name in _PLAIN}
    item |= {name: _wire(getattr(job, name)) for name in _TIMES}
    return item | {
        "pk": key.pk,
        "sk": key.sk,
        "kind": job.kind.value,
        "state": job.state.value,
        "created_at": to_wire(job.created_at),
        "outcome": int(job.outcome) if job.outcome else None,
        "entries": [{"at": to_wire(e.at), "kind": e.kind, "detail": e.detail} for e in job.entries],
        "expires_at": int((job.created_at + KEPT).timestamp()),
    }


def job_of(item: Item) -> Job:
    """The job of a stored item."""
    fields: dict[str, Any] = {name: item.get(name) for name in _PLAIN}
    fields |= {name: _time(item, name) for name in _TIMES}
    return Job(
        **fields,
        kind=Kind(item["kind"]),
        state=State(item["state"]),
        created_at=from_wire(item["created_at"]),
        outcome=Outcome(item["outcome"]) if "outcome" in item else None,
        entries=tuple(
            Entry(from_wire(e["at"]), e["kind"], e.get("detail", "")) for e in item["entries"]
        ),
    )
