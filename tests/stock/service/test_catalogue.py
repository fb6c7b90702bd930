"""Registering, changing, listing and searching products, on a table."""

import contextlib
from collections.abc import Callable

import pytest

from common.auth import SYSTEM
from common.dynamo import Table
from common.errors import Changed, Conflict, Contended, Invalid, NotFound
from stock.domain.level import Reason
from stock.domain.views import Item
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.service.allocate import Allocator
from stock.service.catalogue import change_item, get_item, list_items, register_item
from stock.service.requests import ItemChange, NewItem
from tests.dying import Deaths, survive
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Refusals, StreamTap
from tests.stock.tables import everything, fresh, level, register


@pytest.fixture
def shelf(stock_table: Table) -> Catalogue:
    return Catalogue(stock_table)


def change(shelf: Catalogue, version: int, sku: str = "TEA", **fields: object) -> Item:
    wanted = ItemChange.model_validate(fields)
    return change_item(shelf, lambda: NOON, sku, wanted, version, SYSTEM)


def skus(shelf: Catalogue, query: str = "", *, is_short_only: bool = False) -> list[str]:
    page = list_items(shelf, query, 100, None, is_short_only=is_short_only)
    return [item.sku for item in page.items]


def allocate(table: Table, order_id: str, **demand: int) -> None:
    assert Allocator(StockBook(table), lambda: NOON).run([an_order(order_id, **demand)]) == {}


def test_a_registered_product_has_its_units_in_the_ledger_as_initial(shelf: Catalogue) -> None:
    new = NewItem(sku="TEA", name="煎茶", jan="4901234567894", price=540, safety=1, on_hand=8)

    item = register_item(shelf, lambda: NOON, new, SYSTEM, "k")

    assert item == get_item(shelf, "TEA")
    assert item.model_dump(mode="json") == {
        "sku": "TEA",
        "name": "煎茶",
        "jan": "4901234567894",
        "price": 540,
        "on_hand": 8,
        "allocated": 0,
        "available": 8,
        "waiting": 0,
        "safety": 1,
        "mode": "shared",
        "components": {},
        "cost": None,
        "supplier": "",
        "shelf": "",
        "reorder_point": 0,
        "target": 0,
        "lot": 1,
        "version": 1,
        "updated_at": "2026-11-21T03:00:00.000Z",
    }
    stored = shelf.entries(["TEA"])["TEA"].level
    assert stored.last_change is not None
    assert stored.last_change.reason is Reason.INITIAL


def test_registering_twice_with_one_key_is_once_and_with_another_a_conflict(
    shelf: Catalogue, stock_table: Table
) -> None:
    new = NewItem(sku="TEA", name="煎茶", on_hand=8)
    first = register_item(shelf, lambda: NOON, new, SYSTEM, "k")
    allocate(stock_table, "a", TEA=3)

    assert register_item(shelf, lambda: NOON, new, SYSTEM, "k") == first
    with pytest.raises(Conflict):
        register_item(shelf, lambda: NOON, new, SYSTEM, "other")

    assert level(stock_table).allocated == 3


def test_another_request_under_a_used_key_is_refused(shelf: Catalogue) -> None:
    register_item(shelf, lambda: NOON, NewItem(sku="TEA", name="煎茶"), SYSTEM, "k")

    with pytest.raises(Invalid, match="another request"):
        register_item(shelf, lambda: NOON, NewItem(sku="POT", name="急須"), SYSTEM, "k")


def test_a_sku_that_no_url_can_carry_is_refused(shelf: Catalogue) -> None:
    with pytest.raises(Invalid) as refused:
        register_item(shelf, lambda: NOON, NewItem(sku="50%", name="半額"), SYSTEM, "k")

    assert [error.field for error in refused.value.errors] == ["body.sku"]


def test_changing_a_product_is_in_the_ledger_and_moves_no_units(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table, on_hand=5, price=500)

    item = change(shelf, 1, name="新茶", price=None, safety=2)

    assert (item.name, item.price, item.safety, item.on_hand, item.version) == (
        "新茶",
        None,
        2,
        5,
        2,
    )
    assert item == get_item(shelf, "TEA")
    assert skus(shelf, "新茶") == ["TEA"]
    assert skus(shelf, "煎茶") == []
    after = level(stock_table)
    assert after.last_change is not None
    assert after.last_change.reason is Reason.SETTINGS


def test_counters_that_moved_do_not_stand_in_the_way_of_changing_a_name(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table, on_hand=5)
    allocate(stock_table, "a", TEA=2)

    item = change(shelf, 1, name="新茶")

    assert (item.name, item.allocated, item.version) == ("新茶", 2, 3)


def test_a_product_that_changed_since_it_was_read_is_not_overwritten(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table)
    change(shelf, 1, price=500)

    with pytest.raises(Changed) as refused:
        change(shelf, 1, name="新茶")

    assert refused.value.current["version"] == 2
    assert refused.value.current["price"] == 500
    assert get_item(shelf, "TEA").name == "煎茶"


