"""Levels, allocations and queues: reading what a decision needs, writing what it decided."""

from collections.abc import Iterator, Mapping, Sequence

from common.dynamo import ConditionFailed, Table, Write
from common.errors import Contended
from stock.domain.allocation import Allocation, Wait
from stock.domain.level import Level
from stock.domain.plan import Plan
from stock.repository import items, keys
from stock.repository.writes import level_writes


class StockBook:
    """The port of `service.allocate` and `service.fill_waiting` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def allocations(self, order_ids: Sequence[str]) -> dict[str, Allocation]:
        """By order id; orders without one are left out."""
        found = self._table.get_many(keys.allocation(order_id) for order_id in order_ids)
        return {item["order_id"]: items.allocation_of(item) for item in found.values()}

    def levels(self, skus: Sequence[str]) -> dict[str, Level]:
        """By SKU; unknown ones are left out."""
        found = self._table.get_many(keys.level(sku) for sku in skus)
        return {item["sku"]: items.level_of(item) for item in found.values()}

    def goods(self, skus: Sequence[str]) -> tuple[dict[str, Level], dict[str, Mapping[str, int]]]:
        """Levels by SKU, and of sets what they are made of: set SKU → component SKU → units."""
        both = [key for sku in skus for key in (keys.level(sku), keys.product(sku))]
        found = self._table.get_many(both)
        levels, sets = {}, {}
        for key, item in found.items():
            if keys.is_level(key):
                levels[item["sku"]] = items.level_of(item)
            elif item.get("components"):
                sets[key.sk] = item["components"]
        return levels, sets

    def queue(self, sku: str, limit: int) -> list[Wait]:
        """The first lines that wait for a SKU."""
        page = self._table.query(keys.queue(sku), limit=limit)
        return [items.wait_of(item) for item in page.items]

    def commit(self, plan: Plan) -> None:
        """All of the plan or nothing. Raises Contended when it no longer holds, or when others
        kept the items busy; Unavailable."""
        try:
            self._table.commit(*_writes(self._table, plan))
        except ConditionFailed as failure:
            raise Contended("the plan no longer holds") from failure


def _writes(table: Table, plan: Plan) -> Iterator[Write]:
    for move in plan.levels:
        yield from level_writes(table, move)
    for before, after in ((change.before, change.after) for change in plan.allocations):
        item = items.allocation_item(after)
        if before is None:
            yield table.put(item, if_absent=True)
        else:
            yield table.put(item, if_equals={"version": before.version})
    for wait in plan.waits:
        yield table.put(items.wait_item(wait))
    for wait in plan.leaves:
        yield table.delete(items.wait_key(wait))
    if plan.groups:
        groups = {sku: [list(share) for share in shares] for sku, shares in plan.groups.items()}
        yield table.put({**keys.commit(plan.stamp.id)._asdict(), "orders": groups})
