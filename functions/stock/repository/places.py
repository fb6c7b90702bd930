"""Places, and the units that lie in each.

Keys
    PLACE       <code>              a place
    SKU#<sku>   AT#<place code>     units of a SKU in a place (of the main one: defective only)
    SKU#<sku>   TRANSFER#<id>       units that went from one place to another
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from common.clock import to_wire
from common.dynamo import ConditionFailed, Item, Key, Table, Write
from common.errors import Contended, NotFound
from stock.domain.level import LevelMove
from stock.domain.once import Once
from stock.domain.place import MAIN, NAME_OF_MAIN, Lying, Place, Transfer
from stock.repository.writes import earlier_answer, level_writes, once_write

PLACES = "PLACE"
_AT = "AT#"


def place_key(code: str) -> Key:
    return Key(PLACES, code)


def lying_key(sku: str, place: str) -> Key:
    return Key(f"SKU#{sku}", f"{_AT}{place}")


class Places:
    """Places and what lies in them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> list[Place]:
        """Every place, the main one first; it is there without having been made."""
        found = [_place_of(item) for item in self._table.every(PLACES)]
        main = next(
            (place for place in found if place.is_main), Place(MAIN, NAME_OF_MAIN, version=0)
        )
        return [main, *(place for place in found if not place.is_main)]

    def save(self, before: Place | None, after: Place) -> None:
        """Raises Contended unless the stored one is `before`."""
        item: Item = {
            **place_key(after.code)._asdict(),
            "name": after.name,
            "version": after.version,
        }
        is_new = before is None or before.version == 0
        write = (
            self._table.put(item, if_absent=True)
            if is_new or before is None
            else self._table.put(item, if_equals={"version": before.version})
        )
        try:
            self._table.commit(write)
        except ConditionFailed:
            raise Contended("the place was changed meanwhile") from None

    def require(self, place: str) -> None:
        """Raises NotFound for a place that was never made."""
        if place != MAIN and self._table.get(*place_key(place)) is None:
            raise NotFound(f"There is no place {place}.")

    def of_sku(self, sku: str) -> list[Lying]:
        """Where a SKU lies; places it never was in are left out."""
        return [lying_of(item) for item in self._table.every(f"SKU#{sku}", begins_with=_AT)]

    def lying(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Lying]:
        """By (SKU, place); nothing was ever there where none is stored."""
        wanted = list(dict.fromkeys(pairs))
        found = self._table.get_many(lying_key(*pair) for pair in wanted)
        return {
            pair: lying_of(found[key]) if (key := lying_key(*pair)) in found else Lying(*pair)
            for pair in wanted
        }

    def earlier_answer(self, once: Once) -> dict[str, Any] | None:
        """What the key was answered before. Raises Invalid for a key of another request."""
        return earlier_answer(self._table, once)

    def move(
        self,
        pairs: Iterable[tuple[Lying, Lying]],
        why: LevelMove | Transfer,
        once: Once,
        answer: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Units between places, and the level with them when good units became more or fewer.

        Raises Contended when any of it was changed meanwhile.
        """
        writes = list(lying_writes(self._table, pairs))
        if isinstance(why, Transfer):
            writes.append(self._table.put(_transfer_item(why), if_absent=True))
        else:
            writes += level_writes(self._table, why)
        try:
            self._table.commit(*writes, once_write(self._table, once, answer, now))
        except ConditionFailed:
            raise Contended("the units were moved meanwhile") from None


def lying_write(table: Table, before: Lying, after: Lying) -> Write:
    """Part of a commit that fails unless what is stored is `before`."""
    item = lying_item(after)
    if before.version == 0:
        return table.put(item, if_absent=True)
    return table.put(item, if_equals={"version": before.version})


def lying_item(lying: Lying) -> Item:
    return {
        **lying_key(lying.sku, lying.place)._asdict(),
        "sku": lying.sku,
        "place": lying.place,
        "on_hand": lying.on_hand,
        "defective": lying.defective,
        "version": lying.version,
    }


def lying_of(item: Item) -> Lying:
    names = ("sku", "place", "on_hand", "defective", "version")
    return Lying(**{name: item[name] for name in names})


def lying_writes(table: Table, pairs: Iterable[tuple[Lying, Lying]]) -> Iterator[Write]:
    """Parts of a commit, one for each place that changed."""
    for before, after in pairs:
        if before != after:
            yield lying_write(table, before, after)


def _transfer_item(transfer: Transfer) -> Item:
    return {
        "pk": f"SKU#{transfer.sku}",
        "sk": f"TRANSFER#{transfer.id}",
        "source": transfer.source,
        "target": transfer.target,
        "quantity": transfer.quantity,
        "is_defective": transfer.is_defective,
        "at": to_wire(transfer.at),
        "actor": transfer.actor.to_dict(),
    }


def _place_of(item: Item) -> Place:
    return Place(item["sk"], item["name"], item["version"])
