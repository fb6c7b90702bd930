"""How far a shop's sales are imported for certain."""

from datetime import datetime, timedelta

import pytest

from orders.domain.watermark import (
    Candidate,
    candidate_of,
    passed,
    unmatched_since,
    with_candidate,
)
from tests.builders import NOW


def minute(n: float) -> datetime:
    return NOW + timedelta(minutes=n)


def candidate(n: float) -> Candidate:
    return Candidate(minute(n), minute(n + 1))


def test_a_poll_proves_its_start_less_what_the_mall_hides_and_clocks_differ() -> None:
    made = candidate_of(minute(0), minute(1), timedelta(hours=6))

    assert made.at == minute(-360) - timedelta(seconds=5)
    assert made.end == minute(1) + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("oldest", "mark", "left"),
    [
        (None, 2, ()),
        (0.5, None, (0, 1, 2)),
        (1, None, (0, 1, 2)),
        (1.1, 0, (1, 2)),
        (2.1, 1, (2,)),
        (3, 1, (2,)),
        (3.1, 2, ()),
    ],
)
def test_it_rises_when_everything_that_came_in_before_the_end_is_answered(
    oldest: float | None, mark: float | None, left: tuple[float, ...]
) -> None:
    waiting = [candidate(0), candidate(1), candidate(2)]
    found, still = passed(waiting, None if oldest is None else minute(oldest))

    assert found == (None if mark is None else minute(mark))
    assert still == tuple(candidate(n) for n in left)


def test_without_a_poll_there_is_no_watermark() -> None:
    assert passed([], None) == (None, ())


def test_of_many_candidates_the_oldest_and_the_newest_are_kept() -> None:
    waiting: tuple[Candidate, ...] = ()
    for n in range(20):
        waiting = with_candidate(waiting, candidate(n))

    assert waiting == tuple(candidate(n) for n in (0, 1, 2, 3, 19))


def test_an_order_with_unknown_goods_keeps_it_back_for_five_minutes() -> None:
    assert unmatched_since(minute(0)) == minute(-5)
