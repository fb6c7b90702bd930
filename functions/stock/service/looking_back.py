"""Stock as of any moment, read from the ledger."""

from collections.abc import Callable
from datetime import datetime

from stock.domain.views import Move
from stock.service.goods_views import PastLevel


def level_at(
    sku: str, at: datetime, newest_version: int, newest_move: Callable[[int], Move | None]
) -> PastLevel:
    """The counters of a SKU as they were at a moment.

    newest_move: the ledger's newest entry up to a version, None if it has none so far. The newest
    few may not be written yet, and one may be missing: its numbers are those after which the next
    entry goes on. Versions follow one another in time, so the entry is found by halving: some
    twenty reads among a million. Entries of one level are stamped by different machines; where
    their clocks disagree by a little, so does the answer.
    """
    low, high = 0, newest_version
    found: Move | None = None
    while low < high:
        middle = (low + high + 1) // 2
        entry = newest_move(middle)
        if entry is None or entry.version <= low:
            # Between the two nothing is written: what there is lies behind.
            low = middle
        elif entry.at <= at:
            low, found = middle, entry
        else:
            high = entry.version - 1
    return PastLevel(
        sku=sku,
        at=at,
        on_hand=found.on_hand_after if found else 0,
        allocated=found.allocated_after if found else 0,
        available=found.on_hand_after - found.allocated_after if found else 0,
        waiting=found.waiting_after if found else 0,
        version=found.version if found else 0,
        changed_at=found.at if found else None,
    )
