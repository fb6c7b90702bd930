"""An order as we keep it: what the mall said, what we decided, what stock answered."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import AwareDatetime, Field, field_serializer

from common.auth import Actor
from common.canonical import CanonicalOrder, Destination, FulfilledBy, Line
from common.clock import to_wire
from common.money import Amount
from orders.domain.facets import Allocation, Facets, Frozen, Gap, Lifecycle, RuleHit

# How adapters flag an order that the mall has not released yet.
PENDING_FLAG = "pending"
_ADDRESS_FIELDS = frozenset({"postal", "prefecture", "city", "line1", "line2"})


class OrderLine(Frozen):
    """What a line means for stock: `sku` is None while no product of ours is known by `code`."""

    line_id: str
    code: str
    quantity: int
    sku: str | None = None
    allocated: int = 0

    @property
    def allocation(self) -> Allocation:
        if self.allocated >= self.quantity:
            return Allocation.FULL
        return Allocation.PARTIAL if self.allocated else Allocation.NONE


class AddressFix(Frozen):
    """What staff corrected of a destination; laid over what the mall says.

    basis: the mall's words that were corrected, as `words_of` digests them. When the mall says
    something else, the correction rests: half of an old address must not go into a new one.
    """

    basis: str = ""
    name: str | None = None
    phone: str | None = None
    postal: str | None = None
    prefecture: str | None = None
    city: str | None = None
    line1: str | None = None
    line2: str | None = None


class LastChange(Frozen):
    """The change that made this version; the history item has the details.

    kind: received | imported | matched | activated | edited | cancelled | allocation | advanced
    """

    kind: str
    actor: Actor
    at: AwareDatetime
    reason: str = ""

    @field_serializer("at")
    def _wire(self, value: datetime) -> str:
        return to_wire(value)


class StockAnswer(Frozen):
    """The last answer of the stock area that was taken over, by SKU: the units that were wanted
    when it was given, and those set aside."""

    order_version: int = 0
    answer_version: int = 0
    wanted: dict[str, int] = Field(default_factory=dict)
    units: dict[str, int] = Field(default_factory=dict)


class Order(Frozen):
    """One order. `version` is ours and rises by one a change.

    lines: what is wanted of it; gone: lines of which nothing is any more.
    """

    order_id: str
    shop_id: str
    channel: str
    version: int
    received_at: AwareDatetime
    content: CanonicalOrder
    content_rank: tuple[str, int, str]
    facets: Facets
    lines: tuple[OrderLine, ...]
    gone: tuple[OrderLine, ...] = ()
    gaps: tuple[Gap, ...] = ()
    hits: tuple[RuleHit, ...] = ()
    acknowledged: tuple[RuleHit, ...] = ()
    review_asked: bool = False
    fixes: dict[str, AddressFix] = Field(default_factory=dict)
    memo: str = ""
    stock: StockAnswer = StockAnswer()
    raw_key: str = ""
    # Ordered and shipped before its shop was connected: the units are not among those on hand.
    is_history: bool = False
    last_change: LastChange
    # The lists in which the stored version has a row: what was written is what will be removed,
    # whatever the rules say by then.
    listed_in: tuple[str, ...] = ()

    @field_serializer("received_at")
    def _wire(self, value: datetime) -> str:
        return to_wire(value)

    @property
    def ordered_at(self) -> datetime:
        return self.content.ordered_at

    @property
    def number(self) -> str:
        return self.content.display_no

    @property
    def is_ours_to_ship(self) -> bool:
        """False for what a platform ships from its own warehouse: recorded only."""
        return self.content.fulfilled_by is FulfilledBy.MERCHANT

    @property
    def is_pending(self) -> bool:
        """The mall has not released it yet, as Amazon while it checks the payment: the units are
        spoken for, and nothing is shipped or written to anybody."""
        return PENDING_FLAG in self.content.flags

    @property
    def takes_stock(self) -> bool:
        """Units are wanted from our storehouse. A shipped order keeps its units: they left the
        shelf, but the count on hand is lowered only when the shipment is recorded."""
        lifecycle = self.facets.lifecycle
        if self.is_history and lifecycle in (Lifecycle.SHIPPED, Lifecycle.COMPLETED):
            return False
        return self.is_ours_to_ship and lifecycle is not Lifecycle.CANCELLED

    @property
    def demand(self) -> dict[str, int]:
        """Units wanted from our storehouse, by SKU."""
        found: dict[str, int] = {}
        for line in self.lines if self.takes_stock else ():
            if line.sku is not None:
                found[line.sku] = found.get(line.sku, 0) + line.quantity
        return found

    @property
    def is_unanswered(self) -> bool:
        """Stock has not said yet what it does about what is wanted now.

        Of an order that was cancelled before stock heard of it nothing is wanted, but its units
        may be on sale again, and stock must count them before it trusts what the mall showed.
        """
        is_unheard = self.stock.answer_version == 0 and any(cancelled_lines(self))
        return is_unheard or self.demand != self.stock.wanted

    @property
    def is_allocated(self) -> bool:
        return all(line.allocation is Allocation.FULL for line in self.lines)


def order_id_of(shop_id: str, channel_order_id: str) -> str:
    """Our id of a mall's order: unique over all shops."""
    return f"{shop_id}:{channel_order_id}"


def content_lines(order: Order) -> Mapping[str, Line]:
    """The mall's lines by their ids, which are ours too."""
    return {line.line_id: line for line in order.content.lines}


def cancelled_lines(order: Order) -> Iterator[tuple[OrderLine, str, int]]:
    """(line, listing, units) of what was ordered and is wanted no more; the mall may have put it
    on sale again. Without a listing there is no telling where."""
    is_cancelled = order.facets.lifecycle is Lifecycle.CANCELLED
    if not order.is_ours_to_ship or not (order.takes_stock or is_cancelled):
        return
    told = content_lines(order)
    for line in (*order.lines, *order.gone):
        units = told[line.line_id].quantity - (0 if is_cancelled else line.quantity)
        listing = told[line.line_id].listing
        if line.sku is not None and listing and units > 0:
            yield line, listing, units


def wanted_total(line: Line, quantity: int) -> Amount:
    """What `quantity` units of a line come to: the mall's own total for the whole line, else the
    price times the units, for the mall has told no total of a part. None: not determined."""
    if quantity == line.quantity:
        return line.line_total
    return None if line.unit_price is None else line.unit_price * quantity


def destination_of(order: Order, destination_id: str) -> Destination | None:
    """One place of the order as the mall says it."""
    return next((d for d in order.content.destinations if d.id == destination_id), None)


def words_of(destination: Destination) -> str:
    """A digest of what the mall says of the person and the place."""
    contact, address = destination.contact, destination.contact.address
    said = (contact.name, contact.company, contact.phone, address.country, address.postal)
    place = (address.prefecture, address.city, address.line1, address.line2)
    text = "\n".join((*said, *place, address.raw_single_line))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rests(fix: AddressFix | None, destination: Destination) -> bool:
    """The mall has changed what staff had corrected."""
    return fix is not None and fix.basis != words_of(destination)


def destination_with_fix(destination: Destination, fix: AddressFix | None) -> Destination:
    """The destination as it is to be shipped to: the mall's words under the staff's corrections."""
    if fix is None or rests(fix, destination):
        return destination
    changed = fix.model_dump(exclude_none=True, exclude={"basis"})
    contact = destination.contact
    address = replace(contact.address, **{n: v for n, v in changed.items() if n in _ADDRESS_FIELDS})
    person = {n: v for n, v in changed.items() if n not in _ADDRESS_FIELDS}
    return replace(destination, contact=replace(contact, address=address, **person))
