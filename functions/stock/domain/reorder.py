"""Reorder points: what should be ordered today, and how much of it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReorderRule:
    """When to order a SKU again: at `point` units or fewer, up to `target` units, in whole `lot`s.

    target: 0 means twice the point. lot: units one can order only together; 1 for any number.
    """

    point: int
    target: int = 0
    lot: int = 1
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """What a SKU has and expects. available: on hand and promised to nobody; waiting: units that
    orders wait for; coming: units of purchase orders on their way."""

    available: int
    waiting: int
    coming: int

    @property
    def units(self) -> int:
        """What would be free if everything came and every order were served."""
        return self.available - self.waiting + self.coming


@dataclass(frozen=True, slots=True)
class Proposal:
    """Order so many units. position: the units it was reckoned from."""

    sku: str
    supplier: str
    quantity: int
    position: Position
    rule: ReorderRule


def propose(sku: str, rule: ReorderRule, position: Position) -> Proposal | None:
    """What to order of a SKU, None while there is enough.

    What orders wait for counts against what is there: a SKU that is sold out and waited for needs
    its target and those units.
    """
    if rule.point <= 0 or position.units > rule.point:
        return None
    target = max(rule.target or 2 * rule.point, rule.point + 1)
    lot = max(rule.lot, 1)
    quantity = math.ceil((target - position.units) / lot) * lot
    return Proposal(sku, rule.supplier, quantity, position, rule)
