"""Marks: the listings of each shop that wait to be looked at, most urgent first."""

from collections.abc import Iterable

from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from stock.domain.mark import Mark, Urgency, merged


class Marks:
    """One mark a listing, under its urgency.

    Two functions that mark a listing at the same moment may leave it under two urgencies. That
    does no harm: whoever takes the first looks at the listing as it is then, and the second is
    found to have nothing to send.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, marks: Iterable[Mark]) -> list[Mark]:
        """Mark listings, each with a new stamp. What waits already keeps the older of the times
        and the greater urgency; so the answer has the marks as they are stored. Doing it again
        does no harm."""
        wanted = {(mark.shop_id, mark.listing_id): mark for mark in marks}
        places = [_key(mark, urgency) for mark in wanted.values() for urgency in Urgency]
        known: dict[tuple[str, str], list[Mark]] = {}
        for item in self._table.get_many(places).values():
            found = _mark_of(item)
            known.setdefault((found.shop_id, found.listing_id), []).append(found)
        together = [merged(mark, known.get(listing, ())) for listing, mark in wanted.items()]
        self._table.put_many(_item(mark) for mark in together)
        for mark in together:
            listing = (mark.shop_id, mark.listing_id)
            for old in known.get(listing, ()):
                # Only as it was read: marked again, it speaks of something newer than ours.
                if old.urgency != mark.urgency:
                    self.remove(old)
        return together

    def waiting(self, shop_id: str, limit: int) -> list[Mark]:
        """The first listings that wait, most urgent first."""
        page = self._table.query(_partition(shop_id), limit=limit)
        return [_mark_of(item) for item in page.items]

    def count(self, shop_id: str, cap: int) -> tuple[int, bool]:
        """How many listings wait, counted up to `cap`; True when there are more."""
        return self._table.count(_partition(shop_id), cap=cap)

    def of_listings(self, listings: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Mark]:
        """The marks of (shop id, listing id), by these; those that do not wait are left out."""
        keys = [
            Key(_partition(shop), _place(listing, u)) for shop, listing in listings for u in Urgency
        ]
        found: dict[tuple[str, str], Mark] = {}
        for item in self._table.get_many(keys).values():
            mark = _mark_of(item)
            known = found.get((mark.shop_id, mark.listing_id))
            found[mark.shop_id, mark.listing_id] = merged(mark, [known] if known else [])
        return found

    def remove(self, mark: Mark) -> bool:
        """The listing was looked at after it was marked so; False when it was marked again."""
        try:
            self._table.commit(
                self._table.delete(_key(mark, mark.urgency), if_equals={"stamp": mark.stamp})
            )
        except ConditionFailed:
            return False
        return True


def _partition(shop_id: str) -> str:
    return f"PUSH#{shop_id}"


def _place(listing_id: str, urgency: Urgency) -> str:
    return f"{urgency:d}#{listing_id}"


def _key(mark: Mark, urgency: Urgency) -> Key:
    return Key(_partition(mark.shop_id), _place(mark.listing_id, urgency))


def _item(mark: Mark) -> Item:
    return {
        **_key(mark, mark.urgency)._asdict(),
        "shop_id": mark.shop_id,
        "listing_id": mark.listing_id,
        "sku": mark.sku,
        "code": mark.code,
        "since": to_wire(mark.since),
        "stamp": mark.stamp,
        "moves": mark.moves or None,
        "forced": mark.forced or None,
    }


def _mark_of(item: Item) -> Mark:
    return Mark(
        shop_id=item["shop_id"],
        listing_id=item["listing_id"],
        sku=item["sku"],
        code=item["code"],
        since=from_wire(item["since"]),
        urgency=Urgency(int(item["sk"][0])),
        stamp=item["stamp"],
        moves=item.get("moves", False),
        forced=item.get("forced", False),
    )
