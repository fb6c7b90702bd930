"""What areas tell one another. docs/events.md lists them; a test holds the two together.

An event is published from the stream of the table it speaks of, so what is stored and what is
told cannot differ. Delivery is at least once and unordered: consumers compare versions.
Names are `<Noun><PastVerb>`; a field may be added, never renamed or removed.
"""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, field_serializer

from common.clock import to_wire

AreaName = Literal["orders", "stock", "mail", "support"]


class Event(BaseModel):
    """Base: `event_id` is the same at every delivery of the same event."""

    # Inputs are hidden from error texts, which are logged: a letter in them is personal.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    area: ClassVar[AreaName]

    event_id: str
    at: AwareDatetime

    @field_serializer("at", "ordered_at", "watermark", check_fields=False)
    def _wire_time(self, value: datetime) -> str:
        return to_wire(value)

    @classmethod
    def source(cls) -> str:
        """EventBridge source."""
        return f"banto.{cls.area}"

    @classmethod
    def detail_type(cls) -> str:
        """EventBridge detail type."""
        return cls.__name__


class Demand(BaseModel):
    """One order line that takes stock. listing: what the shop sells it as, "" when not known."""

    model_config = ConfigDict(frozen=True)

    line_id: str
    sku: str
    quantity: int
    listing: str = ""


class LetterLine(BaseModel):
    """One order line as a letter shows it; amounts in minor units, None not determined."""

    model_config = ConfigDict(frozen=True)

    title: str
    quantity: int
    unit_price: int | None = None
    line_total: int | None = None


class Letter(BaseModel):
    """What the mail area needs to write to the buyer. Personal data: never logged."""

    model_config = ConfigDict(frozen=True)

    number: str
    buyer_name: str
    email: str | None
    currency: str
    lines: list[LetterLine]
    goods_total: int | None = None
    shipping_total: int | None = None
    discount_total: int | None = None
    total: int | None = None
    payment_method: str
    destination: str

    def __repr__(self) -> str:
        return f"Letter({self.number})"

    __str__ = __repr__


class OrderEvent(Event):
    """State of an order after a change. `version` is ours and rises by one a change."""

    area: ClassVar[AreaName] = "orders"

    order_id: str
    shop_id: str
    channel: str
    version: int
    ordered_at: AwareDatetime
    change: str
    active: bool
    demand: list[Demand]
    letter: Letter
    cancelled: list[Demand] = []


class OrderReceived(OrderEvent):
    """An order was stored for the first time. `active` is false for an incomplete one."""


class OrderChanged(OrderEvent):
    """Any later change: by the mall, by staff, by stock's answer, by a timer."""


class ShopWatermarkAdvanced(Event):
    """Every sale that a mall took before `watermark` (our clock) is imported, and answered by
    stock. It rises only."""

    area: ClassVar[AreaName] = "orders"

    shop_id: str
    watermark: AwareDatetime


class AllocatedLine(BaseModel):
    """What stock could set aside of one SKU for one order."""

    model_config = ConfigDict(frozen=True)

    sku: str
    wanted: int
    allocated: int


class StockAnswered(Event):
    """Base of stock's answers to `order_version` of an order; `answer_version` rises by one."""

    area: ClassVar[AreaName] = "stock"

    order_id: str
    order_version: int
    answer_version: int
    lines: list[AllocatedLine]


class StockAllocated(StockAnswered):
    """Every line of the order is set aside (or nothing is wanted any more)."""


class StockShort(StockAnswered):
    """At least one line waits for stock."""


class StockLevelChanged(Event):
    """The counters of a SKU after a change. `fillable`: units are free and orders wait.

    mode: strict | shared | last_n, how its units are shown in shops.
    """

    area: ClassVar[AreaName] = "stock"

    sku: str
    on_hand: int
    allocated: int
    available: int
    waiting: int
    safety: int
    version: int
    fillable: bool
    mode: str = "shared"


class ProductRegistered(Event):
    """A SKU exists from now on, or its product data changed. jan: "" when it has none."""

    area: ClassVar[AreaName] = "stock"

    sku: str
    name: str
    jan: str = ""


class ListingMapped(Event):
    """It is known, or known anew, which SKU a shop sells as `code`."""

    area: ClassVar[AreaName] = "stock"

    shop_id: str
    code: str
    sku: str


EVENTS: tuple[type[Event], ...] = (
    OrderReceived,
    OrderChanged,
    ShopWatermarkAdvanced,
    StockAllocated,
    StockShort,
    StockLevelChanged,
    ProductRegistered,
    ListingMapped,
)
