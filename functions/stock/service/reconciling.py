"""Reading back what malls show: who shows something else than told, and since when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from common.channels.port import Cap, ChannelApi, Context
from common.channels.port import Listing as MallListing
from common.clock import Clock, to_wire
from common.shops import Shop, Shops
from stock.domain.drift import Drift
from stock.domain.listing import Listing, Ref
from stock.service.publishing import Observation

PAGE = 100


class RefPage(Protocol):
    """A page of where listings are, with their codes."""

    @property
    def refs(self) -> Sequence[tuple[Ref, str]]: ...

    @property
    def next(self) -> str | None: ...


class StandLike(Protocol):
    """Every listing that takes of some SKUs."""

    @property
    def listings(self) -> Sequence[Listing]: ...


class Shelf(Protocol):
    """Port: listings."""

    def of_shop(self, shop_id: str, limit: int, token: str | None = None) -> RefPage: ...

    def get_many(self, refs: Iterable[Ref]) -> Mapping[Ref, Listing]: ...

    def stand(self, skus: Iterable[str]) -> StandLike: ...


class Observing(Protocol):
    """Port: service.publishing.Publisher."""

    def observe(
        self, ref: Ref, quantity: int, began: datetime, ended: datetime
    ) -> Observation | None: ...


class Drifts(Protocol):
    """Port: the list of drifts."""

    def of_shop(self, shop_id: str) -> dict[str, Drift]: ...

    def put(self, drifts: Iterable[Drift]) -> None: ...

    def remove(self, shop_id: str, listing_id: str) -> None: ...


class Malls(Protocol):
    """Port: ways to the malls. Raises NotFound for a channel that has none."""

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]: ...


class Sender(Protocol):
    """Port: a queue."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class Books(NamedTuple):
    """Where the state of things is. again: the own queue; pushes: of stock.push_levels."""

    shops: Shops
    shelf: Shelf
    drifts: Drifts
    malls: Malls
    again: Sender
    pushes: Sender


class Reconciler:
    """Reads shops back, each by itself; has_time: before this function must end."""

    def __init__(
        self, books: Books, publisher: Observing, clock: Clock, has_time: Callable[[], bool]
    ) -> None:
        self._books = books
        self._publisher = publisher
        self._clock = clock
        self._has_time = has_time

    def start(self) -> list[str]:
        """Have every shop read back."""
        wanted = [shop.id for shop in self._books.shops.all() if shop.enabled]
        self._books.again.send({"shop_id": shop_id} for shop_id in wanted)
        return wanted

    def some(self, shop_id: str, skus: Sequence[str]) -> None:
        """Read some SKUs of a shop back and send their numbers in any case (今すぐ同期).

        Raises ChannelError when the mall does not answer; the numbers are to be sent all the same.
        """
        shop = self._books.shops.get(shop_id)
        if shop is None or not shop.enabled:
            return
        stand = self._books.shelf.stand(skus)
        mine = [one for one in stand.listings if one.shop_id == shop_id]
        api, context = self._books.malls.of(shop)
        try:
            if Cap.STOCK_READ in api.info.caps:
                self._read(shop, api, context, mine)
        finally:
            wanted = sorted({one.sku for one in mine})
            since = to_wire(self._clock())
            message = {"shop_id": shop_id, "skus": wanted, "since": since, "forced": True}
            self._books.pushes.send([message])

    def whole(self, shop_id: str, token: str | None = None) -> None:
        """Read a whole shop back, from a page on; hands itself the rest when time is up.

        Raises ChannelError, Unavailable, Contended: the same page again later.
        """
        shop = self._books.shops.get(shop_id)
        if shop is None or not shop.enabled:
            return
        api, context = self._books.malls.of(shop)
        while Cap.STOCK_READ in api.info.caps:
            if not self._has_time():
                self._books.again.send([{"shop_id": shop_id, "token": token or ""}])
                return
            page = self._books.shelf.of_shop(shop_id, PAGE, token or None)
            found = self._books.shelf.get_many(ref for ref, _ in page.refs)
            self._read(shop, api, context, list(found.values()))
            token = page.next
            if token is None:
                break
        # What waited for this, and raises that a mall's silence held back.
        self._books.pushes.send([{"shop_id": shop_id}])

    def _read(
        self, shop: Shop, api: ChannelApi, context: Context, listings: Sequence[Listing]
    ) -> None:
        known = self._books.drifts.of_shop(shop.id)
        size = max(1, api.info.limits.read_batch)
        for start in range(0, len(listings), size):
            batch = listings[start : start + size]
            began = self._clock()
            shown = api.read_stock(context, [MallListing(one.code, one.keys) for one in batch])
            ended = self._clock()
            drifts: list[Drift] = []
            undone: set[str] = set()
            for one in batch:
                quantity = shown.get(one.code)
                if quantity is None:
                    continue
                seen = self._publisher.observe(one.ref, quantity, began, ended)
                if seen and seen.drift is not None:
                    drifts.append(_drift(seen, seen.drift, quantity, known.get(one.id), ended))
                elif seen and one.id in known:
                    self._books.drifts.remove(shop.id, one.id)
                if seen and seen.listing.quantity != one.quantity:
                    undone.add(one.sku)
            self._books.drifts.put(drifts)
            if undone:
                # The mall did not do what it was asked last, and no mark says so any more.
                message = {"shop_id": shop.id, "skus": sorted(undone), "since": to_wire(ended)}
                self._books.pushes.send([message])


def _drift(
    seen: Observation, difference: int, quantity: int, known: Drift | None, now: datetime
) -> Drift:
    one = seen.listing
    return Drift(
        shop_id=one.shop_id,
        listing_id=one.id,
        sku=one.sku,
        code=one.code,
        published=one.quantity,
        observed=quantity,
        difference=difference,
        since=known.since if known else now,
        seen_at=now,
    )
