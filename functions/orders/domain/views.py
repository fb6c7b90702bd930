"""An order as others see it: a row of a list, words to find it by, the event that tells of it."""

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import AwareDatetime, field_serializer

from common.canonical import Address, Destination, Line
from common.clock import to_wire
from common.events import Demand, Letter, LetterLine, OrderChanged, OrderEvent, OrderReceived
from common.money import Amount
from common.search import TOKEN_MAX, fold, tokens
from orders.domain.facets import Frozen, Lifecycle
from orders.domain.matching import unmapped_of
from orders.domain.order import (
    Order,
    cancelled_lines,
    content_lines,
    destination_with_fix,
    wanted_total,
)
from orders.domain.queues import Queue, Reason, Standing, standing_of

ALL = "ALL"
# What stock has not answered yet: no queue of the staff's, but of the health screen.
UNANSWERED = "UNANSWERED"
# What has goods that no product is known for: it keeps the watermark of its shop back for a while.
UNMATCHED = "UNMATCHED"
# A list shows the first goods and how many more there are.
_TITLE = 30
# More reasons than these help nobody, and a page of rows must stay a small answer.
_REASONS = 20


class Row(Frozen):
    """One line of the order list. `total`: minor units of `currency`, None not determined."""

    id: str
    number: str
    shop_id: str
    channel: str
    ordered_at: AwareDatetime
    received_at: AwareDatetime
    buyer_name: str
    summary: str
    line_count: int
    unit_count: int
    total: Amount = None
    currency: str
    badge: Queue
    queues: tuple[Queue, ...]
    reasons: tuple[Reason, ...]
    version: int

    @field_serializer("ordered_at", "received_at")
    def _wire(self, value: datetime) -> str:
        return to_wire(value)


def row_of(order: Order, today: date) -> Row:
    """The order's row as it stands on that day in Japan."""
    standing = standing_of(order, today)
    content = order.content
    return Row(
        id=order.order_id,
        number=order.number,
        shop_id=order.shop_id,
        channel=order.channel,
        ordered_at=order.ordered_at,
        received_at=order.received_at,
        buyer_name=_buyer_name(order),
        summary=_summary(order),
        line_count=len(order.lines),
        unit_count=sum(line.quantity for line in order.lines),
        total=content.money.total,
        currency=content.money.currency,
        badge=standing.badge,
        queues=standing.queues,
        reasons=_with_amounts(order, standing)[:_REASONS],
        version=order.version,
    )


def _buyer_name(order: Order) -> str:
    buyer = order.content.buyer
    receivers = (d.contact.name or d.contact.company for d in destinations_of(order))
    return buyer.name or buyer.company or next(filter(None, receivers), "")


def _summary(order: Order) -> str:
    """The first goods still wanted, and how many more; of an empty order, what it once was."""
    told = content_lines(order)
    titles = [told[line.line_id].title for line in order.lines]
    titles = titles or [line.title for line in order.content.lines]
    if not titles:
        return ""
    first = titles[0] if len(titles[0]) <= _TITLE else titles[0][: _TITLE - 1] + "…"
    return first if len(titles) == 1 else f"{first} ほか{len(titles) - 1}点"


def _with_amounts(order: Order, standing: Standing) -> tuple[Reason, ...]:
    # Shown with the reasons, but holding nothing back: the mall will tell the amount later.
    if order.content.money.total is None and order.facets.lifecycle is not Lifecycle.CANCELLED:
        return (*standing.reasons, Reason(code="amounts_unknown"))
    return standing.reasons


def destinations_of(order: Order) -> list[Destination]:
    """Where the order goes, with what staff corrected."""
    return [
        destination_with_fix(destination, order.fixes.get(destination.id))
        for destination in order.content.destinations
    ]


def lists_of(order: Order, row: Row) -> tuple[str, ...]:
    """Names of the lists that show the row; each is kept for all shops, and for each shop."""
    names = [ALL, *(queue.value for queue in row.queues)]
    if order.is_unanswered:
        names.append(UNANSWERED)
    if unmapped_of(order):
        names.append(UNMATCHED)
    return tuple(list_name(name, shop) for name in names for shop in ("", order.shop_id))


def list_name(name: str, shop_id: str = "") -> str:
    """A list over all shops, or of one."""
    return f"{name}@{shop_id}" if shop_id else name


