"""The ledger: one item a change of a level, written from the stream."""

from collections.abc import Iterable
from typing import Any

from common.dynamo import Table, make_token
from common.errors import NotFound
from stock.domain.level import LevelMove
from stock.domain.views import (
    Move,
    MoveOrder,
    MovePage,
    WaitingOrder,
    WaitingPage,
    ledger_entry,
)
from stock.repository import items, keys


class Ledger:
    """Moves by SKU and version, and the orders behind them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, moves: Iterable[LevelMove]) -> None:
        """Store moves. The key is made of SKU and version, so a repetition writes the same item."""
        self._table.put_many(
            {
                **keys.move(move.sku, move.after.version)._asdict(),
                "sku": move.sku,
                **ledger_entry(move).model_dump(mode="json"),
            }
            for move in moves
        )

    def moves(self, sku: str, limit: int, token: str | None) -> MovePage:
        """Newest first. Raises NotFound for an unknown SKU."""
        self._require(sku)
        page = self._table.query(keys.ledger(sku), limit=limit, token=token, newest_first=True)
        return MovePage(items=[Move.model_validate(item) for item in page.items], next=page.next)

    def newest_move(self, sku: str, version: int) -> Move | None:
        """The newest entry up to a version, None if there is none."""
        # Where a query that goes backwards goes on, whether or not such an entry is there.
        token = make_token(keys.move(sku, version + 1).wire())
        page = self._table.query(keys.ledger(sku), limit=1, token=token, newest_first=True)
        return Move.model_validate(page.items[0]) if page.items else None

    def orders(self, sku: str, version: int) -> list[MoveOrder]:
        """The orders of one move; none for a move by staff. Raises NotFound."""
        item = self._table.get(*keys.move(sku, version))
        if item is None:
            raise NotFound("The ledger has no such move (yet).")
        move = Move.model_validate(item)
        if move.orders > 1:
            commit = self._table.get(*keys.commit(move.reference)) or {"orders": {}}
            return [_share(*share) for share in commit["orders"].get(sku, [])]
        if move.orders == 1:
            allocated = move.allocated_after - move.allocated_before
            return [_share(move.reference, allocated, move.waiting_after - move.waiting_before)]
        return []

    def waiting(self, sku: str, limit: int, token: str | None) -> WaitingPage:
        """The queue of a SKU, first served first. Raises NotFound for an unknown SKU."""
        self._require(sku)
        page = self._table.query(keys.queue(sku), limit=limit, token=token)
        waits = [items.wait_of(item) for item in page.items]
        rows = [
            WaitingOrder(order_id=w.order_id, quantity=w.quantity, ordered_at=w.ordered_at)
            for w in waits
        ]
        return WaitingPage(items=rows, next=page.next)

    def _require(self, sku: str) -> None:
        if self._table.get(*keys.product(sku)) is None:
            raise NotFound("There is no such SKU.")


def _share(order_id: Any, allocated: Any, waiting: Any) -> MoveOrder:
    return MoveOrder(order_id=order_id, quantity=allocated, waiting=waiting)
