"""Listings whose quantity is to be looked at, and sent if it is another one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum


class Urgency(IntEnum):
    """What goes out first. A mall that still offers the last units sells what is not there."""

    LAST_UNITS = 0
    LESS = 1
    MORE = 2


# A shop that is to show so few units, and showed more, comes first.
FEW = 5


def urgency(quantity: int, *, is_lower: bool) -> Urgency:
    """Of a quantity to be sent. is_lower: the shop shows more now."""
    if not is_lower:
        return Urgency.MORE
    return Urgency.LAST_UNITS if quantity <= FEW else Urgency.LESS


@dataclass(frozen=True, slots=True)
class Mark:
    """One listing that waits. It carries no quantity: what is sent is decided when it is sent.

    since: the oldest change that the shop does not show yet. stamp: of this very marking; a
    listing that was marked again meanwhile has another.
    """

    shop_id: str
    listing_id: str
    sku: str
    code: str
    since: datetime
    urgency: Urgency
    stamp: str = ""
    moves: bool = False
    forced: bool = False


def merged(mark: Mark, known: Iterable[Mark]) -> Mark:
    """A mark and what waits of the same listing already: the oldest time, the greatest urgency."""
    together = [mark, *known]
    return replace(
        mark,
        since=min(one.since for one in together),
        urgency=min(one.urgency for one in together),
        moves=any(one.moves for one in together),
        forced=any(one.forced for one in together),
    )
