"""The table of `oversell` as a picture: what each policy sells, oversells, and does not sell."""

from collections.abc import Sequence
from html import escape

from benchmarks._report import Row

_LEFT, _BAR, _GAP, _ROW, _TOP = 110, 130, 70, 36, 56
# Column, what it says, colour: what was lost is drawn as boldly as what was won.
_SERIES = (
    ("units oversold", "units oversold", "#b3261e"),
    ("orders shipped", "orders shipped", "#1b6e4b"),
    ("turned away", "units turned away", "#8a5a00"),
    ("minutes", "minutes at 0, others had some", "#4a5a78"),
)


def chart(rows: Sequence[Row]) -> str:
    """A standalone SVG document."""
    width, height = _LEFT + len(_SERIES) * (_BAR + _GAP), _TOP + _ROW * len(rows) + 12
    title = "Strict mode and shared mode on the same demand"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="{title}">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="20" font-size="14" font-weight="bold" fill="#1d1d1f">{title}</text>',
    ]
    for m, row in enumerate(rows):
        y = _TOP + m * _ROW
        name = escape(str(row["policy"]))
        parts.append(f'<text x="8" y="{y + 16}" fill="#1d1d1f">{name}</text>')
    for n, series in enumerate(_SERIES):
        parts += _bars(rows, _LEFT + n * (_BAR + _GAP), *series)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bars(rows: Sequence[Row], x: int, column: str, heading: str, colour: str) -> list[str]:
    parts = [f'<text x="{x}" y="44" fill="{colour}">{escape(heading)}</text>']
    most = max((int(row[column] or 0) for row in rows), default=0) or 1
    for m, row in enumerate(rows):
        value, y = int(row[column] or 0), _TOP + m * _ROW
        width = round(value / most * _BAR)
        parts += [
            f'<rect x="{x}" y="{y}" width="{width}" height="22" fill="{colour}"/>',
            f'<text x="{x + width + 5}" y="{y + 16}" fill="#1d1d1f">{value:,}</text>',
        ]
    return parts
