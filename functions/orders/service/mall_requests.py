"""What malls are told over HTTP, and how it is answered."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from common.channels.port import CancelReason
from orders.domain.tell import Outcome, Refusal, Shipment, ShippedLine, TellKind, TellState
from orders.service.requests import Answer, Request

Carrier = Literal["yamato", "sagawa", "jp_post", "seino", "fukuyama", "other"]
TrackingNumber = Annotated[str, Field(min_length=1, max_length=100)]


class ShippedLineRequest(Request):
    line_id: str = Field(min_length=1, max_length=100)
    quantity: int = Field(ge=1, le=1_000_000)


class ShipRequest(Request):
    """What left the house. lines: empty for everything; carrier_name: for `other`."""

    carrier: Carrier
    carrier_name: str = Field("", max_length=100)
    tracking_numbers: list[TrackingNumber] = Field(default_factory=list, max_length=20)
    shipped_on: date
    destination_id: str = Field("", max_length=100)
    lines: list[ShippedLineRequest] = Field(default_factory=list, max_length=500)
    notify_customer: bool = False

    def shipment(self) -> Shipment:
        numbers = (number.strip() for number in self.tracking_numbers)
        return Shipment(
            carrier=self.carrier,
            carrier_name=self.carrier_name,
            tracking_numbers=tuple(dict.fromkeys(filter(None, numbers))),
            shipped_on=self.shipped_on,
            destination_id=self.destination_id,
            lines=tuple(
                ShippedLine(line_id=line.line_id, quantity=line.quantity) for line in self.lines
            ),
            notify_customer=self.notify_customer,
        )


class CancelRequest(Request):
    reason: CancelReason = CancelReason.CUSTOMER


class PullRequest(Request):
    shop_id: str = Field(min_length=1, max_length=100)


class TellView(Answer):
    """Something a mall is told. refusal: why it did not do it the last time; outcome: what it did,
    `pending` when it only said that it would."""

    order_id: str
    tell_id: str
    shop_id: str
    kind: TellKind
    state: TellState
    at: str
    by: str
    attempts: int
    shipment: Shipment | None
    reason: CancelReason | None
    refusal: Refusal | None
    outcome: Outcome | None
    changed_at: str | None


class Tells(Answer):
    items: list[TellView]


class FailedTellView(TellView):
    """id: to have it tried again by."""

    id: str


class MallFailures(Answer):
    items: list[FailedTellView]
    next: str | None


class UnmappedView(Answer):
    """Goods of a shop that no product is known for. code: the listing, or else the line's first
    code. orders: how many wait for it, counted up to 100; `capped` when there are more."""

    shop_id: str
    code: str
    title: str
    jan: str
    orders: int
    capped: bool


class UnmappedList(Answer):
    items: list[UnmappedView]
    next: str | None
