"""What an order is made of: independent facets, each with its own small set of values.

What staff see as *the* status is derived from them in `queues`, never stored or written.
"""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of the area's values: immutable, and silent about what people wrote when a value does
    not fit. Unknown names are passed over: while a release is rolled out or back, orders written
    by the other version must be read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Lifecycle(StrEnum):
    INCOMPLETE = "INCOMPLETE"
    ACTIVE = "ACTIVE"
    SHIPPED = "SHIPPED"
    COMPLETED = "COMPLETED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    CANCELLED = "CANCELLED"


class Review(StrEnum):
    NEEDED = "NEEDED"
    CLEARED = "CLEARED"


class PaymentState(StrEnum):
    """AUTHORIZED: the card company holds the amount; Japanese shops ship on that and capture at
    shipping, so it counts as paid for READY."""

    NOT_REQUIRED = "NOT_REQUIRED"
    AUTHORIZING = "AUTHORIZING"
    AUTHORIZED = "AUTHORIZED"
    AWAITING = "AWAITING"
    PARTIAL = "PARTIAL"
    PAID = "PAID"
    OVERPAID = "OVERPAID"
    EXPIRED = "EXPIRED"
    REFUND_DUE = "REFUND_DUE"
    REFUNDED = "REFUNDED"


class Allocation(StrEnum):
    """Per line. BACKORDER: promised for a later date, waits on purpose."""

    NONE = "NONE"
    PARTIAL = "PARTIAL"
    FULL = "FULL"
    BACKORDER = "BACKORDER"


class ShipmentState(StrEnum):
    DRAFT = "DRAFT"
    READY = "READY"
    PRINTED = "PRINTED"
    PACKED = "PACKED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    VOID = "VOID"


class Hold(Frozen):
    """Staff keep the order back; `until` None means until somebody lets it go."""

    until: date | None = None
    reason: str


class Schedule(Frozen):
    """When the order may go. Each part holds it back on its own."""

    hold: Hold | None = None
    release_date: date | None = None
    ship_date: date | None = None
    combine_group: str | None = None


class Gap(Frozen):
    """Something the order lacks. code: unknown_sku | missing_address | no_lines; detail: which."""

    code: str
    detail: str


class RuleHit(Frozen):
    """Why a person should look: the rule and the text it found.

    mark: differs whenever what was found differs, also where `detail` shows only its beginning.
    """

    rule: str
    detail: str
    mark: str = ""


class Facets(Frozen):
    lifecycle: Lifecycle
    review: Review
    payment: PaymentState
    schedule: Schedule = Schedule()
    shipment: ShipmentState = ShipmentState.DRAFT
