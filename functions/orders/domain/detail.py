"""An order in full, as the page shows it."""

from collections.abc import Iterator

from common.canonical import Address, Contact, Destination, Gift, Money, Payment, SourceStatus
from common.clock import to_wire
from orders.domain.facets import Allocation, Facets, Frozen, Gap
from orders.domain.matching import names_of
from orders.domain.order import Order, OrderLine, rests, wanted_total
from orders.domain.views import Row, destinations_of


class LineView(Frozen):
    """A line: the mall's words and what stock set aside. Amounts in minor units.

    quantity: still wanted; `cancelled` units of the line are wanted no more.
    """

    id: str
    sku: str | None
    code: str
    title: str
    options: tuple[str, ...]
    quantity: int
    cancelled: int
    unit_price: int | None
    line_total: int | None
    tax_rate: str | None
    destination_id: str
    allocated: int
    allocation: Allocation


class WishView(Frozen):
    """When the buyer wants it: a day `YYYY-MM-DD` and the time slot as the mall wrote it."""

    date: str | None
    slot: str


class DestinationView(Frozen):
    """Where goods go, with what staff corrected laid over the mall's words."""

    id: str
    name: str
    kana: str
    company: str
    phone: str
    address: Address
    is_corrected: bool
    delivery_wish: WishView
    shipping_method: str
    gift: Gift
    notes: str


class BuyerView(Frozen):
    name: str
    kana: str
    company: str
    email: str
    phone: str
    address: Address


class ContentAttribute(Frozen):
    name: str
    value: str


class Detail(Row):
    """Everything of one order: what the lists show of it, and the rest."""

    source_status: SourceStatus
    raw_status: dict[str, str]
    source_version: str
    buyer: BuyerView
    destinations: tuple[DestinationView, ...]
    lines: tuple[LineView, ...]
    money: Money
    payment: Payment
    remarks: str
    attributes: tuple[ContentAttribute, ...]
    memo: str
    facets: Facets
    gaps: tuple[Gap, ...]
    is_allocated: bool
    last_changed_at: str
    last_changed_by: str


def detail_of(order: Order, row: Row) -> Detail:
    """The full view of an order."""
    content = order.content
    return Detail(
        **dict(row),
        source_status=content.status,
        raw_status=content.raw_status,
        source_version=content.source_version,
        buyer=_buyer(content.buyer),
        destinations=tuple(_destinations(order)),
        lines=tuple(_lines(order)),
        money=content.money,
        payment=content.payment,
        remarks=content.remarks,
        attributes=tuple(ContentAttribute(name=a.name, value=a.value) for a in content.attributes),
        memo=order.memo,
        facets=order.facets,
        gaps=order.gaps,
        is_allocated=order.is_allocated,
        last_changed_at=to_wire(order.last_change.at),
        last_changed_by=order.last_change.actor.name or order.last_change.actor.id,
    )


def _buyer(contact: Contact) -> BuyerView:
    return BuyerView(
        name=contact.name,
        kana=contact.kana,
        company=contact.company,
        email=contact.email,
        phone=contact.phone,
        address=contact.address,
    )


def _destinations(order: Order) -> Iterator[DestinationView]:
    for told, corrected in zip(order.content.destinations, destinations_of(order), strict=True):
        fix = order.fixes.get(told.id)
        yield _destination(corrected, is_corrected=fix is not None and not rests(fix, told))


def _destination(destination: Destination, *, is_corrected: bool) -> DestinationView:
    contact, wish = destination.contact, destination.delivery_wish
    slot = wish.label or "〜".join(filter(None, (wish.slot_from, wish.slot_to)))
    return DestinationView(
        id=destination.id,
        name=contact.name,
        kana=contact.kana,
        company=contact.company,
        phone=contact.phone,
        address=contact.address,
        is_corrected=is_corrected,
        delivery_wish=WishView(date=wish.date.isoformat() if wish.date else None, slot=slot),
        shipping_method=destination.shipping_method,
        gift=destination.gift,
        notes=destination.notes,
    )


def _lines(order: Order) -> Iterator[LineView]:
    """Every line of the mall, also those that are wanted no more."""
    wanted = {line.line_id: line for line in order.lines}
    for told in order.content.lines:
        nothing = OrderLine(line_id=told.line_id, code=names_of(told).codes[0], quantity=0)
        line = wanted.get(told.line_id, nothing)
        options = (f"{o.name}: {o.value}" if o.name else o.value for o in told.options)
        yield LineView(
            id=line.line_id,
            sku=line.sku,
            code=line.code,
            title=told.title,
            options=tuple(options),
            quantity=line.quantity,
            cancelled=told.quantity - line.quantity,
            unit_price=told.unit_price,
            line_total=wanted_total(told, line.quantity),
            tax_rate=None if told.tax_rate is None else str(told.tax_rate),
            destination_id=told.destination_id,
            allocated=line.allocated,
            allocation=line.allocation if line.quantity else Allocation.NONE,
        )
