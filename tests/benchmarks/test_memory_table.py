"""The table in memory does what DynamoDB does: each body runs against both."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks._memory_table import MemoryTable
from common.dynamo import ConditionFailed, Key, Table
from infra.tables import TABLES
from tests.conftest import create_table

A, B = Key("P", "a"), Key("P", "b")


@pytest.fixture(params=["memory", "moto"])
def table(request: pytest.FixtureRequest) -> Table:
    return MemoryTable() if request.param == "memory" else create_table("stock", TABLES["stock"])


def put(table: Table, key: Key = A, **values: Any) -> None:
    table.commit(table.put({**key._asdict(), **values}))


def refused(table: Table, *writes: Any) -> tuple[int, ...]:
    with pytest.raises(ConditionFailed) as failure:
        table.commit(*writes)
    return failure.value.indexes


def test_what_was_put_is_read_without_what_was_none(table: Table) -> None:
    put(table, n=1, nothing=None, inside={"x": [1, "y"]})

    assert table.get(*A) == {"pk": "P", "sk": "a", "n": 1, "inside": {"x": [1, "y"]}}
    assert table.get(*B) is None
    assert table.get_many([A, B, A]) == {A: table.get(*A)}


def test_reading_gives_a_copy(table: Table) -> None:
    put(table, n=1)
    (table.get(*A) or {})["n"] = 2

    assert (table.get(*A) or {})["n"] == 1


def test_put_if_absent(table: Table) -> None:
    table.commit(table.put({**A._asdict(), "n": 1}, if_absent=True))

    assert refused(table, table.put({**A._asdict(), "n": 2}, if_absent=True)) == (0,)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"n": 1}, True),
        ({"n": 2}, False),
        ({"m": None}, True),
        ({"n": None}, False),
        ({"m": 0}, False),
    ],
)
def test_put_if_equals(table: Table, condition: dict[str, Any], holds: bool) -> None:
    put(table, n=1)
    write = table.put({**A._asdict(), "n": 9}, if_equals=condition)

    if holds:
        table.commit(write)
    else:
        assert refused(table, write) == (0,)


def test_an_update_sets_adds_and_removes(table: Table) -> None:
    put(table, n=1, gone=1, inside={"x": 1, "y": 2})
    table.commit(
        table.update(
            A,
            assign={"text": "t", "gone": None, "inside.x": 5},
            add={"n": 2, "new": -3},
            remove=["inside.y"],
        )
    )

    assert table.get(*A) == {
        "pk": "P",
        "sk": "a",
        "n": 3,
        "new": -3,
        "text": "t",
        "inside": {"x": 5},
    }


def test_an_update_makes_an_item_unless_it_must_exist(table: Table) -> None:
    table.commit(table.update(A, add={"n": 1}))

    assert table.get(*A) == {"pk": "P", "sk": "a", "n": 1}
    assert refused(table, table.update(B, add={"n": 1}, if_exists=True)) == (0,)


@pytest.mark.parametrize(
    ("least", "holds"), [({"n": 3}, True), ({"n": 4}, False), ({"m": 0}, False), ({"n": -1}, True)]
)
def test_an_update_if_at_least(table: Table, least: dict[str, int], holds: bool) -> None:
    put(table, n=3)
    write = table.update(A, add={"n": -1}, if_at_least=least, if_equals={"m": None})

    if holds:
        table.commit(write)
        assert (table.get(*A) or {})["n"] == 2
    else:
        assert refused(table, write) == (0,)


def test_a_transaction_is_all_or_nothing_and_says_what_failed(table: Table) -> None:
    put(table, n=1)
    writes = [table.put({**B._asdict()}), table.update(A, add={"n": 1}, if_equals={"n": 7})]

    assert refused(table, *writes) == (1,)
    assert table.get(*B) is None


def test_checks_write_nothing(table: Table) -> None:
    put(table, n=1)
    table.commit(table.check_absent(B), table.put({**Key("P", "c")._asdict()}))
    table.commit(table.check_equals(A, {"n": 1}), table.delete(Key("P", "c")))

    assert table.get(*B) is None
    assert refused(table, table.check_absent(A), table.put({**B._asdict()})) == (0,)
    assert refused(table, table.check_equals(A, {"n": 2}), table.put({**B._asdict()})) == (0,)


def test_deleting(table: Table) -> None:
    put(table, n=1)

    assert refused(table, table.delete(A, if_equals={"n": 2})) == (0,)
    table.commit(table.delete(A, if_equals={"n": 1}))
    table.commit(table.delete(A))
    assert table.get(*A) is None


def test_queries_go_page_by_page_in_order(table: Table) -> None:
    table.put_many({"pk": "P", "sk": f"{kind}{n}", "n": n} for kind in "xy" for n in range(3))

    def walk(**options: Any) -> list[str]:
        found, token = [], None
        while True:
            page = table.query("P", limit=2, token=token, **options)
            found += [item["sk"] for item in page.items]
            token = page.next
            if token is None:
                return found

    assert walk() == ["x0", "x1", "x2", "y0", "y1", "y2"]
    assert walk(begins_with="y") == ["y0", "y1", "y2"]
    assert walk(newest_first=True)[:2] == ["y2", "y1"]
    assert walk(where={"n": 1}) == ["x1", "y1"]
    assert [item["sk"] for item in table.every("P", begins_with="x")] == ["x0", "x1", "x2"]
    assert table.count("P", cap=4) == (4, True)
    assert table.count("P", cap=6) == (6, False)
    assert table.query("Q").items == []


def test_a_transaction_has_a_limit(table: Table) -> None:
    writes = [table.put({"pk": "P", "sk": str(n)}) for n in range(101)]

    with pytest.raises(ValueError, match="101"):
        table.commit(*writes)


def test_a_disturbance_comes_before_or_after_the_effect() -> None:
    table = MemoryTable()

    def die(_operation: str) -> None:
        raise KeyError

    table.before = die
    with pytest.raises(KeyError):
        put(table, n=1)
    table.before = _rest
    table.after = die
    with pytest.raises(KeyError):
        put(table, B, n=1)
    table.after = _rest
    assert (table.get(*A), table.get(*B)) == (None, {"pk": "P", "sk": "b", "n": 1})


_rest: Callable[[str], None] = lambda _operation: None  # noqa: E731
