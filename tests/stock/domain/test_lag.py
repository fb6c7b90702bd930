"""Lags as histograms: percentiles that are never too low, and sums over minutes and shops."""

import random

import pytest

from stock.domain.lag import ENDS, Lags, lags_of, measured, together
from tests.stock.builders import NOON, minute


def test_nothing_measured_has_no_percentile() -> None:
    assert Lags().percentile(95) is None
    assert together([]) == Lags()


def test_a_lag_is_the_time_from_the_change_to_the_answer() -> None:
    assert measured(NOON, minute(1)) == 60_000
    assert measured(minute(1), NOON) == 0


def test_a_percentile_is_the_end_of_its_bucket_and_at_most_the_worst() -> None:
    lags = lags_of([90, 110, 120, 130, 700], NOON)

    assert lags.percentile(50) == 150
    assert lags.percentile(80) == 150
    assert lags.percentile(95) == 700
    assert (lags.count, lags.worst, lags.last) == (5, 700, NOON)


def test_a_lag_beyond_the_last_bucket_is_told_as_it_is() -> None:
    lags = lags_of([1, 9_000_000], NOON)

    assert lags.counts[len(ENDS)] == 1
    assert lags.percentile(95) == 9_000_000


def test_lags_add_up_over_minutes() -> None:
    both = together([lags_of([100, 100], minute(1)), lags_of([900], NOON), Lags()])

    assert both == lags_of([100, 100, 900], minute(1))


@pytest.mark.parametrize("seed", range(20))
def test_a_percentile_is_never_too_low_and_at_most_a_half_too_high(seed: int) -> None:
    rng = random.Random(seed)
    samples = sorted(int(rng.lognormvariate(6.5, 1)) + 50 for _ in range(500))
    lags = lags_of(samples, NOON)

    for percent in (50, 90, 95, 99):
        real = samples[-(-len(samples) * percent // 100) - 1]
        told = lags.percentile(percent)
        assert told is not None
        assert real <= told <= max(50, real * 1.51)
