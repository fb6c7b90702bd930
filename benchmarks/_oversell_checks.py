"""What must hold after every step of the simulator, read from the items as they are stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks._memory_table import MemoryTable
from benchmarks._oversell_malls import MallOrder, SimMall
from common.dynamo import Item
from stock.domain.listing import Listing
from stock.repository import items, keys


class Violated(AssertionError):
    """A promise was broken."""


@dataclass
class Goods:
    """A listing as the simulator knows it, with its orders that stock does not know whole."""

    mall: SimMall
    listing: Listing
    news: list[MallOrder] = field(default_factory=list)


def charged(table: MemoryTable, order_id: str, sku: str, listing: str) -> tuple[int, int]:
    """(wanted, cancelled) units that stock has charged for an order."""
    for item in table.peek(keys.allocation(order_id).pk):
        wanted, cancelled = item.get("sold", {}).get(sku, {}).get(listing, (0, 0))
        return wanted, cancelled
    return 0, 0


def level_item(table: MemoryTable, sku: str) -> Item:
    return next(item for item in table.peek(keys.level(sku).pk) if item["sk"] == keys.LEVEL)


class Checks:
    """The invariants, in every mode and in strict mode."""

    def __init__(self, table: MemoryTable, goods: Mapping[tuple[str, str], Goods]) -> None:
        self._table = table
        self._goods = goods

    def counters(self, sku: str) -> None:
        """In every mode: what is stored agrees with itself."""
        item = level_item(self._table, sku)
        level = items.level_of(item)
        if item["available"] != level.available or item["pool"] != level.pool:
            raise Violated(f"{sku}: stored sums are wrong: {item}")
        numbers = [*level.exposures.values(), *level.returned.values(), level.allocated]
        if min([*numbers, level.waiting]) < 0:
            raise Violated(f"{sku}: a negative number: {item}")

    def strict(self, sku: str, sold: int) -> None:
        """Nothing is sold that is not there, and the exposures cover what can still be sold.

        sold: units of the SKU that buyers hold at this moment, known to us or not.
        """
        item = level_item(self._table, sku)
        if sold > item["on_hand"]:
            raise Violated(f"{sku}: {sold} sold, {item['on_hand']} on hand")
        for goods in self._goods.values():
            if sku in goods.listing.units:
                self._cover(sku, item, goods)

    def _cover(self, sku: str, item: Mapping[str, Any], goods: Goods) -> None:
        one, mall = goods.listing, goods.mall
        step = one.units[sku]
        unseen = coming_back = 0
        left = []
        for order in goods.news:
            wanted, cancelled = charged(self._table, order.id, sku, one.id)
            if order.is_cancelled:
                coming_back += wanted
                is_known = wanted == 0 and cancelled > 0
            else:
                unseen += order.units * step - wanted
                is_known = wanted > 0
            if not is_known:
                left.append(order)
        if sku == min(one.units):
            # Components are charged in one transaction, so the first one speaks for all.
            goods.news = left
        possible = max(
            [
                mall.shown[one.code],
                *(
                    request.quantity
                    for request in mall.flying
                    if request.code == one.code and request.expected in (None, mall.shown[one.code])
                ),
            ]
        )
        exposed = item[items.EXPOSURE + one.id]
        if unseen + possible * step - coming_back > exposed:
            raise Violated(
                f"{sku} in {mall.shop_id}: {unseen} sold unseen, {possible} x {step} to be sold, "
                f"{coming_back} coming back, and {exposed} exposed"
            )
