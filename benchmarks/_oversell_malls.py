"""Malls for the simulator: they sell what they show, and nothing more.

Each implements the port that adapters implement, in memory. What happens to a request on its way
is decided by the simulator: it is the `Road` between the functions and the mall.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Protocol

from common.canonical import CanonicalOrder, Contact, Line, Money, Payment, SourceStatus
from common.channels.base import OrderRef
from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
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
from common.clock import to_wire


class Fate(Enum):
    """What becomes of a request. LOST: done, and the answer never arrives. LATE: likewise, but
    done after we gave up. DROPPED: never arrives. BUSY: refused, nothing done. DEADLY: it is on
    its way, and whoever sent it dies."""

    OK = auto()
    LOST = auto()
    LATE = auto()
    DROPPED = auto()
    BUSY = auto()
    DEADLY = auto()


class Road(Protocol):
    """What is between a function and a mall."""

    def fate(self) -> Fate:
        """Of the next request."""
        ...

    def seconds(self, most: float) -> float:
        """How long something takes."""
        ...

    def meanwhile(self, seconds: float) -> None:
        """The function waits; the world goes on."""
        ...

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Something happens at the mall, whoever waits for it."""
        ...

    def die(self) -> None:
        """Raises."""
        ...

    def note(self, text: str) -> None:
        """Keep it for whoever replays the run."""
        ...


@dataclass(frozen=True)
class Kind:
    """A sort of mall. visibility: the longest until a poll can see an order. webhooks: seconds a
    delivery takes, None where there are none. settles_in: seconds until an accepted quantity
    shows, 0 for at once. batch: quantities a request. zeroes: whether the lines of a cancelled
    order say that they are, or only its status."""

    name: str
    has_cas: bool = False
    visibility: timedelta = timedelta(0)
    webhooks: float | None = None
    settles_in: float = 0.0
    batch: int = 1
    zeroes: bool = False


LONGEST_REQUEST = timedelta(seconds=45)
# Orders that a page of a poll names, and that one request fetches.
PAGE = 5


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

    @property
    def number(self) -> str:
        """As the mall calls it; `id` is how we do."""
        return self.id.partition(":")[2]


@dataclass
class Flying:
    """A request that may still be applied. seen: what was shown instead of what was expected."""

    code: str
    quantity: int
    expected: int | None
    is_done: bool = False
    seen: int | None = None


