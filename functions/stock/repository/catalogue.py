"""Products with their levels: lists, search, and every change that staff make."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from common.dynamo import ConditionFailed, Table, Write
from common.errors import Contended
from common.search import token_partition
from stock.domain.level import Level, LevelMove
from stock.domain.once import Once
from stock.domain.product import Product
from stock.repository import items, keys
from stock.repository.writes import (
    earlier_answer,
    level_writes,
    once_write,
    part_writes,
    product_writes,
)


class Entry(NamedTuple):
    """One SKU."""

    product: Product
    level: Level


class Catalogue:
    """The port of `service.catalogue` and `service.counting` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- reading

    def entries(self, skus: Iterable[str]) -> dict[str, Entry]:
        """Product and level by SKU, in the order asked for; unknown ones are left out."""
        wanted = list(dict.fromkeys(skus))
        both = [key for sku in wanted for key in (keys.product(sku), keys.level(sku))]
        found = self._table.get_many(both)
        return {
            sku: Entry(
                items.product_of(found[keys.product(sku)]), items.level_of(found[keys.level(sku)])
            )
            for sku in wanted
            if keys.product(sku) in found and keys.level(sku) in found
        }

    def products(
        self, prefix: str, limit: int, token: str | None
    ) -> tuple[list[Product], str | None]:
        """Products in order of SKU, and the token of the next page."""
        page = self._table.query(keys.PRODUCTS, begins_with=prefix, limit=limit, token=token)
        return [items.product_of(item) for item in page.items], page.next

    def hits(
        self, folded: str, limit: int, token: str | None
    ) -> tuple[list[tuple[str, str]], str | None]:
        """(token, SKU) of the search tokens that begin with `folded`, of two characters or more."""
        partition = token_partition(folded)
        page = self._table.query(partition, begins_with=folded, limit=limit, token=token)
        return [(item["token"], item["sku"]) for item in page.items], page.next

    def listed(self, skus: Iterable[str]) -> set[str]:
        """Those of the SKUs that a shop has on sale. One call each: for few."""
        return {
            sku
            for sku in skus
            if self._table.query(keys.sku(sku), begins_with=keys.LISTING_PREFIX, limit=1).items
        }

    def short_skus(self, limit: int, token: str | None) -> tuple[list[str], str | None]:
        """SKUs that orders wait for, or of which more is promised than there is."""
        page = self._table.query(keys.SHORT_LIST, limit=limit, token=token)
        return [item["sku"] for item in page.items], page.next

    def count_short(self, cap: int) -> tuple[int, bool]:
        """How many such SKUs there are, counted up to `cap`; True when there are more."""
        return self._table.count(keys.SHORT_LIST, cap=cap)

    def earlier_answer(self, once: Once) -> dict[str, Any] | None:
        """What the key was answered before. Raises Invalid for a key of another request."""
        return earlier_answer(self._table, once)

    # -- writing: all raise Contended when somebody else was faster

    def register(
        self,
        product: Product,
        move: LevelMove,
        once: Once,
        answer: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """A new product with its level."""
        self._commit(
            *product_writes(self._table, None, product),
            *level_writes(self._table, move),
            once_write(self._table, once, answer, now),
        )

    def change(self, before: Product, after: Product, move: LevelMove) -> None:
        """Another name, price or safety stock."""
        self._commit(
            *product_writes(self._table, before, after),
            *part_writes(self._table, [(before, after)]),
            *level_writes(self._table, move),
        )

    def count(self, move: LevelMove, once: Once, answer: Mapping[str, Any], now: datetime) -> None:
        """Another number on hand."""
        self._commit(*level_writes(self._table, move), once_write(self._table, once, answer, now))

    def _commit(self, *writes: Write) -> None:
        try:
            self._table.commit(*writes)
        except ConditionFailed as failure:
            raise Contended("somebody else changed the SKU") from failure
