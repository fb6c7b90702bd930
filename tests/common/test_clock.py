from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import JST, from_wire, jst_date, to_wire, utc_now

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_now_is_aware_utc() -> None:
    assert utc_now().tzinfo is UTC


def test_wire_times_have_fixed_width_so_that_text_order_is_time_order() -> None:
    assert to_wire(datetime(2026, 11, 21, 12, tzinfo=UTC)) == "2026-11-21T12:00:00.000Z"
    assert to_wire(datetime(2026, 11, 21, 21, 0, 0, 999, tzinfo=JST)) == "2026-11-21T12:00:00.000Z"


@given(TIMES, TIMES)
def test_texts_sort_as_the_times_do(one: datetime, other: datetime) -> None:
    assert len(to_wire(one)) == 24
    assert (to_wire(one) <= to_wire(other)) or one > other


@given(TIMES)
def test_a_time_comes_back_to_the_millisecond(at: datetime) -> None:
    assert timedelta() <= at - from_wire(to_wire(at)) < timedelta(milliseconds=1)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_wire(datetime(2026, 11, 21))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no offset"):
        from_wire("2026-11-21T12:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20261121",
        "1763726400",
        "0001-01-01T00:00:00+09:00",
        "9999-12-31T23:59:59-09:00",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any wording will do
        from_wire(text)


def test_offsets_and_nanoseconds_come_in_as_utc() -> None:
    assert from_wire("2008-01-10T11:00:00-05:00") == datetime(2008, 1, 10, 16, tzinfo=UTC)
    assert from_wire("2008-01-10T11:00:00-05:00").tzinfo is UTC
    assert from_wire("2026-11-21T01:02:03.123456789Z").microsecond == 123456


def test_the_japanese_day_begins_at_fifteen_hours_utc() -> None:
    assert jst_date(datetime(2026, 11, 21, 14, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert jst_date(datetime(2026, 11, 21, 15, 0, tzinfo=UTC)) == date(2026, 11, 22)
    assert jst_date(datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=-9)))) == date(
        2026, 11, 22
    )
