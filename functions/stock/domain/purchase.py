"""Purchase orders: what was ordered from a supplier, and what of it came in.

A purchase order is DRAFT until it is sent, ORDERED until everything came or was given up. Units
come in parts, good ones and defective ones, and there may be more than were ordered: what stands
in the storehouse counts, not what stands on paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from common.auth import Actor
from common.errors import Conflict, Invalid

# A transaction holds the order with two items a line, or what came in with four.
MOST_LINES = 40
MOST_ARRIVED = 20


class PurchaseState(StrEnum):
    """Where a purchase order stands. RECEIVED: nothing more is awaited. CANCELLED: it never was,
    or what is missing will not come."""

    DRAFT = "DRAFT"
    ORDERED = "ORDERED"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """Units of one SKU. received: good and defective ones together. cost: yen a unit, without
    tax, None when it is not agreed. arrives_on: of this line, when it differs from the rest."""

    sku: str
    quantity: int
    received: int = 0
    defective: int = 0
    cost: int | None = None
    arrives_on: date | None = None

    @property
    def missing(self) -> int:
        """Units still to come; never below zero."""
        return max(0, self.quantity - self.received)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase order. version: +1 every write, what writers compare."""

    id: str
    supplier: str
    created_at: datetime
    lines: tuple[PurchaseLine, ...]
    state: PurchaseState = PurchaseState.DRAFT
    arrives_on: date | None = None
    ordered_at: datetime | None = None
    note: str = ""
    version: int = 1
    actor: Actor | None = None

    @property
    def is_open(self) -> bool:
        """Units are on their way."""
        return self.state is PurchaseState.ORDERED

    @property
    def missing(self) -> int:
        """Units still to come, of all SKUs."""
        return sum(line.missing for line in self.lines) if self.is_open else 0

    def arrival(self, line: PurchaseLine) -> date | None:
        """The day a line is expected."""
        return line.arrives_on or self.arrives_on


@dataclass(frozen=True, slots=True)
class Arrived:
    """Units of one SKU that came in: good ones, and ones that cannot be sold."""

    sku: str
    good: int = 0
    defective: int = 0

    @property
    def units(self) -> int:
        return self.good + self.defective


def edited(before: Purchase, after: Purchase) -> Purchase:
    """A draft with the contents of `after`. Raises Conflict when it was sent already, Invalid."""
    if before.state is not PurchaseState.DRAFT:
        raise Conflict("発注済みのため内容は変更できません。入荷予定日だけ変更できます")
    check_lines(after.lines)
    return replace(
        before,
        supplier=after.supplier,
        lines=after.lines,
        arrives_on=after.arrives_on,
        note=after.note,
        version=before.version + 1,
    )


def check_lines(lines: Sequence[PurchaseLine]) -> None:
    """Raises Invalid for no line, too many lines, or a SKU that comes twice."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid(f"発注書の明細は1～{MOST_LINES}行です")
    skus = [line.sku for line in lines]
    twice = next((sku for sku in skus if skus.count(sku) > 1), None)
    if twice is not None:
        raise Invalid(f"{twice} が2行あります。1行にまとめてください")


def sent(before: Purchase, at: datetime) -> Purchase:
    """Ordered from the supplier. Raises Conflict unless it is a draft."""
    if before.state is not PurchaseState.DRAFT:
        raise Conflict("発注できるのは下書きだけです")
    return replace(before, state=PurchaseState.ORDERED, ordered_at=at, version=before.version + 1)


def cancelled(before: Purchase) -> Purchase:
    """Nothing more is awaited; what came in stays. Raises Conflict when it is over already."""
    if before.state not in (PurchaseState.DRAFT, PurchaseState.ORDERED):
        raise Conflict("この発注書はすでに完了または取り消されています")
    return replace(before, state=PurchaseState.CANCELLED, version=before.version + 1)


def postponed(before: Purchase, arrives_on: date | None, by_sku: Mapping[str, date]) -> Purchase:
    """Other arrival dates, of the whole or of single lines. Raises Conflict, Invalid."""
    if before.state not in (PurchaseState.DRAFT, PurchaseState.ORDERED):
        raise Conflict("この発注書はすでに完了または取り消されています")
    unknown = sorted(by_sku.keys() - {line.sku for line in before.lines})
    if unknown:
        raise Invalid(f"{unknown[0]} はこの発注書にありません")
    lines = tuple(
        replace(line, arrives_on=by_sku.get(line.sku, line.arrives_on)) for line in before.lines
    )
    return replace(before, arrives_on=arrives_on, lines=lines, version=before.version + 1)


def received(before: Purchase, arrived: Sequence[Arrived]) -> Purchase:
    """After units came in. It is RECEIVED when nothing is missing any more.

    Raises Conflict unless it was ordered, Invalid for a SKU that was not, or no units.
    """
    if not before.is_open:
        raise Conflict("入荷を登録できるのは発注済みの発注書だけです")
    by_sku = {one.sku: one for one in arrived}
    if len(by_sku) < len(arrived) or not all(one.units > 0 for one in arrived) or not arrived:
        raise Invalid("商品ごとに1行で、1個以上の入荷数を入力してください")
    if len(arrived) > MOST_ARRIVED:
        raise Invalid(f"一度に登録できる入荷は{MOST_ARRIVED}商品までです")
    unknown = sorted(by_sku.keys() - {line.sku for line in before.lines})
    if unknown:
        raise Invalid(f"{unknown[0]} はこの発注書にありません")
    lines = tuple(_plus(line, by_sku.get(line.sku)) for line in before.lines)
    is_complete = not any(line.missing for line in lines)
    state = PurchaseState.RECEIVED if is_complete else PurchaseState.ORDERED
    return replace(before, lines=lines, state=state, version=before.version + 1)


def _plus(line: PurchaseLine, arrived: Arrived | None) -> PurchaseLine:
    if arrived is None:
        return line
    return replace(
        line,
        received=line.received + arrived.units,
        defective=line.defective + arrived.defective,
    )
