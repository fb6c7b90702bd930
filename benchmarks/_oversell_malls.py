"""Malls for the simulator: they sell what they show, and nothing more.

Each implements the port that adapters implement, in memory. What happens to a request on its way
is decided by the simulator, which sets `fate` before it asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from common.channels.base import OrderRef
from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
    Context,
    Cursor,
    ErrorKind,
    Limits,
    Listing,
    Page,
    StockOutcome,
    StockResult,
    StockUpdate,
    Unsupported,
)


class Fate(Enum):
    """What becomes of a request. LOST: done, and the answer never arrives. LATE: likewise, but
    done after we gave up. DROPPED: never arrives. BUSY: refused, nothing done."""

    OK = auto()
    LOST = auto()
    LATE = auto()
    DROPPED = auto()
    BUSY = auto()


@dataclass(frozen=True)
class Kind:
    """A sort of mall. visibility: the longest until a poll can see an order. webhooks: seconds a
    delivery takes, None where there are none. settles_in: seconds until an accepted quantity
    shows, 0 for at once."""

    name: str
    has_cas: bool = False
    visibility: timedelta = timedelta(0)
    webhooks: float | None = None
    settles_in: float = 0.0


LONGEST_REQUEST = timedelta(seconds=45)


@dataclass
class MallOrder:
    """units of one listing. version: 1 ordered, 2 cancelled. visible_at, cancelled_at: when polls
    can see the order, and that it is cancelled."""

    id: str
    code: str
    units: int
    at: datetime
    visible_at: datetime
    cancelled_at: datetime | None = None
    version: int = 1

    @property
    def is_cancelled(self) -> bool:
        return self.version > 1


@dataclass
class Flying:
    """A request that may still be applied."""

    code: str
    quantity: int
    expected: int | None


@dataclass
class SimMall(Unsupported):
    """One shop."""

    shop_id: str
    kind: Kind
    shown: dict[str, int]
    now: datetime
    orders: dict[str, MallOrder] = field(default_factory=dict)
    flying: list[Flying] = field(default_factory=list)
    fate: Fate = Fate.OK

    def __post_init__(self) -> None:
        compares = Cap.STOCK_CAS if self.kind.has_cas else Cap.STOCK
        waits = Cap.STOCK_ASYNC if self.kind.settles_in else Cap.STOCK
        caps = Cap.POLL | Cap.STOCK_READ | compares | waits
        self.info = ChannelInfo(
            self.kind.name,
            self.kind.name,
            caps,
            Limits(visibility_delay=self.kind.visibility, longest_request=LONGEST_REQUEST),
        )

    # -- buyers

    def sell(self, order_id: str, code: str, units: int, delay: timedelta) -> MallOrder | None:
        """None when it does not show so many."""
        if self.shown[code] < units:
            return None
        self.shown[code] -= units
        made = MallOrder(order_id, code, units, self.now, self.now + delay)
        self.orders[order_id] = made
        return made

    def cancel(self, order: MallOrder, delay: timedelta) -> None:
        """The units are on sale again at once."""
        order.version += 1
        order.cancelled_at = self.now + delay
        self.shown[order.code] += order.units

    # -- the port

    def push_stock(self, _ctx: Context, updates: Sequence[StockUpdate]) -> list[StockResult]:
        return [self._set(update) for update in updates]

    def _set(self, update: StockUpdate) -> StockResult:
        expected = update.expected if self.kind.has_cas else None
        request = Flying(update.listing.code, update.quantity, expected)
        match self.fate:
            case Fate.BUSY:
                return StockResult(request.code, StockOutcome.RETRY)
            case Fate.DROPPED:
                raise _lost()
            case Fate.LATE:
                self.flying.append(request)
                raise _lost()
        if self.kind.settles_in:
            self.flying.append(request)
            return StockResult(request.code, StockOutcome.ACCEPTED)
        observed = self.apply(request)
        if self.fate is Fate.LOST:
            raise _lost()
        if observed is not None:
            return StockResult(request.code, StockOutcome.STALE, observed)
        return StockResult(request.code, StockOutcome.APPLIED)

    def apply(self, request: Flying) -> int | None:
        """Do it; what is shown instead when that was not expected."""
        if request in self.flying:
            self.flying.remove(request)
        shown = self.shown[request.code]
        if request.expected not in (None, shown):
            return shown
        self.shown[request.code] = request.quantity
        return None

    def read_stock(self, _ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        return {one.code: self.shown.get(one.code) for one in listings}

    def fetch_orders_since(self, _ctx: Context, cursor: Cursor) -> Page:
        """References of all orders that can be seen by now."""
        return Page(refs=list(self._visible(cursor.since)))

    def _visible(self, since: datetime) -> Iterator[OrderRef]:
        for order in self.orders.values():
            if since <= order.visible_at <= self.now:
                yield OrderRef(order.id)

    def look(self, order_id: str) -> MallOrder:
        """An order as the mall's API shows it now: that it is cancelled may show late."""
        order = self.orders[order_id]
        is_known = order.cancelled_at is not None and order.cancelled_at <= self.now
        return replace(order, version=2 if is_known else 1)


def _lost() -> ChannelError:
    return ChannelError(ErrorKind.TRANSIENT, "no answer", may_be_applied=True)
