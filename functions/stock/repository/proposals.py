"""The daily proposal of what to order.

Keys
    REORDER          <sku>               a SKU with a reorder point (written with the product)
    PROPOSAL         MADE                when the newest proposal was made, and its day
    PROPOSAL#<day>   <supplier>#<sku>    what to order of a SKU; forgotten after 30 days
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from common.clock import from_wire, jst_date, to_wire
from common.dynamo import Item, Key, Table
from stock.domain.product import Product
from stock.domain.reorder import Position, Proposal, ReorderRule
from stock.repository import items, keys
from stock.repository.purchases import Purchases

_KEPT = timedelta(days=30)
_MADE = Key("PROPOSAL", "MADE")
_BATCH = 50


class Proposals:
    """The port of `service.reordering` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def candidates(self) -> Iterator[tuple[Product, Position]]:
        """Every product with a reorder point, and what there is of it."""
        batch: list[str] = []
        for item in self._table.every(keys.REORDERED):
            batch.append(item["sk"])
            if len(batch) == _BATCH:
                yield from self._positions(batch)
                batch = []
        yield from self._positions(batch)

    def _positions(self, skus: Sequence[str]) -> Iterator[tuple[Product, Position]]:
        found = self._table.get_many(
            key for sku in skus for key in (keys.product(sku), keys.level(sku))
        )
        purchases = Purchases(self._table)
        for sku in skus:
            if keys.product(sku) not in found or keys.level(sku) not in found:
                continue
            level = items.level_of(found[keys.level(sku)])
            coming = sum(one.quantity for one in purchases.coming(sku))
            position = Position(level.available, level.waiting, coming)
            yield items.product_of(found[keys.product(sku)]), position

    def keep(self, proposals: Iterable[tuple[Proposal, str]], now: datetime) -> None:
        """The proposal of a day, (proposal, name of the product); made again, it takes the place
        of the former. The day is told last, so that readers never see half of it."""
        pk = _day_key(now)
        kept = {item["sk"] for item in self._table.every(pk)}
        expires_at = int((now + _KEPT).timestamp())
        made = [_item(pk, proposal, name, expires_at) for proposal, name in proposals]
        self._table.put_many(made)
        for sk in kept - {item["sk"] for item in made}:
            self._table.commit(self._table.delete(Key(pk, sk)))
        self._table.put_many([{**_MADE._asdict(), "at": to_wire(now), "partition": pk}])

    def newest(
        self, limit: int, token: str | None
    ) -> tuple[datetime | None, list[tuple[Proposal, str]], str | None]:
        """When it was made (None: never), a page of it by supplier and SKU, and the next token."""
        made = self._table.get(*_MADE)
        if made is None:
            return None, [], None
        page = self._table.query(made["partition"], limit=limit, token=token)
        return from_wire(made["at"]), [_of(item) for item in page.items], page.next


def _day_key(now: datetime) -> str:
    return f"PROPOSAL#{jst_date(now).isoformat()}"


def _item(pk: str, proposal: Proposal, name: str, expires_at: int) -> Item:
    rule, position = proposal.rule, proposal.position
    return {
        "pk": pk,
        "sk": f"{proposal.supplier}#{proposal.sku}",
        "sku": proposal.sku,
        "name": name,
        "quantity": proposal.quantity,
        "rule": {
            "point": rule.point,
            "target": rule.target,
            "lot": rule.lot,
            "supplier": rule.supplier,
        },
        "position": position_map(position),
        "expires_at": expires_at,
    }


def position_map(position: Position) -> Mapping[str, int]:
    return {
        "available": position.available,
        "waiting": position.waiting,
        "coming": position.coming,
    }


def _of(item: Item) -> tuple[Proposal, str]:
    rule = ReorderRule(**item["rule"])
    position = Position(**item["position"])
    return Proposal(item["sku"], rule.supplier, item["quantity"], position, rule), item["name"]
