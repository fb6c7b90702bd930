"""How long we wait for a mall."""

from datetime import timedelta

import pytest

from common.channels.port import ChannelError, ErrorKind
from orders.domain.patience import next_look, next_try, next_turn

SILENT = ChannelError(ErrorKind.TRANSIENT)


def told(seconds: float) -> ChannelError:
    return ChannelError(ErrorKind.RATE, retry_after=seconds)


def test_the_pause_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [next_try(n, SILENT) for n in range(1, 8)] == [30, 60, 120, 240, 480, 900, 900]
    assert next_try(10**6, SILENT) == 900
    assert next_try(2, SILENT, 20) == 40


@pytest.mark.parametrize(("seconds", "pause"), [(-1, 1), (0, 1), (4.2, 5), (86_400, 900)])
def test_a_mall_that_says_when_is_asked_then(seconds: float, pause: int) -> None:
    assert next_try(5, told(seconds)) == pause


def test_who_waits_for_a_turn_asks_more_and_more_seldom_for_a_day() -> None:
    def turn(**waited: float) -> int | None:
        return next_turn(timedelta(**waited), told(1))

    assert [turn(seconds=0), turn(seconds=4), turn(minutes=4), turn(hours=2)] == [2, 2, 60, 900]
    assert (turn(hours=23, minutes=59), turn(days=1)) == (900, None)
    # A mall that says no time gets half a minute.
    assert next_turn(timedelta(0), ChannelError(ErrorKind.RATE)) == 30
    assert next_turn(timedelta(0), told(600)) == 601


def test_what_a_mall_accepted_is_looked_at_for_two_hours() -> None:
    looks = [next_look(timedelta(minutes=n)) for n in (0, 1, 10, 119, 120)]
    assert looks == [30, 30, 150, 900, None]
