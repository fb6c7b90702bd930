"""Reading orders from malls: what is new since the last time, what is open, what a notice names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from common.channels.port import Cap, ChannelApi, ChannelError, Context, ErrorKind
from common.clock import Clock, from_wire, to_wire
from common.errors import Retryable
from common.locks import Held
from common.observability import logger
from common.shops import Shop
from orders.domain import polling
from orders.domain.patience import next_try, next_turn
from orders.domain.polling import PullState
from orders.domain.watermark import passed, unmatched_since
from orders.service.pages import Mall, Pages

# A run reads for so long, and hands the rest to the next one. The function may run for twice as
# long, and whoever died in it keeps others out for no longer than LEASE_SECONDS.
BUDGET = timedelta(seconds=60)
LEASE_SECONDS = 150
# Stock answers within seconds; the poll of the next minute looks again anyway.
_LOOKS_AGAIN_AFTER = (5, 10, 20)
# Orders named by a notice are tried so often before somebody has to look.
_FETCH_TRIES = 6
_FETCH_PAUSE = 20


class Malls(Protocol):
    """Port: `common.channels.contexts.Contexts`."""

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]: ...


class Directory(Protocol):
    def get(self, shop_id: str) -> Shop | None: ...


class PullStore(Protocol):
    """Port: how far shops are polled."""

    def state(self, shop_id: str) -> PullState: ...

    def save(self, before: PullState, after: PullState) -> PullState: ...

    def oldest_open(self, shop_id: str, unmatched_since: datetime) -> datetime | None: ...

    def raise_watermark(self, shop_id: str, at: datetime) -> bool: ...


class Locks(Protocol):
    def take(self, name: str, seconds: int) -> Held | None: ...

    def release(self, held: Held) -> None: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None: ...


class Pulling:
    """Works off one message: `{"shop_id"}` polls a shop that is due, with `now` at once,
    with `order_ids` fetches these, with `watermark` looks whether a poll's end is answered."""

    def __init__(
        self,
        *,
        malls: Malls,
        shops: Directory,
        pulls: PullStore,
        locks: Locks,
        pages: Pages,
        queue: Outlet,
        clock: Clock,
    ) -> None:
        self._malls = malls
        self._shops = shops
        self._pulls = pulls
        self._locks = locks
        self._pages = pages
        self._queue = queue
        self._clock = clock

    def take(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks. What a mall refuses is noted with the shop; raises Retryable for
        what is ours."""
        shop = self._shops.get(message["shop_id"])
        if shop is None or not shop.enabled:
            return
        if "watermark" in message:
            self._look_again(shop, int(message["watermark"]))
            return
        mall = Mall(shop, *self._malls.of(shop))
        if "order_ids" in message:
            self._fetch(mall, message)
        elif Cap.POLL in mall.api.info.caps:
            self._poll_alone(mall, at_once=bool(message.get("now")))

    # -- polls

    def _poll_alone(self, mall: Mall, *, at_once: bool) -> None:
        held = self._locks.take(f"pull#{mall.shop.id}", LEASE_SECONDS)
        if held is None:
            return
        try:
            state = self._pulls.state(mall.shop.id)
            if at_once or polling.is_due(state, self._clock(), mall.api.info.limits):
                self._poll(mall, state)
        finally:
            self._locks.release(held)

    def _poll(self, mall: Mall, state: PullState) -> None:
        """Page after page until everything is read or the time is up."""
        deadline = self._clock() + BUDGET
        while True:
            try:
                after = self._next_page(mall, state)
            except ChannelError as error:
                after = polling.failed(state, error, self._clock())
                fields = {"shop_id": mall.shop.id, "kind": error.kind, "code": error.code}
                logger().warning("orders not read", extra=fields)
            except Retryable:
                raise
            except Exception as error:  # noqa: BLE001 - a mistake in an adapter must not stop the others' polls, and be seen
                after = polling.broke(state, type(error).__name__, self._clock())
                logger().exception("adapter failed", extra={"shop_id": mall.shop.id})
            state = self._pulls.save(state, after)
            if state.error is not None or state.poll is None:
                return
            if self._clock() >= deadline:
                self._queue.send([{"shop_id": mall.shop.id}], delay_seconds=1)
                return

    def _next_page(self, mall: Mall, state: PullState) -> PullState:
        """Read and store a page; the state that says so is saved by the caller, and not before."""
        limits = mall.api.info.limits
        poll = polling.begin(state, self._clock(), limits)
        page = mall.api.fetch_orders_since(mall.ctx, poll.cursor)
        self._pages.store(mall, page)
        after = polling.advance(state, poll, page.next, limits, self._clock())
        if after.candidates == state.candidates:
            return after
        left = self._raise_watermark(after)
        if left:
            self._queue.send(
                [{"shop_id": mall.shop.id, "watermark": 1}], delay_seconds=_LOOKS_AGAIN_AFTER[0]
            )
        return after.model_copy(update={"candidates": left})

    # -- watermarks

    def _raise_watermark(self, state: PullState) -> Sequence[Any]:
        """Raise it as far as it holds; returns the candidates that still wait."""
        oldest = self._pulls.oldest_open(state.shop_id, unmatched_since(self._clock()))
        at, left = passed(state.candidates, oldest)
        if at is not None:
            self._pulls.raise_watermark(state.shop_id, at)
        return left

    def _look_again(self, shop: Shop, looks: int) -> None:
        # The candidates stay in the state, which is the poll's to write: a watermark that holds
        # already is not raised again.
        left = self._raise_watermark(self._pulls.state(shop.id))
        if left and looks < len(_LOOKS_AGAIN_AFTER):
            message = {"shop_id": shop.id, "watermark": looks + 1}
            self._queue.send([message], delay_seconds=_LOOKS_AGAIN_AFTER[looks])

    # -- orders by their numbers

    def _fetch(self, mall: Mall, message: Mapping[str, Any]) -> None:
        order_ids: Sequence[str] = message["order_ids"]
        try:
            self._pages.fetch(mall, order_ids)
        except ChannelError as error:
            later = _later(message, error, self._clock())
            if later is not None:
                again, seconds = later
                self._queue.send([again], delay_seconds=seconds)
                return
            for order_id in order_ids:
                self._pages.park(mall, order_id, "not_fetched", f"{error.kind} {error.code}")


def _later(
    message: Mapping[str, Any], error: ChannelError, now: datetime
) -> tuple[dict[str, Any], int] | None:
    """The message to send again, and after how many seconds; None when it has been tried enough."""
    asked = {"shop_id": message["shop_id"], "order_ids": list(message["order_ids"])}
    attempt = int(message.get("attempt", 1))
    if error.kind is ErrorKind.RATE:
        since = from_wire(message["waits_since"]) if "waits_since" in message else now
        seconds = next_turn(now - since, error)
        told = {"attempt": attempt, "waits_since": to_wire(since)}
        return None if seconds is None else ({**asked, **told}, seconds)
    if not error.is_temporary or attempt >= _FETCH_TRIES:
        return None
    return {**asked, "attempt": attempt + 1}, next_try(attempt, error, _FETCH_PAUSE)
