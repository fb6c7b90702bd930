from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.ids import ulid

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_an_id_has_26_letters_that_nobody_mixes_up() -> None:
    made = ulid(NOW)

    assert len(made) == 26
    assert set(made) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_time_and_chance_are_what_it_is_made_of() -> None:
    assert ulid(NOW, lambda n: bytes(n)) == "01M7YZMHG0" + "0" * 16
    assert ulid(NOW, lambda n: b"\xff" * n) == "01M7YZMHG0" + "Z" * 16
    assert ulid(NOW, lambda n: bytes(n)) == ulid(NOW, lambda n: bytes(n))


def test_two_ids_of_one_moment_differ() -> None:
    assert len({ulid(NOW) for _ in range(1000)}) == 1000


@given(TIMES, TIMES)
def test_ids_sort_by_time_to_the_millisecond(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    later = second + timedelta(milliseconds=1)

    assert ulid(first, lambda n: b"\xff" * n)[:10] <= ulid(second, lambda n: bytes(n))[:10]
    assert ulid(second, lambda n: b"\xff" * n) < ulid(later, lambda n: bytes(n))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError):
        ulid(datetime(2026, 11, 21))  # noqa: DTZ001
