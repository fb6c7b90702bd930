"""What orders know of products, and who waits for one.

Keys
    KNOWN#<sku>                        KNOWN       a product stock registered {sku, jan, at}
    JAN#<jan>                          <sku>       it has this JAN
    MAP#<shop>                         <listing>   which SKU a listing of a shop is {sku, at}
    UNMAPPED#<code>                    <order id>  a line waits for that product, or another by its
    UNMAPPED_LISTING#<shop>#<listing>  <order id>  codes; for the mapping of that listing; for a
    UNMAPPED_JAN#<jan>                 <order id>  product with that JAN
    UNMAPPED_CODES                     <shop>#<code>   what somebody has to map {title, jan …}
`at` is the time of the event that told it: events are unordered, and the newest one counts.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from common.dynamo import ConditionFailed, Item, Key, Table, Write
from common.errors import Contended
from orders.domain.matching import Known, Names, Unmapped, unmapped_of, waiting_names
from orders.domain.order import Order

_ROUNDS = 6
_CODES = "UNMAPPED_CODES"
# Of a code with more orders than these only "so many and more" is said.
_MOST_WAITING = 100
# A row that no order waits for is shown to nobody; some day it is forgotten.
_ROW_LIFE = timedelta(days=180)


class UnmappedRow(NamedTuple):
    """Goods to map, and how many orders wait for it; `capped` when there are more."""

    shop_id: str
    code: str
    has_listing: bool
    title: str
    jan: str
    orders: int
    capped: bool


class UnmappedPage(NamedTuple):
    rows: list[UnmappedRow]
    next: str | None


def known_key(sku: str) -> Key:
    return Key(f"KNOWN#{sku}", "KNOWN")


def map_key(shop_id: str, listing: str) -> Key:
    return Key(f"MAP#{shop_id}", listing)


def wait_keys(order: Order) -> Iterator[Key]:
    """Where the order is found when one of its products becomes known."""
    for names in waiting_names(order):
        for code in names.codes:
            yield Key(_code_waits(code), order.order_id)
        if names.listing:
            yield Key(_listing_waits(order.shop_id, names.listing), order.order_id)
        if names.jan:
            yield Key(_jan_waits(names.jan), order.order_id)


def unmapped_items(order: Order) -> Iterator[Item]:
    """Rows of the list of codes to map. They say nothing of the order, so they can be written any
    number of times, before it."""
    for unmapped in unmapped_of(order):
        yield {
            **_row_key(order.shop_id, unmapped.code)._asdict(),
            **unmapped._asdict(),
            "shop_id": order.shop_id,
            "expires_at": int((order.last_change.at + _ROW_LIFE).timestamp()),
        }


class Products:
    """The part of the orders table that knows products."""

    _table: Table

    def look_up(self, shop_id: str, asked: Iterable[Names]) -> Known:
        """What is known of the names of lines of that shop. A JAN is asked for only where nothing
        better answers."""
        wanted = list(dict.fromkeys(asked))
        codes = {known_key(code): code for names in wanted for code in names.codes if code}
        listings = {map_key(shop_id, n.listing): n.listing for n in wanted if n.listing}
        found = self._table.get_many([*codes, *listings])
        known = Known(
            frozenset(code for key, code in codes.items() if key in found),
            {listing: found[key]["sku"] for key, listing in listings.items() if key in found},
        )
        open_jans = {n.jan for n in wanted if n.jan and known.sku_of(n) is None}
        return known._replace(jans=self.products_with(open_jans))

    def products_with(self, jans: Iterable[str]) -> dict[str, str]:
        """SKU by JAN, of those that one product alone has."""
        found = {}
        for jan in sorted(jans):
            items = self._table.query(f"JAN#{jan}", limit=2).items
            if len(items) == 1:
                found[jan] = str(items[0]["sk"])
        return found

    def remember_product(self, sku: str, jan: str = "", at: str = "") -> None:
        """From now on the SKU is known, with this JAN and no other."""

        def jans(before: Item) -> list[Write]:
            writes = [self._table.put({"pk": f"JAN#{jan}", "sk": sku})] if jan else []
            gone = before.get("jan")
            if gone and gone != jan:
                writes.append(self._table.delete(Key(f"JAN#{gone}", sku)))
            return writes

        self._put_newest(known_key(sku), {"sku": sku, "jan": jan, "at": at}, jans)

    def remember_listing(self, shop_id: str, listing: str, sku: str, at: str) -> str:
        """From now on the shop's listing is this SKU, unless a newer event said another one;
        returns the SKU that it is."""
        key = map_key(shop_id, listing)
        return str(self._put_newest(key, {"sku": sku, "at": at})["sku"])

    def _put_newest(
        self, key: Key, fields: dict[str, Any], beside: Callable[[Item], list[Write]] | None = None
    ) -> Item:
        """Write unless what is there is newer; returns what is there then. beside: what else is
        written with it, made of what was there."""
        for _ in range(_ROUNDS):
            before = self._table.get(*key) or {}
            if before.get("at", "") > fields["at"]:
                return before
            item = {**key._asdict(), **fields}
            put = (
                self._table.put(item, if_equals={"at": before.get("at")})
                if before
                else self._table.put(item, if_absent=True)
            )
            try:
                self._table.commit(put, *(beside(before) if beside else ()))
            except ConditionFailed:
                continue
            return item
        raise Contended("others keep telling of this product")

    def waiting_for(self, code: str) -> list[str]:
        """Ids of orders with a line that no product is known for by that code."""
        return self._waiting(_code_waits(code))

    def waiting_for_listing(self, shop_id: str, listing: str) -> list[str]:
        return self._waiting(_listing_waits(shop_id, listing))

    def waiting_for_jan(self, jan: str) -> list[str]:
        return self._waiting(_jan_waits(jan))

    def _waiting(self, pk: str) -> list[str]:
        return [item["sk"] for item in self._table.every(pk)]

    def unmapped(self, shop_id: str, *, token: str | None, limit: int) -> UnmappedPage:
        """Codes that orders wait for, of one shop or all. A page may be short: rows for which no
        order waits any more are left out."""
        begins = f"{shop_id}#" if shop_id else ""
        page = self._table.query(_CODES, begins_with=begins, limit=limit, token=token)
        rows = (self._counted(item) for item in page.items)
        return UnmappedPage([row for row in rows if row.orders], page.next)

    def _counted(self, item: Item) -> UnmappedRow:
        fields = {name: item[name] for name in (*Unmapped._fields, "shop_id")}
        pk = (
            _listing_waits(item["shop_id"], item["code"])
            if item["has_listing"]
            else _code_waits(item["code"])
        )
        count, capped = self._table.count(pk, cap=_MOST_WAITING)
        return UnmappedRow(**fields, orders=count, capped=capped)


def _row_key(shop_id: str, code: str) -> Key:
    return Key(_CODES, f"{shop_id}#{code}")


def _code_waits(code: str) -> str:
    return f"UNMAPPED#{code}"


def _listing_waits(shop_id: str, listing: str) -> str:
    return f"UNMAPPED_LISTING#{shop_id}#{listing}"


def _jan_waits(jan: str) -> str:
    return f"UNMAPPED_JAN#{jan}"
