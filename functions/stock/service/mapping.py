"""Which SKU a shop sells as what: by hand, and the lists that show it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.channels.port import SkuRow
from common.clock import Clock
from common.errors import Changed, Conflict, Contended, FieldError, Invalid, NotFound
from common.ids import ulid
from common.shops import Shops
from stock.domain.level import Level
from stock.domain.listing import Listing, Ref
from stock.domain.listing_views import (
    ListingPage,
    ListingRow,
    StockListings,
    listing_row,
    stock_listing,
    stock_listings,
    unmapped_row,
)
from stock.domain.mark import Mark, Urgency
from stock.domain.product import Product
from stock.service.catalogue import Entry


class RefPage(Protocol):
    """A page of where listings are, with their codes."""

    @property
    def refs(self) -> Sequence[tuple[Ref, str]]: ...

    @property
    def next(self) -> str | None: ...


class StandLike(Protocol):
    """Levels by SKU, and every listing that takes any of them."""

    @property
    def levels(self) -> Mapping[str, Level]: ...

    @property
    def listings(self) -> Sequence[Listing]: ...


class Shelf(Protocol):
    """Port: listings. `save` raises Contended when somebody was faster."""

    def stand(self, skus: Iterable[str]) -> StandLike: ...

    def by_code(self, shop_id: str, code: str) -> Ref | None: ...

    def get_many(self, refs: Iterable[Ref]) -> Mapping[Ref, Listing]: ...

    def of_shop(self, shop_id: str, limit: int, token: str | None = None) -> RefPage: ...

    def map(self, new: Listing, product: Product) -> None: ...


class Retiring(Protocol):
    """Port: service.publishing.Publisher."""

    def retire(self, ref: Ref) -> Listing | None: ...

    def forget(self, ref: Ref) -> bool: ...


class UnmappedPage(Protocol):
    """Rows by code."""

    @property
    def rows(self) -> list[SkuRow]: ...

    @property
    def next(self) -> str | None: ...


class Unmapped(Protocol):
    """Port: what shops have on sale that is nobody's yet, and what was done about it."""

    def unmapped(self, shop_id: str, limit: int, token: str | None) -> UnmappedPage: ...

    def unmapped_one(self, shop_id: str, code: str) -> SkuRow | None: ...

    def forget_unmapped(self, shop_id: str, code: str) -> None: ...

    def note(self, shop_id: str, at: datetime, actor: Actor, what: Mapping[str, Any]) -> None: ...


