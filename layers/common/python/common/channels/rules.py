"""What holds for an order of any channel, checked before it leaves the adapter.

Whatever a sender wrote, the rest of Banto may rely on this: ids that fit into keys and addresses,
quantities that can be counted, amounts that fit into a number of JavaScript's, times with an
offset.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from common.canonical import CanonicalOrder, Line
from common.channels.base import UnreadableDelivery

MAX_LINES = 500
MAX_QUANTITY = 1_000_000
MAX_AMOUNT = 10**15
MAX_ID = 100
# A line without a known product is looked up by its code, or else its title, as a key.
MAX_TEXT = 500
# An id stands in keys and in addresses of the page; a percent sign would be decoded there.
_ID = re.compile(r"[^%\x00-\x1f\x7f]+")
_CURRENCY = re.compile(r"[A-Z]{3}")


def checked(order: CanonicalOrder) -> CanonicalOrder:
    """The order itself. Raises UnreadableDelivery, naming what is wrong, never a value."""
    if not order.channel_order_id:
        raise UnreadableDelivery("no_order_id", "channel_order_id is empty.")
    if len(order.lines) > MAX_LINES:
        raise UnreadableDelivery("too_large", f"lines has more than {MAX_LINES} lines.")
    problem = next(_problems(order), None)
    if problem is not None:
        raise UnreadableDelivery("wrong_shape", problem)
    return order


def _problems(order: CanonicalOrder) -> Iterator[str]:
    if len(order.channel_order_id) > MAX_ID or not _ID.fullmatch(order.channel_order_id):
        yield f"channel_order_id has more than {MAX_ID} characters, a % or a control character."
    if not _CURRENCY.fullmatch(order.money.currency):
        yield "money.currency is not three capital letters."
    destinations = [d.id for d in order.destinations]
    if not all(destinations) or len(set(destinations)) < len(destinations):
        yield "destinations need ids, each its own."
    if len({line.line_id for line in order.lines}) < len(order.lines):
        yield "lines need line_ids, each its own."
    for n, line in enumerate(order.lines):
        yield from _line_problems(f"lines[{n}]", line, {*destinations, ""})
    for path, value in _leaves(order, ""):
        if isinstance(value, int) and abs(value) >= MAX_AMOUNT:
            yield f"{path} is a number of {MAX_AMOUNT:,} or more."
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            yield f"{path} has no offset."
        if isinstance(value, dt.date) and not 1970 <= value.year <= 9998:
            yield f"{path} is not in our time."


def _line_problems(path: str, line: Line, destinations: set[str]) -> Iterator[str]:
    if not line.line_id:
        yield f"{path}.line_id is empty."
    if not 0 <= line.quantity <= MAX_QUANTITY:
        yield f"{path}.quantity is not between 0 and {MAX_QUANTITY:,}."
    if not 0 <= line.quantity_cancelled <= line.quantity:
        yield f"{path}.quantity_cancelled is not between 0 and quantity."
    if not 0 <= line.quantity_shipped <= line.quantity:
        yield f"{path}.quantity_shipped is not between 0 and quantity."
    if line.destination_id not in destinations:
        yield f"{path}.destination_id names no destination."
    if any(len(text) > MAX_TEXT for text in (line.title, *line.sku_candidates)):
        yield f"{path} has a title or code of more than {MAX_TEXT} characters."
    if not all(line.sku_candidates):
        yield f"{path}.sku_candidates has an empty code."


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        for field in fields(value):
            if field.name != "extra":
                inner = getattr(value, field.name)
                yield from _leaves(inner, f"{path}.{field.name}" if path else field.name)
    elif isinstance(value, tuple):
        for n, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{n}]")
    else:
        yield path, value
