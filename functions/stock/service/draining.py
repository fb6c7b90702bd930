"""Working off what waits for one shop: look, begin, ask the mall, settle, look again."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from common.channels.port import (
    Cap,
    ChannelApi,
    ChannelError,
    Context,
    ErrorKind,
    StockOutcome,
    StockResult,
)
from common.channels.port import Listing as MallListing
from common.clock import Clock
from common.errors import Contended
from common.rates import Buckets, Rate
from stock.domain.lag import measured
from stock.domain.listing import MOST_SKEW, SEND_WITHIN, Listing, Ref, State
from stock.domain.mark import Mark
from stock.domain.push import LOWER, Push
from stock.service.publishing import Observation, update_of

# However fast a SKU sells: what was sent just now will do for half a second.
PUSHES = Rate(2, 1)
# So many listings are sent in one call at most: each is two transactions beside it.
MOST_AT_ONCE = 100
# Looks at one listing that end without an answer, before another run takes it up again.
MOST_TRIES = 3
SOON = timedelta(seconds=5)


class Publishing(Protocol):
    """Port: service.publishing.Publisher."""

    def plan(
        self, skus: Iterable[str], *, moves_units: bool = False, forced: Container[str] = ()
    ) -> Sequence[Push]: ...

    def begin(self, push: Push) -> Push | None: ...

    def settle(self, push: Push, result: StockResult) -> Listing | None: ...

    def doubtful(self, shop_id: str) -> list[Ref]: ...

    def observe(
        self, ref: Ref, quantity: int, began: datetime, ended: datetime
    ) -> Observation | None: ...

    def forget(self, ref: Ref) -> bool: ...


class Waiting(Protocol):
    """Port: marks of a shop."""

    def waiting(self, shop_id: str, limit: int) -> list[Mark]: ...

    def remove(self, mark: Mark) -> bool: ...


class Shelf(Protocol):
    """Port: listings by where they are."""

    def get_many(self, refs: Iterable[Ref]) -> Mapping[Ref, Listing]: ...


class Way(NamedTuple):
    """The way to one shop's mall."""

    shop_id: str
    api: ChannelApi
    context: Context


class Tools(NamedTuple):
    """What all drains share."""

    publisher: Publishing
    marks: Waiting
    shelf: Shelf
    buckets: Buckets
    clock: Clock
    sleep: Callable[[float], None]


