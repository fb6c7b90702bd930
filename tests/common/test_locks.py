from datetime import UTC, datetime, timedelta

import pytest

from common.dynamo import Table
from common.locks import Held, Locks

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Desk:
    def __init__(self, table: Table) -> None:
        self.now = T0
        self.table = table

    def locks(self, owner: str) -> Locks:
        return Locks(self.table, lambda: self.now, lambda: owner)


@pytest.fixture
def desk(calls_table: Table) -> Desk:
    return Desk(calls_table)


def test_one_has_it_and_another_does_not(desk: Desk) -> None:
    a, b = desk.locks("a"), desk.locks("b")
    held = a.take("x", 10)
    assert held == Held("x", "a", was_abandoned=False)
    assert b.take("x", 10) is None
    assert a.take("x", 10) is None
    assert b.take("y", 10) is not None
    a.release(held)
    assert b.take("x", 10) == Held("x", "b", was_abandoned=False)


def test_what_nobody_gave_back_is_taken_when_its_time_is_over(desk: Desk) -> None:
    a, b = desk.locks("a"), desk.locks("b")
    held = a.take("x", 10)
    assert held is not None
    desk.now += timedelta(seconds=9.999)
    assert b.take("x", 10) is None
    desk.now += timedelta(seconds=0.001)
    assert b.take("x", 10) == Held("x", "b", was_abandoned=True)
    a.release(held)
    assert a.take("x", 10) is None


def test_of_two_that_see_it_free_one_gets_it(desk: Desk) -> None:
    class Slow(Table):
        def get(self, pk: str, sk: str) -> dict[str, object] | None:
            found = super().get(pk, sk)
            assert desk.locks("fast").take("x", 10) is not None
            return found

    slow = Locks(Slow(desk.table.name), lambda: desk.now, lambda: "slow")
    assert slow.take("x", 10) is None
    desk.now += timedelta(seconds=11)
    assert slow.take("x", 10) is None


def test_a_lock_goes_a_day_after_its_time(desk: Desk) -> None:
    desk.locks("a").take("x", 10)
    assert desk.table.get("LOCK#x", "LOCK") == {
        "pk": "LOCK#x",
        "sk": "LOCK",
        "owner": "a",
        "until": (int(T0.timestamp()) + 10) * 1000,
        "expires_at": int(T0.timestamp()) + 10 + 86_400,
    }
    assert Locks(desk.table, lambda: desk.now)._owner() != Locks(desk.table, lambda: T0)._owner()
