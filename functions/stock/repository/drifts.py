"""Differences between what shops show and what they should, and SKUs whose units may move."""

from collections.abc import Iterable

from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from stock.domain.drift import Drift

DRIFTS = "DRIFT"
MOVING = "MOVING"


class DriftList:
    """Drifts by shop and listing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, limit: int, token: str | None) -> tuple[list[Drift], str | None]:
        """Drifts in order of shops."""
        page = self._table.query(DRIFTS, limit=limit, token=token)
        return [_drift_of(item) for item in page.items], page.next

    def of_shop(self, shop_id: str) -> dict[str, Drift]:
        """A shop's drifts by listing id."""
        found = self._table.every(DRIFTS, begins_with=f"{shop_id}#")
        return {item["listing_id"]: _drift_of(item) for item in found}

    def get(self, shop_id: str, listing_id: str) -> Drift | None:
        """One drift."""
        item = self._table.get(*_key(shop_id, listing_id))
        return _drift_of(item) if item else None

    def put(self, drifts: Iterable[Drift]) -> None:
        """Keep them, in the place of what was known of the same listings."""
        self._table.put_many(
            {
                **_key(one.shop_id, one.listing_id)._asdict(),
                **one._asdict(),
                "since": to_wire(one.since),
                "seen_at": to_wire(one.seen_at),
            }
            for one in drifts
        )

    def remove(self, shop_id: str, listing_id: str) -> None:
        """The listing shows what it should, or somebody decided about it."""
        self._table.commit(self._table.delete(_key(shop_id, listing_id)))


class MovingList:
    """SKUs in strict mode that changed: the rebalancer looks at them once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, skus: Iterable[str], stamp: str) -> None:
        """Ask for a look. stamp: another one for each request."""
        self._table.put_many({"pk": MOVING, "sk": sku, "stamp": stamp} for sku in skus)

    def first(self, limit: int) -> list[tuple[str, str]]:
        """(SKU, stamp) of some that wait."""
        return [
            (item["sk"], item["stamp"]) for item in self._table.query(MOVING, limit=limit).items
        ]

    def remove(self, sku: str, stamp: str) -> None:
        """It was looked at; one that was asked for again meanwhile stays."""
        try:
            self._table.commit(self._table.delete(Key(MOVING, sku), if_equals={"stamp": stamp}))
        except ConditionFailed:
            return


def _key(shop_id: str, listing_id: str) -> Key:
    return Key(DRIFTS, f"{shop_id}#{listing_id}")


def _drift_of(item: Item) -> Drift:
    return Drift(
        shop_id=item["shop_id"],
        listing_id=item["listing_id"],
        sku=item["sku"],
        code=item["code"],
        published=item.get("published"),
        observed=item["observed"],
        difference=item["difference"],
        since=from_wire(item["since"]),
        seen_at=from_wire(item["seen_at"]),
    )
