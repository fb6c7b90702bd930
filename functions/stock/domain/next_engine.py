"""Files of every kind, and Next Engine's of sets and of warehouse stock in particular.

A set has one row a component; its rows become one. Warehouse stock has units to add or to take
away, one of the two, by place (拠点); the rows of a SKU become one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from stock.domain.cells import number, yen
from stock.domain.formats import Kind
from stock.domain.place import MAIN, NAMES_OF_MAIN
from stock.domain.product import (
    PRICE_MAX,
    UNITS_MAX,
    name_fault,
    sku_fault,
)
from stock.domain.rows import Cell, Row, fault, read_products, surplus
from stock.domain.sheet import Fault, Sheet

COMPONENTS_MAX = 20


def read_rows(sheet: Sheet, places: Mapping[str, str]) -> tuple[list[Row], list[Fault]]:
    """The rows of a file of any kind, and what is wrong. places: code by name and by code."""
    match sheet.kind:
        case Kind.NE_SET:
            return read_sets(sheet)
        case Kind.NE_WAREHOUSE:
            return read_warehouse(sheet, places)
        case _:
            return read_products(sheet)


def read_sets(sheet: Sheet) -> tuple[list[Row], list[Fault]]:
    """Sets with their components, and what is wrong."""
    found: dict[str, Row] = {}
    faults: list[Fault] = []
    for place, cells in sheet.rows:
        values = sheet.values(cells)
        row, wrong = _read_component(place, values)
        if sheet.has_surplus(cells):
            wrong.append(surplus(place))
        if not wrong:
            wrong = _join(found, row)
        faults += wrong
    return list(found.values()), [*faults, *_nested(found)]


def _nested(found: Mapping[str, Row]) -> Iterator[Fault]:
    """Sets of this file that are a part of another, or, by way of others, of themselves."""
    reason = "この構成品は同じファイルでセットとして登録されています"
    for row in found.values():
        for component, cell in row.cells.items():
            if component in found:
                yield fault(Kind.NE_SET, cell.row, "component", component, reason)


def _read_component(place: int, values: Mapping[str, str]) -> tuple[Row, list[Fault]]:
    texts = {name: values.get(name, "").strip() for name in ("sku", "name", "component")}
    price, price_fault = yen(values.get("price", ""), PRICE_MAX)
    units, units_fault = number(values.get("units", ""), UNITS_MAX)
    reasons = {
        "sku": (texts["sku"], sku_fault(texts["sku"])),
        "name": (texts["name"], name_fault(texts["name"]) if texts["name"] else ""),
        "price": (values.get("price", ""), price_fault),
        "component": (texts["component"], sku_fault(texts["component"])),
        "units": (
            values.get("units", ""),
            units_fault or ("" if units else "1以上で入力してください"),
        ),
    }
    faults = [
        fault(Kind.NE_SET, place, column, text, reason)
        for column, (text, reason) in reasons.items()
        if reason
    ]
    if texts["component"] and texts["component"] == texts["sku"]:
        reason = "セットの構成品にセット自身は指定できません"
        faults.append(fault(Kind.NE_SET, place, "component", texts["component"], reason))
    tax_rate = values.get("tax_rate", "").strip()
    row = Row(
        place,
        texts["sku"],
        name=texts["name"] or None,
        price=price,
        components={texts["component"]: units or 0},
        cells={texts["component"]: Cell(place, texts["component"])},
        is_zero_unpriced=True,
        extra={"tax_rate": tax_rate} if tax_rate else {},
    )
    return row, faults


def _join(found: dict[str, Row], row: Row) -> list[Fault]:
    """Add a component to its set. The name and price of the first row count."""
    before = found.get(row.sku)
    if before is None:
        found[row.sku] = row
        return []
    [(component, units)] = row.components.items()
    if component in before.components:
        reason = "同じセットに同じ構成品が2回あります"
        return [fault(Kind.NE_SET, row.number, "component", component, reason)]
    if len(before.components) == COMPONENTS_MAX:
        reason = f"構成品は{COMPONENTS_MAX}種類までです"
        return [fault(Kind.NE_SET, row.number, "component", component, reason)]
    found[row.sku] = replace(
        before,
        components={**before.components, component: units},
        cells={**before.cells, **row.cells},
    )
    return []


def read_warehouse(sheet: Sheet, places: Mapping[str, str]) -> tuple[list[Row], list[Fault]]:
    """Units to add and to take away by SKU, and what is wrong. places: code by name and by code."""
    found: dict[str, Row] = {}
    faults: list[Fault] = []
    for place, cells in sheet.rows:
        row, wrong = _read_units(place, sheet.values(cells), places)
        if sheet.has_surplus(cells):
            wrong.append(surplus(place))
        faults += wrong
        if not wrong:
            before = found.get(row.sku)
            found[row.sku] = _plus(before, row) if before else row
    return list(found.values()), faults


def _read_units(
    place: int, values: Mapping[str, str], places: Mapping[str, str]
) -> tuple[Row, list[Fault]]:
    sku, name = values.get("sku", "").strip(), values.get("place", "").strip()
    code = MAIN if name in NAMES_OF_MAIN else places.get(name)
    add, add_fault = number(values.get("add", ""), UNITS_MAX)
    less, less_fault = number(values.get("subtract", ""), UNITS_MAX)
    reasons = {
        "sku": (sku, sku_fault(sku)),
        "place": (name, "" if code else "この拠点は登録されていません"),
        "add": (values.get("add", ""), add_fault),
        "subtract": (values.get("subtract", ""), less_fault),
    }
    if not add_fault and not less_fault and bool(add) == bool(less):
        reasons["add"] = (
            values.get("add", ""),
            "加算数量か減算数量のどちらか一方に1以上を入力してください",
        )
    faults = [
        fault(Kind.NE_WAREHOUSE, place, column, text, reason)
        for column, (text, reason) in reasons.items()
        if reason
    ]
    change, text = (add or 0) - (less or 0), values.get("subtract" if less else "add", "")
    at = code or MAIN
    return Row(place, sku, units={at: change}, cells={at: Cell(place, text.strip())}), faults


def _plus(before: Row, row: Row) -> Row:
    [(place, change)] = row.units.items()
    known = before.units.get(place, 0)
    cells = dict(before.cells)
    # Of several rows the last that takes away is the one that may take too much.
    if change < 0 or known >= 0:
        cells[place] = row.cells[place]
    return replace(before, units={**before.units, place: known + change}, cells=cells)
