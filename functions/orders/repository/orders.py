"""Orders in DynamoDB.

Keys
    ORDER#<order id>   ORDER              the order
    ORDER#<order id>   H#<version>        its history, append-only
    LIST#<queue|ALL>   <time>#<order id>  a row of a list
    LIST#<…>@<shop>    <time>#<order id>  the same, of one shop
    LIST#UNANSWERED    <time>#<order id>  stock has not answered its demand yet
    LIST#UNMATCHED     <time>#<order id>  no product is known for some of its goods
    TOKEN#<2 chars>    <token>#<order id> a word to find it by
What is known of products has its keys in `products`.
Rows, words and waits are derived from the order and written in its transaction, so a list never
disagrees with the orders in it. Of an order with very many words, those beyond the transaction
are added before it and removed after it: a word too many does no harm.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from common.clock import jst_date, to_wire
from common.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Key, Table, Write
from common.errors import Contended
from common.search import TOKEN_MAX, fold, token_partition
from orders.domain.history import differences
from orders.domain.order import Order
from orders.domain.views import Row, list_name, listed_at, lists_of, row_of, tokens_of
from orders.repository.products import Products, unmapped_items, wait_keys

ORDER_SK = "ORDER"
COUNT_CAP = 1000
# DynamoDB takes items up to 400 KB, and the event of an order, which is smaller than the order,
# must fit the bus and a queue: 256 KB in every region.
MAX_ORDER_BYTES = 200_000


def order_key(order_id: str) -> Key:
    return Key(f"ORDER#{order_id}", ORDER_SK)


def history_key(order_id: str, version: int) -> Key:
    return Key(f"ORDER#{order_id}", f"H#{version:08d}")


class Rows(NamedTuple):
    """A page of a list."""

    rows: list[Row]
    next: str | None


def order_of(item: Item) -> Order:
    """The order of an ORDER item."""
    return Order.model_validate(item["order"])


class OrderRepository(Products):
    """Orders, their lists and their history, and the products they are matched to."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, order_id: str) -> Order | None:
        """One order, as last written."""
        item = self._table.get(*order_key(order_id))
        return order_of(item) if item else None

    def get_many(self, order_ids: Sequence[str]) -> list[Order]:
        """The orders that exist, in the order of the ids."""
        found = self._table.get_many(order_key(order_id) for order_id in order_ids)
        keys = [order_key(order_id) for order_id in order_ids]
        return [order_of(found[key]) for key in keys if key in found]

    def save(self, before: Order | None, after: Order, now: datetime) -> Order:
        """Write the new version, its history and everything derived, all or nothing.

        Returns the order as stored. Raises Contended when the stored version is not `before`'s:
        read again and decide again.
        """
        # Rows of codes to map come first: without an order that waits they are shown to nobody.
        self._table.put_many(_new_unmapped(before, after))
        row = row_of(after, jst_date(now))
        stored = after.model_copy(update={"listed_in": lists_of(after, row)})
        rows, words = _rows(stored, row), _words(stored)
        old_words = _words(before) if before else {}
        writes = [
            self._put_order(before, stored),
            self._table.put(_history_item(before, stored), if_absent=True),
            *(self._table.put(item) for item in rows.values()),
            *(self._table.delete(key) for key in _row_keys(before) if key not in rows),
        ]
        added = [item for key, item in words.items() if key not in old_words]
        gone = [self._table.delete(key) for key in old_words if key not in words]
        room = TRANSACTION_LIMIT - len(writes)
        self._table.put_many(added[room:])
        writes += [self._table.put(item) for item in added[:room]]
        room = TRANSACTION_LIMIT - len(writes)
        try:
            self._table.commit(*writes, *gone[:room])
        except ConditionFailed:
            raise Contended("the order was changed meanwhile") from None
        for write in gone[room:]:
            self._table.commit(write)
        return stored

    def _put_order(self, before: Order | None, after: Order) -> Write:
        item: Item = {
            **order_key(after.order_id)._asdict(),
            "version": after.version,
            "order": after.model_dump(mode="json", exclude_none=True),
        }
        if before is None:
            return self._table.put(item, if_absent=True)
        return self._table.put(item, if_equals={"version": before.version})

    def history(
        self, order_id: str, *, token: str | None, limit: int
    ) -> tuple[list[Item], str | None]:
        """History items, newest first, and the next page's token."""
        page = self._table.query(
            order_key(order_id).pk, begins_with="H#", limit=limit, token=token, newest_first=True
        )
        return page.items, page.next

    # -- lists

    def rows(
        self, name: str, *, shop_id: str = "", newest_first: bool, token: str | None, limit: int
    ) -> Rows:
        """A page of one list: a queue's by date of order, すべて by arrival."""
        page = self._table.query(
            f"LIST#{list_name(name, shop_id)}", limit=limit, token=token, newest_first=newest_first
        )
        return Rows([Row.model_validate(item["row"]) for item in page.items], page.next)

    def every_id(self, name: str) -> Iterator[str]:
        """Ids of all orders in one list."""
        for item in self._table.every(f"LIST#{name}"):
            yield item["row"]["id"]

    def oldest(self, name: str) -> str | None:
        """The time of the first entry of a list, as on the wire."""
        items = self._table.query(f"LIST#{name}", limit=1).items
        return str(items[0]["sk"]).split("#", 1)[0] if items else None

    def count(self, name: str) -> tuple[int, bool]:
        """How long a list is, counted up to 1,000; True when it is longer."""
        return self._table.count(f"LIST#{name}", cap=COUNT_CAP)

    def find(self, text: str, *, token: str | None, limit: int) -> tuple[list[str], str | None]:
        """Ids of orders with a word that begins with `text`, folded; [] for nothing to search."""
        folded = fold(text)[:TOKEN_MAX]
        if not folded:
            return [], None
        page = self._table.query(
            token_partition(folded), begins_with=folded, limit=limit, token=token
        )
        return list(dict.fromkeys(item["order_id"] for item in page.items)), page.next


def _row_key(order: Order, name: str) -> Key:
    return Key(f"LIST#{name}", f"{to_wire(listed_at(order, name))}#{order.order_id}")


def _row_keys(order: Order | None) -> list[Key]:
    """The rows that the stored version has."""
    return [_row_key(order, name) for name in order.listed_in] if order else []


def _rows(order: Order, row: Row) -> dict[Key, Item]:
    shown = row.model_dump(mode="json", exclude_none=True)
    return {key: {**key._asdict(), "row": shown} for key in _row_keys(order)}


def _words(order: Order) -> dict[Key, Item]:
    """What a version is found by: words for people, codes for products yet to come."""
    found: dict[Key, Item] = {}
    for word in tokens_of(order):
        key = Key(token_partition(word), f"{word}#{order.order_id}")
        found[key] = {**key._asdict(), "order_id": order.order_id}
    return found | {key: {**key._asdict()} for key in wait_keys(order)}


def _history_item(before: Order | None, after: Order) -> Item:
    change = after.last_change
    return {
        **history_key(after.order_id, after.version)._asdict(),
        "seq": after.version,
        "at": to_wire(change.at),
        "kind": change.kind,
        "actor": change.actor.to_dict(),
        "reason": change.reason,
        "changes": differences(before, after),
    }


def _new_unmapped(before: Order | None, after: Order) -> list[Item]:
    old = {item["sk"] for item in unmapped_items(before)} if before else set()
    return [item for item in unmapped_items(after) if item["sk"] not in old]