class Drain:
    """One run over a shop's marks, by whoever holds its lease.

    After `run`: `error` is why the mall could not be asked any more, `lags` has (listing id,
    milliseconds) of what it took, `is_answered` tells whether it said anything at all, and `again`
    when somebody should come back: None when nothing is left that could be done.
    """

    def __init__(
        self, tools: Tools, way: Way, has_time: Callable[[], bool], *, raises_frozen: bool
    ) -> None:
        self._tools = tools
        self._way = way
        self._has_time = has_time
        self.raises_frozen = raises_frozen
        self.error: ChannelError | None = None
        self.is_answered = False
        self.again: timedelta | None = None
        self.lags: dict[str, int] = {}
        self.skipped: set[str] = set()
        self._tries: dict[str, int] = {}
        # Quantities that a mall accepted or refused: not to be sent twice in one run.
        self._answered: dict[str, int] = {}
        self._sent_at: dict[str, datetime] = {}

    def run(self) -> None:
        """Until nothing is left, time is up, or the mall fails. Raises Unavailable, Contended."""
        self._read_doubts()
        while self.error is None:
            marks = self._next_marks()
            if not marks:
                return
            if not self._has_time():
                self.again = timedelta(0)
                return
            due = self._look(marks)
            if due:
                self._send(due)

    def _next_marks(self) -> list[Mark]:
        found = self._tools.marks.waiting(self._way.shop_id, len(self.skipped) + self._batch)
        return [mark for mark in found if mark.listing_id not in self.skipped]

    @property
    def _batch(self) -> int:
        return min(MOST_AT_ONCE, max(1, self._way.api.info.limits.stock_batch))

    # -- looking

    def _look(self, marks: Sequence[Mark]) -> list[tuple[Push, Mark]]:
        """What is to be sent of these. Each mark that is not sent is taken away or skipped, so
        that the run comes to an end."""
        pushes = self._planned(marks)
        due: dict[str, tuple[Push, Mark]] = {}
        idle: list[Mark] = []
        for mark in marks:
            push = pushes.get(mark.listing_id)
            if push is None or self._answered.get(mark.listing_id) == push.quantity:
                idle.append(mark)
            elif self.raises_frozen and push.priority != LOWER and push.quantity > 0:
                self.skipped.add(mark.listing_id)
            elif mark.listing_id in due:
                # Two marks of one listing: the more urgent one came first and speaks for both.
                self._tools.marks.remove(mark)
            else:
                due[mark.listing_id] = (push, mark)
        self._put_aside(idle)
        return list(due.values())[: self._batch]

    def _planned(self, marks: Sequence[Mark]) -> dict[str, Push]:
        """SKU by SKU: each brings along those that sets join to it, which are not without limit."""
        by_sku: dict[str, list[Mark]] = {}
        for mark in marks:
            by_sku.setdefault(mark.sku, []).append(mark)
        wanted = {mark.listing_id for mark in marks}
        found: dict[str, Push] = {}
        for sku, some in by_sku.items():
            forced = {one.listing_id for one in some if one.forced} - self._sent_at.keys()
            moves = any(one.moves for one in some)
            pushes = self._tools.publisher.plan([sku], moves_units=moves, forced=forced)
            found |= {push.listing.id: push for push in pushes if push.listing.id in wanted}
        return found

    def _put_aside(self, marks: Sequence[Mark]) -> None:
        """Nothing is to be sent of these now."""
        refs = {mark.listing_id: Ref(mark.sku, mark.shop_id, mark.listing_id) for mark in marks}
        listings = self._tools.shelf.get_many(refs.values())
        for mark in marks:
            one = listings.get(refs[mark.listing_id])
            if one is not None and self._waits(one):
                self.skipped.add(mark.listing_id)
            else:
                self._tools.marks.remove(mark)

    def _waits(self, one: Listing) -> bool:
        """Whether something is still to come of a listing, so that it keeps its mark."""
        if one.is_retired:
            return not self._tools.publisher.forget(one.ref)
        if one.state is State.SENT and one.sent_at:
            # We hold the lease, so its sender is gone; once nothing can leave any more, its
            # answer counts as lost.
            if self._tools.clock() < one.sent_at + SEND_WITHIN + MOST_SKEW:
                return True
            lost = StockResult(one.code, StockOutcome.UNKNOWN)
            self._tools.publisher.settle(Push(one, one.quantity or 0), lost)
            return True
        return one.state is State.UNKNOWN and one.id not in self._answered

    # -- sending

    def _send(self, due: Sequence[tuple[Push, Mark]]) -> None:
        self._take_turn()
        marks = {mark.listing_id: mark for _, mark in due}
        begun = [found for push, _ in due if (found := self._begin(push))]
        if not begun:
            return
        looked_at = self._tools.clock()
        on_time = [push for push in begun if push.send_by is None or looked_at < push.send_by]
        late = [push for push in begun if push not in on_time]
        self._settle_all(late, StockOutcome.RETRY)
        if not on_time:
            return
        try:
            way = self._way
            answers = way.api.push_stock(way.context, [update_of(push) for push in on_time])
        except ChannelError as error:
            self.error = error
            lost = StockOutcome.UNKNOWN if error.may_be_applied else StockOutcome.RETRY
            self._settle_all(on_time, lost)
            return
        self.is_answered = True
        by_code = {answer.code: answer for answer in answers}
        for push in on_time:
            code = push.listing.code
            result = by_code.get(code) or StockResult(code, StockOutcome.UNKNOWN)
            self._tools.publisher.settle(push, result)
            self._note(push, result, marks[push.listing.id], looked_at)

    def _take_turn(self) -> None:
        tools, shop_id = self._tools, self._way.shop_id
        while wait := tools.buckets.take(shop_id, "push", PUSHES, tools.clock()):
            tools.sleep(wait)

    def _begin(self, push: Push) -> Push | None:
        try:
            begun = self._tools.publisher.begin(push)
        except Contended:
            begun = None
        if begun is None:
            self._tried(push.listing.id)
        return begun

    def _tried(self, listing_id: str) -> None:
        self._tries[listing_id] = self._tries.get(listing_id, 0) + 1
        if self._tries[listing_id] >= MOST_TRIES:
            self.skipped.add(listing_id)
            self.again = SOON

    def _settle_all(self, begun: Sequence[Push], outcome: StockOutcome) -> None:
        for push in begun:
            self._tools.publisher.settle(push, StockResult(push.listing.code, outcome))
            self.skipped.add(push.listing.id)

    def _note(self, push: Push, result: StockResult, mark: Mark, looked_at: datetime) -> None:
        listing_id, now = push.listing.id, self._tools.clock()
        match result.outcome:
            case StockOutcome.APPLIED | StockOutcome.ACCEPTED:
                # Sent once more in this run, it is for a change that came after the first.
                since = max(mark.since, self._sent_at.get(listing_id, mark.since))
                self._sent_at[listing_id] = looked_at
                self.lags[listing_id] = max(measured(since, now), self.lags.get(listing_id, 0))
                if result.outcome is StockOutcome.ACCEPTED:
                    self._answered[listing_id] = push.quantity
            case StockOutcome.UNKNOWN_SKU | StockOutcome.REJECTED:
                self._answered[listing_id] = push.quantity
            case StockOutcome.STALE:
                self._tried(listing_id)
            case _:
                self.skipped.add(listing_id)
                self.again = SOON

    # -- reading back

    def _read_doubts(self) -> None:
        """Ask what became of publishes without an answer, now that none can come late."""
        info = self._way.api.info
        if Cap.STOCK_READ not in info.caps:
            return
        refs = self._tools.publisher.doubtful(self._way.shop_id)
        found = list(self._tools.shelf.get_many(refs).items()) if refs else []
        size = max(1, info.limits.read_batch)
        for start in range(0, len(found), size):
            if self.error is not None or not self._has_time():
                return
            self._read_back(dict(found[start : start + size]))

    def _read_back(self, listings: Mapping[Ref, Listing]) -> None:
        began = self._tools.clock()
        try:
            shown = self._way.api.read_stock(
                self._way.context,
                [MallListing(one.code, one.keys) for one in listings.values()],
            )
        except ChannelError as error:
            if error.kind is not ErrorKind.UNSUPPORTED:
                self.error = error
            return
        self.is_answered = True
        ended = self._tools.clock()
        for ref, one in listings.items():
            quantity = shown.get(one.code)
            if quantity is not None:
                self._tools.publisher.observe(ref, quantity, began, ended)
