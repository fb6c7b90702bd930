"""The rows of a file that could not be read, as a file to be mended and sent again."""

import csv
import io
from collections.abc import Iterable

from stock.domain.sheet import Fault, FileFault, read_sheet

ERROR_HEADING = "エラー"
# Of at most three bytes each: an answer of a function has at most 6 MB.
_MOST_CHARACTERS = 1_200_000
# A cell that begins like this is run as a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def errors_csv(raw: bytes, faults: Iterable[Fault]) -> str:
    """The wrong rows as they came, with a column that says what is wrong. UTF-8 with BOM, so that
    Excel opens it. Not longer than what Lambda can answer; the last line says so."""
    by_row: dict[int, list[str]] = {}
    for fault in faults:
        text = f"{fault.column}: {fault.reason}" if fault.column else fault.reason
        by_row.setdefault(fault.row, []).append(text)
    out = io.StringIO()
    writer = csv.writer(out)
    try:
        sheet = read_sheet(raw)
    except FileFault:
        writer.writerow([ERROR_HEADING])
        writer.writerows([text] for texts in by_row.values() for text in texts)
        return f"\ufeff{out.getvalue()}"
    width = len(sheet.header)
    writer.writerow([*map(_safe, sheet.header), ERROR_HEADING])
    for number, cells in sheet.rows:
        if number in by_row:
            padded = [*cells, *[""] * (width - len(cells))]
            writer.writerow([*map(_safe, padded[:width]), " / ".join(by_row.pop(number))])
        if out.tell() > _MOST_CHARACTERS:
            more = f"ほかに{len(by_row):,}行あります。先にここまでの行を直してください"
            writer.writerow([*[""] * width, more])
            break
    return f"\ufeff{out.getvalue()}"


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
