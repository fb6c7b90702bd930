"""Which mail an order's event makes due, and writing it."""

from collections.abc import Callable
from datetime import datetime

from common.clock import Clock
from common.errors import Contended
from common.events import OrderEvent
from common.observability import logger
from mail.domain import changes, due
from mail.domain.job import Job, Kind, Slot, job_id
from mail.service.drafting import Drafter, source_of
from mail.service.ports import Contents, Jobs

_TRIES = 5
_SEQUENCE = 1


class Composer:
    """Keeps the one job of (order, 自動受付メール) in step with the order."""

    def __init__(self, jobs: Jobs, contents: Contents, drafter: Drafter, clock: Clock) -> None:
        self._jobs = jobs
        self._contents = contents
        self._drafter = drafter
        self._clock = clock
        self._steps: dict[due.Step, Callable[[OrderEvent, Slot, datetime], Job | None]] = {
            due.Step.COMPOSE: self._compose,
            due.Step.REDRAFT: self._redraft,
            due.Step.NOTE: self._note,
            due.Step.DROP: self._drop,
        }

    def on_order(self, event: OrderEvent) -> None:
        """Apply one event; repeats and older ones change nothing. Raises Contended when another
        writer kept winning: the event comes again."""
        id = job_id(event.order_id, Kind.ORDER_RECEIVED, _SEQUENCE)
        for _ in range(_TRIES):
            slot = self._jobs.slot(id)
            now = self._clock()
            step = due.order_received(
                slot, event.version, active=event.active, gone=_gone(event), now=now
            )
            if step is due.Step.NOTHING:
                return
            try:
                job = self._steps[step](event, slot, now)
            except Contended:
                continue
            state = job.state if job else "NOTE"
            logger().info(
                "mail job", extra={"job": id, "order": event.order_id, "mail_state": state}
            )
            return
        raise Contended("the mail job kept changing")

    def _compose(self, event: OrderEvent, slot: Slot, now: datetime) -> Job:
        kind = Kind.ORDER_RECEIVED
        id = job_id(event.order_id, kind, _SEQUENCE)
        draft, content = self._drafter.draft(kind, source_of(event), event.shop_id)
        self._contents.put(id, content, now=now)
        job = changes.new_job(
            id,
            kind,
            _SEQUENCE,
            order=(event.order_id, event.version),
            shop_id=event.shop_id,
            draft=draft,
            version=slot.version + 1,
            now=now,
        )
        self._jobs.save(job)
        return job

    def _redraft(self, event: OrderEvent, slot: Slot, now: datetime) -> Job:
        old = _job(slot)
        draft, content = self._drafter.draft(old.kind, source_of(event), event.shop_id)
        self._contents.put(old.id, content, now=now)
        job = changes.redrafted(old, draft, event.version, now)
        self._jobs.save(job)
        return job

    def _note(self, event: OrderEvent, slot: Slot, _now: datetime) -> Job | None:
        if slot.job is None:
            id = job_id(event.order_id, Kind.ORDER_RECEIVED, _SEQUENCE)
            self._jobs.note(id, event.version, version=slot.version + 1)
            return None
        job = changes.noted(slot.job, event.version, gone=_gone(event))
        self._jobs.save(job)
        return job

    def _drop(self, event: OrderEvent, slot: Slot, now: datetime) -> Job:
        job = changes.dropped(_job(slot), event.version, now)
        self._jobs.save(job)
        return job


def _gone(event: OrderEvent) -> bool:
    return event.change == "cancelled" or (not event.active and not event.demand)


def _job(slot: Slot) -> Job:
    if slot.job is None:
        raise ValueError("this step needs a job")
    return slot.job
