from datetime import UTC, date, datetime

import pytest

from common.clock import from_wire, jst_date, to_wire
from tests.http import http_event


def test_wire_times_have_fixed_width_so_that_text_order_is_time_order() -> None:
    assert to_wire(datetime(2026, 11, 21, 12, tzinfo=UTC)) == "2026-11-21T12:00:00.000Z"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_wire(datetime(2026, 11, 21))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no offset"):
        from_wire("2026-11-21T12:00:00")


def test_offsets_come_in_as_utc() -> None:
    assert from_wire("2008-01-10T11:00:00-05:00") == datetime(2008, 1, 10, 16, tzinfo=UTC)


def test_the_japanese_day_begins_at_fifteen_hours_utc() -> None:
    assert jst_date(datetime(2026, 11, 21, 14, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert jst_date(datetime(2026, 11, 21, 15, 0, tzinfo=UTC)) == date(2026, 11, 22)
    assert http_event("GET", "/")["body"] is None
