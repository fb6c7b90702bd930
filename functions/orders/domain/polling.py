"""What of a shop to read next. A poll goes over everything that is new since the last complete
one, in windows that the mall allows, and now and then over orders that are open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, field_serializer

from common.channels.port import ChannelError, Cursor, ErrorKind, Limits
from common.clock import to_wire
from orders.domain.facets import Frozen
from orders.domain.watermark import Candidate, candidate_of, with_candidate

NEW, OPEN = "new", "open"
# Of a shop that was just connected so much of the past is read, and of open orders more.
FIRST_LOOK_BACK = timedelta(days=7)
OPEN_LOOK_BACK = timedelta(days=60)
# Some malls do not tell of every change: orders that are open are read again as often.
SWEEP_EVERY = timedelta(hours=1)
# How often a shop is looked at, where its mall bears it.
POLL_EVERY = timedelta(minutes=1)
# The last window ends in the future: an order that changes while it is being read has a newer time
# than the start of the poll, and a window that ended there would leave it out, sale and all.
AHEAD = timedelta(hours=1)
# What a person has to mend is tried again as often, in case it was mended.
_HUMAN_PAUSE = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(minutes=15)
_PAUSE = timedelta(seconds=30)
_EARLY = timedelta(seconds=10)


class PollError(Frozen):
    """Why orders of a shop cannot be read now. since: for how long; next_try: when it is tried
    again. kind: of a ChannelError, or `internal` for a mistake of ours."""

    kind: str
    code: str
    since: AwareDatetime
    attempts: int
    next_try: AwareDatetime

    @field_serializer("since", "next_try")
    def _wire(self, value: datetime) -> str:
        return to_wire(value)


class Poll(Frozen):
    """The poll under way. Its cursor is the next page to read; `sweeps`: open orders come after."""

    started_at: AwareDatetime
    since: AwareDatetime
    until: AwareDatetime
    phase: str = NEW
    token: str = ""
    sweeps: bool = False

    @field_serializer("started_at", "since", "until")
    def _wire(self, value: datetime) -> str:
        return to_wire(value)

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.since, self.until, self.phase, self.token)


class PullState(Frozen):
    """How far the orders of a shop are read. last_start, last_end: of the last complete poll.

    sweep: a sweep of open orders that was put aside for the poll under way. candidates: see
    `watermark`.
    """

    shop_id: str
    version: int = 0
    poll: Poll | None = None
    sweep: Poll | None = None
    last_start: AwareDatetime | None = None
    last_end: AwareDatetime | None = None
    swept_at: AwareDatetime | None = None
    candidates: tuple[Candidate, ...] = ()
    error: PollError | None = None

    @field_serializer("last_start", "last_end", "swept_at")
    def _wire(self, value: datetime | None) -> str | None:
        return to_wire(value) if value else None

    @field_serializer("candidates")
    def _wire_all(self, value: Sequence[Candidate]) -> list[list[str]]:
        return [[to_wire(one.at), to_wire(one.end)] for one in value]


def is_due(state: PullState, now: datetime, limits: Limits) -> bool:
    """Whether the shop may be polled now: after trouble and in the middle of a poll when it is
    time, else when the last poll is long enough ago. Timers come a little early at times."""
    if state.error is not None:
        return now >= state.error.next_try
    if state.poll is not None or state.last_start is None:
        return True
    return now - state.last_start >= limits.poll_every - _EARLY


def begin(state: PullState, now: datetime, limits: Limits) -> Poll:
    """The poll to go on with, or a new one from the last complete one's start on. New orders do not
    wait for a sweep, which may take an hour where a mall has many open ones."""
    if state.poll is not None and not _has_waited(state, now, limits):
        return state.poll
    # What a mall shows late must not lie before the window when it does.
    overlap = limits.poll_overlap + limits.visibility_delay
    since = (state.last_start or now - FIRST_LOOK_BACK) - overlap
    sweeps = state.poll is None and (state.swept_at is None or now - state.swept_at >= SWEEP_EVERY)
    until = _end(now, since, limits)
    return Poll(started_at=now, since=since, until=until, sweeps=sweeps)


def _has_waited(state: PullState, now: datetime, limits: Limits) -> bool:
    """Whether it is time for new orders in the middle of a sweep, which had its time since the last
    of them."""
    if state.poll is None or state.poll.phase != OPEN or state.last_end is None:
        return False
    return now - state.last_end >= max(limits.poll_every, POLL_EVERY) - _EARLY


def _end(started_at: datetime, since: datetime, limits: Limits) -> datetime:
    return min(started_at + AHEAD, since + limits.max_window)


def advance(
    state: PullState, poll: Poll, next_page: Cursor | None, limits: Limits, now: datetime
) -> PullState:
    """The state after a page of `poll` was stored. next_page: what the adapter says comes next in
    this window."""
    following = _follow(poll, next_page, limits)
    aside = _put_aside(state, poll)
    update: dict[str, Any] = {"error": None, "sweep": aside}
    if following is None and poll.phase == NEW:
        proven = candidate_of(poll.started_at, now, limits.visibility_delay)
        update["last_start"], update["last_end"] = poll.started_at, now
        update["candidates"] = with_candidate(state.candidates, proven)
        following = aside or (_sweep(poll, limits) if poll.sweeps else None)
        update["sweep"] = None
    elif following is None:
        update["swept_at"] = poll.started_at
    return state.model_copy(update={**update, "poll": following})


def _put_aside(state: PullState, poll: Poll) -> Poll | None:
    if poll.phase != NEW:
        return None
    interrupted = state.poll if state.poll is not None and state.poll.phase == OPEN else None
    return state.sweep or interrupted


def _follow(poll: Poll, next_page: Cursor | None, limits: Limits) -> Poll | None:
    if next_page is not None:
        since, until, token = next_page.since, next_page.until, next_page.token
        return poll.model_copy(update={"since": since, "until": until, "token": token})
    if poll.until >= poll.started_at:
        return None
    if poll.phase == OPEN:
        until = min(poll.started_at, poll.until + limits.max_window)
    else:
        until = _end(poll.started_at, poll.until, limits)
    return poll.model_copy(update={"since": poll.until, "until": until, "token": ""})


def _sweep(poll: Poll, limits: Limits) -> Poll:
    since = poll.started_at - OPEN_LOOK_BACK
    until = min(poll.started_at, since + limits.max_window)
    return poll.model_copy(update={"phase": OPEN, "since": since, "until": until, "token": ""})


def failed(state: PullState, error: ChannelError, now: datetime) -> PullState:
    """The state after the mall refused or did not answer. A page that it does not know any more is
    given up for the first of its window."""
    before, poll = state.error, state.poll
    if poll is not None and error.kind in (ErrorKind.INVALID, ErrorKind.NOT_FOUND):
        poll = poll.model_copy(update={"token": ""})
    trouble = _failed(before, error.kind, error.code, _pause(before, error), now)
    return state.model_copy(update={"error": trouble, "poll": poll})


def broke(state: PullState, code: str, now: datetime) -> PullState:
    """The state after a mistake of ours: `code` is the name of the exception."""
    return state.model_copy(
        update={"error": _failed(state.error, "internal", code, _LONGEST_PAUSE, now)}
    )


def _failed(
    before: PollError | None, kind: str, code: str, pause: timedelta, now: datetime
) -> PollError:
    return PollError(
        kind=kind,
        code=code[:100],
        since=before.since if before else now,
        attempts=before.attempts + 1 if before else 1,
        next_try=now + pause,
    )


def _pause(before: PollError | None, error: ChannelError) -> timedelta:
    if error.kind in (ErrorKind.AUTH, ErrorKind.FORBIDDEN):
        return _HUMAN_PAUSE
    if error.retry_after is not None:
        return min(timedelta(seconds=max(0.0, error.retry_after)), _LONGEST_PAUSE)
    return min(_PAUSE * (1 << min(before.attempts if before else 0, 10)), _LONGEST_PAUSE)