@dataclass
class SimMall(Unsupported):
    """One shop."""

    shop_id: str
    kind: Kind
    road: Road
    shown: dict[str, int]
    now: datetime
    orders: dict[str, MallOrder] = field(default_factory=dict)
    flying: list[Flying] = field(default_factory=list)
    pushes: int = 0

    def __post_init__(self) -> None:
        compares = Cap.STOCK_CAS if self.kind.has_cas else Cap.STOCK
        waits = Cap.STOCK_ASYNC if self.kind.settles_in else Cap.STOCK
        self.info = ChannelInfo(
            self.kind.name,
            self.kind.name,
            Cap.POLL | Cap.STOCK | Cap.STOCK_READ | compares | waits,
            Limits(
                visibility_delay=self.kind.visibility,
                longest_request=LONGEST_REQUEST,
                stock_batch=self.kind.batch,
                read_batch=3,
                order_batch=PAGE,
            ),
        )

    # -- buyers

    def sell(self, order_id: str, code: str, units: int, delay: timedelta) -> MallOrder | None:
        """None when it does not show so many."""
        if self.shown[code] < units:
            return None
        self.shown[code] -= units
        made = MallOrder(order_id, code, units, self.now, self.now + delay)
        self.orders[made.number] = made
        return made

    def cancel(self, order: MallOrder, delay: timedelta) -> None:
        """The units are on sale again at once."""
        order.version += 1
        order.cancelled_at = self.now + delay
        self.shown[order.code] += order.units

    # -- the port: quantities

    def check(self, _ctx: Any) -> None:
        self.road.meanwhile(self.road.seconds(1))

    def push_stock(self, _ctx: Any, updates: Sequence[StockUpdate]) -> list[StockResult]:
        fate, longest = self.road.fate(), LONGEST_REQUEST.total_seconds()
        self.pushes += 1
        what = " ".join(f"{one.listing.code}={one.quantity}" for one in updates)
        self.road.note(f"push {self.shop_id} {what} {fate.name}")
        if fate is Fate.BUSY:
            return [StockResult(one.listing.code, StockOutcome.RETRY) for one in updates]
        sent = [self._request(update) for update in updates]
        if fate is not Fate.DROPPED:
            self.flying += sent
            is_slow = fate in (Fate.LATE, Fate.DEADLY)
            way = self.road.seconds(longest if is_slow else self.kind.settles_in or 1)
            self.road.later(way, lambda: self._land(sent))
        if fate is Fate.DEADLY:
            self.road.die()
        if fate in (Fate.DROPPED, Fate.LATE):
            self.road.meanwhile(self.road.seconds(3))
            raise _lost()
        if self.kind.settles_in:
            return [StockResult(one.code, StockOutcome.ACCEPTED) for one in sent]
        self.road.meanwhile(way)
        self._land(sent)
        self.road.meanwhile(self.road.seconds(1))
        if fate is Fate.LOST:
            raise _lost()
        return [_result(one) for one in sent]

    def _request(self, update: StockUpdate) -> Flying:
        expected = update.expected if self.kind.has_cas else None
        return Flying(update.listing.code, update.quantity, expected)

    def _land(self, requests: Sequence[Flying]) -> None:
        for request in requests:
            if request.is_done:
                continue
            request.is_done = True
            self.flying.remove(request)
            shown = self.shown[request.code]
            is_asked = request.expected in (None, shown)
            self.road.note(f"{self.shop_id}/{request.code} {shown} {request.quantity} {is_asked}")
            if is_asked:
                self.shown[request.code] = request.quantity
            else:
                request.seen = shown

    def read_stock(self, _ctx: Any, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        self._travel()
        found = {one.code: self.shown.get(one.code) for one in listings}
        self.road.meanwhile(self.road.seconds(1))
        return found

    def _travel(self) -> None:
        self.road.meanwhile(self.road.seconds(1))
        if self.road.fate() is not Fate.OK:
            raise _lost()

    # -- the port: orders

    def fetch_orders_since(self, _ctx: Any, cursor: Cursor) -> Page:
        """References of all orders that can be seen by now, a page after the last one's token."""
        self._travel()
        found = [one for one in self._visible(cursor.since) if one[0] > cursor.token]
        page, rest = found[:PAGE], found[PAGE:]
        self.road.meanwhile(self.road.seconds(2))
        after = cursor._replace(token=page[-1][0]) if rest else None
        return Page(refs=[OrderRef(number) for _, number in page], next=after)

    def _visible(self, since: datetime) -> Sequence[tuple[str, str]]:
        """(place, number), oldest change first: what changes between two pages comes in a later
        one."""
        found = []
        for number, order in self.orders.items():
            times = [at for at in (order.visible_at, order.cancelled_at) if at and at <= self.now]
            if order.visible_at <= self.now and max(times) >= since:
                found.append((f"{to_wire(max(times))} {number}", number))
        return sorted(found)

    def fetch_orders(self, _ctx: Any, ids: Sequence[str]) -> Page:
        self._travel()
        found = [self.told(self.look(number)) for number in ids]
        self.road.meanwhile(self.road.seconds(1))
        return Page(found)

    def look(self, number: str) -> MallOrder:
        """An order as the mall's API shows it now: that it is cancelled may show late."""
        order = self.orders[number]
        is_known = order.cancelled_at is not None and order.cancelled_at <= self.now
        return replace(order, version=2 if is_known else 1)

    def told(self, order: MallOrder) -> CanonicalOrder:
        """What an adapter would make of it."""
        line = Line(
            line_id="1",
            title=order.code,
            quantity=order.units,
            quantity_cancelled=order.units if order.is_cancelled and self.kind.zeroes else 0,
            listing=order.code,
        )
        changed = (order.cancelled_at or order.at) if order.is_cancelled else order.at
        return CanonicalOrder(
            channel_order_id=order.number,
            display_no=order.number,
            source_version=to_wire(changed),
            ordered_at=order.at,
            status=SourceStatus.CANCELLED if order.is_cancelled else SourceStatus.READY,
            buyer=Contact(),
            destinations=(),
            lines=(line,),
            money=Money(),
            payment=Payment(),
        )


def _result(request: Flying) -> StockResult:
    if request.seen is not None:
        return StockResult(request.code, StockOutcome.STALE, request.seen)
    return StockResult(request.code, StockOutcome.APPLIED)


def _lost() -> ChannelError:
    return ChannelError(ErrorKind.TRANSIENT, "no answer", may_be_applied=True)
