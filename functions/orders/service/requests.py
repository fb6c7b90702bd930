"""What the order desk is asked for, and how it answers over HTTP."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from orders.domain.facets import Review
from orders.domain.order import AddressFix
from orders.domain.polling import PollError
from orders.domain.views import Row


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class HoldRequest(Request):
    """Keep the order back; without `until` until somebody lets it go."""

    until: date | None = None
    reason: str = Field(min_length=1, max_length=200)


class DestinationFix(Request):
    """What is right instead of what the mall says; only the fields given change."""

    id: str = Field(max_length=100)
    name: str | None = Field(None, max_length=100)
    phone: str | None = Field(None, max_length=30)
    postal: str | None = Field(None, max_length=20)
    prefecture: str | None = Field(None, max_length=50)
    city: str | None = Field(None, max_length=100)
    line1: str | None = Field(None, max_length=200)
    line2: str | None = Field(None, max_length=200)

    def fix(self) -> AddressFix:
        return AddressFix.model_validate(self.model_dump(exclude={"id"}))


class OrderChange(Request):
    """What staff may change of an order; a field that is missing stays. `hold: null` lets go."""

    memo: str | None = Field(None, max_length=4000)
    review: Review | None = None
    hold: HoldRequest | None = None
    destination: DestinationFix | None = None
    reason: str = Field("", max_length=500)


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class RowPage(Answer):
    items: list[Row]
    next: str | None


class Count(Answer):
    """Counted up to 1,000; `capped` when there are more."""

    count: int
    capped: bool


class Counts(Answer):
    counts: dict[str, Count]
    failed_imports: Count


class TimelineActor(Answer):
    kind: str
    id: str
    name: str


class FieldChange(Answer):
    field: str
    before: Any
    after: Any


class TimelineItem(Answer):
    seq: int
    at: str
    kind: str
    actor: TimelineActor
    reason: str
    changes: list[FieldChange]


class Timeline(Answer):
    items: list[TimelineItem]
    next: str | None


class FailedImport(Answer):
    """A delivery that could not be read. reason: a code; detail: where in it."""

    id: str
    shop_id: str
    channel: str
    received_at: str
    reason: str
    detail: str
    attempts: int
    size: int


class FailedImports(Answer):
    items: list[FailedImport]
    next: str | None


class RawText(Answer):
    text: str


class Accepted(Answer):
    id: str


class ShopHealth(Answer):
    """last_poll_at: when the last poll was complete; watermark: every sale before it is imported
    and answered; poll_error: why orders cannot be read from the mall now."""

    shop_id: str
    last_import_at: str | None
    last_order_at: str | None
    last_poll_at: str | None = None
    watermark: str | None = None
    poll_error: PollError | None = None


class Backlog(Answer):
    count: int
    capped: bool
    oldest_at: str | None


class QueueHealth(Answer):
    name: str
    waiting: int
    in_flight: int
    dead: int


class Health(Answer):
    shops: list[ShopHealth]
    failed_imports: Count
    awaiting_stock: Backlog
    queues: list[QueueHealth]
