"""Working off what waits for one shop: look, begin, ask the mall, settle, look again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from common.channels.port import ChannelError, StockOutcome, StockResult
from common.errors import Contended
from common.rates import Rate
from stock.domain.lag import measured
from stock.domain.listing import MOST_SKEW, SEND_WITHIN, Listing, Ref, State
from stock.domain.mark import Mark
from stock.domain.push import LOWER, Push
from stock.service.doubts import read_doubts
from stock.service.due import Due, Tools, Way, planned
from stock.service.publishing import update_of

# However fast a SKU sells: what was sent just now will do for half a second.
MOST_A_SECOND = 2.0
# Not the bucket of any operation of a channel: what the mall itself allows comes on top of it.
BUCKET = "levels"
# So many listings are sent in one call at most: each is two transactions beside it.
MOST_AT_ONCE = 100
# Looks at one listing that end without an answer, before another run takes it up again.
MOST_TRIES = 3
SOON = timedelta(seconds=5)


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
        self._settled: dict[str, Listing] = {}
        # A push that was waited for may go out as soon as it is known what to send.
        self._has_turn = False
        self._answered_at: datetime | None = None
        self._more_waits = True

    def run(self, due: Sequence[Due] = (), *, reads_back: bool = True) -> None:
        """Until nothing is left, time is up, or the mall fails. Raises Unavailable, Contended.

        due: what was found to be sent a moment ago, which goes out first; other marks are then
        looked for only if there is a sign of any. reads_back: ask for lost answers before.
        """
        if reads_back:
            asked = read_doubts(self._tools, self._way, self._has_time)
            self.is_answered, self.error = asked
        marks = [one.mark for one in due]
        pushes = {one.push.listing.id: one.push for one in due}
        self._more_waits = not due or len(due) > self._batch
        while self.error is None:
            marks = marks or self._next_marks()
            if not marks:
                return
            if not self._has_time():
                self.again = timedelta(0)
                return
            found = self._look(marks, pushes)
            pushes = {}
            if found:
                self._send(found)
            # What was sent is looked at once more, before its mark is taken away.
            marks = [one.mark for one in found if one.mark.listing_id not in self.skipped]

    def _next_marks(self) -> list[Mark]:
        """Empty when there are no more, or none but those that came after we looked; whoever
        wrote those relies on a look after the lease is given back."""
        if not self._more_waits:
            return []
        limit = len(self.skipped) + self._batch
        found = self._tools.marks.waiting(self._way.shop_id, limit)
        self._more_waits = len(found) == limit
        return [mark for mark in found if mark.listing_id not in self.skipped]

    @property
    def _rate(self) -> Rate:
        """No faster than the mall allows: a quantity that waits in its adapter grows old."""
        return Rate(min(MOST_A_SECOND, self._way.api.info.limits.rate.get("push", MOST_A_SECOND)))

    @property
    def _batch(self) -> int:
        return min(MOST_AT_ONCE, max(1, self._way.api.info.limits.stock_batch))

    # -- looking

    def _look(self, marks: Sequence[Mark], pushes: Mapping[str, Push]) -> list[Due]:
        """What is to be sent of these. Each mark that is not sent is taken away or skipped, so
        that the run comes to an end. pushes: by listing, if somebody has just looked."""
        pushes = pushes or planned(self._tools.publisher, marks, self._sent_at)
        due: dict[str, Due] = {}
        idle: list[Mark] = []
        for mark in marks:
            push = pushes.get(mark.listing_id)
            if push is None or self._answered.get(mark.listing_id) == push.quantity:
                idle.append(mark)
            elif self.raises_frozen and push.priority != LOWER and push.quantity > 0:
                self.skipped.add(mark.listing_id)
            elif mark.listing_id in due:
                # Two marks of one listing: the more urgent one came first and speaks for both.
                self._remove(mark)
            else:
                due[mark.listing_id] = Due(push, mark)
        self._put_aside(idle)
        return list(due.values())[: self._batch]

    def _put_aside(self, marks: Sequence[Mark]) -> None:
        """Nothing is to be sent of these now."""
        refs = {mark.listing_id: Ref(mark.sku, mark.shop_id, mark.listing_id) for mark in marks}
        # What we settled just now is known.
        unread = [ref for ref in refs.values() if ref.id not in self._settled]
        read = self._tools.shelf.get_many(unread) if unread else {}
        listings = {ref.id: one for ref, one in read.items()} | self._settled
        for mark in marks:
            one = listings.get(mark.listing_id)
            if one is not None and self._waits(one):
                self.skipped.add(mark.listing_id)
            else:
                self._remove(mark)

    def _remove(self, mark: Mark) -> None:
        """If it was marked again meanwhile, there is something to come back to."""
        if not self._tools.marks.remove(mark):
            self._more_waits = True

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

    def _send(self, due: Sequence[Due]) -> None:
        if not self._has_turn and self._take_turn():
            # We had to wait for it: what was decided before is to be looked at anew.
            return
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
        self._has_turn = False
        try:
            way = self._way
            answers = way.api.push_stock(way.context, [update_of(push) for push in on_time])
        except ChannelError as error:
            self.error = error
            lost = StockOutcome.UNKNOWN if error.may_be_applied else StockOutcome.RETRY
            self._settle_all(on_time, lost)
            return
        self.is_answered = True
        self._answered_at = self._tools.clock()
        by_code = {answer.code: answer for answer in answers}
        for push in on_time:
            code = push.listing.code
            result = by_code.get(code) or StockResult(code, StockOutcome.UNKNOWN)
            after = self._tools.publisher.settle(push, result)
            if after is not None:
                self._settled[after.id] = after
            self._note(push, result, marks[push.listing.id], looked_at)

    def _take_turn(self) -> bool:
        """Take the right to one push; whether that took waiting.

        Turns are as far apart as they shall be, but what is sent may arrive late, and the next
        soon after it: so half a second passes from one answer to the next request as well.
        """
        tools, rate, waited = self._tools, self._rate, False
        if self._answered_at is not None:
            pause = (self._answered_at - tools.clock()).total_seconds() + 1 / rate.per_second
            if pause > 0:
                tools.sleep(pause)
                waited = True
        while wait := tools.buckets.take(self._way.shop_id, BUCKET, rate, tools.clock()):
            tools.sleep(wait)
            waited = True
        self._has_turn = True
        return waited

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
