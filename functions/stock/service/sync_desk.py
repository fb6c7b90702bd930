"""What staff decide about how units are shown: modes, drifts, and "now"."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock, to_wire
from common.errors import Changed, FieldError, Invalid, NotFound
from common.ids import ulid
from common.shops import Shops
from stock.domain.drift import Drift
from stock.domain.level import Level, Mode
from stock.domain.listing import Listing, Ref
from stock.domain.listing_views import DriftPage, DriftRow, ModePreview, ModeRow
from stock.domain.mark import Mark, Urgency
from stock.domain.views import Item, item_of
from stock.service.catalogue import Entry
from stock.service.modes import ModePreview as Effect


class Modes(Protocol):
    """Port: service.publishing.ModeSwitch."""

    def preview(self, sku: str, mode: str, last_n: int = 0) -> Effect | None: ...

    def switch(self, sku: str, mode: str, last_n: int, actor: Actor) -> Level | None: ...


class Deciding(Protocol):
    """Port: service.publishing.Publisher."""

    def adopt(self, ref: Ref) -> Listing | None: ...


class Goods(Protocol):
    """Port: products with their levels."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class Drifts(Protocol):
    """Port: the list of drifts."""

    def page(self, limit: int, token: str | None) -> tuple[list[Drift], str | None]: ...

    def get(self, shop_id: str, listing_id: str) -> Drift | None: ...

    def remove(self, shop_id: str, listing_id: str) -> None: ...


class Marks(Protocol):
    """Port: marks."""

    def add(self, marks: Iterable[Mark]) -> object: ...


class Notes(Protocol):
    """Port: what was done by whom."""

    def note(self, shop_id: str, at: datetime, actor: Actor, what: Mapping[str, Any]) -> None: ...


class Sender(Protocol):
    """Port: a queue."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class ModeDesk:
    """Strict, shared, or the last n. tells_sales: whether orders are read from a shop."""

    def __init__(self, goods: Goods, modes: Modes, tells_sales: Callable[[str], bool]) -> None:
        self._goods = goods
        self._modes = modes
        self._tells_sales = tells_sales

    def preview(self, sku: str, mode: Mode, last_n: int) -> ModePreview:
        """What would be shown where; writes nothing. Raises NotFound, Invalid."""
        _check(mode, last_n)
        effect = self._modes.preview(sku, mode, last_n)
        if effect is None:
            raise NotFound("There is no such SKU.")
        rows = [
            ModeRow(
                shop_id=one.shop_id,
                code=one.code,
                title=one.title,
                before=effect.before[one.id],
                after=effect.after[one.id],
                tells_sales=self._tells_sales(one.shop_id),
            )
            for one in effect.listings
        ]
        return ModePreview(
            mode=mode,
            last_n=last_n,
            free=effect.free,
            shown_before=sum(max(0, row.before or 0) for row in rows),
            shown_after=sum(row.after for row in rows),
            items=sorted(rows, key=lambda row: (row.shop_id, row.code)),
        )

    def switch(self, sku: str, mode: Mode, last_n: int, version: int, actor: Actor) -> Item:
        """Another mode. version: what the caller read; counters may have moved since, product
        data must not have. The same mode again changes nothing.

        Raises NotFound, Invalid, Changed, Contended.
        """
        _check(mode, last_n)
        entry = self._goods.entries([sku]).get(sku)
        if entry is None:
            raise NotFound("There is no such SKU.")
        level = entry.level
        if not entry.product.level_version <= version <= level.version:
            item = item_of(entry.product, level)
            raise Changed("Somebody changed this product.", item.model_dump(mode="json"))
        if (level.mode, level.last_n) != (mode, last_n):
            level = self._modes.switch(sku, mode, last_n, actor) or level
        return item_of(entry.product, level)


def _check(mode: Mode, last_n: int) -> None:
    if (mode is Mode.LAST_N) != (last_n > 0):
        fault = "「残りわずか」では1以上、ほかでは0にしてください"
        raise Invalid(fault, [FieldError("body.last_n", fault)])


class SyncDesk:
    """今すぐ同期, and what to do about drifts."""

    def __init__(
        self,
        shops: Shops,
        goods: Goods,
        drifts: Drifts,
        publisher: Deciding,
        marks: Marks,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._shops = shops
        self._goods = goods
        self._drifts = drifts
        self._publisher = publisher
        self._marks = marks
        self._notes = notes
        self._clock = clock

    def sync_sku(self, reads: Sender, sku: str, shop_id: str, actor: Actor) -> None:
        """Read a SKU back and send it, in one shop or in all. Raises NotFound."""
        if sku not in self._goods.entries([sku]):
            raise NotFound("There is no such SKU.")
        wanted = [shop.id for shop in self._shops.all() if shop_id in ("", shop.id)]
        if not wanted:
            raise NotFound("There is no such shop.")
        now = self._clock()
        for one in wanted:
            self._notes.note(one, now, actor, {"do": "sync", "sku": sku})
        reads.send({"shop_id": one, "skus": [sku]} for one in wanted)

    def sync_shop(self, reads: Sender, shop_id: str, actor: Actor) -> None:
        """Read a whole shop back, and send what waits for it. Raises NotFound."""
        if self._shops.get(shop_id) is None:
            raise NotFound("There is no such shop.")
        self._notes.note(shop_id, self._clock(), actor, {"do": "sync"})
        reads.send([{"shop_id": shop_id}])

    def drifts(self, limit: int, token: str | None) -> DriftPage:
        """What shops show besides what they should."""
        found, after = self._drifts.page(limit, token)
        return DriftPage(items=[DriftRow(**one._asdict()) for one in found], next=after)

    def adopt(self, shop_id: str, listing_id: str, actor: Actor) -> None:
        """The mall is right. Raises NotFound."""
        one = self._drift(shop_id, listing_id)
        self._note(one, "adopt", actor)
        self._publisher.adopt(Ref(one.sku, shop_id, listing_id))
        self._drifts.remove(shop_id, listing_id)

    def overwrite(self, pushes: Sender, shop_id: str, listing_id: str, actor: Actor) -> None:
        """We are right: our number is sent again. Raises NotFound."""
        one = self._drift(shop_id, listing_id)
        now = self._note(one, "overwrite", actor)
        mark = Mark(
            shop_id, listing_id, one.sku, one.code, now, Urgency.LAST_UNITS, ulid(now), forced=True
        )
        self._marks.add([mark])
        self._publisher.adopt(Ref(one.sku, shop_id, listing_id))
        self._drifts.remove(shop_id, listing_id)
        pushes.send([{"shop_id": shop_id, "since": to_wire(now)}])

    def _drift(self, shop_id: str, listing_id: str) -> Drift:
        one = self._drifts.get(shop_id, listing_id)
        if one is None:
            raise NotFound("There is no such difference any more.")
        return one

    def _note(self, one: Drift, what: str, actor: Actor) -> datetime:
        now = self._clock()
        done = {"do": what, "code": one.code, "sku": one.sku, "difference": one.difference}
        self._notes.note(one.shop_id, now, actor, done)
        return now
