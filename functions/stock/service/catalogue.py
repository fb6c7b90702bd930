"""The catalogue: listing, searching, registering and changing products."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Conflict, Contended, FieldError, Invalid, NotFound
from common.ids import ulid
from common.search import fold
from stock.domain.level import LastChange, Level, LevelMove, Reason, set_level
from stock.domain.once import Once
from stock.domain.product import Product, matching_token, name_fault, sku_fault
from stock.domain.sets import set_fault
from stock.domain.views import Item, ItemPage, item_of
from stock.service.requests import ItemChange, NewItem

TRIES = 8


class Entry(Protocol):
    """One SKU."""

    @property
    def product(self) -> Product: ...

    @property
    def level(self) -> Level: ...


class Shelf(Protocol):
    """Port: products with their levels. Writes raise Contended when somebody was faster."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...

    def listed(self, skus: Iterable[str]) -> Collection[str]: ...

    def products(
        self, prefix: str, limit: int, token: str | None
    ) -> tuple[list[Product], str | None]: ...

    def hits(
        self, folded: str, limit: int, token: str | None
    ) -> tuple[list[tuple[str, str]], str | None]: ...

    def short_skus(self, limit: int, token: str | None) -> tuple[list[str], str | None]: ...

    def earlier_answer(self, once: Once) -> dict[str, Any] | None: ...

    def register(
        self,
        product: Product,
        move: LevelMove,
        once: Once,
        answer: Mapping[str, Any],
        now: datetime,
    ) -> None: ...

    def change(self, before: Product, after: Product, move: LevelMove) -> None: ...


def get_item(shelf: Shelf, sku: str) -> Item:
    """Raises NotFound."""
    entry = shelf.entries([sku]).get(sku)
    if entry is None:
        raise NotFound("There is no such SKU.")
    return item_of(entry.product, entry.level)


def list_items(
    shelf: Shelf, query: str, limit: int, token: str | None, *, is_short_only: bool
) -> ItemPage:
    """A page of the catalogue. query: the beginning of a SKU, a JAN code, or a word of the name.

    A page may hold fewer than `limit` items although more follow.
    """
    if is_short_only:
        skus, after = shelf.short_skus(limit, token)
        found = list(shelf.entries(skus).values())
        if query:
            found = [e for e in found if matching_token(e.product, query) is not None]
    elif len(fold(query)) > 1:
        found, after = _search(shelf, query, limit, token)
    else:
        # One character is no partition of tokens, but it is a usable beginning of a SKU.
        products, after = shelf.products(query, limit, token)
        found = list(shelf.entries(product.sku for product in products).values())
    return ItemPage(items=[item_of(e.product, e.level) for e in found], next=after)


def _search(
    shelf: Shelf, query: str, limit: int, token: str | None
) -> tuple[list[Entry], str | None]:
    hits, after = shelf.hits(fold(query), limit, token)
    entries = shelf.entries(sku for _, sku in hits)
    # A product with several fitting words has several hits, also on different pages: the first
    # token that fits stands for it.
    rows = [
        entries[sku]
        for text, sku in hits
        if sku in entries and matching_token(entries[sku].product, query) == text
    ]
    return rows, after


def register_item(shelf: Shelf, clock: Clock, new: NewItem, actor: Actor, key: str) -> Item:
    """A new SKU; its first units are in the ledger as INITIAL. Raises Invalid, Conflict when the
    SKU exists."""
    _check(new.sku, new.name)
    once = Once(key, {"do": "register", **new.model_dump(mode="json")})
    if earlier := shelf.earlier_answer(once):
        return Item.model_validate(earlier)
    now = clock()
    change = LastChange(ulid(now), Reason.INITIAL, now, actor)
    move = set_level(Level(new.sku), change, on_hand=new.on_hand, safety=new.safety)
    product = Product(
        new.sku,
        new.name,
        new.jan or "",
        new.price,
        version=1,
        level_version=move.after.version,
        at=now,
    )
    item = item_of(product, move.after)
    try:
        shelf.register(product, move, once, item.model_dump(mode="json"), now)
    except Contended:
        if earlier := shelf.earlier_answer(once):
            return Item.model_validate(earlier)
        if shelf.entries([new.sku]):
            raise Conflict(f"The SKU {new.sku} exists already.") from None
        raise
    return item


def _check(sku: str, name: str) -> None:
    faults = [("body.sku", sku_fault(sku)), ("body.name", name_fault(name))]
    errors = [FieldError(field, fault) for field, fault in faults if fault]
    if errors:
        raise Invalid("Mend the fields named in errors.", errors)


def change_item(
    shelf: Shelf, clock: Clock, sku: str, wanted: ItemChange, version: int, actor: Actor
) -> Item:
    """Change product data or safety stock. Only fields that were sent are changed.

    version: what the caller read. Counters may have moved since (they do all day), product data
    must not have. Raises NotFound, Changed, Invalid, Contended.
    """
    if fault := wanted.name is not None and name_fault(wanted.name):
        raise Invalid(fault, [FieldError("body.name", fault)])
    for _ in range(TRIES):
        entry = shelf.entries([sku]).get(sku)
        if entry is None:
            raise NotFound("There is no such SKU.")
        product, level = entry.product, entry.level
        item = item_of(product, level)
        if not product.level_version <= version <= level.version:
            raise Changed("Somebody changed this product.", item.model_dump(mode="json"))
        now = clock()
        change = LastChange(ulid(now), Reason.SETTINGS, now, actor)
        _check_components(shelf, entry, wanted)
        after, safety = _changed(product, level, wanted)
        if after == product and safety == level.safety:
            return item
        move = set_level(level, change, on_hand=level.on_hand, safety=safety)
        after = replace(
            after, version=product.version + 1, level_version=move.after.version, at=now
        )
        try:
            shelf.change(product, after, move)
        except Contended:
            continue
        return item_of(after, move.after)
    raise Contended("others kept changing the SKU")


def _check_components(shelf: Shelf, entry: Entry, wanted: ItemChange) -> None:
    parts = wanted.components or {}
    known = shelf.entries(parts) if parts else {}
    sku = entry.product.sku
    errors = [
        FieldError(
            f"body.components.{part}", "この構成品は登録されていないか、それ自体がセットです"
        )
        for part in parts
        if part == sku or part not in known or known[part].product.is_set
    ]
    if errors:
        raise Invalid("A set is made of products that are no sets themselves.", errors)
    if wanted.components is None:
        return
    is_listed = bool(shelf.listed([sku]))
    if fault := set_fault(entry.product, entry.level, parts, is_listed=is_listed):
        raise Invalid(fault, [FieldError("body.components", fault)])


def _changed(product: Product, level: Level, wanted: ItemChange) -> tuple[Product, int]:
    sent = wanted.model_fields_set
    if wanted.name is not None:
        product = replace(product, name=wanted.name)
    if "jan" in sent:
        product = replace(product, jan=wanted.jan or "")
    if "price" in sent:
        product = replace(product, price=wanted.price)
    if "cost" in sent:
        product = replace(product, cost=wanted.cost)
    texts = {name: getattr(wanted, name) for name in ("supplier", "shelf", "lot")}
    texts |= {name: getattr(wanted, name) for name in ("reorder_point", "target")}
    given = {name: value for name, value in texts.items() if value is not None}
    if wanted.components is not None:
        given["components"] = dict(wanted.components)
    product = replace(product, **given)
    return product, level.safety if wanted.safety is None else wanted.safety
