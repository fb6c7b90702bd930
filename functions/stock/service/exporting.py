"""Files for Next Engine, a page of the catalogue at a time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from common.errors import Conflict
from stock.domain import export
from stock.domain.place import MAIN, Lying, Place, main_units
from stock.domain.product import Product
from stock.service.catalogue import Entry

ExportKind = Literal["goods", "sets", "warehouse"]
Encoding = Literal["cp932", "utf-8"]
# A page ends before it is longer than what a function may answer, 6 MB with base64: a product has
# up to 20,000 characters of texts that mean nothing here.
PAGE = 1000
_A_READ = 50
_MOST_CHARACTERS = 500_000


class Page(NamedTuple):
    """A file, and the token of the next page of it."""

    text: str
    next: str | None


class Source(Protocol):
    """Port: the catalogue."""

    def products(
        self, prefix: str, limit: int, token: str | None
    ) -> tuple[list[Product], str | None]: ...

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class PlaceSource(Protocol):
    """Port: places and what lies in them."""

    def all(self) -> Sequence[Place]: ...

    def lying(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Lying]: ...


def export_page(
    kind: ExportKind,
    encoding: Encoding,
    token: str | None,
    source: Source,
    places: PlaceSource,
) -> Page:
    """Up to a thousand products as a file with its heading. Raises Conflict for a character that
    CP932 does not have, Invalid for a token that is not ours."""
    products, after = _products(source, token)
    text = _text(kind, products, source, places)
    if encoding == "utf-8":
        return Page(f"\ufeff{text}", after)
    stray, sku = export.unwritable(text)
    if stray:
        raise Conflict(
            f"商品コード {sku} にShift_JISで書けない文字「{stray}」があります。"
            "文字コードにUTF-8を選んでください"
        )
    return Page(text, after)


def _products(source: Source, token: str | None) -> tuple[list[Product], str | None]:
    found: list[Product] = []
    characters = 0
    while len(found) < PAGE and characters < _MOST_CHARACTERS:
        more, token = source.products("", _A_READ, token)
        found += more
        characters += sum(len(text) for one in more for text in (one.name, *one.extra.values()))
        if token is None:
            break
    return found, token


def _text(
    kind: ExportKind, products: Sequence[Product], source: Source, places: PlaceSource
) -> str:
    if kind == "sets":
        return export.sets(products)
    plain = [product.sku for product in products if not product.is_set]
    entries = source.entries(plain)
    if kind == "goods":
        return export.goods((entry.product, entry.level) for entry in entries.values())
    known = places.all()
    names = {place.code: place.name for place in known}
    found = places.lying((sku, p.code) for sku in entries for p in known if not p.is_main)
    units = []
    for sku, entry in entries.items():
        others = {p.code: found[sku, p.code].on_hand for p in known if not p.is_main}
        there = {MAIN: main_units(entry.level.on_hand, sum(others.values())), **others}
        units += [(names[place.code], sku, there[place.code]) for place in known]
    return export.warehouse(units)
