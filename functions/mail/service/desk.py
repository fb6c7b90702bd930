"""The outbox as staff see it: lists, one mail, cancel, retry."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from common.auth import Actor
from common.clock import Clock, to_wire
from common.errors import Changed, Conflict, Contended, FieldError, Invalid, NotFound
from mail.domain import changes
from mail.domain.job import Job, State
from mail.domain.stored import Count, Once
from mail.service.drafting import Drafter, read_source
from mail.service.ports import Contents, Jobs
from mail.service.views import (
    Counts,
    Health,
    HtmlAddress,
    MailDetail,
    MailPage,
    QueueHealth,
    Unsent,
    count_view,
    detail_view,
    row_view,
)

COUNT_CAP = 1000
HTML_SECONDS = 300

_Act = Callable[[Job, datetime], Job]


class Desk:
    """Use cases of the outbox screen."""

    def __init__(self, jobs: Jobs, contents: Contents, drafter: Drafter, clock: Clock) -> None:
        self._jobs = jobs
        self._contents = contents
        self._drafter = drafter
        self._clock = clock

    def list(
        self,
        *,
        state: State | None,
        order_id: str,
        newest_first: bool,
        limit: int,
        token: str | None,
    ) -> MailPage:
        """Mails of an order, or in a state, or both. Raises Invalid without either."""
        if order_id:
            page = self._jobs.of_order(order_id, limit=limit, token=token)
        elif state is not None:
            page = self._jobs.in_state(state, limit=limit, token=token, newest_first=newest_first)
        else:
            raise Invalid("Say which mails.", [FieldError("state", "Give a state or an order.")])
        # An order has a handful of mails, so its page is narrowed here.
        jobs = [job for job in page.jobs if state is None or job.state is state]
        return MailPage(items=[row_view(job) for job in jobs], next=page.next)

    def counts(self) -> Counts:
        """Mails by state."""
        return Counts(counts={state: count_view(self._count(state)) for state in State})

    def health(self, queues: Sequence[Mapping[str, Any]]) -> Health:
        """How much waits, since when, and how much goes nowhere."""
        waiting = [self._count(state) for state in (State.QUEUED, State.SENDING)]
        stuck = [self._count(state) for state in (State.FAILED, State.BLOCKED)]
        oldest = [
            job.created_at
            for state in (State.QUEUED, State.SENDING)
            for job in self._jobs.in_state(state, limit=1, token=None, newest_first=False).jobs
        ]
        return Health(
            queues=[QueueHealth(**queue) for queue in queues],
            unsent=Unsent(
                **count_view(_sum(waiting)).model_dump(),
                oldest_at=to_wire(min(oldest)) if oldest else None,
            ),
            failed=count_view(_sum(stuck)),
        )

    def detail(self, job_id: str) -> MailDetail:
        """One mail. Raises NotFound."""
        return self._view(self._job(job_id))

    def html(self, job_id: str) -> HtmlAddress:
        """Where its HTML can be read. Raises NotFound when none was written, or it has expired."""
        job = self._job(job_id)
        url = self._contents.html_url(job.id, job.content, seconds=HTML_SECONDS)
        if url is None:
            raise NotFound("There is no HTML of this mail, or it is no longer kept.")
        return HtmlAddress(url=url)

    def cancel(self, job_id: str, *, version: int, key: str, actor: Actor) -> MailDetail:
        """Stop a mail that was not sent. Raises NotFound, Changed, Conflict."""

        def act(job: Job, now: datetime) -> Job:
            if job.state not in changes.CANCELLABLE:
                raise Conflict("Only a mail that waits, is blocked or failed can be cancelled.")
            return changes.cancelled(job, actor.name, now)

        return self._once(job_id, version, Once(key, f"cancel {job_id}"), act)

    def retry(self, job_id: str, *, version: int, key: str, actor: Actor) -> MailDetail:
        """Write the letter again, with the shop's settings of now, and queue it; or BLOCKED when
        something is still missing. Raises NotFound, Changed, Conflict."""

        def act(job: Job, now: datetime) -> Job:
            why_not = changes.retry_refusal(job)
            if why_not is not None:
                raise Conflict(why_not)
            stored = self._contents.get(job.id, job.content)
            if stored is None:
                raise Conflict("What the letter was written from is no longer kept.")
            draft, content = self._drafter.draft(job.kind, read_source(stored.source), job.shop_id)
            self._contents.put(job.id, content, now=now)
            return changes.retried(job, draft, actor.name, now)

        return self._once(job_id, version, Once(key, f"retry {job_id}"), act)

    def _once(self, job_id: str, version: int, once: Once, act: _Act) -> MailDetail:
        if self._was_done(once):
            return self.detail(job_id)
        job = self._job(job_id)
        if job.version != version:
            raise self._changed(job)
        after = act(job, self._clock())
        try:
            self._jobs.save(after, once=once)
        except Contended:
            # The same request twice at once, or somebody else: the stored key tells which.
            if self._was_done(once):
                return self.detail(job_id)
            raise self._changed(self._job(job_id)) from None
        return self._view(after)

    def _was_done(self, once: Once) -> bool:
        meaning = self._jobs.used(once.key)
        if meaning is not None and meaning != once.meaning:
            raise Conflict("This Idempotency-Key was used for something else.")
        return meaning is not None

    def _changed(self, job: Job) -> Changed:
        current = self._view(job).model_dump(mode="json", by_alias=True)
        return Changed("The mail changed since you read it. Look at it again.", current)

    def _view(self, job: Job) -> MailDetail:
        return detail_view(job, self._contents.get(job.id, job.content))

    def _job(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound("There is no such mail.")
        return job

    def _count(self, state: State) -> Count:
        return self._jobs.count(state, cap=COUNT_CAP)


def _sum(counts: Sequence[Count]) -> Count:
    total = sum(count.number for count in counts)
    return Count(min(total, COUNT_CAP), total > COUNT_CAP or any(c.capped for c in counts))
