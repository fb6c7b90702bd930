"""What of a shop is read next."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.channels.port import ChannelError, Cursor, ErrorKind, Limits
from orders.domain.polling import (
    OPEN,
    Poll,
    PollError,
    PullState,
    advance,
    begin,
    broke,
    failed,
    is_due,
)
from orders.domain.watermark import candidate_of
from tests.builders import NOW

AHEAD = NOW + timedelta(hours=1)
LIMITS = Limits(poll_overlap=timedelta(minutes=15))


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def state(**given: Any) -> PullState:
    return PullState(shop_id="demo", **given)


def test_a_shop_that_was_just_connected_is_read_from_a_week_ago_and_swept() -> None:
    poll = begin(state(), NOW, LIMITS)

    assert poll == Poll(
        started_at=NOW, since=ago(days=7, minutes=15), until=AHEAD, phase="new", sweeps=True
    )
    assert poll.cursor == Cursor(ago(days=7, minutes=15), AHEAD, "new", "")


def test_the_next_poll_begins_before_the_last_complete_one_did() -> None:
    last = state(last_start=ago(minutes=1), swept_at=ago(minutes=59))

    assert begin(last, NOW, LIMITS) == Poll(started_at=NOW, since=ago(minutes=16), until=AHEAD)


def test_what_a_mall_shows_late_is_still_in_the_window() -> None:
    late = Limits(poll_overlap=timedelta(minutes=15), visibility_delay=timedelta(hours=6))

    assert begin(state(last_start=ago(minutes=1)), NOW, late).since == ago(hours=6, minutes=16)


def test_open_orders_are_swept_once_an_hour() -> None:
    assert begin(state(swept_at=ago(hours=1)), NOW, LIMITS).sweeps
    assert not begin(state(swept_at=ago(minutes=59)), NOW, LIMITS).sweeps


def test_a_poll_under_way_is_gone_on_with() -> None:
    under_way = begin(state(), ago(minutes=3), LIMITS).model_copy(update={"token": "p2"})

    assert begin(state(poll=under_way), NOW, LIMITS) == under_way


def test_the_mall_s_next_page_is_read_next() -> None:
    poll = begin(state(), NOW, LIMITS)
    after = advance(state(), poll, poll.cursor._replace(token="p2"), LIMITS, NOW)

    assert after.poll == poll.model_copy(update={"token": "p2"})
    assert (after.last_start, after.candidates) == (None, ())


def test_a_long_time_is_read_in_windows_that_the_mall_allows() -> None:
    narrow = Limits(poll_overlap=timedelta(0), max_window=timedelta(days=3))
    made = state(swept_at=NOW)
    windows = []
    poll: Poll | None = begin(made, NOW, narrow)
    while poll is not None:
        windows.append((poll.since, poll.until))
        made = advance(made, poll, None, narrow, NOW)
        poll = made.poll

    assert windows == [
        (ago(days=7), ago(days=4)),
        (ago(days=4), ago(days=1)),
        (ago(days=1), AHEAD),
    ]
    assert made.last_start == NOW


def test_after_the_new_orders_come_the_open_ones_and_then_it_is_complete() -> None:
    later = NOW + timedelta(seconds=30)
    poll = begin(state(), NOW, LIMITS)
    new = advance(state(), poll, None, LIMITS, later)

    assert (new.last_start, new.last_end, new.swept_at) == (NOW, later, None)
    assert new.candidates == (candidate_of(NOW, later, timedelta(0)),)
    seen = []
    swept = new
    while swept.poll is not None:
        seen.append((swept.poll.phase, swept.poll.since, swept.poll.until))
        swept = advance(swept, swept.poll, None, LIMITS, later)
    assert seen == [(OPEN, ago(days=60), ago(days=30)), (OPEN, ago(days=30), NOW)]
    assert swept.swept_at == NOW
    assert swept.candidates == new.candidates


def sweeping(**given: Any) -> PullState:
    """In the middle of a sweep, whose last new orders were read to the end just now."""
    sweep = Poll(started_at=ago(minutes=9), since=ago(days=60), until=NOW, phase=OPEN, token="p7")
    return state(poll=sweep, last_start=ago(minutes=1), last_end=NOW, **given)


def test_new_orders_do_not_wait_for_a_sweep_that_goes_on_afterwards_where_it_was() -> None:
    before = sweeping()
    assert before.poll is not None
    later = NOW + timedelta(seconds=49)
    assert begin(before, later, LIMITS) == before.poll
    later = NOW + timedelta(seconds=50)
    poll = begin(before, later, LIMITS)
    assert (poll.phase, poll.since, poll.sweeps) == ("new", ago(minutes=16), False)

    first = advance(before, poll, poll.cursor._replace(token="p2"), LIMITS, later)
    assert (first.sweep, first.poll) == (before.poll, poll.model_copy(update={"token": "p2"}))
    again = begin(first, later + timedelta(minutes=5), LIMITS)
    assert again == first.poll
    done = advance(first, again, None, LIMITS, later)

    assert (done.poll, done.sweep) == (before.poll, None)
    assert (done.last_start, done.last_end) == (later, later)
    # A poll that took longer than a minute leaves the sweep a minute all the same.
    assert begin(done, later + timedelta(seconds=49), LIMITS) == before.poll
    swept = advance(done, before.poll, None, LIMITS, later)
    assert (swept.poll, swept.sweep, swept.swept_at) == (None, None, ago(minutes=9))


def test_a_sweep_has_as_long_as_a_mall_is_not_to_be_polled() -> None:
    seldom = Limits(poll_every=timedelta(minutes=7))

    assert begin(sweeping(), NOW + timedelta(minutes=6), seldom).phase == OPEN
    assert begin(sweeping(), NOW + timedelta(minutes=7), seldom).phase == "new"


def test_a_state_with_a_sweep_aside_comes_back_as_it_was_written() -> None:
    made = advance(
        sweeping(), begin(state(last_start=NOW), NOW, LIMITS), Cursor(NOW, NOW), LIMITS, NOW
    )

    assert made.sweep is not None
    assert PullState.model_validate(made.model_dump(mode="json", exclude_none=True)) == made


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (ChannelError(ErrorKind.AUTH), 0, 900),
        (ChannelError(ErrorKind.FORBIDDEN), 0, 900),
        (ChannelError(ErrorKind.TRANSIENT), 0, 30),
        (ChannelError(ErrorKind.TRANSIENT), 2, 120),
        (ChannelError(ErrorKind.TRANSIENT), 500, 900),
        (ChannelError(ErrorKind.RATE, retry_after=12), 3, 12),
        (ChannelError(ErrorKind.RATE, retry_after=7200), 0, 900),
        (ChannelError(ErrorKind.RATE, retry_after=-1), 0, 0),
    ],
)
def test_trouble_pauses_a_shop_longer_and_longer_or_as_the_mall_says(
    error: ChannelError, attempts: int, seconds: int
) -> None:
    trouble = PollError(
        kind="remote", code="x", since=ago(hours=2), attempts=attempts, next_try=NOW
    )
    after = failed(state(error=trouble if attempts else None), error, NOW)

    assert after.error == PollError(
        kind=error.kind,
        code=error.code,
        since=ago(hours=2) if attempts else NOW,
        attempts=attempts + 1,
        next_try=NOW + timedelta(seconds=seconds),
    )


@pytest.mark.parametrize(
    ("kind", "token"),
    [(ErrorKind.INVALID, ""), (ErrorKind.NOT_FOUND, ""), (ErrorKind.TRANSIENT, "p2")],
)
def test_a_page_that_the_mall_does_not_know_any_more_is_given_up_for_the_first(
    kind: ErrorKind, token: str
) -> None:
    poll = begin(state(), NOW, LIMITS).model_copy(update={"token": "p2"})
    after = failed(state(poll=poll), ChannelError(kind), NOW)

    assert after.poll == poll.model_copy(update={"token": token})


def test_a_mistake_of_ours_is_told_by_its_name() -> None:
    after = broke(state(), "KeyError", NOW)

    assert after.error == PollError(
        kind="internal",
        code="KeyError",
        since=NOW,
        attempts=1,
        next_try=NOW + timedelta(minutes=15),
    )


def test_trouble_is_over_with_the_first_page_that_is_read() -> None:
    troubled = broke(state(), "KeyError", NOW)

    assert advance(troubled, begin(troubled, NOW, LIMITS), None, LIMITS, NOW).error is None


def test_a_state_comes_back_as_it_was_written() -> None:
    poll = begin(state(), NOW, LIMITS)
    made = broke(advance(state(poll=poll), poll, None, LIMITS, NOW), "KeyError", NOW)

    assert PullState.model_validate(made.model_dump(mode="json", exclude_none=True)) == made


@pytest.mark.parametrize(
    ("given", "is_so"),
    [
        ({}, True),
        ({"last_start": ago(minutes=6, seconds=40)}, False),
        ({"last_start": ago(minutes=6, seconds=55)}, True),
        ({"last_start": ago(minutes=1), "poll": Poll(started_at=NOW, since=NOW, until=NOW)}, True),
    ],
)
def test_a_mall_that_may_seldom_be_asked_is_seldom_polled(
    given: dict[str, Any], is_so: bool
) -> None:
    seldom = Limits(poll_every=timedelta(minutes=7))

    assert is_due(state(**given), NOW, seldom) is is_so
    assert is_due(state(**given), NOW, LIMITS)


def test_after_trouble_a_shop_is_due_when_it_is_tried_again() -> None:
    error = ChannelError(ErrorKind.TRANSIENT)
    trouble = failed(state(last_start=ago(hours=1)), error, NOW)
    assert trouble.error is not None

    assert not is_due(trouble, NOW, LIMITS)
    assert is_due(trouble, trouble.error.next_try, LIMITS)