def test_a_version_from_the_future_is_not_the_one_read(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table)

    with pytest.raises(Changed):
        change(shelf, 7, name="新茶")


def test_changing_nothing_writes_nothing(shelf: Catalogue, stock_table: Table) -> None:
    register(stock_table)
    tap = StreamTap(stock_table)

    assert change(shelf, 1, name="煎茶").version == 1
    assert change(shelf, 1).version == 1
    assert tap.records == []


def test_an_unknown_sku_is_not_found(shelf: Catalogue, stock_table: Table) -> None:
    with pytest.raises(NotFound):
        get_item(shelf, "NONE")
    with pytest.raises(NotFound):
        change(shelf, 1, "NONE", name="x")


def test_a_product_that_others_keep_changing_ends_as_contended(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.always("TransactionCanceledException", "ConditionalCheckFailed")

    with pytest.raises(Contended):
        change(shelf, 1, name="新茶")

    assert refusals.calls == 8


def test_items_are_listed_by_sku_page_by_page(shelf: Catalogue, stock_table: Table) -> None:
    for sku in ("C", "A", "B"):
        register(stock_table, sku)

    first = list_items(shelf, "", 2, None, is_short_only=False)
    second = list_items(shelf, "", 2, first.next, is_short_only=False)

    assert [item.sku for item in first.items] == ["A", "B"]
    assert [item.sku for item in second.items] == ["C"]
    assert second.next is None


def test_items_are_found_by_the_beginning_of_sku_jan_and_words(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table, "TEA-1", "有機 センチャ", jan="4901234567894")
    register(stock_table, "TEA-2", "センチャ 100g センチャ")
    register(stock_table, "POT", "急須")

    assert skus(shelf, "tea") == ["TEA-1", "TEA-2"]
    assert skus(shelf, "T") == ["TEA-1", "TEA-2"]
    assert skus(shelf, "せんちゃ") == ["TEA-1", "TEA-2"]
    assert skus(shelf, "ｾﾝﾁｬ") == ["TEA-1", "TEA-2"]
    assert skus(shelf, "4901") == ["TEA-1"]
    assert skus(shelf, "なし") == []


def test_a_product_with_several_fitting_words_is_found_once_over_all_pages(
    shelf: Catalogue, stock_table: Table
) -> None:
    register(stock_table, "A", "茶々 茶々 茶々")
    register(stock_table, "B", "茶々")
    found: list[str] = []
    token: str | None = None

    while True:
        page = list_items(shelf, "茶々", 1, token, is_short_only=False)
        found += [item.sku for item in page.items]
        token = page.next
        if token is None:
            break

    assert sorted(found) == ["A", "B"]


def test_the_short_list_follows_the_counters(shelf: Catalogue, stock_table: Table) -> None:
    register(stock_table, on_hand=1)
    register(stock_table, "POT", "急須")
    assert skus(shelf, is_short_only=True) == []

    allocate(stock_table, "a", TEA=1, POT=2)

    assert skus(shelf, is_short_only=True) == ["POT"]
    assert skus(shelf, "急", is_short_only=True) == ["POT"]
    assert skus(shelf, "煎", is_short_only=True) == []
    assert shelf.count_short(10) == (1, False)
    cancelled = an_order("a", version=2)
    assert Allocator(StockBook(stock_table), lambda: NOON).run([cancelled]) == {}
    assert skus(shelf, is_short_only=True) == []


def stored_keys(table: Table) -> list[tuple[str, str]]:
    return sorted((item["pk"], item["sk"]) for item in everything(table))


def test_registering_may_die_at_any_moment(aws: None) -> None:
    def world() -> Callable[[], object]:
        table = fresh()
        return lambda: stored_keys(table)

    def work() -> None:
        new = NewItem(sku="TEA", name="煎茶 100g", on_hand=2)
        item = register_item(Catalogue(Table("stock")), lambda: NOON, new, SYSTEM, "k")
        assert (item.on_hand, item.version) == (2, 1)

    ends = survive(Deaths("dynamodb"), world, work)

    assert len(ends) == 5
    assert all(end == ends[-1] for end in ends)


def test_changing_may_die_at_any_moment(aws: None) -> None:
    def world() -> Callable[[], object]:
        table = fresh()
        register(table)
        return lambda: (stored_keys(table), get_item(Catalogue(table), "TEA"))

    def work() -> None:
        # That the first time had worked shows as a change, with the product as it is now.
        with contextlib.suppress(Changed):
            change(Catalogue(Table("stock")), 1, name="新茶")

    ends = survive(Deaths("dynamodb"), world, work)

    assert len(ends) == 5
    assert all(end == ends[-1] for end in ends)
