"""The counters of one SKU, and why they change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from common.auth import SYSTEM, Actor


class Reason(StrEnum):
    """Why a level changed; the ledger shows it."""

    INITIAL = "INITIAL"
    RECEIVE = "RECEIVE"
    STOCKTAKE = "STOCKTAKE"
    DAMAGE = "DAMAGE"
    LOSS = "LOSS"
    RETURN = "RETURN"
    SAMPLE = "SAMPLE"
    CORRECTION = "CORRECTION"
    IMPORT = "IMPORT"
    SETTINGS = "SETTINGS"
    ALLOCATE = "ALLOCATE"
    RELEASE = "RELEASE"
    WAIT = "WAIT"
    FILL = "FILL"


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who changed a level last, and why. `orders`: how many orders took part.

    reference: a staff reference, the order's id when one order took part, else the id of the
    commit that names them all.
    """

    id: str
    reason: Reason
    at: datetime
    actor: Actor = SYSTEM
    reference: str = ""
    note: str = ""
    orders: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """Units of one SKU. `waiting`: units of order lines that could not be allocated.

    `available` is negative when a count found fewer units than are allocated: a visible
    shortage. Nothing is clamped, and nothing allocated is taken away.
    """

    sku: str
    on_hand: int = 0
    allocated: int = 0
    waiting: int = 0
    safety: int = 0
    version: int = 0
    mode: str = "shared"
    last_change: LastChange | None = None

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated

    @property
    def is_short(self) -> bool:
        """Staff must look at it: orders wait, or more is promised than there is."""
        return self.waiting > 0 or self.available < 0

    @property
    def is_fillable(self) -> bool:
        """Units are free while orders wait."""
        return self.waiting > 0 and self.available > 0

    def moved(
        self, change: LastChange, *, on_hand: int = 0, allocated: int = 0, waiting: int = 0
    ) -> "Level":
        """The level after adding these (signed) units; the version rises by one."""
        return replace(
            self,
            on_hand=self.on_hand + on_hand,
            allocated=self.allocated + allocated,
            waiting=self.waiting + waiting,
            version=self.version + 1,
            last_change=change,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """One order's part of a change: signed units."""

    order_id: str
    allocated: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold at the moment a change is written.

    version: exactly this one; None when the change may follow whatever others did meanwhile, as
    long as the rest holds. available, waiting: at least so many units.
    """

    version: int | None = None
    nobody_waits: bool = False
    available: int | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class LevelMove:
    """One change of one level. With a guard that names no version only the differences of
    `before` and `after` are meant: they are added to whatever the level is then."""

    before: Level
    after: Level
    guard: Guard
    shares: Sequence[Share] = ()

    @property
    def sku(self) -> str:
        return self.before.sku

    @property
    def turns_short(self) -> bool:
        return self.after.is_short and not self.before.is_short

    @property
    def turns_sufficient(self) -> bool:
        return self.before.is_short and not self.after.is_short


def set_level(before: Level, change: LastChange, *, on_hand: int, safety: int) -> LevelMove:
    """A new count and a new safety stock, both absolute."""
    after = before.moved(change, on_hand=on_hand - before.on_hand)
    return LevelMove(before, replace(after, safety=safety), Guard(before.version))


def receive(before: Level, change: LastChange, quantity: int) -> LevelMove:
    """`quantity` units more."""
    return LevelMove(before, before.moved(change, on_hand=quantity), Guard(before.version))
