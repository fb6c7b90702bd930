"""The order as all channels speak of it. Plain data; an adapter fills what its mall reports.

What a person is called, wrote or lives at does not show in `repr`, so that it cannot get into a
log by way of an error. Amounts are minor units of `Money.currency` (yen for JPY), None while the
mall has not determined them. Ids are strings. Times are aware UTC. What a mall calls by a value
we do not know becomes UNKNOWN and is kept in `raw_status`.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from common.money import Amount


class SourceStatus(StrEnum):
    """How far the order is in the mall."""

    NEW = "NEW"
    ON_HOLD = "ON_HOLD"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    READY = "READY"
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED"
    SHIPPED = "SHIPPED"
    COMPLETED = "COMPLETED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


class PaymentStatus(StrEnum):
    """What the mall says of the money."""

    UNKNOWN = "UNKNOWN"
    UNPAID = "UNPAID"
    AUTHORISED = "AUTHORISED"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


class PaymentMethod(StrEnum):
    """How the buyer pays."""

    CARD = "CARD"
    COD = "COD"
    BANK = "BANK"
    CVS = "CVS"
    CARRIER = "CARRIER"
    DEFERRED = "DEFERRED"
    PAYPAY = "PAYPAY"
    AMAZON_PAY = "AMAZON_PAY"
    PAYPAL = "PAYPAL"
    RAKUTEN_PAY = "RAKUTEN_PAY"
    APPLE_PAY = "APPLE_PAY"
    POINTS_ONLY = "POINTS_ONLY"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class FulfilledBy(StrEnum):
    """Who ships: the shop, or the platform from its own warehouse (recorded only)."""

    MERCHANT = "MERCHANT"
    PLATFORM = "PLATFORM"


class OrderKind(StrEnum):
    """What sort of sale. SOCIAL_GIFT: the receiver fills in the address later. HANPUKAI: 頒布会, a
    subscription of which the goods differ each time."""

    NORMAL = "NORMAL"
    SUBSCRIPTION = "SUBSCRIPTION"
    HANPUKAI = "HANPUKAI"
    PREORDER = "PREORDER"
    SOCIAL_GIFT = "SOCIAL_GIFT"
    AUCTION = "AUCTION"
    UNKNOWN = "UNKNOWN"


class DiscountKind(StrEnum):
    COUPON = "COUPON"
    POINT = "POINT"
    GIFTCARD = "GIFTCARD"
    OTHER = "OTHER"


class BorneBy(StrEnum):
    """Who pays for a discount."""

    SHOP = "SHOP"
    PLATFORM = "PLATFORM"
    MAKER = "MAKER"
    UNKNOWN = "UNKNOWN"


class Temperature(StrEnum):
    AMBIENT = "AMBIENT"
    CHILLED = "CHILLED"
    FROZEN = "FROZEN"


@dataclass(frozen=True, slots=True)
class Address:
    """prefecture: the Japanese name for JP, else the state as the mall wrote it."""

    country: str = "JP"
    postal: str = field(default="", repr=False)
    prefecture: str = ""
    city: str = field(default="", repr=False)
    line1: str = field(default="", repr=False)
    line2: str = field(default="", repr=False)
    raw_single_line: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or company. Personal data: `repr` shows nothing of it."""

    name: str = field(default="", repr=False)
    kana: str = field(default="", repr=False)
    company: str = field(default="", repr=False)
    department: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    email_is_masked: bool = False
    phone: str = field(default="", repr=False)
    address: Address = field(default_factory=Address, repr=False)
    platform_customer_id: str = ""
    is_member: bool | None = None


