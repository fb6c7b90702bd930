"""Listings with the levels they take from, and what waits for a watermark or a read-back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table, Write
from common.errors import Contended
from stock.domain.level import Level, LevelMove
from stock.domain.listing import Listing, Ref, State
from stock.domain.product import Product
from stock.repository import items, keys
from stock.repository.writes import level_writes, mapped_write

# Sets join the listings of their components; a decision looks at so many SKUs at most.
MOST_SKUS = 25


class Stand(NamedTuple):
    """Levels by SKU, and every listing that takes any of them."""

    levels: Mapping[str, Level]
    listings: Sequence[Listing]


class ListingPage(NamedTuple):
    refs: Sequence[tuple[Ref, str]]
    next: str | None


class Listings:
    """The port of `service.publishing` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- reading

    def stand(self, skus: Iterable[str]) -> Stand:
        """The SKUs, and those that sets join to them. Unknown SKUs are left out."""
        levels: dict[str, Level] = {}
        listings: dict[str, Listing] = {}
        pile = list(dict.fromkeys(skus))
        seen: set[str] = set()
        while pile and len(seen) < MOST_SKUS:
            sku = pile.pop(0)
            if sku in seen:
                continue
            seen.add(sku)
            used: list[Ref] = []
            for item in self._table.every(keys.sku(sku)):
                if item["sk"] == keys.LEVEL:
                    levels[sku] = items.level_of(item)
                elif item["sk"].startswith(keys.LISTING_PREFIX):
                    listings.setdefault(item["id"], listing_of(item))
                elif item["sk"].startswith(keys.USE_PREFIX):
                    used.append(Ref(item["sku"], item["shop_id"], item["id"]))
            for listing in self.get_many(ref for ref in used if ref.id not in listings).values():
                listings[listing.id] = listing
            pile += [one for each in listings.values() for one in each.units if one not in seen]
        return Stand(levels, list(listings.values()))

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Listing]:
        """Those that are there."""
        wanted = {keys.listing(ref): ref for ref in refs}
        found = self._table.get_many(wanted) if wanted else {}
        return {wanted[key]: listing_of(item) for key, item in found.items()}

    def get(self, ref: Ref) -> tuple[Listing, dict[str, Level]] | None:
        """A listing with the levels it takes from; None when it is not there."""
        # Most listings take of one SKU, their own, so that one call brings both.
        place = keys.listing(ref)
        found = self._table.get_many([place, keys.level(ref.sku)])
        if place not in found:
            return None
        listing = listing_of(found[place])
        levels = [keys.level(sku) for sku in listing.units]
        missing = [key for key in levels if key.pk != place.pk]
        found |= self._table.get_many(missing) if missing else {}
        there = [items.level_of(found[key]) for key in levels if key in found]
        return listing, {level.sku: level for level in there}

    def by_code(self, shop_id: str, code: str) -> Ref | None:
        """Where the listing is that a shop calls so."""
        item = self._table.get(*keys.listing_code(shop_id, code))
        return Ref(item["sku"], shop_id, item["id"]) if item else None

    def of_shop(self, shop_id: str, limit: int, token: str | None = None) -> ListingPage:
        """A shop's listings with their codes, by code."""
        page = self._table.query(keys.listings_of(shop_id), limit=limit, token=token)
        refs = [(Ref(item["sku"], shop_id, item["id"]), item["sk"]) for item in page.items]
        return ListingPage(refs, page.next)

    def settling(self, shop_id: str, until: datetime) -> Iterator[Ref]:
        """Listings whose publish was confirmed before that."""
        return self._refs(keys.settling_of(shop_id), shop_id, until)

    def doubtful(self, shop_id: str, until: datetime) -> Iterator[Ref]:
        """Listings whose publish had no answer, and cannot be applied any more at that time."""
        return self._refs(keys.doubts_of(shop_id), shop_id, until)

    def _refs(self, pk: str, shop_id: str, until: datetime) -> Iterator[Ref]:
        end = to_wire(until)
        for item in self._table.every(pk):
            if item["sk"] >= end:
                return
            yield Ref(item["sku"], shop_id, item["id"])

    def watermark(self, shop_id: str) -> datetime | None:
        """The newest watermark of a shop."""
        item = self._table.get(*keys.watermark(shop_id))
        return from_wire(item["at"]) if item else None

    # -- writing: all raise Contended when somebody else was faster

    def save_watermark(self, shop_id: str, at: datetime) -> None:
        """For screens. An older one that comes late does no harm: the next is newer."""
        self._table.put_many([{**keys.watermark(shop_id)._asdict(), "at": to_wire(at)}])

    def save(self, before: Listing | None, after: Listing, moves: Sequence[LevelMove] = ()) -> None:
        """A listing, and what it changes at levels, in one transaction. before: as it was read,
        None for a new one."""
        self._commit(*self._writes(before, after, moves))

    def map(self, new: Listing, product: Product) -> None:
        """A new listing of a product, as it was read."""
        self._commit(*self._writes(None, new, ()), mapped_write(self._table, product))

    def save_level(self, move: LevelMove) -> None:
        """A level alone."""
        self._commit(*level_writes(self._table, move))

    def remove(self, listing: Listing, moves: Sequence[LevelMove] = ()) -> None:
        """A listing is let go of: its code may be mapped to another SKU. What it took is kept for
        orders that are still to come, as a later listing of the same SKU takes its place."""
        table, unchanged = self._table, {"version": listing.version}
        writes = [write for move in moves for write in level_writes(table, move)]
        gone = [keys.listing_code(listing.shop_id, listing.code), *_pointers(listing)]
        gone += list(_entries(listing))
        past = {**keys.listing_past(listing.ref)._asdict(), "units": dict(listing.units)}
        self._commit(
            *writes,
            table.delete(keys.listing(listing.ref), if_equals=unchanged),
            table.put(past),
            *(table.delete(key) for key in gone),
        )

    def _writes(
        self, before: Listing | None, after: Listing, moves: Sequence[LevelMove]
    ) -> Iterator[Write]:
        table = self._table
        for move in moves:
            yield from level_writes(table, move)
        if before is None:
            yield table.put(listing_item(after), if_absent=True)
            pointer = {"sku": after.sku, "id": after.id}
            place = keys.listing_code(after.shop_id, after.code)
            at = to_wire(after.mapped_at) if after.mapped_at else None
            yield table.put({**place._asdict(), **pointer, "at": at}, if_absent=True)
            for key in _pointers(after):
                yield table.put({**key._asdict(), **pointer, "shop_id": after.shop_id})
        else:
            yield table.put(listing_item(after), if_equals={"version": before.version})
        old, new = _entries(before) if before else {}, _entries(after)
        for key in old.keys() - new.keys():
            yield table.delete(key)
        for key in new.keys() - old.keys():
            yield table.put({**key._asdict(), "sku": after.sku, "id": after.id})

    def _commit(self, *writes: Write) -> None:
        try:
            self._table.commit(*writes)
        except ConditionFailed as failure:
            raise Contended("somebody else changed the listing") from failure


