"""Histograms of lags, an item a shop and minute, for a week."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from common.errors import Contended
from stock.domain.lag import Lags, together

KEPT = timedelta(days=7)
TRIES = 5
_MINUTE = len("2026-11-21T12:00")


class LagBook:
    """Lags by shop and minute."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, shop_id: str, lags: Lags) -> None:
        """Add lags to the minute they were measured in. Raises Contended.

        Read and written back, because a maximum cannot be added; one function at a time works for
        a shop, so hardly anybody is in the way.
        """
        if lags.last is None or not lags.count:
            return
        key, last = _key(shop_id, lags.last), lags.last
        for _ in range(TRIES):
            item = self._table.get(*key)
            version = int(item["version"]) if item else 0
            after = together([_lags_of(item), lags]) if item else lags
            write = self._table.put(
                _item(key, after, after.last or last, version + 1),
                if_absent=not version,
                if_equals={"version": version} if version else None,
            )
            try:
                self._table.commit(write)
            except ConditionFailed:
                continue
            return
        raise Contended("others kept writing the same minute")

    def minutes(self, shop_id: str, since: datetime) -> list[tuple[datetime, Lags]]:
        """Minutes with lags, from the one that `since` lies in on, oldest first."""
        first = _key(shop_id, since).sk
        found: list[tuple[datetime, Lags]] = []
        token: str | None = None
        while True:
            page = self._table.query(_partition(shop_id), token=token, newest_first=True)
            recent = [item for item in page.items if item["sk"] >= first]
            found += [(from_wire(f"{item['sk']}:00Z"), _lags_of(item)) for item in recent]
            token = page.next
            if token is None or len(recent) < len(page.items):
                return found[::-1]

    def last(self, shop_id: str) -> datetime | None:
        """When the shop last took a quantity, None when that is more than a week ago."""
        page = self._table.query(_partition(shop_id), limit=1, newest_first=True)
        return _lags_of(page.items[0]).last if page.items else None

    def note(self, shop_id: str, lags: Mapping[str, int], at: datetime) -> None:
        """How long the last change of each listing took: milliseconds by listing id."""
        expires_at = int((at + KEPT).timestamp())
        self._table.put_many(
            {**_last(shop_id, listing)._asdict(), "lag_ms": lag, "expires_at": expires_at}
            for listing, lag in lags.items()
        )

    def of_listings(self, listings: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """What was noted of (shop id, listing id); unknown ones are left out."""
        places = {_last(shop, listing): (shop, listing) for shop, listing in listings}
        found = self._table.get_many(places)
        return {places[key]: item["lag_ms"] for key, item in found.items()}


def _partition(shop_id: str) -> str:
    return f"LAG#{shop_id}"


def _last(shop_id: str, listing_id: str) -> Key:
    return Key(f"LAST#{shop_id}", listing_id)


def _key(shop_id: str, at: datetime) -> Key:
    return Key(_partition(shop_id), to_wire(at)[:_MINUTE])


def _item(key: Key, lags: Lags, last: datetime, version: int) -> Item:
    return {
        **key._asdict(),
        "counts": {str(bucket): count for bucket, count in lags.counts.items()},
        "worst": lags.worst,
        "last": to_wire(last),
        "version": version,
        "expires_at": int((last + KEPT).timestamp()),
    }


def _lags_of(item: Item) -> Lags:
    counts = {int(bucket): count for bucket, count in item["counts"].items()}
    return Lags(counts, item["worst"], from_wire(item["last"]))
