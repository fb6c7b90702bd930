"""Files as people save them."""

import pytest

from stock.domain.formats import Kind
from stock.domain.next_engine import read_rows
from stock.domain.report import errors_csv
from stock.domain.row_check import Present, row_faults
from stock.domain.rows import Row, differences
from stock.domain.sheet import ROWS_MAX, Fault, FileFault, read_sheet
from tests.stock.builders import a_level, a_product

HEADER = "商品コード,商品名,JANコード,売価,安全在庫,在庫数"


def rows_of(text: str, encoding: str = "utf-8") -> tuple[list[Row], list[Fault]]:
    return read_rows(read_sheet(text.encode(encoding)), {})


@pytest.mark.parametrize(
    ("codec", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 BOM"), ("cp932", "CP932")]
)
def test_the_encoding_is_found_out(codec: str, name: str) -> None:
    sheet = read_sheet(f"{HEADER}\r\nTEA,煎茶①,,500,,3\r\n".encode(codec))

    assert sheet.encoding == name
    assert read_rows(sheet, {}) == ([Row(2, "TEA", "煎茶①", None, 500, None, 3)], [])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("商品コード\nTEA\n".encode("utf-16"), "UTF-16"),
        (b"\x81\xff\xfe\xfd,\n", "文字コード"),
        (b"sku,name\nA\0,b\n", "CSVではない"),
        (b"", "商品コード"),
        (b"name,price\nx,1\n", "見出し「商品コード」がありません"),
        ("商品コード,sku\nA,B\n".encode(), "見出し「商品コード」が2つあります"),
        (HEADER.encode(), "データの行がありません"),
        (b'sku,name\nA,"open\n', "2行目を読めません"),
        (b"sku\n" + b"A\n" * (ROWS_MAX + 1), "行が多すぎます（300,000行まで）"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(FileFault, match=reason):
        read_sheet(raw)


@pytest.mark.parametrize(
    "text",
    [
        "商品コード,在庫数,商品名\nTEA,3,煎茶\n",
        "sku,on_hand,name\nTEA,3,煎茶\n",
        " SKU ,ON_HAND,NAME,備考\nTEA,3,煎茶,なんでも\n",
        "ｓｋｕ\ton_hand\tname\nTEA\t3\t煎茶\n",
        '"商品コード","在庫数","商品名"\r\n"TEA","3","煎茶"\r\n',
        "\n商品コード,在庫数,商品名\n\nTEA,3,煎茶\n,,\n",
    ],
)
def test_headings_in_any_order_language_width_and_delimiter(text: str) -> None:
    [row], faults = rows_of(text)

    assert (row.sku, row.name, row.on_hand) == ("TEA", "煎茶", 3)
    assert faults == []


def test_rows_are_counted_as_a_spreadsheet_counts() -> None:
    [row], [fault] = rows_of('sku,name\nA,"two\nlines"\n\nB,b\n')

    assert (fault.row, fault.reason) == (2, "商品名に制御文字があります")
    assert (row.number, row.sku) == (4, "B")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("１２３", 123),
        ("1,980", 1980),
        ("￥1,980", 1980),
        ("1980円", 1980),
        (" 7 ", 7),
        ("0", 0),
        ("007", 7),
        ("", None),
        ("\u3000", None),
    ],
)
def test_numbers_as_people_write_them(text: str, number: int | None) -> None:
    [row], faults = rows_of(f'sku,price\nA,"{text}"\n')

    assert row.price == number
    assert faults == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-1", "0以上の数で入力してください"),
        ("△3", "0以上の数で入力してください"),
        ("1.5", "整数で入力してください"),
        ("1,98", "整数で入力してください"),
        ("約10", "整数で入力してください"),
        ("4.9E+12", "整数で入力してください"),
        ("10000000", "9,999,999までの数で入力してください"),
        ("9" * 40, "9,999,999までの数で入力してください"),
    ],
)
def test_numbers_that_are_none_say_what_to_do(text: str, reason: str) -> None:
    rows, faults = rows_of(f'sku,on_hand\nA,"{text}"\n')

    assert rows == []
    assert faults == [Fault(2, "在庫数", text, reason)]