class OneLook(Listings):
    """Listings for one run, in which all who want to know of the same SKUs share one reading.

    What is decided by it may be old when it is written; then the write is refused.
    """

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._seen: dict[tuple[str, ...], Stand] = {}

    def stand(self, skus: Iterable[str]) -> Stand:
        wanted = tuple(skus)
        if wanted not in self._seen:
            self._seen[wanted] = super().stand(wanted)
        return self._seen[wanted]


def _pointers(listing: Listing) -> list[Key]:
    return [keys.listing_use(sku, listing.ref) for sku in listing.units if sku != listing.sku]


def _entries(listing: Listing) -> dict[Key, None]:
    """Its place in the lists of what is not settled."""
    if listing.state is State.SETTLING and listing.confirmed_at:
        return {keys.settling(listing.ref, listing.confirmed_at): None}
    if listing.state is State.UNKNOWN and listing.late_until:
        return {keys.doubt(listing.ref, listing.late_until): None}
    return {}


_TIMES = ("sent_at", "confirmed_at", "known_at", "late_until", "speed_at", "mapped_at")
_PLAIN = (
    "shop_id code sku title jan quantity before expected charged push_key known drift fault "
    "speed speed_basis version"
).split()


def listing_item(listing: Listing) -> Item:
    found: dict[str, Any] = {name: getattr(listing, name) for name in _PLAIN}
    times = {name: getattr(listing, name) for name in _TIMES}
    found |= {name: to_wire(at) if at else None for name, at in times.items()}
    return {
        **keys.listing(listing.ref)._asdict(),
        "id": listing.id,
        **found,
        "units": dict(listing.units),
        "keys": dict(listing.keys),
        "basis": dict(listing.basis),
        "returned_basis": dict(listing.returned_basis) or None,
        "state": str(listing.state),
        "is_retired": listing.is_retired or None,
    }


def listing_of(item: Item) -> Listing:
    found: dict[str, Any] = {name: item[name] for name in _PLAIN if name in item}
    found |= {name: from_wire(item[name]) for name in _TIMES if name in item}
    return Listing(
        **found,
        units=item["units"],
        keys=item["keys"],
        basis=item["basis"],
        returned_basis=item.get("returned_basis", {}),
        state=State(item["state"]),
        is_retired=item.get("is_retired", False),
    )
