"""Stock-takes: counting everything without closing the shop.

While people count, units go on moving. So a count is kept with what the books said at that very
moment, and what is applied is the difference of the two: units that left or came after the count
are not undone by it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from common.auth import Actor
from common.errors import Conflict
from stock.domain.level import Level


class TakeState(StrEnum):
    """Where a stock-take stands."""

    OPEN = "OPEN"
    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Stocktake:
    """One stock-take. cursor: the page of rows to apply next; it is written in the transaction of
    the rows before it, so that none is applied twice. applied: rows worked off; outdated: of these,
    rows that changed nothing because somebody counted the SKU after them."""

    id: str
    created_at: datetime
    actor: Actor
    note: str = ""
    state: TakeState = TakeState.OPEN
    cursor: str = ""
    applied: int = 0
    outdated: int = 0
    version: int = 1

    def moved_to(self, state: TakeState) -> "Stocktake":
        return replace(self, state=state, version=self.version + 1)

    def require_open(self) -> None:
        """Raises Conflict when nothing can be counted any more."""
        if self.state is not TakeState.OPEN:
            raise Conflict("この棚卸は終了しています。新しい棚卸を始めてください")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a person counted of one SKU, and what the books said then. A later count of the same
    SKU takes the place of the former. version: of the level, then."""

    sku: str
    counted: int
    book: int
    at: datetime
    actor: Actor
    version: int = 0

    @property
    def difference(self) -> int:
        """Units to add to the books; negative when some are missing."""
        return self.counted - self.book

    def is_outdated(self, level: Level) -> bool:
        """Somebody said since how many there are, in another stock-take or by hand: what was
        missing then is corrected, and would be taken off twice."""
        return level.counted > self.version


def corrected(on_hand: int, row: Counted) -> int:
    """The number on hand after a row is applied to the number of now. Not below zero: what the
    count could not find cannot have been sold since."""
    return max(0, on_hand + row.difference)
