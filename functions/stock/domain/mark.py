"""Listings whose quantity is to be looked at, and sent if it is another one."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Urgency(IntEnum):
    """What goes out first. A mall that still offers the last units sells what is not there."""

    LAST_UNITS = 0
    LESS = 1
    MORE = 2


# A shop that is to show so few units, and showed more, comes first.
FEW = 5


def urgency(quantity: int, shown: int | None) -> Urgency:
    """Of a quantity to be sent where `shown` is shown now; None when nobody knows."""
    if shown is not None and quantity > shown:
        return Urgency.MORE
    return Urgency.LAST_UNITS if quantity <= FEW else Urgency.LESS


@dataclass(frozen=True, slots=True)
class Mark:
    """One listing that waits. It carries no quantity: what is sent is decided when it is sent.

    since: the oldest change that the shop does not show yet. token: of this very marking; a
    listing that was marked again meanwhile has another.
    """

    shop_id: str
    listing_id: str
    sku: str
    code: str
    since: datetime
    urgency: Urgency
    stamp: str = ""
