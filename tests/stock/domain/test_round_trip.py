"""What goes out in a file of Next Engine changes nothing when it comes in again."""

import csv
import io
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock.domain import export
from stock.domain.formats import KEPT, NE_GOODS, NE_GOODS_COLUMNS, Kind
from stock.domain.level import Level
from stock.domain.next_engine import read_rows
from stock.domain.product import Product, name_fault, sku_fault
from stock.domain.rows import differences
from stock.domain.sheet import read_sheet
from tests.stock.builders import a_level
from tests.stock.files import goods_file

# What people and malls put into names: what CSV, CP932 and spreadsheets trip over.
letters = st.text("aZ 09\"',;=+-@\t\n\r①㈱髙﨑〜～−－‖∥ｱﾞアー　・", min_size=1, max_size=12)
# A code that differs in one of the pairs only would be another's in the file.
codes = st.text("aZ 09\"',;=+-@①㈱髙﨑ｱﾞアー　・", min_size=1, max_size=12)
texts = st.one_of(st.just(""), letters.map(str.strip))
skus = codes.map(str.strip).filter(lambda sku: not sku_fault(sku))
names = letters.map(str.strip).filter(lambda name: not name_fault(name))
numbers = st.integers(0, 9_999_999)
prices = st.none() | st.integers(0, 999_999_999)
others = st.dictionaries(
    st.sampled_from([column for column in NE_GOODS_COLUMNS if column not in NE_GOODS]),
    letters,
    max_size=5,
)
plain = st.builds(
    Product,
    sku=skus,
    name=names,
    jan=st.sampled_from(["", "4901234567894", "12345678"]),
    price=prices,
    cost=prices,
    supplier=texts,
    shelf=texts,
    reorder_point=numbers,
    target=numbers,
    lot=st.integers(1, 999),
    extra=others,
)


@pytest.mark.parametrize("codec", ["cp932", "utf-8-sig"])
@given(products=st.lists(plain, min_size=1, max_size=4, unique_by=lambda one: one.sku))
def test_goods_come_back_as_they_are(codec: str, products: list[Product]) -> None:
    # A text of two characters can be read in both encodings; any real file is longer.
    products.append(Product("1", "煎茶と急須"))
    entries = {one.sku: (one, a_level(one.sku, on_hand=n)) for n, one in enumerate(products)}
    raw = export.goods(entries.values()).encode(codec)

    rows, faults = read_rows(read_sheet(raw), {})

    assert faults == []
    assert [row.sku for row in rows] == list(entries)
    for row in rows:
        assert differences(row, *entries[row.sku]) == []


@given(
    made=st.builds(Product, sku=skus, name=names, price=prices),
    components=st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 99), min_size=1),
)
def test_sets_come_back_as_they_are(made: Product, components: Mapping[str, int]) -> None:
    product = replace(made, sku=f"SET {made.sku}", name=f"組 {made.name}", components=components)
    raw = export.sets([product]).encode("cp932")

    [row], faults = read_rows(read_sheet(raw), {})

    assert faults == []
    assert row.sku == product.sku
    assert differences(row, product, Level(row.sku)) == []


def test_columns_may_stand_in_any_order_and_every_cell_in_quotes() -> None:
    values = {column: f"{column}の値" for column in NE_GOODS_COLUMNS if column not in NE_GOODS}
    values |= {
        "syohin_code": "TEA",
        "syohin_name": '煎茶 "極", 100g',
        "jan_code": "４９０１２３４５６７８９４",
        "genka_tnk": "600.00",
        "baika_tnk": "１，０００",
        "zaiko_su": "12",
        "lot": "0",
    }
    columns = list(NE_GOODS_COLUMNS)
    random.Random(7).shuffle(columns)
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(values)

    sheet = read_sheet(out.getvalue().encode("cp932"))
    assert (sheet.kind, sheet.encoding) == (Kind.NE_GOODS, "CP932")
    assert read_rows(sheet, {}) == read_rows(read_sheet(goods_file(values)), {})
    [row], faults = read_rows(sheet, {})
    assert faults == []
    assert (row.name, row.jan, row.cost, row.price) == (
        '煎茶 "極", 100g',
        "4901234567894",
        600,
        1000,
    )
    assert row.extra == {n: text for n, text in values.items() if n not in NE_GOODS}
    assert not any(column.startswith(KEPT) for column in row.extra)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("zaiko_su", "-3", "0以上の数"),
        ("zaiko_su", "△3", "0以上の数"),
        ("zaiko_su", "10000000", "9,999,999までの数"),
        ("zaiko_su", "9" * 400, "9,999,999までの数"),
        ("zaiko_su", "1.5", "整数"),
        ("zaiko_su", "8.11E+11", "整数"),
        ("zaiko_su", "#N/A", "整数"),
        ("baika_tnk", "1,00", "整数"),
        ("baika_tnk", "100.5", "整数"),
        ("genka_tnk", "百円", "整数"),
        ("jan_code", "4.90123E+12", "JANコード"),
        ("syohin_code", "", "商品コードがありません"),
        ("syohin_code", "A%B", "使えない文字"),
        ("syohin_code", "x" * 65, "64文字まで"),
        ("syohin_name", "長" * 201, "200文字まで"),
        ("spec_html", "長" * 20_001, "20,000文字まで"),
    ],
)
def test_a_bad_value_is_named_by_row_column_and_value(column: str, value: str, reason: str) -> None:
    good = {"syohin_code": "TEA", "syohin_name": "煎茶"}
    raw = goods_file({"syohin_code": "A", "syohin_name": "甲"}, good | {column: value})

    rows, [fault] = read_rows(read_sheet(raw), {})

    assert [row.sku for row in rows] == ["A"]
    assert fault.row == 3
    assert reason in fault.reason
    if column != "spec_html":
        assert (fault.column, fault.value) == (column, value[:60])


def test_ten_thousand_rows_with_a_few_bad_ones() -> None:
    rows = [{"syohin_code": f"S{n:05d}", "syohin_name": f"品{n}"} for n in range(12_000)]
    rows[4_999] |= {"zaiko_su": "多数"}
    rows[11_999] |= {"syohin_code": "S00000"}

    good, faults = read_rows(read_sheet(goods_file(*rows)), {})

    assert len(good) == 11_998
    assert [(f.row, f.column, f.value, f.reason) for f in faults] == [
        (5_001, "zaiko_su", "多数", "整数で入力してください"),
        (12_001, "syohin_code", "S00000", "2行目と同じ商品コードです"),
    ]
