"""Levels, allocations and queues: reading what a decision needs, writing what it decided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from common.dynamo import ConditionFailed, Table, Write
from common.errors import Contended
from stock.domain.allocation import Allocation, Part, Wait
from stock.domain.level import Level
from stock.domain.listing import Ref
from stock.domain.plan import Plan
from stock.repository import items, keys
from stock.repository.writes import level_writes


class Goods(NamedTuple):
    """levels: by SKU. sets: what sets are made of: set SKU → component SKU → units. takes: what
    one of a listing takes of each SKU, of listings that are mapped, or were."""

    levels: dict[str, Level]
    sets: dict[str, Mapping[str, int]]
    takes: dict[Part, Mapping[str, int]]


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

    def goods(self, skus: Sequence[str], listings: Iterable[Ref] = ()) -> Goods:
        """What is known of SKUs, and of what listings sell of them."""
        both = [key for sku in skus for key in (keys.level(sku), keys.product(sku))]
        refs = list(listings)
        # What is mapped now comes last, and takes the place of what was.
        places = [(keys.listing_past(ref), ref) for ref in refs]
        places += [(keys.listing(ref), ref) for ref in refs]
        found = self._table.get_many([*both, *(key for key, _ in places)])
        known = Goods({}, {}, {})
        for key in both:
            item = found.get(key)
            if item is None:
                continue
            if keys.is_level(key):
                known.levels[item["sku"]] = items.level_of(item)
            elif item.get("components"):
                known.sets[key.sk] = item["components"]
        for key, ref in places:
            if key in found:
                known.takes[Part(ref.sku, ref.id)] = found[key]["units"]
        return known

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
