"""Shopify's rate limit: a bucket of cost points that fills by the second (standard plan)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from malls.graphql import Document

MOST = 2000.0
RESTORE = 100.0
MUTATION = 10


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


def cost_of(document: Document, variables: dict[str, Any]) -> float:
    """About what Shopify asks for a document: ten points a mutation, two a row of a page."""
    if document.kind == "mutation":
        return MUTATION * len(document.fields)
    rows = [value for value in variables.values() if isinstance(value, int)]
    rows += [len(value) for value in variables.values() if isinstance(value, list)]
    return 1 + 2 * sum(rows)
