"""Files of every kind, and Next Engine's of sets and of warehouse stock in particular.

A set has one row a component; its rows become one. Warehouse stock has units to add or to take
away, one of the two, by place (拠点); the rows of a SKU become one.
"""

from collections.abc import Mapping, Sequence

from stock.domain.cells import number, yen
from stock.domain.formats import Kind
from stock.domain.place import MAIN
from stock.domain.product import (
    PRICE_MAX,
    UNITS_MAX,
    name_fault,
    sku_fault,
)
from stock.domain.rows import Row, fault, read_products, surplus
from stock.domain.sheet import Fault, Sheet

COMPONENTS_MAX = 20
_NAMES_OF_MAIN = ("", "基本拠点", "メイン", MAIN)


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
    return list(found.values()), faults


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
    found[row.sku] = Row(
        before.number,
        row.sku,
        name=before.name,
        price=before.price,
        components={**before.components, component: units},
        extra=before.extra,
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
    code = MAIN if name in _NAMES_OF_MAIN else places.get(name)
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
    return Row(place, sku, units={code or MAIN: (add or 0) - (less or 0)}), faults


def _plus(before: Row, row: Row) -> Row:
    units = dict(before.units)
    for place, change in row.units.items():
        units[place] = units.get(place, 0) + change
    return Row(before.number, row.sku, units=units)


def units_fault(row: Row, free: int, lying: Mapping[str, int]) -> Fault | None:
    """What is taken away must be there and promised to nobody. free: units available; lying: good
    units of the SKU by place."""
    change = sum(row.units.values())
    if change < 0 and -change > free:
        reason = f"引当のない在庫は{max(0, free):,}個です。それより多くは減らせません"
        return fault(Kind.NE_WAREHOUSE, row.number, "subtract", str(-change), reason)
    for place, units in row.units.items():
        if units < 0 and -units > lying.get(place, 0):
            reason = f"この拠点の在庫は{lying.get(place, 0):,}個です"
            return fault(Kind.NE_WAREHOUSE, row.number, "subtract", str(-units), reason)
    return None


def component_faults(row: Row, plain: Sequence[str]) -> list[Fault]:
    """Components must be products that are no sets themselves. plain: SKUs that are."""
    reason = "この構成品は登録されていないか、それ自体がセットです"
    return [
        fault(Kind.NE_SET, row.number, "component", sku, reason)
        for sku in row.components
        if sku not in plain
    ]
