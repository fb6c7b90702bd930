"""Products: what is sold under a SKU, and what a valid value is."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from common.search import fold, tokens

SKU_MAX = 64
NAME_MAX = 200
UNITS_MAX = 9_999_999
PRICE_MAX = 999_999_999
# A search starts at any of the first words, so that 「白 Tシャツ」 is found by either.
WORDS_MAX = 8

_JAN = re.compile(r"(\d{8}|\d{12,14})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold. price: yen with tax, None not determined. jan: 8, 12, 13 or 14 digits, or "".

    components: of a set, how many units of which SKU make one; empty for a plain product. cost:
    yen without tax. reorder_point, target, lot: see `reorder.ReorderRule`; 0: never proposed.
    shelf: where in the storehouse it lies. extra: columns of a foreign catalogue that mean nothing
    here, kept so that they can be given back as they came. used_in: how many sets it is a part of,
    None if it never was; written with those sets, so that no set is made of sets. mapped: how many
    listings were ever mapped to it; written with those, so that none is mapped to what it is made
    of no more.

    version: +1 every write. level_version: version of the level that the last write made, so that
    a reader's version tells whether the product changed since, however busy its counters are.
    """

    sku: str
    name: str
    jan: str = ""
    price: int | None = None
    components: Mapping[str, int] = field(default_factory=dict)
    cost: int | None = None
    supplier: str = ""
    reorder_point: int = 0
    target: int = 0
    lot: int = 1
    shelf: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    used_in: int | None = None
    mapped: int | None = None
    version: int = 0
    level_version: int = 0
    at: datetime | None = None

    @property
    def is_set(self) -> bool:
        """Made of other products: it has no units of its own."""
        return bool(self.components)


def sku_fault(sku: str) -> str:
    """Why a SKU is not usable, in Japanese; "" when it is."""
    if not sku:
        return "商品コードがありません"
    if len(sku) > SKU_MAX:
        return f"商品コードは{SKU_MAX}文字までです"
    if sku != sku.strip():
        return "商品コードの前後に空白があります"
    # A percent sign would be ambiguous in a URL that is decoded twice.
    if "%" in sku or any(unicodedata.category(char).startswith("C") for char in sku):
        return "商品コードに使えない文字（% や制御文字）があります"
    return ""


def name_fault(name: str) -> str:
    """Why a name is not usable, in Japanese; "" when it is."""
    if not name:
        return "商品名がありません"
    if len(name) > NAME_MAX:
        return f"商品名は{NAME_MAX}文字までです"
    if any(unicodedata.category(char) == "Cc" for char in name):
        return "商品名に制御文字があります"
    return ""


def jan_fault(jan: str) -> str:
    """Why a JAN code is not usable, in Japanese; "" when it is, or when there is none."""
    return "" if not jan or _JAN.fullmatch(jan) else "JANコードは8・12・13・14桁の数字です"


def parts_changed(before: Product | None, after: Product) -> set[str]:
    """SKUs that a change makes parts of a set, or no parts any more."""
    return set(before.components if before else ()) ^ set(after.components)


def search_tokens(product: Product) -> list[str]:
    """Folded texts a search may begin with: the SKU, the JAN code, and the name from each of its
    first words on."""
    return list(tokens([product.sku, product.jan, *_tails(product.name)]))


def matching_token(product: Product, query: str) -> str | None:
    """The first token that begins with the folded query: the one hit of many that is shown."""
    folded = fold(query)
    return min((t for t in search_tokens(product) if t.startswith(folded)), default=None)


def _tails(name: str) -> Iterator[str]:
    words = name.split()
    for start in range(min(len(words), WORDS_MAX)):
        yield " ".join(words[start:])
