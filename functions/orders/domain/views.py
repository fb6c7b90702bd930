"""An order as others see it: a row of a list, words to find it by, the event that tells of it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, field_serializer

from common.canonical import Destination
from common.clock import to_wire
from common.events import Demand, Letter, LetterLine, OrderChanged, OrderEvent, OrderReceived
from common.money import Amount
from common.search import tokens
from orders.domain.facets import Frozen, Lifecycle
from orders.domain.order import Order, content_line, destination_with_fix
from orders.domain.queues import Queue, Reason, Standing, standing_of

ALL = "ALL"
# A list shows the first goods and how many more there are.
_TITLE = 30


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
        buyer_name=content.buyer.name or _first_name(order),
        summary=_summary(order),
        line_count=len(order.lines),
        unit_count=sum(line.quantity for line in order.lines),
        total=content.money.total,
        currency=content.money.currency,
        badge=standing.badge,
        queues=standing.queues,
        reasons=_with_amounts(order, standing),
        version=order.version,
    )


def _first_name(order: Order) -> str:
    return next((d.contact.name for d in destinations_of(order) if d.contact.name), "")


def _summary(order: Order) -> str:
    titles = [line.title for line in order.content.lines]
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


def lists_of(row: Row) -> Iterator[tuple[str, str]]:
    """(list, sort key) of every list the row stands in: by date of order, すべて by arrival."""
    yield ALL, f"{to_wire(row.received_at)}#{row.id}"
    for queue in row.queues:
        yield queue.value, f"{to_wire(row.ordered_at)}#{row.id}"


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
        buyer.phone,
    ]
    for destination in destinations_of(order):
        contact = destination.contact
        texts += [*_names(contact.name), *_names(contact.kana), contact.company, contact.phone]
    texts += [line.code for line in order.lines]
    return list(tokens(texts))


def _names(name: str) -> list[str]:
    """The whole name, and each of its words, so that a given name is found too."""
    return [name, *name.split()[1:]]


def event_of(order: Order) -> OrderEvent:
    """What other areas are told of this version."""
    kind = OrderReceived if order.last_change.kind == "received" else OrderChanged
    wanted = order.lines if order.takes_stock else ()
    return kind(
        event_id=f"{order.order_id}#{order.version}",
        at=order.last_change.at,
        order_id=order.order_id,
        shop_id=order.shop_id,
        channel=order.channel,
        version=order.version,
        ordered_at=order.ordered_at,
        change=order.last_change.kind,
        active=order.facets.lifecycle is Lifecycle.ACTIVE,
        demand=[
            Demand(line_id=line.line_id, sku=line.sku, quantity=line.quantity)
            for line in wanted
            if line.sku is not None
        ],
        letter=_letter(order),
    )


def _letter(order: Order) -> Letter:
    content, money = order.content, order.content.money
    lines = []
    for line in order.lines:
        told = content_line(order, line.line_id)
        if told is not None:
            lines.append(
                LetterLine(
                    title=" ".join([told.title, *(o.value for o in told.options)]),
                    quantity=line.quantity,
                    unit_price=told.unit_price,
                    line_total=told.line_total,
                )
            )
    return Letter(
        number=order.number,
        buyer_name=content.buyer.name or _first_name(order),
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


def _address_lines(order: Order) -> Iterator[str]:
    for destination in destinations_of(order)[:1]:
        contact, address = destination.contact, destination.contact.address
        if address.postal:
            yield f"〒{address.postal}" if address.country == "JP" else address.postal
        place = [address.prefecture, address.city, address.line1, address.line2]
        yield ("" if address.country == "JP" else " ").join(filter(None, place)) or (
            address.raw_single_line
        )
        if contact.name:
            yield f"{contact.name} 様"


# Parts of an order whose changes are worth a line in its history.
_TOLD = ("facets", "lines", "memo", "fixes", "content")


def differences(before: Order | None, after: Order) -> list[dict[str, Any]]:
    """[{field, before, after}] of the leaves that differ; none for the first version."""
    if before is None:
        return []
    old, new = _leaves(before), _leaves(after)
    paths = list(dict.fromkeys((*old, *new)))
    return [
        {"field": path, "before": old.get(path), "after": new.get(path)}
        for path in paths
        if old.get(path) != new.get(path)
    ]


def _leaves(order: Order) -> dict[str, Any]:
    dumped = order.model_dump(mode="json", include=set(_TOLD))
    found: dict[str, Any] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{path}.{name}", inner)
        elif isinstance(value, list):
            for n, inner in enumerate(value):
                walk(f"{path}.{n}", inner)
        else:
            found[path] = value

    for name in _TOLD:
        walk(name, dumped[name])
    return found
