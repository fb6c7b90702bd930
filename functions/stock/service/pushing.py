"""Bringing quantities to the malls: one shop at a time, whatever the others do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from common.channels.port import Cap, ChannelApi, ChannelError, ChannelInfo, Context
from common.ids import ulid
from common.shops import Shop, Shops
from stock.domain.lag import Lags, lags_of
from stock.domain.sync_state import OPEN, Outlook, SyncState, is_behind, is_raise_frozen
from stock.service.draining import Drain
from stock.service.due import Due, Tools, Way

# Longer than a function that drains may run, so that a lease in force means somebody is at work.
LEASE = timedelta(seconds=100)
# A shop is left to itself after so many runs in a row; then it comes back by the queue.
MOST_RUNS = 5
_LONGEST_DELAY = 900


class States(Protocol):
    """Port: states and leases of shops."""

    def look(self, shop_ids: Iterable[str]) -> Mapping[str, Outlook]: ...

    def save(self, shop_id: str, state: SyncState) -> None: ...

    def take(
        self, shop_id: str, owner: str, now: datetime, life: timedelta, outlook: Outlook
    ) -> bool: ...

    def give_back(self, shop_id: str, owner: str) -> None: ...


class LagTimes(Protocol):
    """Port: how long changes took."""

    def add(self, shop_id: str, lags: Lags) -> None: ...

    def note(self, shop_id: str, lags: Mapping[str, int], at: datetime) -> None: ...


class Malls(Protocol):
    """Port: ways to the malls. Raises NotFound for a channel that has none."""

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]: ...


class Sender(Protocol):
    """Port: the queue that wakes us."""

    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None: ...


class Books(NamedTuple):
    """Where the state of things is."""

    shops: Shops
    states: States
    lags: LagTimes
    malls: Malls
    wakes: Sender


class Pusher:
    """Drains shops. One instance may be used by several threads."""

    def __init__(self, books: Books, tools: Tools, has_time: Callable[[], bool]) -> None:
        self._books = books
        self._tools = tools
        self._has_time = has_time

    def drain(self, shop_id: str, due: Sequence[Due] = (), outlook: Outlook | None = None) -> None:
        """Send what waits for a shop, unless somebody is at it, or it is not to be asked now.

        due: what news just made due; without it, lost answers are asked for as well. outlook: of
        the shop, read after the marks were written: whoever holds the lease looks once more after
        giving it back, so what was marked meanwhile by somebody who was turned away is not left
        lying. Raises Unavailable, Contended.
        """
        shop = self._books.shops.get(shop_id)
        if shop is None or not shop.enabled or shop.is_paused:
            return
        reads_back = not due
        for _ in range(MOST_RUNS):
            now = self._tools.clock()
            seen = outlook or self._books.states.look([shop_id])[shop_id]
            owner = ulid(now)
            if not seen.state.may_try(now):
                return
            if not self._books.states.take(shop_id, owner, now, LEASE, seen):
                return
            # No `finally`: what dies here holds the lease until it ends, as a dead process does.
            try:
                drained = self._hold(shop, seen, due, reads_back=reads_back)
            except Exception:
                self._books.states.give_back(shop_id, owner)
                raise
            self._books.states.give_back(shop_id, owner)
            is_done = drained is None or self._come_back(shop_id, drained)
            if drained is not None:
                self._keep_lags(shop_id, drained)
            if is_done:
                return
            due, outlook = (), None
        self._wake(shop_id, timedelta(0))

    def _come_back(self, shop_id: str, drained: Drain) -> bool:
        """True when this function is done with the shop, having seen to it that somebody comes
        back if need be."""
        if drained.error is not None:
            return True
        if drained.again is not None:
            self._wake(shop_id, drained.again)
            return True
        left = self._tools.marks.waiting(shop_id, len(drained.skipped) + 1)
        return all(mark.listing_id in drained.skipped for mark in left)

    def _wake(self, shop_id: str, delay: timedelta) -> None:
        seconds = min(_LONGEST_DELAY, -(-delay // timedelta(seconds=1)))
        self._books.wakes.send([{"shop_id": shop_id}], delay_seconds=seconds)

    # -- while the lease is held

    def _hold(
        self, shop: Shop, outlook: Outlook, due: Sequence[Due], *, reads_back: bool
    ) -> Drain | None:
        """None when the channel takes no quantities."""
        state = outlook.state
        api, context = self._books.malls.of(shop)
        if Cap.STOCK not in api.info.caps:
            return None
        drain = Drain(
            self._tools,
            Way(shop.id, api, context),
            self._has_time,
            raises_frozen=self._is_frozen(outlook, api.info),
        )
        drain.run(due, reads_back=reads_back or state.is_failing)
        if state.is_failing and drain.error is None and not drain.is_answered:
            # Nothing could be lowered, so only a question can tell whether the mall is back.
            drain.error = _asked(api, context)
            drain.is_answered = drain.error is None
        self._keep_state(shop.id, state, drain)
        if state.is_failing and drain.is_answered and drain.error is None:
            # The way is open again: raises that were held back follow.
            drain.skipped.clear()
        return drain

    def _is_frozen(self, outlook: Outlook, info: ChannelInfo) -> bool:
        delay = info.limits.visibility_delay
        behind = is_behind(outlook.watermark, delay, self._tools.clock())
        return is_raise_frozen(outlook.state, behind=behind)

    def _keep_lags(self, shop_id: str, drain: Drain) -> None:
        if not drain.lags:
            return
        now = self._tools.clock()
        self._books.lags.add(shop_id, lags_of(drain.lags.values(), now))
        self._books.lags.note(shop_id, drain.lags, now)

    def _keep_state(self, shop_id: str, before: SyncState, drain: Drain) -> None:
        error = drain.error
        if error is not None:
            now = self._tools.clock()
            after = before.failed(now, error.kind, detail=error.code, retry_after=error.retry_after)
            # The wake first: a state without one would be a shop that nobody comes back to.
            if after.next_try:
                self._wake(shop_id, after.next_try - now)
            self._books.states.save(shop_id, after)
        elif before.is_failing and drain.is_answered:
            self._books.states.save(shop_id, OPEN)


def _asked(api: ChannelApi, context: Context) -> ChannelError | None:
    try:
        api.check(context)
    except ChannelError as error:
        return error
    return None
