"""The counters of one SKU, and why they change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    UNDO = "UNDO"
    SETTINGS = "SETTINGS"
    ALLOCATE = "ALLOCATE"
    RELEASE = "RELEASE"
    WAIT = "WAIT"
    FILL = "FILL"
    EXPOSE = "EXPOSE"
    WITHDRAW = "WITHDRAW"
    DRIFT = "DRIFT"
    MODE = "MODE"


class Mode(StrEnum):
    """What shops are shown. strict: shares that together never exceed what is there. shared: all
    that is free, everywhere. last_n: shared as long as more than n units are free."""

    STRICT = "strict"
    SHARED = "shared"
    LAST_N = "last_n"


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

    What shops may sell is kept by listing id (`listing.listing_id`), in units of this SKU, while
    `is_strict` (mode strict, or last_n when few are left): `exposures` has the most units that a
    listing could still sell, or has sold, that are not charged here yet; `returned` the units of
    cancelled orders that came back since its last publish began. `entering`: listings whose
    exposure is not sure yet, because they showed more before. `sold`: all units ever charged, in
    every mode, for speeds. `counted`: the version at which somebody last said how many there are;
    what was counted before says nothing any more.
    """

    sku: str
    on_hand: int = 0
    allocated: int = 0
    waiting: int = 0
    safety: int = 0
    version: int = 0
    mode: str = Mode.SHARED
    last_change: LastChange | None = None
    last_n: int = 0
    is_strict: bool = False
    exposures: Mapping[str, int] = field(default_factory=dict)
    returned: Mapping[str, int] = field(default_factory=dict)
    entering: frozenset[str] = frozenset()
    sold: Mapping[str, int] = field(default_factory=dict)
    counted: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated

    @property
    def free(self) -> int:
        """Units that shops may sell: neither set aside, nor waited for, nor held back."""
        return self.available - self.waiting - self.safety

    @property
    def exposed(self) -> int:
        return sum(self.exposures.values())

    @property
    def pool(self) -> int:
        """Free units that no shop shows. Negative is a debt: shops may sell more than there is,
        because units were lost, and nothing is raised until it is paid back."""
        return self.free - self.exposed

    @property
    def debt(self) -> int:
        return max(0, -self.pool)

    @property
    def is_guaranteed(self) -> bool:
        """No listing can sell what is not there. False for a moment after strict mode began, and
        while there is a debt."""
        return self.is_strict and not self.entering and self.pool >= 0

    @property
    def is_short(self) -> bool:
        """Staff must look at it: orders wait, or more is promised than there is."""
        return self.waiting > 0 or self.available < 0

    @property
    def is_fillable(self) -> bool:
        """Units are free while orders wait."""
        return self.waiting > 0 and self.available > 0

    def moved(
        self,
        change: LastChange,
        *,
        on_hand: int = 0,
        allocated: int = 0,
        waiting: int = 0,
        exposures: Mapping[str, int] | None = None,
        returned: Mapping[str, int] | None = None,
        sold: Mapping[str, int] | None = None,
    ) -> "Level":
        """The level after adding these (signed) units; the version rises by one."""
        return replace(
            self,
            on_hand=self.on_hand + on_hand,
            allocated=self.allocated + allocated,
            waiting=self.waiting + waiting,
            exposures=_added(self.exposures, exposures),
            returned=_added(self.returned, returned),
            sold=_added(self.sold, sold),
            version=self.version + 1,
            last_change=change,
        )


def _added(numbers: Mapping[str, int], more: Mapping[str, int] | None) -> Mapping[str, int]:
    if not more:
        return numbers
    return {**numbers, **{name: numbers.get(name, 0) + units for name, units in more.items()}}


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
    long as the rest holds. available, waiting, pool: at least so many units; exposures: likewise,
    by listing id. exposed, returned: exactly so many by listing id, None for one not kept.
    """

    version: int | None = None
    nobody_waits: bool = False
    available: int | None = None
    waiting: int | None = None
    pool: int | None = None
    exposures: Mapping[str, int] = field(default_factory=dict)
    exposed: Mapping[str, int | None] = field(default_factory=dict)
    returned: Mapping[str, int | None] = field(default_factory=dict)


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


def set_level(
    before: Level, change: LastChange, *, on_hand: int, safety: int, is_count: bool = False
) -> LevelMove:
    """A new number on hand and a new safety stock, both absolute. is_count: it is how many there
    are, and not that some came or went."""
    after = before.moved(change, on_hand=on_hand - before.on_hand)
    counted = after.version if is_count else before.counted
    return LevelMove(before, replace(after, safety=safety, counted=counted), Guard(before.version))


def receive(before: Level, change: LastChange, quantity: int) -> LevelMove:
    """`quantity` units more."""
    return LevelMove(before, before.moved(change, on_hand=quantity), Guard(before.version))
