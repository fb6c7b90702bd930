"""Giving the catalogue back in the files of Next Engine, so that nobody is locked in."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from stock.domain.formats import NE_GOODS, NE_GOODS_COLUMNS, NE_SET_COLUMNS, NE_WAREHOUSE_COLUMNS
from stock.domain.level import Level
from stock.domain.product import Product

_SKU_COLUMNS = (NE_GOODS_COLUMNS[0], NE_SET_COLUMNS[0], NE_WAREHOUSE_COLUMNS[1])
# Next Engine asks for these in every new row.
_UNPRICED = "0"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV with CRLF, as Next Engine and Excel write it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def goods(entries: Iterable[tuple[Product, Level]]) -> str:
    """`next_engine_goods_csv`: 93 columns; those that mean nothing here as they came. Sets are
    left out, they have a file of their own."""
    rows = (_goods_row(product, level) for product, level in entries if not product.is_set)
    return table(NE_GOODS_COLUMNS, rows)


def _goods_row(product: Product, level: Level) -> list[str]:
    ours: Mapping[str, object] = {
        "sku": product.sku,
        "supplier": product.supplier,
        "jan": product.jan,
        "name": product.name,
        "cost": _UNPRICED if product.cost is None else product.cost,
        "price": _UNPRICED if product.price is None else product.price,
        "target": product.target or "",
        "reorder_point": product.reorder_point or "",
        "lot": product.lot,
        "shelf": product.shelf,
        "on_hand": level.on_hand,
    }
    return [
        str(ours[NE_GOODS[column]]) if column in NE_GOODS else product.extra.get(column, "")
        for column in NE_GOODS_COLUMNS
    ]


def sets(products: Iterable[Product]) -> str:
    """`next_engine_set_csv`: one row a component."""
    rows = (
        [
            product.sku,
            product.name,
            _UNPRICED if product.price is None else str(product.price),
            product.extra.get("tax_rate", ""),
            component,
            str(units),
        ]
        for product in products
        for component, units in sorted(product.components.items())
    )
    return table(NE_SET_COLUMNS, rows)


def warehouse(units: Iterable[tuple[str, str, int]]) -> str:
    """`next_engine_warehouse_stock_csv` that brings an empty storehouse to where this one is: all
    units as additions. units: (name of the place, SKU, good units)."""
    rows = (
        [place, sku, str(count), "", "Bantoから書き出し"]
        for place, sku, count in units
        if count > 0
    )
    return table(NE_WAREHOUSE_COLUMNS, rows)


def unwritable(text: str) -> tuple[str, str]:
    """The first character that CP932 cannot have, and the SKU of the row that has it; ("", "")
    when it has them all. text: of one of these files."""
    try:
        text.encode("cp932")
    except UnicodeEncodeError as error:
        stray = text[error.start]
    else:
        return "", ""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    at = next(n for n, name in enumerate(header) if name in _SKU_COLUMNS)
    return stray, next(row[at] for row in rows if any(stray in cell for cell in row))
