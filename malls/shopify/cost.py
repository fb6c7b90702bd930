"""Shopify's rate limit: a bucket of cost points that fills by the second (standard plan)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import log2
from typing import Any

from malls.graphql import Document, Field, filled

MOST = 2000.0
RESTORE = 100.0
MUTATION = 10
# What one query may ask for, whatever the plan.
MOST_A_QUERY = 1000
# What a connection is taken apart into is no object of its own.
_WRAPPERS = ("nodes", "edges", "node", "pageInfo")


class Bucket:
    """Points left of one app in one shop."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._now = clock
        self._at = clock()
        self.left = MOST

    def take(self, cost: float) -> bool:
        """Whether so many points were there; they are gone then."""
        now = self._now()
        self.left = min(MOST, self.left + RESTORE * (now - self._at).total_seconds())
        self._at = now
        if self.left < cost:
            return False
        self.left -= cost
        return True

    def give_back(self, points: float) -> None:
        """What a query asked for and did not use."""
        self.left = min(MOST, self.left + points)

    def report(self, requested: float, *, actual: float | None) -> dict[str, Any]:
        """What stands in `extensions.cost`."""
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": MOST,
                "currentlyAvailable": int(self.left),
                "restoreRate": RESTORE,
            },
        }


def cost_of(document: Document, variables: Mapping[str, Any]) -> int:
    """About what Shopify asks for a document before it is run: ten points a mutation, one an
    object, and for a page much less than its rows (12 for 250, as its users report of 2025)."""
    if document.kind == "mutation":
        return MUTATION * len(document.fields)
    return sum(_cost(field, variables) for field in document.fields)


def _cost(field: Field, variables: Mapping[str, Any]) -> int:
    if not field.fields:
        return 0
    inner = sum(_cost(one, variables) for one in field.fields)
    rows, ids = (filled(field.args.get(name), variables) for name in ("first", "ids"))
    if field.on or (field.name in _WRAPPERS and ids is None):
        return inner
    if isinstance(rows, int):
        return _slots(rows) * (1 + inner)
    return (len(ids) if isinstance(ids, list) else 1) * (1 + inner)


def _slots(rows: int) -> int:
    return max(1, round(1.5 * log2(rows + 1)))


def used(data: Any) -> int:
    """The objects of an answer."""
    if isinstance(data, list):
        return sum(map(used, data))
    if not isinstance(data, dict):
        return 0
    wrapped = sum(used(value) for name, value in data.items() if name in _WRAPPERS)
    others = sum(used(value) for name, value in data.items() if name not in _WRAPPERS)
    return 1 + wrapped + others
