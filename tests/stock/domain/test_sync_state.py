"""When a shop that fails is tried again, and when it is offered no more than it shows."""

from datetime import timedelta

import pytest

from stock.domain.mark import Urgency, urgency
from stock.domain.sync_state import OPEN, SyncState, is_behind, is_late, is_raise_frozen
from tests.stock.builders import NOON, minute


def test_waits_double_up_to_five_minutes() -> None:
    state, waits = OPEN, []
    for _ in range(9):
        state = state.failed(NOON, "transient")
        assert state.next_try is not None
        waits.append((state.next_try - NOON).total_seconds())

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert state.attempts == 9


def test_a_failure_says_since_when_and_why() -> None:
    state = OPEN.failed(NOON, "auth", detail="E401").failed(minute(1), "transient", detail="503")

    assert state == SyncState(NOON, "transient", "503", 2, minute(1) + timedelta(seconds=10))
    assert state.is_failing
    assert not state.may_try(minute(1))
    assert state.may_try(minute(2))


@pytest.mark.parametrize(("asked", "seconds"), [(0.2, 1), (2, 2), (90, 90), (3600, 3600)])
def test_a_mall_that_says_how_long_is_obeyed(asked: float, seconds: int) -> None:
    state = OPEN.failed(NOON, "rate", retry_after=asked)

    assert state.next_try == NOON + timedelta(seconds=seconds)


def test_the_open_way_may_always_be_tried() -> None:
    assert OPEN.may_try(NOON)
    assert not OPEN.is_failing


def test_orders_are_behind_ten_minutes_after_they_could_have_been_seen() -> None:
    assert not is_behind(None, timedelta(0), NOON)
    assert not is_behind(minute(-10), timedelta(0), NOON)
    assert is_behind(minute(-11), timedelta(0), NOON)
    assert not is_behind(minute(-70), timedelta(hours=1), NOON)
    assert is_behind(minute(-71), timedelta(hours=1), NOON)


def test_raises_are_frozen_while_the_way_is_disturbed_or_orders_are_behind() -> None:
    assert not is_raise_frozen(OPEN, behind=False)
    assert is_raise_frozen(OPEN, behind=True)
    assert is_raise_frozen(OPEN.failed(NOON, "transient"), behind=False)


@pytest.mark.parametrize(
    ("quantity", "is_lower", "found"),
    [
        (0, True, Urgency.LAST_UNITS),
        (5, True, Urgency.LAST_UNITS),
        (6, True, Urgency.LESS),
        (6, False, Urgency.MORE),
        (1, False, Urgency.MORE),
    ],
)
def test_last_units_go_first_and_more_units_last(
    quantity: int, is_lower: bool, found: Urgency
) -> None:
    assert urgency(quantity, is_lower=is_lower) is found


def test_a_shop_is_late_when_the_way_fails_or_a_change_waits_for_a_quarter_of_an_hour() -> None:
    failing = OPEN.failed(minute(-16), "auth")

    assert is_late(OPEN, None, NOON) is False
    assert is_late(OPEN, minute(-15), NOON) is False
    assert is_late(OPEN, minute(-16), NOON) is True
    assert is_late(failing, None, NOON) is True
    assert is_late(failing, minute(-1), NOON) is True
    assert is_late(OPEN.failed(minute(-15), "auth"), minute(-1), NOON) is False