class Goods(Protocol):
    """Port: products with their levels."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class Marks(Protocol):
    """Port: marks."""

    def add(self, marks: Iterable[Mark]) -> object: ...

    def of_listings(
        self, listings: Iterable[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Mark]: ...


class Lags(Protocol):
    """Port: how long the last change of a listing took."""

    def of_listings(self, listings: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]: ...


class Mapper:
    """Maps codes of shops to SKUs."""

    def __init__(
        self,
        shops: Shops,
        shelf: Shelf,
        unmapped: Unmapped,
        goods: Goods,
        publisher: Retiring,
        marks: Marks,
        lags: Lags,
        clock: Clock,
    ) -> None:
        self._shops = shops
        self._shelf = shelf
        self._unmapped = unmapped
        self._goods = goods
        self._publisher = publisher
        self._marks = marks
        self._lags = lags
        self._clock = clock

    # -- lists

    def of_sku(self, sku: str) -> StockListings:
        """Where a SKU is on sale. Raises NotFound."""
        stand = self._shelf.stand([sku])
        level = stand.levels.get(sku)
        if level is None:
            raise NotFound("There is no such SKU.")
        mine = [one for one in stand.listings if sku in one.units]
        places = [(one.shop_id, one.id) for one in mine]
        marks, lags = self._marks.of_listings(places), self._lags.of_listings(places)
        rows = []
        for one, place in zip(mine, places, strict=True):
            mark = marks.get(place)
            rows.append(stock_listing(one, level, mark.since if mark else None, lags.get(place)))
        return stock_listings(rows, level)

    def of_shop(
        self, shop_id: str, limit: int, token: str | None, *, is_unmapped: bool
    ) -> ListingPage:
        """A shop's listings by code, mapped or not. Raises NotFound for an unknown shop."""
        self._require_shop(shop_id)
        if is_unmapped:
            found = self._unmapped.unmapped(shop_id, limit, token)
            return ListingPage(
                items=[_unmapped_row(shop_id, row) for row in found.rows], next=found.next
            )
        page = self._shelf.of_shop(shop_id, limit, token)
        listings = self._shelf.get_many(ref for ref, _ in page.refs)
        rows = [listing_row(listings[ref]) for ref, _ in page.refs if ref in listings]
        return ListingPage(items=rows, next=page.next)

    def _require_shop(self, shop_id: str) -> None:
        if self._shops.get(shop_id) is None:
            raise NotFound("There is no such shop.")

    # -- mapping

    def map(self, shop_id: str, code: str, sku: str, units: int, actor: Actor) -> ListingRow:
        """A listing sells `units` of a SKU. The same again changes nothing.

        Raises NotFound for the shop, Invalid for the SKU, Conflict while it sells another one.
        """
        self._require_shop(shop_id)
        product = self._product(sku)
        takes = {one: n * units for one, n in (product.components or {sku: 1}).items()}
        ref = self._shelf.by_code(shop_id, code)
        if ref is not None:
            return self._same(ref, takes)
        now = self._clock()
        row = self._unmapped.unmapped_one(shop_id, code)
        new = Listing(
            shop_id,
            code,
            sku,
            takes,
            title=row.title if row else "",
            jan=row.jan if row else "",
            keys=row.listing.keys if row else {},
            mapped_at=now,
        )
        what = {"do": "map", "code": code, "sku": sku, "units": units}
        self._unmapped.note(shop_id, now, actor, what)
        try:
            self._shelf.map(new, product)
        except Contended:
            found = self._shelf.by_code(shop_id, code)
            if found is None:
                raise
            return self._same(found, takes)
        self._unmapped.forget_unmapped(shop_id, code)
        return listing_row(new)

    def _product(self, sku: str) -> Product:
        """Raises Invalid."""
        entry = self._goods.entries([sku]).get(sku)
        if entry is None:
            fault = "この商品コードの商品がありません"
            raise Invalid(fault, [FieldError("body.sku", fault)])
        return entry.product

    def _same(self, ref: Ref, takes: Mapping[str, int]) -> ListingRow:
        one = self._shelf.get_many([ref]).get(ref)
        if one is None:
            raise Contended("the listing is being let go of")
        if one.is_retired or dict(one.units) != dict(takes):
            raise Conflict("この出品は別の商品につながっています。先に割当を解除してください")
        return listing_row(one)

    def unmap(self, shop_id: str, code: str, version: int, actor: Actor) -> None:
        """A listing is no longer ours: it goes to 0 in the shop, and then its code is free.

        Raises NotFound, Changed.
        """
        ref = self._shelf.by_code(shop_id, code)
        one = self._shelf.get_many([ref]).get(ref) if ref else None
        if one is None:
            raise NotFound("There is no such listing.")
        if one.version != version and not one.is_retired:
            raise Changed("Somebody changed it.", listing_row(one).model_dump(mode="json"))
        now = self._clock()
        self._unmapped.note(shop_id, now, actor, {"do": "unmap", "code": code, "sku": one.sku})
        # Marked first: whoever dies after that leaves a mark, and not a listing nobody takes to 0.
        mark = Mark(shop_id, one.id, one.sku, code, now, Urgency.LAST_UNITS, ulid(now))
        self._marks.add([mark])
        self._publisher.retire(one.ref)
        self._publisher.forget(one.ref)


def _unmapped_row(shop_id: str, row: SkuRow) -> ListingRow:
    return unmapped_row(shop_id, row.listing.code, row.title, row.jan, row.quantity)
