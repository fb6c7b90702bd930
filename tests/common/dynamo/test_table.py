"""Reading and writing items on a fake DynamoDB."""

import pytest

from common.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Key, Table

KEY = Key("SKU#A", "LEVEL")


def _level(table: Table) -> Item:
    found = table.get(*KEY)
    assert found is not None
    return found


def _stored(table: Table, **attributes: object) -> Table:
    table.commit(table.put({**KEY._asdict(), **attributes}))
    return table


def test_an_item_is_read_as_it_was_written(stock_table: Table) -> None:
    _stored(stock_table, n=3, empty="", nested={"none": None}, gone=None)

    assert _level(stock_table) == {
        "pk": "SKU#A",
        "sk": "LEVEL",
        "n": 3,
        "empty": "",
        "nested": {"none": None},
    }
    assert stock_table.get("SKU#A", "OTHER") is None


def test_many_items_are_read_by_key_and_missing_ones_left_out(stock_table: Table) -> None:
    stock_table.put_many({"pk": "P", "sk": str(n), "n": n} for n in range(130))
    keys = [Key("P", str(n)) for n in range(131)]

    found = stock_table.get_many([*keys, *keys])

    assert [found[key]["n"] for key in keys[:130]] == list(range(130))
    assert len(found) == 130
    assert stock_table.get_many([]) == {}


def test_put_if_absent_stores_once(stock_table: Table) -> None:
    stock_table.commit(stock_table.put({**KEY._asdict(), "n": 1}, if_absent=True))

    with pytest.raises(ConditionFailed) as failed:
        stock_table.commit(stock_table.put({**KEY._asdict(), "n": 2}, if_absent=True))

    assert failed.value.indexes == (0,)
    assert _level(stock_table)["n"] == 1


def test_put_with_an_old_version_changes_nothing(stock_table: Table) -> None:
    _stored(stock_table, version=2)

    with pytest.raises(ConditionFailed):
        stock_table.commit(
            stock_table.put({**KEY._asdict(), "version": 2}, if_equals={"version": 1})
        )
    stock_table.commit(stock_table.put({**KEY._asdict(), "version": 3}, if_equals={"version": 2}))

    assert _level(stock_table)["version"] == 3


def test_update_assigns_adds_and_removes(stock_table: Table) -> None:
    _stored(stock_table, on_hand=5, note="x", by={"id": "1", "name": "y"})

    stock_table.commit(
        stock_table.update(
            KEY,
            assign={"mode": "shared", "by.id": "2"},
            add={"on_hand": -2, "n": 1},
            remove=["note"],
        )
    )

    assert _level(stock_table) == {
        **KEY._asdict(),
        "on_hand": 3,
        "n": 1,
        "mode": "shared",
        "by": {"id": "2", "name": "y"},
    }


def test_assigning_none_removes_as_putting_none_leaves_out(stock_table: Table) -> None:
    _stored(stock_table, note="x", n=1)

    stock_table.commit(stock_table.update(KEY, assign={"note": None}))

    assert _level(stock_table) == {**KEY._asdict(), "n": 1}
    stock_table.commit(stock_table.update(KEY, assign={"n": 2}, if_equals={"note": None}))
    assert _level(stock_table)["n"] == 2


def test_reserved_words_are_no_problem(stock_table: Table) -> None:
    stock_table.commit(
        stock_table.update(KEY, assign={"status": "NEW", "size": 1, "name": "n", "values": [1]})
    )

    assert stock_table.query("SKU#A", where={"status": "NEW", "size": 1}).items[0]["values"] == [1]


def test_an_update_makes_the_item_unless_it_must_exist(stock_table: Table) -> None:
    with pytest.raises(ConditionFailed):
        stock_table.commit(stock_table.update(KEY, add={"n": 1}, if_exists=True))
    assert stock_table.get(*KEY) is None

    stock_table.commit(stock_table.update(KEY, add={"n": 1}))
    stock_table.commit(stock_table.update(KEY, add={"n": 1}, if_exists=True))

    assert _level(stock_table)["n"] == 2


def test_units_are_taken_only_while_there_are_enough(stock_table: Table) -> None:
    _stored(stock_table, available=3)
    take_two = stock_table.update(KEY, add={"available": -2}, if_at_least={"available": 2})

    stock_table.commit(take_two)
    with pytest.raises(ConditionFailed):
        stock_table.commit(take_two)

    assert _level(stock_table)["available"] == 1


def test_a_delete_is_harmless_twice_unless_it_is_conditional(stock_table: Table) -> None:
    _stored(stock_table, version=1)

    with pytest.raises(ConditionFailed):
        stock_table.commit(stock_table.delete(KEY, if_equals={"version": 9}))
    stock_table.commit(stock_table.delete(KEY, if_equals={"version": 1}))
    stock_table.commit(stock_table.delete(KEY))

    assert stock_table.get(*KEY) is None


def test_a_transaction_is_all_or_nothing_and_names_what_failed(stock_table: Table) -> None:
    _stored(stock_table, version=1)
    other, third = Key("SKU#B", "LEVEL"), Key("SKU#C", "LEVEL")
    stock_table.commit(stock_table.put(third._asdict()))

    with pytest.raises(ConditionFailed) as failed:
        stock_table.commit(
            stock_table.put(other._asdict()),
            stock_table.update(KEY, add={"version": 1}, if_equals={"version": 7}),
            stock_table.check_absent(third),
        )

    assert failed.value.indexes == (1, 2)
    assert stock_table.get(*other) is None
    assert _level(stock_table)["version"] == 1


def test_a_lone_check_is_a_transaction_of_one(stock_table: Table) -> None:
    stock_table.commit(stock_table.check_absent(KEY))
    _stored(stock_table)

    with pytest.raises(ConditionFailed):
        stock_table.commit(stock_table.check_absent(KEY))


def test_a_transaction_may_have_a_hundred_writes_and_no_more(stock_table: Table) -> None:
    writes = [stock_table.put({"pk": "P", "sk": f"{n:03d}"}) for n in range(TRANSACTION_LIMIT + 1)]

    with pytest.raises(ValueError, match="101 writes"):
        stock_table.commit(*writes)
    assert stock_table.count("P", cap=200) == (0, False)

    stock_table.commit(*writes[:TRANSACTION_LIMIT])
    assert stock_table.count("P", cap=200) == (100, False)


def test_committing_nothing_does_nothing(stock_table: Table) -> None:
    stock_table.commit(stock_table.put({**KEY._asdict(), "on_hand": 1}))
    stock_table.commit()
    assert stock_table.get(*KEY) == {**KEY._asdict(), "on_hand": 1}


def test_a_write_does_not_show_what_it_writes(stock_table: Table) -> None:
    assert "山田" not in repr(stock_table.put({**KEY._asdict(), "name": "山田"}))
