"""What /api/mail answers."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.clock import to_wire
from mail.domain.changes import CANCELLABLE, retry_refusal
from mail.domain.job import Job, Kind, State
from mail.domain.stored import Content, Count

Action = Literal["cancel", "retry"]


class MailRow(BaseModel):
    """One mail in a list. reason: a code, see the README of the area."""

    id: str
    kind: Kind
    order_id: str
    shop_id: str
    to: str
    subject: str
    state: State
    attempts: int
    created_at: str
    sent_at: str | None
    reason: str | None
    version: int
    actions: list[Action] = Field(description="What may be done with it now")


class MailPage(BaseModel):
    items: list[MailRow]
    next: str | None


class MailEvent(BaseModel):
    """One line of the mail's story, oldest first."""

    at: str
    kind: str
    detail: str


class MailDetail(MailRow):
    """One mail. text is empty when the letter could not be written."""

    model_config = ConfigDict(populate_by_name=True)

    sender: str = Field(alias="from")
    message_id: str | None
    text: str
    events: list[MailEvent]


class StateCount(BaseModel):
    """Counted to 1,000; capped: there are more."""

    count: int
    capped: bool


class Counts(BaseModel):
    counts: dict[State, StateCount]


class HtmlAddress(BaseModel):
    """Where the HTML can be read for five minutes."""

    url: str


class TemplateView(BaseModel):
    """A letter's template as it is written, and the variables it may use."""

    kind: Kind
    name: str
    subject: str
    text: str
    variables: list[str]


class Templates(BaseModel):
    items: list[TemplateView]


class Preview(BaseModel):
    """A letter filled with a sample order."""

    subject: str
    text: str


class QueueHealth(BaseModel):
    name: str
    waiting: int
    in_flight: int
    dead: int


class Unsent(StateCount):
    """Mails that wait or are being sent."""

    oldest_at: str | None


class Health(BaseModel):
    """failed: mails that go nowhere until somebody mends something."""

    queues: list[QueueHealth]
    unsent: Unsent
    failed: StateCount


def actions_of(job: Job) -> list[Action]:
    """What staff may do with the job now."""
    found: list[Action] = []
    if job.state in CANCELLABLE:
        found.append("cancel")
    if retry_refusal(job) is None:
        found.append("retry")
    return found


def _row(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "order_id": job.order_id,
        "shop_id": job.shop_id,
        "to": job.to,
        "subject": job.subject,
        "state": job.state,
        "attempts": job.attempts,
        "created_at": to_wire(job.created_at),
        "sent_at": to_wire(job.sent_at) if job.sent_at else None,
        "reason": job.reason,
        "version": job.version,
        "actions": actions_of(job),
    }


def row_view(job: Job) -> MailRow:
    """The job as a list shows it."""
    return MailRow(**_row(job))


def detail_view(job: Job, content: Content | None) -> MailDetail:
    """The job with its letter and its story."""
    return MailDetail(
        **_row(job),
        sender=job.sender,
        message_id=job.message_id,
        text=content.text if content else "",
        events=[MailEvent(at=to_wire(e.at), kind=e.kind, detail=e.detail) for e in job.entries],
    )


def count_view(count: Count) -> StateCount:
    return StateCount(count=count.number, capped=count.capped)
