"""What is wrong with a row as things are now: asked when a file is checked, and again when it is
applied, because others sell, move and rename meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stock.domain.formats import Kind
from stock.domain.level import Level
from stock.domain.place import MAIN, main_units
from stock.domain.product import UNITS_MAX, Product
from stock.domain.rows import Row, fault
from stock.domain.sets import NO_UNITS, set_fault
from stock.domain.sheet import Fault


@dataclass(frozen=True, slots=True)
class Present:
    """What there is of a row's SKU. parts: the products among the row's components. elsewhere:
    good units by place, of places other than the main one. is_listed: a shop has it on sale; looked
    for when the row says what it is made of."""

    product: Product | None = None
    level: Level | None = None
    parts: Mapping[str, Product] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    is_listed: bool = False


def row_faults(kind: Kind, row: Row, present: Present) -> list[Fault]:
    """Why a row cannot be applied; nothing when it can."""
    product, level = present.product, present.level
    if product is None and row.name is None:
        return [_needs_name(kind, row)]
    if row.components:
        return _part_faults(kind, row, present)
    if product and product.is_set and (row.units or row.on_hand):
        column = "sku" if row.units else "on_hand"
        value = row.sku if row.units else str(row.on_hand)
        return [fault(kind, row.number, column, value, NO_UNITS)]
    return _units_faults(kind, row, level, present.elsewhere) if level else []


def _needs_name(kind: Kind, row: Row) -> Fault:
    """A product that does not exist yet cannot be made without a name."""
    if kind is Kind.NE_WAREHOUSE:
        return fault(kind, row.number, "sku", row.sku, "この商品コードは登録されていません")
    return fault(kind, row.number, "name", "", "新しい商品には商品名が必要です")


def _part_faults(kind: Kind, row: Row, present: Present) -> list[Fault]:
    """Parts must be products that are no sets themselves, and a set has no units of its own."""
    unusable = "この構成品は登録されていないか、それ自体がセットです"
    faults = [
        fault(kind, row.cells[sku].row, "component", sku, unusable)
        for sku in row.components
        if sku not in present.parts or present.parts[sku].is_set
    ]
    if present.product and present.level:
        is_listed = present.is_listed
        reason = set_fault(present.product, present.level, row.components, is_listed=is_listed)
        faults += [fault(kind, row.number, "sku", row.sku, reason)] if reason else []
    return faults


def _units_faults(kind: Kind, row: Row, level: Level, elsewhere: Mapping[str, int]) -> list[Fault]:
    """What is taken away must be there and promised to nobody."""
    if not row.units:
        return []
    change, free = sum(row.units.values()), max(0, level.available - level.waiting)
    last = max(row.cells[at] for at, units in row.units.items() if (units < 0) == (change < 0))
    if level.on_hand + change > UNITS_MAX:
        return [fault(kind, last.row, "add", last.value, f"在庫数は{UNITS_MAX:,}までです")]
    if change < 0 and -change > free:
        reason = f"引当のない在庫は{free:,}個です。このファイルの合計{-change:,}個は減らせません"
        return [fault(kind, last.row, "subtract", last.value, reason)]
    there = {**elsewhere, MAIN: main_units(level.on_hand, sum(elsewhere.values()))}
    faults = []
    for at, units in row.units.items():
        good = max(0, there.get(at, 0))
        if -units > good:
            reason = f"この拠点の在庫は{good:,}個です。このファイルの合計{-units:,}個は減らせません"
            faults.append(fault(kind, row.cells[at].row, "subtract", row.cells[at].value, reason))
    return faults
