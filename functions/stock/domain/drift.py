"""Shops that show something else than they were told."""

from datetime import datetime
from typing import NamedTuple


class Drift(NamedTuple):
    """One listing that shows something else. since: when that was first seen; seen_at: last."""

    shop_id: str
    listing_id: str
    sku: str
    code: str
    published: int | None
    observed: int
    difference: int
    since: datetime
    seen_at: datetime
