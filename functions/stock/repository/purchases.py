"""Purchase orders in DynamoDB.

Keys
    PURCHASE#<id>     PURCHASE                the purchase order
    PURCHASES#<list>  <id>                    rows of the lists ALL, DRAFT and ORDERED, by time
    SKU#<sku>         COMING#<day>#<id>       units on their way; day `9999-12-31` when not known
Rows are written in the transaction of the purchase order, so that no list disagrees with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from common.auth import Actor
from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table, Write
from common.errors import Contended, NotFound
from stock.domain.level import LevelMove
from stock.domain.once import Once
from stock.domain.place import Lying
from stock.domain.purchase import Purchase, PurchaseLine, PurchaseState
from stock.repository.places import lying_writes
from stock.repository.writes import earlier_answer, level_writes, once_write

_LISTED = (PurchaseState.DRAFT, PurchaseState.ORDERED)
_UNKNOWN_DAY = "9999-12-31"
_COMING = "COMING#"


class Coming(NamedTuple):
    """Units of a SKU on their way with one purchase order. arrives_on: None when not known."""

    sku: str
    quantity: int
    arrives_on: date | None
    purchase_id: str
    supplier: str


def purchase_key(purchase_id: str) -> Key:
    return Key(f"PURCHASE#{purchase_id}", "PURCHASE")


def row_key(name: str, purchase_id: str) -> Key:
    return Key(f"PURCHASES#{name}", purchase_id)


class Purchases:
    """The port of `service.purchasing` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, purchase_id: str) -> Purchase:
        """Raises NotFound."""
        item = self._table.get(*purchase_key(purchase_id))
        if item is None:
            raise NotFound("There is no such purchase order.")
        return purchase_of(item)

    def page(self, name: str, limit: int, token: str | None) -> tuple[list[Purchase], str | None]:
        """Purchase orders of one list, newest first."""
        rows = self._table.query(f"PURCHASES#{name}", limit=limit, token=token, newest_first=True)
        keys = [purchase_key(item["sk"]) for item in rows.items]
        found = self._table.get_many(keys)
        return [purchase_of(found[key]) for key in keys if key in found], rows.next

    def coming(self, sku: str) -> list[Coming]:
        """What is on its way of a SKU, the soonest first."""
        items = self._table.every(f"SKU#{sku}", begins_with=_COMING)
        return [_coming_of(item) for item in items]

    def earlier_answer(self, once: Once) -> dict[str, Any] | None:
        """What the key was answered before. Raises Invalid for a key of another request."""
        return earlier_answer(self._table, once)

    def save(
        self,
        before: Purchase | None,
        after: Purchase,
        once: Once | None,
        answer: Mapping[str, Any],
        now: datetime,
        *,
        moves: Iterable[LevelMove] = (),
        lying: Iterable[tuple[Lying, Lying]] = (),
    ) -> None:
        """The purchase order with its rows, and the units that came in with it, all or nothing.

        Raises Contended when any of it was changed meanwhile.
        """
        writes = [
            self._put(before, after),
            *self._rows(before, after),
            *(write for move in moves for write in level_writes(self._table, move)),
            *lying_writes(self._table, lying),
        ]
        if once is not None:
            writes.append(once_write(self._table, once, answer, now))
        try:
            self._table.commit(*writes)
        except ConditionFailed:
            raise Contended("the purchase order or its SKUs were changed meanwhile") from None

    def _put(self, before: Purchase | None, after: Purchase) -> Write:
        item = purchase_item(after)
        if before is None:
            return self._table.put(item, if_absent=True)
        return self._table.put(item, if_equals={"version": before.version})

    def _rows(self, before: Purchase | None, after: Purchase) -> Iterator[Write]:
        old, new = _rows_of(before), _rows_of(after)
        yield from (self._table.put(item) for key, item in new.items() if old.get(key) != item)
        yield from (self._table.delete(key) for key in old if key not in new)


def _rows_of(purchase: Purchase | None) -> dict[Key, Item]:
    if purchase is None:
        return {}
    names = ["ALL", *(str(state) for state in _LISTED if purchase.state is state)]
    rows: dict[Key, Item] = {
        (key := row_key(name, purchase.id)): {**key._asdict()} for name in names
    }
    for line in purchase.lines if purchase.is_open else ():
        if line.missing:
            item = _coming_item(purchase, line)
            rows[Key(item["pk"], item["sk"])] = item
    return rows


def _coming_item(purchase: Purchase, line: PurchaseLine) -> Item:
    arrives_on = purchase.arrival(line)
    day = arrives_on.isoformat() if arrives_on else _UNKNOWN_DAY
    return {
        "pk": f"SKU#{line.sku}",
        "sk": f"{_COMING}{day}#{purchase.id}",
        "sku": line.sku,
        "quantity": line.missing,
        "purchase_id": purchase.id,
        "supplier": purchase.supplier,
    }


def _coming_of(item: Item) -> Coming:
    day = str(item["sk"]).split("#")[1]
    arrives_on = None if day == _UNKNOWN_DAY else date.fromisoformat(day)
    return Coming(item["sku"], item["quantity"], arrives_on, item["purchase_id"], item["supplier"])


def purchase_item(purchase: Purchase) -> Item:
    return {
        **purchase_key(purchase.id)._asdict(),
        "id": purchase.id,
        "supplier": purchase.supplier,
        "state": str(purchase.state),
        "created_at": to_wire(purchase.created_at),
        "ordered_at": to_wire(purchase.ordered_at) if purchase.ordered_at else None,
        "arrives_on": _day(purchase.arrives_on),
        "note": purchase.note,
        "version": purchase.version,
        "actor": purchase.actor.to_dict() if purchase.actor else None,
        "lines": [_line_map(line) for line in purchase.lines],
    }


def _line_map(line: PurchaseLine) -> dict[str, Any]:
    found = {
        "sku": line.sku,
        "quantity": line.quantity,
        "received": line.received,
        "defective": line.defective,
        "cost": line.cost,
        "arrives_on": _day(line.arrives_on),
    }
    return {name: value for name, value in found.items() if value is not None}


def purchase_of(item: Item) -> Purchase:
    return Purchase(
        id=item["id"],
        supplier=item["supplier"],
        created_at=from_wire(item["created_at"]),
        lines=tuple(_line_of(line) for line in item["lines"]),
        state=PurchaseState(item["state"]),
        arrives_on=_day_of(item.get("arrives_on")),
        ordered_at=from_wire(item["ordered_at"]) if "ordered_at" in item else None,
        note=item["note"],
        version=item["version"],
        actor=Actor(**item["actor"]) if "actor" in item else None,
    )


def _line_of(found: dict[str, Any]) -> PurchaseLine:
    return PurchaseLine(
        sku=found["sku"],
        quantity=found["quantity"],
        received=found["received"],
        defective=found["defective"],
        cost=found.get("cost"),
        arrives_on=_day_of(found.get("arrives_on")),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
