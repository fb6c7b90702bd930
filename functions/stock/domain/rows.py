"""Rows of an import: what their values mean, and what they would change."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from stock.domain.level import Level
from stock.domain.product import (
    PRICE_MAX,
    UNITS_MAX,
    Product,
    jan_fault,
    name_fault,
    sku_fault,
)
from stock.domain.sheet import COLUMNS, Fault, Sheet

SHOWN_MAX = 60
_NUMBER = re.compile(r"\d+|\d{1,3}(,\d{3})+", re.ASCII)
_DIGITS_MAX = 15
_MOST = {"price": PRICE_MAX, "safety": UNITS_MAX, "on_hand": UNITS_MAX}


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its meaning. None: the cell is empty or the column missing, which leaves the
    present value as it is."""

    number: int
    sku: str
    name: str | None = None
    jan: str | None = None
    price: int | None = None
    safety: int | None = None
    on_hand: int | None = None


class Difference(NamedTuple):
    """One value against the present one."""

    field: str
    before: str | int | None
    after: str | int | None


def read_rows(sheet: Sheet) -> tuple[list[Row], list[Fault]]:
    """The rows that can be read, and what is wrong with the others. A SKU may come once."""
    rows, faults = [], []
    first_rows: dict[str, int] = {}
    for number, cells in sheet.rows:
        row, wrong = _read_row(number, sheet.values(cells))
        if sheet.has_surplus(cells):
            wrong.append(Fault(number, "", "", "値の数が見出しより多くなっています"))
        if row.sku in first_rows:
            reason = f"{first_rows[row.sku]}行目と同じ商品コードです"
            wrong.append(_fault(number, "sku", row.sku, reason))
        elif row.sku:
            first_rows[row.sku] = number
        faults += wrong
        if not wrong:
            rows.append(row)
    return rows, faults


def _read_row(number: int, cells: Mapping[str, str]) -> tuple[Row, list[Fault]]:
    faults: list[Fault] = []
    sku = cells.get("sku", "").strip()
    name = cells.get("name", "").strip()
    jan = unicodedata.normalize("NFKC", cells.get("jan", "")).strip()
    reasons = {
        "sku": (sku, sku_fault(sku)),
        "name": (name, name_fault(name) if name else ""),
        "jan": (jan, jan_fault(jan)),
    }
    numbers: dict[str, int | None] = {}
    for column, most in _MOST.items():
        text = cells.get(column, "")
        numbers[column], reason = _number(text, most)
        reasons[column] = (text, reason)
    faults = [
        _fault(number, column, text, reason) for column, (text, reason) in reasons.items() if reason
    ]
    return Row(number, sku, name or None, jan or None, **numbers), faults


def _number(text: str, most: int) -> tuple[int | None, str]:
    """The number in a cell, and what is wrong with it. Full-width digits, thousands separators
    and a yen sign are how people write it."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("円")
    if not plain:
        return None, ""
    if plain.startswith(("-", "−", "△", "▲")):
        return None, "0以上の数で入力してください"
    if not _NUMBER.fullmatch(plain):
        return None, "整数で入力してください"
    digits = plain.replace(",", "")
    number = int(digits) if len(digits) <= _DIGITS_MAX else most + 1
    return (number, "") if number <= most else (None, f"{most:,}までの数で入力してください")


def _fault(number: int, column: str, value: str, reason: str) -> Fault:
    return Fault(number, COLUMNS[column], value[:SHOWN_MAX], reason)


def needs_name(row: Row, product: Product | None) -> Fault | None:
    """A product that does not exist yet cannot be made without a name."""
    if product is None and row.name is None:
        return _fault(row.number, "name", "", "新しい商品には商品名が必要です")
    return None


def product_after(row: Row, product: Product | None) -> Product:
    """The product with the row's values; equal to `product` when they are the same."""
    base = product or Product(row.sku, row.name or "")
    return replace(
        base,
        name=base.name if row.name is None else row.name,
        jan=base.jan if row.jan is None else row.jan,
        price=base.price if row.price is None else row.price,
    )


def differences(row: Row, product: Product | None, level: Level | None) -> Sequence[Difference]:
    """What the row would change, in the order of the columns; all it sets for a new product."""
    present = {
        "name": product.name if product else None,
        "jan": (product.jan or None) if product else None,
        "price": product.price if product else None,
        "safety": level.safety if level else None,
        "on_hand": level.on_hand if level else None,
    }
    wanted = {name: getattr(row, name) for name in present}
    return [
        Difference(name, before, wanted[name])
        for name, before in present.items()
        if wanted[name] is not None and wanted[name] != before
    ]