def listed_at(order: Order, name: str) -> datetime:
    """Where a list shows the order: queues by date of order, すべて by arrival."""
    by_arrival = name.partition("@")[0] in (ALL, UNANSWERED, UNMATCHED)
    return order.received_at if by_arrival else order.ordered_at


def tokens_of(order: Order) -> list[str]:
    """What staff may type to find it: number, name, kana, phone, mail address, SKU."""
    buyer = order.content.buyer
    texts: list[str | None] = [
        order.number,
        order.content.channel_order_id,
        *_names(buyer.name),
        *_names(buyer.kana),
        buyer.company,
        buyer.email,
        *_phones(buyer.phone),
    ]
    for destination in destinations_of(order):
        contact = destination.contact
        texts += [*_names(contact.name), *_names(contact.kana), contact.company]
        texts += _phones(contact.phone)
    texts += [line.code for line in order.lines]
    return list(tokens(texts))


def has_word(order: Order, text: str) -> bool:
    """One of its words begins with the text."""
    folded = fold(text)[:TOKEN_MAX]
    return any(word.startswith(folded) for word in tokens_of(order))


def _names(name: str) -> list[str]:
    """The whole name, and each of its words, so that a given name is found too."""
    return [name, *name.split()[1:]]


def _phones(phone: str) -> list[str]:
    """As the mall writes it, and as people in Japan type it: +81 90-… is 090-…"""
    folded = fold(phone)
    if not folded.startswith("+81"):
        return [phone]
    return [phone, f"0{folded.removeprefix('+81').removeprefix('0')}"]


def event_of(order: Order) -> OrderEvent:
    """What other areas are told of this version."""
    kind = OrderReceived if order.last_change.kind == "received" else OrderChanged
    wanted = order.lines if order.takes_stock else ()
    told = content_lines(order)
    return kind(
        event_id=f"{order.order_id}#{order.version}",
        at=order.last_change.at,
        order_id=order.order_id,
        shop_id=order.shop_id,
        channel=order.channel,
        version=order.version,
        ordered_at=order.ordered_at,
        change=order.last_change.kind,
        # The platform that ships an order also writes to its buyer, and of a pending one nobody
        # knows yet whether it will be.
        active=order.facets.lifecycle is Lifecycle.ACTIVE
        and order.is_ours_to_ship
        and not order.is_pending,
        demand=[
            Demand(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.quantity,
                listing=told[line.line_id].listing,
            )
            for line in wanted
            if line.sku is not None
        ],
        letter=_letter(order),
        cancelled=[
            Demand(line_id=line.line_id, sku=line.sku, quantity=units, listing=listing)
            for line, listing, units in cancelled_lines(order)
            if line.sku is not None
        ],
    )


def _letter(order: Order) -> Letter:
    content, money = order.content, order.content.money
    told = content_lines(order)
    lines = [
        LetterLine(
            title=" ".join([told[line.line_id].title, *_choices(told[line.line_id])]),
            quantity=line.quantity,
            unit_price=told[line.line_id].unit_price,
            line_total=wanted_total(told[line.line_id], line.quantity),
        )
        for line in order.lines
    ]
    return Letter(
        number=order.number,
        buyer_name=_buyer_name(order),
        email=content.buyer.email or None,
        currency=money.currency,
        lines=lines,
        goods_total=money.goods_total,
        shipping_total=money.shipping_total,
        discount_total=money.discount_total,
        total=money.total,
        payment_method=content.payment.method.value,
        destination="\n".join(_address_lines(order)),
    )


def _choices(line: Line) -> Iterator[str]:
    return (option.value for option in line.options if option.value)


def _address_lines(order: Order) -> Iterator[str]:
    for destination in destinations_of(order)[:1]:
        contact = destination.contact
        lines = (" ".join(line.split()) for line in _place(contact.address))
        yield from filter(None, (*lines, contact.company))
        if contact.name:
            yield f"{contact.name} 様"


def _place(address: Address) -> list[str]:
    """The lines of a postal address, in the order that its country writes them."""
    has_parts = address.city or address.line1 or address.line2
    if address.country == "JP":
        # A gap keeps the room number of the second line apart from the house number.
        street = f"{address.prefecture}{address.city}{address.line1} {address.line2}"
        postal = f"〒{address.postal}" if address.postal else ""
        return [postal, street if has_parts else address.raw_single_line]
    region = f"{address.city} {address.prefecture} {address.postal}"
    street_lines = [address.line1, address.line2, region]
    return [*(street_lines if has_parts else [address.raw_single_line]), address.country]