@dataclass(frozen=True, slots=True)
class DeliveryWish:
    """When the buyer wants it; slot times as `HH:MM`, `label` as the mall wrote it."""

    date: dt.date | None = None
    slot_from: str = ""
    slot_to: str = ""
    label: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Gift:
    is_gift: bool = False
    wrapping: tuple[str, ...] = ()
    noshi_type: str = ""
    noshi_name: str = field(default="", repr=False)
    message_card: str = field(default="", repr=False)
    hide_price: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """One place goods go to; lines name it by `id`. ship_by, deliver_by: the mall's deadlines."""

    id: str
    contact: Contact = field(default_factory=Contact)
    delivery_wish: DeliveryWish = field(default_factory=DeliveryWish)
    temperature: Temperature | None = None
    is_remote_island: bool | None = None
    pickup_point: str = field(default="", repr=False)
    carrier_hint: str = ""
    shipping_method: str = ""
    leave_at_door: bool = False
    gift: Gift = field(default_factory=Gift)
    notes: str = field(default="", repr=False)
    shipping_fee: Amount = None
    cod_fee: Amount = None
    ship_by: dt.datetime | None = None
    deliver_by: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A choice on a line: size, engraving, wrapping. price: what it adds to the line."""

    name: str
    value: str = field(repr=False)
    price: Amount = None


@dataclass(frozen=True, slots=True)
class Discount:
    amount: int
    kind: DiscountKind = DiscountKind.OTHER
    borne_by: BorneBy = BorneBy.UNKNOWN
    code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of goods.

    sku_candidates: codes to look a product up by, best first. channel_sku: the mall's own keys.
    listing: what the mall sells it as, in the words of its stock API (`port.Listing.code`).
    quantity: as ordered; quantity_cancelled of them are wanted no more. line_total: for all of
    `quantity`, before `discounts`. tax_rate: 0.08 for 8 %, None when there is not exactly one.
    """

    line_id: str
    title: str
    quantity: int
    destination_id: str = ""
    sku_candidates: tuple[str, ...] = ()
    channel_sku: dict[str, str] = field(default_factory=dict)
    listing: str = ""
    options: tuple[Option, ...] = ()
    quantity_cancelled: int = 0
    quantity_shipped: int = 0
    unit_price: Amount = None
    unit_price_tax_included: bool = True
    tax_rate: Decimal | None = None
    discounts: tuple[Discount, ...] = ()
    line_total: Amount = None
    needs_shipping: bool = True
    jan: str = ""


@dataclass(frozen=True, slots=True)
class TaxSum:
    """Tax at one rate as the mall reported it."""

    rate: Decimal
    tax: Amount = None
    base: Amount = None


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of the order: goods (before discounts) + shipping + fees − discounts, + tax where it is
    not included, make `total`. amount_due: what the buyer owes after points and cancelled lines.
    discounts: those known one by one; discount_total has all of them.
    """

    currency: str = "JPY"
    goods_total: Amount = None
    shipping_total: Amount = None
    cod_fee: Amount = None
    payment_fee: Amount = None
    gift_fee: Amount = None
    other_fees: Amount = None
    discount_total: Amount = None
    discounts: tuple[Discount, ...] = ()
    tax_total: Amount = None
    tax_included: bool = True
    taxes: tuple[TaxSum, ...] = ()
    total: Amount = None
    amount_due: Amount = None


@dataclass(frozen=True, slots=True)
class Payment:
    method: PaymentMethod = PaymentMethod.UNKNOWN
    status: PaymentStatus = PaymentStatus.UNKNOWN
    raw_name: str = ""
    paid_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A free field of the mall: name and value as they came."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CanonicalOrder:
    """One order as a mall reported it at `source_version`.

    source_version: text that sorts as the mall's versions follow one another (an instant as
    `common.clock.to_wire` writes it, or a zero-padded revision). flags: `test` for an order that
    is only a trial, `pending` for one that the mall has not released yet (it takes units and is
    not shipped), and the mall's own tags. extra: what the adapter had no place for.
    """

    channel_order_id: str
    display_no: str
    source_version: str
    ordered_at: dt.datetime
    status: SourceStatus
    buyer: Contact
    destinations: tuple[Destination, ...]
    lines: tuple[Line, ...]
    money: Money
    payment: Payment
    raw_status: dict[str, str] = field(default_factory=dict)
    fulfilled_by: FulfilledBy = FulfilledBy.MERCHANT
    order_kind: OrderKind = OrderKind.NORMAL
    remarks: str = field(default="", repr=False)
    shop_memo: str = field(default="", repr=False)
    attributes: tuple[Attribute, ...] = ()
    flags: tuple[str, ...] = ()
    related: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict, repr=False)
