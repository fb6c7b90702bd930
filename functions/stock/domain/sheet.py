"""Reading a file of products and quantities as people save them: encoding, delimiter, header."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stock.domain.formats import Kind, column_of, kind_of, label_of

ROWS_MAX = 300_000
_NEEDED: Mapping[Kind, Sequence[str]] = {
    Kind.NE_SET: ("sku", "component", "units"),
    Kind.NE_WAREHOUSE: ("sku", "place"),
}


class FileFault(Exception):
    """The file as a whole cannot be read; the text is for the person, in Japanese."""


class Fault(NamedTuple):
    """One wrong value. row: as a spreadsheet counts (the header is 1); column: its heading."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's cells as texts. encoding: UTF-8, UTF-8 BOM or CP932. kind: what it is about.

    columns: our name of each column, "" for one we do not know. rows: (number, cells), the number
    as a spreadsheet counts.
    """

    encoding: str
    header: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    kind: Kind = Kind.PLAIN

    def values(self, cells: Sequence[str]) -> Mapping[str, str]:
        """A row's texts by our column names."""
        pairs = zip(self.columns, cells, strict=False)
        return {column: cell for column, cell in pairs if column}

    def has_surplus(self, cells: Sequence[str]) -> bool:
        """A row with values beyond the last heading: a comma too many has shifted something."""
        return any(cell.strip() for cell in cells[len(self.columns) :])


def read_sheet(raw: bytes) -> Sheet:
    """Raises FileFault."""
    encoding, text = decode(raw)
    lines = _lines(text, _delimiter(text))
    header = next((cells for _, cells in lines if _is_filled(cells)), [])
    kind = kind_of(header)
    columns = _columns(kind, header)
    rows = [(number, cells) for number, cells in lines if _is_filled(cells)]
    if not rows:
        raise FileFault("データの行がありません")
    return Sheet(encoding, header, columns, rows, kind)


def _is_filled(cells: Sequence[str]) -> bool:
    return any(cell.strip() for cell in cells)


def decode(raw: bytes) -> tuple[str, str]:
    """(encoding, text). CP932 is what Excel in Japan saves as CSV. Raises FileFault."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileFault("UTF-16の文字コードです。「CSV UTF-8」で保存してください")
    tries = [("UTF-8", "utf-8"), ("CP932", "cp932")]
    if raw.startswith(b"\xef\xbb\xbf"):
        tries = [("UTF-8 BOM", "utf-8-sig")]
    for name, codec in tries:
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise FileFault("CSVではないファイルです")
        return name, text
    raise FileFault("文字コードを判定できません。「CSV UTF-8」で保存してください")


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return "\t" if first.count("\t") > first.count(",") else ","


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with their number, from 1. A cell may hold line breaks, as in a spreadsheet."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number > ROWS_MAX + 1:
                raise FileFault(f"行が多すぎます（{ROWS_MAX:,}行まで）")
            yield number, cells
    except csv.Error:
        fault = f"{number + 1}行目を読めません（引用符が正しくないか、値が長すぎます）"
        raise FileFault(fault) from None


def _columns(kind: Kind, header: Sequence[str]) -> list[str]:
    """Our name of each column, "" for one we do not know. Raises FileFault."""
    columns = [column_of(kind, cell) for cell in header]
    known = [column for column in columns if column]
    twice = next((column for column in known if known.count(column) > 1), None)
    if twice:
        raise FileFault(f"見出し「{label_of(kind, twice)}」が2つあります")
    missing = next((column for column in _NEEDED.get(kind, ("sku",)) if column not in known), None)
    if missing:
        raise FileFault(f"見出し「{label_of(kind, missing)}」がありません")
    return columns
