"""Next Engine's files come in unchanged, go out again, and can be taken back as a whole."""

import csv
import io

import pytest

from common.dynamo import Table
from common.errors import Conflict
from stock.domain.formats import NE_GOODS_COLUMNS
from stock.domain.product import Product
from stock.repository.catalogue import Catalogue
from stock.repository.imports import Imports
from stock.repository.items import product_item
from stock.repository.places import Places
from stock.service.catalogue import change_item, get_item
from stock.service.counting import Counting
from stock.service.exporting import export_page
from stock.service.placing import Storehouse
from stock.service.requests import ItemChange, Receipt
from tests.stock.builders import NOON, a_level, an_order
from tests.stock.files import (
    apply_file,
    check_file,
    exported,
    goods_file,
    set_file,
    undo_file,
    warehouse_file,
)
from tests.stock.house import WHO, House, counts, make_bucket
from tests.stock.tables import allocate, check, level, plant, register

GOODS = {
    "syohin_code": "TEA",
    "sire_code": "S01",
    "jan_code": "4901234567894",
    "syohin_name": "煎茶①100g",
    "genka_tnk": "600.00",
    "baika_tnk": "1,000",
    "zaiko_teisu": "30",
    "hachu_ten": "10",
    "lot": "6",
    "location": "A-1-2",
    "zaiko_su": "12",
    "org1": "やぶきた",
    "spec_text": "産地: 静岡\n内容量: 100g",
}
SETS = set_file("GIFT,茶器セット,5000,10,TEA,2", "GIFT,茶器セット,5000,10,POT,1")


@pytest.fixture
def house(aws: None, stock_table: Table) -> House:
    make_bucket()
    return House(stock_table)


def test_goods_come_in_with_all_their_columns_and_go_out_as_they_came(house: House) -> None:
    raw = goods_file(GOODS)

    job = apply_file(house, raw)

    assert counts(job) == ("DONE", 1, 1, 1, 0, 0)
    assert (job.kind, job.encoding) == ("ne_goods", "CP932")
    item = get_item(Catalogue(house.table), "TEA")
    assert (item.name, item.jan, item.price, item.cost) == (
        "煎茶①100g",
        "4901234567894",
        1000,
        600,
    )
    assert (item.supplier, item.shelf, item.on_hand) == ("S01", "A-1-2", 12)
    assert (item.reorder_point, item.target, item.lot) == (10, 30, 6)
    [row] = csv.DictReader(io.StringIO(exported(house.table, "goods")))
    assert row == dict.fromkeys(NE_GOODS_COLUMNS, "") | GOODS | {
        "genka_tnk": "600",
        "baika_tnk": "1000",
    }


def test_what_was_exported_changes_nothing_when_it_comes_in_again(house: House) -> None:
    apply_file(house, goods_file(GOODS, GOODS | {"syohin_code": "POT", "syohin_name": "急須"}))
    apply_file(house, SETS, "sets")

    again = check_file(house, exported(house.table, "goods").encode("cp932"), "again")
    sets_again = check_file(house, exported(house.table, "sets").encode("cp932"), "sets again")

    assert counts(again) == ("READY", 2, 2, 0, 0, 2)
    assert counts(sets_again) == ("READY", 1, 1, 0, 0, 1)


def test_a_page_ends_before_it_is_too_long_to_be_answered(house: House) -> None:
    skus = [f"S{n:03d}" for n in range(60)]
    extra = {"spec_html": "長" * 19_000}
    house.table.put_many(product_item(Product(sku, "品", extra=extra)) for sku in skus)
    plant(house.table, *map(a_level, skus))
    pages, token = [], None
    while True:
        page = export_page("goods", "cp932", token, Catalogue(house.table), Places(house.table))
        pages.append(page.text)
        if (token := page.next) is None:
            break

    # A function answers 6 MB at most, of which base64 leaves 4.5.
    assert [len(page.encode("cp932")) < 4_500_000 for page in pages] == [True, True]
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert [row["syohin_code"] for row in rows] == skus


