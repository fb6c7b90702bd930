"""Stock-takes and what was counted in each.

Keys
    STOCKTAKES         <id>          a stock-take (ids sort by time)
    STOCKTAKE#<id>     <sku>         what was counted of a SKU
"""

from datetime import datetime
from typing import Any

from common.auth import Actor
from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table, Write
from common.errors import Contended, NotFound
from stock.domain.level import LevelMove
from stock.domain.stocktake import Counted, Stocktake, TakeState
from stock.repository.writes import level_writes

TAKES = "STOCKTAKES"


def take_key(take_id: str) -> Key:
    return Key(TAKES, take_id)


def counted_key(take_id: str, sku: str) -> Key:
    return Key(f"STOCKTAKE#{take_id}", sku)


class Stocktakes:
    """The port of `service.stocktaking` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, take_id: str) -> Stocktake:
        """Raises NotFound."""
        item = self._table.get(*take_key(take_id))
        if item is None:
            raise NotFound("There is no such stock-take.")
        return _take_of(item)

    def page(self, limit: int, token: str | None) -> tuple[list[Stocktake], str | None]:
        """Stock-takes, newest first."""
        page = self._table.query(TAKES, limit=limit, token=token, newest_first=True)
        return [_take_of(item) for item in page.items], page.next

    def rows(self, take_id: str, limit: int, token: str | None) -> tuple[list[Counted], str | None]:
        """Counts in order of SKU."""
        pk = counted_key(take_id, "").pk
        page = self._table.query(pk, limit=limit, token=token)
        return [_counted_of(item) for item in page.items], page.next

    def create(self, take: Stocktake) -> None:
        """Raises Contended when it is there already."""
        self._commit(self._table.put(_take_item(take), if_absent=True))

    def save(self, before: Stocktake, after: Stocktake, *moves: LevelMove) -> None:
        """The stock-take and the levels its rows changed, all or nothing. Raises Contended."""
        unchanged = {"version": before.version}
        levels = [write for move in moves for write in level_writes(self._table, move)]
        self._commit(self._table.put(_take_item(after), if_equals=unchanged), *levels)

    def record(self, take: Stocktake, row: Counted) -> None:
        """A count, as long as the stock-take is open. Raises Contended when it was closed."""
        item = {
            **counted_key(take.id, row.sku)._asdict(),
            "counted": row.counted,
            "book": row.book,
            "version": row.version,
            "at": to_wire(row.at),
            "actor": row.actor.to_dict(),
        }
        is_open = self._table.check_equals(take_key(take.id), {"state": str(TakeState.OPEN)})
        self._commit(self._table.put(item), is_open)

    def _commit(self, *writes: Write) -> None:
        try:
            self._table.commit(*writes)
        except ConditionFailed:
            raise Contended("somebody else changed the stock-take or a SKU") from None


def _take_item(take: Stocktake) -> Item:
    return {
        **take_key(take.id)._asdict(),
        "created_at": to_wire(take.created_at),
        "actor": take.actor.to_dict(),
        "note": take.note,
        "state": str(take.state),
        "cursor": take.cursor,
        "applied": take.applied,
        "outdated": take.outdated,
        "version": take.version,
    }


def _take_of(item: Item) -> Stocktake:
    return Stocktake(
        id=item["sk"],
        created_at=from_wire(item["created_at"]),
        actor=Actor(**item["actor"]),
        note=item["note"],
        state=TakeState(item["state"]),
        cursor=item["cursor"],
        applied=item["applied"],
        outdated=item.get("outdated", 0),
        version=item["version"],
    )


def _counted_of(item: dict[str, Any]) -> Counted:
    at: datetime = from_wire(item["at"])
    actor = Actor(**item["actor"])
    version = item.get("version", 0)
    return Counted(item["sk"], item["counted"], item["book"], at, actor, version)
