"""How units are shared out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock.domain.apportion import Seat, everywhere, shares, speed
from tests.stock.builders import NOON

seats = st.lists(
    st.builds(
        Seat,
        id=st.text("abcdef", min_size=1, max_size=3),
        step=st.integers(1, 3),
        weight=st.integers(0, 90_000),
        has_cas=st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda seat: seat.id,
)


@given(st.integers(-5, 300), seats)
def test_shares_are_never_more_than_there_is(units: int, at: list[Seat]) -> None:
    given_out = shares(units, at)

    used = sum(given_out[seat.id] * seat.step for seat in at)
    assert 0 <= used <= max(0, units)
    assert min(given_out.values()) >= 0
    if any(not seat.has_cas for seat in at) and used > sum(seat.step for seat in at):
        # What is left can change the largest share of a mall that does not compare.
        assert units - used >= max((given_out[seat.id] - 1) * seat.step for seat in at) // 2


@pytest.mark.parametrize(
    ("units", "shared"),
    [
        (0, {"a": 0, "b": 0, "c": 0}),
        (1, {"a": 0, "b": 1, "c": 0}),
        (2, {"a": 1, "b": 1, "c": 0}),
        (3, {"a": 1, "b": 1, "c": 1}),
        (4, {"a": 1, "b": 1, "c": 1}),
    ],
)
def test_everybody_has_one_before_anybody_has_two_the_faster_first(
    units: int, shared: dict[str, int]
) -> None:
    at = [Seat("a", 1, 5000), Seat("b", 1, 9000), Seat("c", 1, 0)]

    assert shares(units, at) == shared


def test_malls_that_compare_need_no_reserve() -> None:
    at = [Seat("a", 1, 0, has_cas=True), Seat("b", 1, 0, has_cas=True)]

    assert shares(10, at) == {"a": 5, "b": 5}


def test_speed_forgets_half_in_six_hours_and_takes_up_what_was_sold() -> None:
    later = NOON + timedelta(hours=6)

    assert speed(0, None, 2, NOON) == 2000
    assert speed(8000, NOON, 0, later) == 4000
    assert speed(0, NOON, 3, later) == 6000
    assert speed(12_000, NOON, 3, later) == 12_000


def test_shared_mode_shows_whole_sets_only() -> None:
    assert [everywhere(free, 3) for free in (-1, 2, 3, 8)] == [0, 0, 1, 2]