def test_a_character_that_shift_jis_lacks_is_named(house: House) -> None:
    register(house.table, "TEA", "森鷗外 𠮷野 🍵")
    with pytest.raises(Conflict, match=r"TEA に.*「鷗」"):
        exported(house.table, "goods")
    assert "🍵" in exported(house.table, "goods", "utf-8")


def test_sets_are_made_of_products(house: House) -> None:
    register(house.table, "TEA")
    register(house.table, "POT", "急須")

    job = apply_file(house, SETS)

    assert counts(job) == ("DONE", 1, 1, 1, 0, 0)
    gift = get_item(Catalogue(house.table), "GIFT")
    assert (gift.name, gift.price, gift.components) == ("茶器セット", 5000, {"TEA": 2, "POT": 1})
    assert exported(house.table, "sets").splitlines()[1:] == [
        "GIFT,茶器セット,5000,10,POT,1",
        "GIFT,茶器セット,5000,10,TEA,2",
    ]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("GIFT,茶器,1,,NOBODY,1", (2, "syohin_code", "NOBODY")),
        ("GIFT,茶器,1,,TEA,0", (2, "suryo", "0")),
        ("GIFT,茶器,1,,TEA,x", (2, "suryo", "x")),
        ("GIFT,茶器,1,,GIFT,1", (2, "syohin_code", "GIFT")),
        ("GIFT,茶器,1.5,,TEA,1", (2, "set_baika_tnk", "1.5")),
        ("GIFT,茶器,1,,TEA,1\r\nGIFT,茶器,1,,TEA,2", (3, "syohin_code", "TEA")),
        ("GIFT,,1,,TEA,1", (2, "set_syohin_name", "")),
    ],
)
def test_a_wrong_set_is_named_by_row_column_and_value(
    house: House, rows: str, fault: tuple[int, str, str]
) -> None:
    register(house.table, "TEA")
    job = check_file(house, set_file(*rows.split("\r\n")))

    [found] = job.errors
    assert (found.row, found.column, found.value) == fault
    assert found.reason
    with pytest.raises(Conflict):
        house.desk.apply(job.id, WHO, "apply")


def test_warehouse_stock_adds_and_takes_away_by_place(house: House) -> None:
    register(house.table, "TEA", on_hand=5)
    Storehouse(Places(house.table), Catalogue(house.table), lambda: NOON).save(
        "annex", "別館", None
    )
    raw = warehouse_file("基本拠点,TEA,,2,破損", "別館,TEA,10,,入荷", "別館,TEA,,1,見本")

    job = apply_file(house, raw)

    assert counts(job) == ("DONE", 1, 1, 0, 1, 0)
    assert level(house.table).on_hand == 12
    assert [(u.place, u.on_hand) for u in Places(house.table).of_sku("TEA")] == [("annex", 9)]
    out = exported(house.table, "warehouse").splitlines()[1:]
    assert [line.split(",")[:3] for line in out] == [
        ["基本拠点", "TEA", "3"],
        ["別館", "TEA", "9"],
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("基本拠点,TEA,1,1,x", (2, "加算数量", "1")),
        ("基本拠点,TEA,,,x", (2, "加算数量", "")),
        ("基本拠点,TEA,,4,x", (2, "減算数量", "4")),
        ("月,TEA,1,,x", (2, "拠点名", "月")),
        ("基本拠点,CUP,1,,x", (2, "商品コード", "CUP")),
        ("別館,TEA,,1,x", (2, "減算数量", "1")),
    ],
)
def test_a_wrong_row_of_warehouse_stock_is_named(
    house: House, row: str, fault: tuple[int, str, str]
) -> None:
    register(house.table, "TEA", on_hand=5)
    allocate(house.table, an_order("a", TEA=2))
    Storehouse(Places(house.table), Catalogue(house.table), lambda: NOON).save(
        "annex", "別館", None
    )

    job = check_file(house, warehouse_file(row))

    [found] = job.errors
    assert (found.row, found.column, found.value) == fault
    assert level(house.table).on_hand == 5


# -- taking back