def test_every_wrong_value_of_a_row_is_named() -> None:
    rows, faults = rows_of(
        f"{HEADER}\nA%,煎茶,4901234,x,-1,1\n,名なし,,,,\nTEA,煎茶,,,,1\nTEA,煎茶,,,,2\n"
        f"X,余り,,,,1,9\n{'L' * 65},a,,,,\n"
    )

    assert [row.sku for row in rows] == ["TEA"]
    assert [(fault.row, fault.column, fault.reason) for fault in faults] == [
        (2, "商品コード", "商品コードに使えない文字（% や制御文字）があります"),
        (2, "JANコード", "JANコードは8・12・13・14桁の数字です"),
        (2, "売価", "整数で入力してください"),
        (2, "安全在庫", "0以上の数で入力してください"),
        (3, "商品コード", "商品コードがありません"),
        (5, "商品コード", "4行目と同じ商品コードです"),
        (6, "", "値の数が見出しより多くなっています"),
        (7, "商品コード", "商品コードは64文字までです"),
    ]


def test_a_wrong_value_is_shown_shortened() -> None:
    _, [fault] = rows_of(f"sku,price\nA,{'x' * 500}\n")

    assert fault.value == "x" * 60


def test_a_new_product_needs_a_name() -> None:
    [row], _ = rows_of("sku,on_hand\nNEW,1\n")

    assert row_faults(Kind.PLAIN, row, Present()) == [
        Fault(2, "商品名", "", "新しい商品には商品名が必要です")
    ]
    assert row_faults(Kind.PLAIN, row, Present(a_product("NEW"), a_level("NEW"))) == []


def test_empty_cells_leave_what_is_there() -> None:
    [row], _ = rows_of(f"{HEADER}\nTEA,,,,,\n")

    assert differences(row, a_product(price=500, jan="4901234567894"), a_level(on_hand=3)) == []


def test_differences_are_shown_with_the_present_values() -> None:
    [row], _ = rows_of(f"{HEADER}\nTEA,新茶,4901234567894,500,2,7\n")

    assert differences(row, a_product(name="煎茶", price=500), a_level(on_hand=3)) == [
        ("name", "煎茶", "新茶"),
        ("jan", None, "4901234567894"),
        ("safety", 0, 2),
        ("on_hand", 3, 7),
    ]


def test_the_error_file_has_the_wrong_rows_as_they_came_with_a_column_more() -> None:
    raw = f"{HEADER},備考\nA,=cmd(),,x,,1,-メモ\nB,正しい,,1,,1\nC,短い\n".encode("cp932")
    faults = [
        Fault(2, "売価", "x", "整数で入力してください"),
        Fault(4, "在庫数", "", "a"),
        Fault(4, "", "", "b"),
    ]

    assert errors_csv(raw, faults) == (
        f"\ufeff{HEADER},備考,エラー\r\n"
        "A,'=cmd(),,x,,1,'-メモ,売価: 整数で入力してください\r\n"
        "C,短い,,,,,,在庫数: a / b\r\n"
    )


def test_the_error_file_is_never_longer_than_an_answer_may_be() -> None:
    rows = [f"S{n:05d},{'長' * 190},x\n" for n in range(9000)]
    faults = [Fault(n + 2, "売価", "x", "整数で入力してください") for n in range(len(rows))]

    found = errors_csv(f"sku,name,price\n{''.join(rows)}".encode(), faults)

    lines = found.splitlines()
    assert 3_000_000 < len(found.encode()) < 4_000_000
    assert lines[-2].startswith(f"S{len(lines) - 3:05d},")
    left = 9000 - (len(lines) - 2)
    assert lines[-1] == f',,,"ほかに{left:,}行あります。先にここまでの行を直してください"'


def test_the_error_file_of_an_unreadable_file_says_why() -> None:
    assert errors_csv(b"name\nx\n", [Fault(0, "", "", "見出しがありません")]) == (
        "\ufeffエラー\r\n見出しがありません\r\n"
    )
