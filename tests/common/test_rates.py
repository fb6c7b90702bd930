from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.dynamo import Key, Table
from common.rates import (
    Buckets,
    Level,
    MemoryBuckets,
    Rate,
    TableBuckets,
    blocked,
    micros,
    rate_of,
    taken,
)

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TWO = Rate(2.0, 4)
SECOND = 1_000_000


@pytest.fixture(params=["memory", "table"])
def buckets(request: pytest.FixtureRequest, stock_table: Table) -> Buckets:
    return MemoryBuckets() if request.param == "memory" else TableBuckets(stock_table)


def test_a_full_bucket_gives_its_burst_at_once_and_then_one_an_interval(buckets: Buckets) -> None:
    waits = [buckets.take("kissa", "push", TWO, T0) for _ in range(6)]
    assert waits == [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]
    half = T0 + timedelta(seconds=0.5)
    assert [buckets.take("kissa", "push", TWO, half) for _ in range(2)] == [0.0, 0.5]


def test_a_bucket_that_rests_fills_to_its_burst_and_no_further(buckets: Buckets) -> None:
    for _ in range(4):
        buckets.take("kissa", "push", TWO, T0)
    later = T0 + timedelta(hours=1)
    waits = [buckets.take("kissa", "push", TWO, later) for _ in range(5)]
    assert waits == [0.0, 0.0, 0.0, 0.0, 0.5]


def test_buckets_of_other_shops_and_operations_are_others(buckets: Buckets) -> None:
    one = Rate(1.0, 1)
    assert buckets.take("kissa", "push", one, T0) == 0.0
    assert buckets.take("kissa", "push", one, T0) == 1.0
    assert buckets.take("kissa", "read", one, T0) == 0.0
    assert buckets.take("mame", "push", one, T0) == 0.0


def test_a_blocked_bucket_gives_nothing_until_its_time(buckets: Buckets) -> None:
    buckets.take("kissa", "push", TWO, T0)
    buckets.block("kissa", "push", T0 + timedelta(seconds=30))
    buckets.block("kissa", "push", T0 + timedelta(seconds=10))
    assert buckets.take("kissa", "push", TWO, T0) == 30.0
    assert buckets.take("kissa", "push", TWO, T0 + timedelta(seconds=29)) == 1.0
    assert buckets.take("kissa", "push", TWO, T0 + timedelta(seconds=30)) == 0.0


def test_a_rate_of_one_in_three_minutes_is_kept(buckets: Buckets) -> None:
    slow = Rate(0.0056, 2)
    assert [buckets.take("kissa", "orders", slow, T0) for _ in range(2)] == [0.0, 0.0]
    assert buckets.take("kissa", "orders", slow, T0) == pytest.approx(178.571429)


def test_operations_that_a_channel_does_not_name_share_one_bucket() -> None:
    rates, bursts = {"*": 2.0, "push": 5.0}, {"*": 4}
    assert rate_of("push", rates, bursts) == ("push", Rate(5.0, 1))
    assert rate_of("search", rates, bursts) == ("*", Rate(2.0, 4))
    assert rate_of("confirm", rates, bursts) == ("*", Rate(2.0, 4))
    assert rate_of("search", {}, {}) == ("*", Rate(1.0, 1))


@given(
    st.floats(0.01, 50),
    st.integers(1, 20),
    st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=200),
)
def test_in_no_stretch_of_time_is_more_given_than_burst_and_rate_allow(
    per_second: float, burst: int, gaps: list[int]
) -> None:
    rate, level, now = Rate(per_second, burst), Level(), micros(T0)
    given_at = []
    for gap in gaps:
        now += gap
        level, wait = taken(level, rate, now)
        if not wait:
            given_at.append(now)
        else:
            assert taken(level, rate, now + wait)[1] == 0
    for n, start in enumerate(given_at):
        for m, end in enumerate(given_at[n:], 1):
            assert m <= burst + (end - start) * per_second / SECOND + 1e-6


def test_a_block_is_never_shortened() -> None:
    assert blocked(Level(5, 9), 7) == Level(5, 9)
    assert blocked(Level(5, 9), 12) == Level(5, 12)


class Racing(Table):
    """A table in which somebody else is faster for a while."""

    def __init__(self, table: Table, meanwhile: Callable[[], object], times: int) -> None:
        super().__init__(table.name)
        self.meanwhile = meanwhile
        self.times = times
        self.reads = 0
        self.commits = 0

    def get(self, pk: str, sk: str) -> dict[str, object] | None:
        self.reads += 1
        return super().get(pk, sk)

    def commit(self, *writes: object) -> None:
        self.commits += 1
        if self.times:
            self.times -= 1
            self.meanwhile()
        super().commit(*writes)  # type: ignore[arg-type]


def test_a_lone_worker_reads_once_and_writes_once_a_take(stock_table: Table) -> None:
    table = Racing(stock_table, lambda: None, 0)
    buckets = TableBuckets(table)
    for n in range(5):
        assert buckets.take("kissa", "push", TWO, T0 + timedelta(seconds=n)) == 0.0
    assert (table.reads, table.commits) == (1, 5)


def test_two_workers_share_what_there_is(stock_table: Table) -> None:
    one, other = TableBuckets(stock_table), TableBuckets(stock_table)
    waits = [who.take("kissa", "push", TWO, T0) for who in (one, other) * 3]
    assert waits == [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]


def test_a_take_that_lost_a_race_takes_from_what_is_left(stock_table: Table) -> None:
    other = TableBuckets(stock_table)
    table = Racing(stock_table, lambda: other.take("kissa", "push", TWO, T0), 1)
    buckets = TableBuckets(table)
    assert buckets.take("kissa", "push", TWO, T0) == 0.0
    assert [buckets.take("kissa", "push", TWO, T0) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_a_take_that_always_loses_waits_a_moment(stock_table: Table) -> None:
    other = TableBuckets(stock_table)
    many = Rate(1000.0, 1000)
    table = Racing(stock_table, lambda: other.take("kissa", "push", many, T0), 99)
    assert TableBuckets(table).take("kissa", "push", many, T0) == 0.05


def test_a_block_by_another_function_is_seen_at_the_next_take(stock_table: Table) -> None:
    one, other = TableBuckets(stock_table), TableBuckets(stock_table)
    one.take("kissa", "push", TWO, T0)
    other.block("kissa", "push", T0 + timedelta(seconds=5))
    assert one.take("kissa", "push", TWO, T0) == 5.0


def test_a_bucket_that_was_deleted_is_full(stock_table: Table) -> None:
    buckets = TableBuckets(stock_table)
    for _ in range(4):
        buckets.take("kissa", "push", TWO, T0)
    stock_table.commit(stock_table.delete(Key("RATE#kissa", "push")))
    assert buckets.take("kissa", "push", TWO, T0) == 0.0


def test_a_bucket_goes_a_day_after_it_is_full(stock_table: Table) -> None:
    TableBuckets(stock_table).take("kissa", "push", TWO, T0)
    assert stock_table.get("RATE#kissa", "push") == {
        "pk": "RATE#kissa",
        "sk": "push",
        "full_at": micros(T0) + 500_000,
        "blocked_until": 0,
        "expires_at": int(T0.timestamp()) + 86_400,
    }