def test_an_import_is_taken_back_and_what_happened_since_stays(house: House) -> None:
    register(house.table, "TEA", "煎茶", on_hand=3, price=500)
    register(house.table, "POT", "急須", on_hand=1)
    rows = [{"syohin_code": "TEA", "syohin_name": "新茶", "baika_tnk": "900", "zaiko_su": "20"}]
    rows += [{"syohin_code": "POT", "syohin_name": "急須", "zaiko_su": "6"}]
    rows += [{"syohin_code": "CUP", "syohin_name": "湯呑", "zaiko_su": "4"}]
    job = apply_file(house, goods_file(*rows))
    Counting(Catalogue(house.table), lambda: NOON).receive("TEA", Receipt(quantity=5), WHO, "r")
    allocate(house.table, an_order("a", TEA=2))

    after = undo_file(house, job)

    tea, cup = (get_item(Catalogue(house.table), sku) for sku in ("TEA", "CUP"))
    assert (tea.name, tea.price, tea.on_hand, tea.allocated) == ("煎茶", 500, 8, 2)
    assert (cup.name, cup.on_hand) == ("湯呑", 0)
    assert level(house.table, "POT").on_hand == 1
    # What the import made stays as a name without units.
    assert (after.state, after.undone, after.kept) == ("UNDONE", 3, 1)
    check(house.table)


def test_what_somebody_changed_since_is_kept_and_counted(house: House) -> None:
    register(house.table, "TEA", "煎茶", on_hand=3)
    job = apply_file(house, goods_file({"syohin_code": "TEA", "syohin_name": "新茶"}))
    version = level(house.table).version
    change_item(Catalogue(house.table), lambda: NOON, "TEA", ItemChange(name="極上"), version, WHO)

    after = undo_file(house, job)

    assert get_item(Catalogue(house.table), "TEA").name == "極上"
    assert (after.undone, after.kept) == (1, 1)


def test_it_is_taken_back_once_and_only_after_it_was_done(house: House) -> None:
    register(house.table, "TEA", on_hand=3)
    checked = check_file(house, goods_file({"syohin_code": "TEA", "zaiko_su": "9"}))
    with pytest.raises(Conflict):
        house.desk.undo(checked.id, WHO, "early")
    house.desk.apply(checked.id, WHO, "apply")
    house.work(checked.id)
    undo_file(house, house.desk.view(checked.id))
    house.work(checked.id)

    assert level(house.table).on_hand == 3
    with pytest.raises(Conflict):
        house.desk.undo(checked.id, WHO, "another")
    assert Imports(house.table).job(checked.id).undone == 1


def test_a_long_import_is_taken_back_in_steps(house: House) -> None:
    rows = [
        {"syohin_code": f"S{n:03d}", "syohin_name": f"品 {n}", "zaiko_su": "2"} for n in range(40)
    ]
    job = apply_file(house, goods_file(*rows))
    turns = iter([True, False])
    house.desk.undo(job.id, WHO, "undo")
    house.work(job.id, lambda: next(turns))
    assert house.desk.view(job.id).state == "UNDOING"

    house.work(job.id)

    assert house.desk.view(job.id).undone == 40
    assert {level(house.table, f"S{n:03d}").on_hand for n in range(40)} == {0}


def test_what_has_no_price_comes_back_without_one(house: House) -> None:
    apply_file(house, goods_file({"syohin_code": "TEA", "syohin_name": "煎茶"}))
    register(house.table, "BOX", "箱", price=0)
    raw = exported(house.table, "goods").encode("cp932")
    assert raw.decode("cp932").splitlines()[1].split(",")[13:16] == ["0", "", "0"]

    assert counts(check_file(house, raw, "again")) == ("READY", 2, 2, 0, 0, 2)
    assert get_item(Catalogue(house.table), "TEA").price is None
    assert get_item(Catalogue(house.table), "BOX").price == 0
    dear = goods_file({"syohin_code": "BOX", "baika_tnk": "300"})
    free = goods_file({"syohin_code": "BOX", "baika_tnk": "0.00"})
    assert apply_file(house, dear, "dear").changed == 1
    assert apply_file(house, free, "free").changed == 1
    assert get_item(Catalogue(house.table), "BOX").price == 0
