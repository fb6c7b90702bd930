"""Rows of an import: what their values mean, and what they would change."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from stock.domain.cells import is_same_text, number, yen
from stock.domain.formats import KEPT, Kind, label_of
from stock.domain.level import Level
from stock.domain.product import (
    PRICE_MAX,
    UNITS_MAX,
    Product,
    jan_fault,
    name_fault,
    sku_fault,
)
from stock.domain.sheet import Fault, Sheet

SHOWN_MAX = 60
EXTRA_MAX = 20_000
_SUPPLIER_MAX = 100
_SHELF_MAX = 100

Reader = Callable[[str, int], tuple[int | None, str]]
_NUMBERS: Mapping[str, tuple[Reader, int]] = {
    "price": (yen, PRICE_MAX),
    "cost": (yen, PRICE_MAX),
    "safety": (number, UNITS_MAX),
    "on_hand": (number, UNITS_MAX),
    "reorder_point": (number, UNITS_MAX),
    "target": (number, UNITS_MAX),
    "lot": (number, UNITS_MAX),
}


class Cell(NamedTuple):
    """Where a value stands that became part of a row made of several: its own row, and its text."""

    row: int
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its meaning. None: the cell is empty or the column missing, which leaves the
    present value as it is.

    components: of a set, units of each SKU that make one. units: signed units to add, by place.
    cells: where in the file each component, or what a place loses (else gains), is written. extra:
    foreign columns that are kept. is_zero_unpriced: 0 yen says no more than an empty cell, because
    whoever wrote the file cannot leave it empty.
    """

    number: int
    sku: str
    name: str | None = None
    jan: str | None = None
    price: int | None = None
    safety: int | None = None
    on_hand: int | None = None
    cost: int | None = None
    supplier: str | None = None
    reorder_point: int | None = None
    target: int | None = None
    lot: int | None = None
    shelf: str | None = None
    components: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    is_zero_unpriced: bool = False


class Difference(NamedTuple):
    """One value against the present one."""

    field: str
    before: str | int | None
    after: str | int | None


def read_products(sheet: Sheet) -> tuple[list[Row], list[Fault]]:
    """The rows that can be read of a file of products, and what is wrong with the others. A SKU
    may come once."""
    rows, faults = [], []
    first_rows: dict[str, int] = {}
    for place, cells in sheet.rows:
        row, wrong = _read_row(sheet.kind, place, sheet.values(cells))
        if sheet.has_surplus(cells):
            wrong.append(surplus(place))
        if row.sku in first_rows:
            reason = f"{first_rows[row.sku]}行目と同じ商品コードです"
            wrong.append(fault(sheet.kind, place, "sku", row.sku, reason))
        elif row.sku:
            first_rows[row.sku] = place
        faults += wrong
        if not wrong:
            rows.append(row)
    return rows, faults


def _read_row(kind: Kind, place: int, cells: Mapping[str, str]) -> tuple[Row, list[Fault]]:
    sku = cells.get("sku", "").strip()
    name = cells.get("name", "").strip()
    jan = unicodedata.normalize("NFKC", cells.get("jan", "")).strip()
    supplier, shelf = cells.get("supplier", "").strip(), cells.get("shelf", "").strip()
    extra = {
        column.removeprefix(KEPT): text
        for column, text in cells.items()
        if column.startswith(KEPT) and text
    }
    reasons = {
        "sku": (sku, sku_fault(sku)),
        "name": (name, name_fault(name) if name else ""),
        "jan": (jan, jan_fault(jan)),
        "supplier": (supplier, _length_fault(supplier, _SUPPLIER_MAX)),
        "shelf": (shelf, _length_fault(shelf, _SHELF_MAX)),
    }
    numbers: dict[str, int | None] = {}
    for column, (read, most) in _NUMBERS.items():
        text = cells.get(column, "")
        numbers[column], reason = read(text, most)
        reasons[column] = (text, reason)
    faults = [
        fault(kind, place, column, text, reason)
        for column, (text, reason) in reasons.items()
        if reason
    ]
    if sum(map(len, extra.values())) > EXTRA_MAX:
        faults.append(Fault(place, "", "", f"説明文などの合計は{EXTRA_MAX:,}文字までです"))
    texts = {"name": name, "jan": jan, "supplier": supplier, "shelf": shelf}
    given = {column: text or None for column, text in texts.items()}
    row = Row(place, sku, **given, **numbers, extra=extra)  # type: ignore[arg-type]
    return replace(row, is_zero_unpriced=kind is Kind.NE_GOODS), faults


def _length_fault(text: str, most: int) -> str:
    return f"{most}文字までです" if len(text) > most else ""


def fault(kind: Kind, place: int, column: str, value: str, reason: str) -> Fault:
    """A wrong value, named by the heading that stands in the file."""
    return Fault(place, label_of(kind, column), value[:SHOWN_MAX], reason)


def surplus(place: int) -> Fault:
    return Fault(place, "", "", "値の数が見出しより多くなっています")


_FIELDS = ("name", "jan", "price", "cost", "supplier", "reorder_point", "target", "lot", "shelf")


def product_after(row: Row, product: Product | None) -> Product:
    """The product with the row's values; equal to `product` when they are the same."""
    base = product or Product(row.sku, row.name or "")
    wanted = {name: value for name in _FIELDS if (value := getattr(row, name)) is not None}
    for name in ("price", "cost"):
        if row.is_zero_unpriced and wanted.get(name) == 0 and getattr(base, name) is None:
            del wanted[name]
    if "lot" in wanted:
        wanted["lot"] = max(1, wanted["lot"])
    for name, value in wanted.items():
        present = getattr(base, name)
        if isinstance(value, str) and is_same_text(value, present):
            wanted[name] = present
    extra = {**base.extra, **_changed_texts(base.extra, row.extra)}
    components = row.components or base.components
    return replace(base, **wanted, extra=extra, components=components)


def _changed_texts(present: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text for name, text in given.items() if not is_same_text(text, present.get(name, ""))
    }


def units_after(row: Row, level: Level | None) -> int | None:
    """What would be on hand, None when the row says nothing of it."""
    if row.units:
        return (level.on_hand if level else 0) + sum(row.units.values())
    return row.on_hand


def differences(row: Row, product: Product | None, level: Level | None) -> Sequence[Difference]:
    """What the row would change, in the order of the columns; all it sets for a new product."""
    after = product_after(row, product)
    found = []
    for name in (*_FIELDS, "components"):
        before = _shown(product, name) if product else None
        if before != _shown(after, name):
            found.append(Difference(name, before, _shown(after, name)))
    kept = product.extra if product else {}
    others = sorted(_changed_texts(kept, row.extra))
    if others:
        found.append(Difference("extra", None, ", ".join(others)))
    counters = {"safety": row.safety, "on_hand": units_after(row, level)}
    for name, wanted in counters.items():
        present = getattr(level, name) if level else None
        if wanted is not None and wanted != present:
            found.append(Difference(name, present, wanted))
    return found


def _shown(product: Product, name: str) -> str | int | None:
    value = getattr(product, name)
    if name == "components":
        return ", ".join(f"{sku}×{units}" for sku, units in sorted(value.items())) or None
    if name == "lot":
        return value if value != 1 else None
    if name in ("reorder_point", "target"):
        return value or None
    return None if value == "" else value
