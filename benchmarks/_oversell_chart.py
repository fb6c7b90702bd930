"""The table of `oversell` as a picture: units oversold and orders shipped, policy by policy."""

from collections.abc import Sequence
from html import escape

from benchmarks._report import Row

_WIDTH, _ROW, _LEFT, _BAR = 720, 44, 130, 240
_SERIES = (("units oversold", "#b3261e"), ("orders shipped", "#1b6e4b"))


def chart(rows: Sequence[Row]) -> str:
    """A standalone SVG document."""
    height = _ROW * len(rows) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="13" role="img" aria-label="Oversold and shipped">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for n, (column, colour) in enumerate(_SERIES):
        x = _LEFT + n * (_BAR + 50)
        parts.append(f'<text x="{x}" y="24" fill="{colour}">{escape(column)}</text>')
        most = max((int(row[column] or 0) for row in rows), default=0) or 1
        for m, row in enumerate(rows):
            value = int(row[column] or 0)
            y = 40 + m * _ROW
            width = round(value / most * _BAR)
            parts.append(
                f'<rect x="{x}" y="{y}" width="{width}" height="22" fill="{colour}"/>'
                f'<text x="{x + width + 6}" y="{y + 16}">{value:,}</text>'
            )
    for m, row in enumerate(rows):
        parts.append(f'<text x="8" y="{40 + m * _ROW + 16}">{escape(str(row["policy"]))}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
