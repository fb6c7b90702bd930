"""By which names a line calls its goods, and which SKU of ours that is.

The first that answers counts: what somebody mapped the shop's listing to, a SKU among the codes of
the line, the one product with the line's JAN.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from common.canonical import CanonicalOrder, Line
from orders.domain.order import Order, OrderLine, content_lines

# The longest listing that is looked up: as a sort key it may have 1,024 bytes.
_MAX_LISTING = 200


class Names(NamedTuple):
    """What a line is called: the shop's listing and JAN, "" for none; codes, best first, never
    none."""

    listing: str
    codes: tuple[str, ...]
    jan: str


class Known(NamedTuple):
    """What is known of the names in question: SKUs, SKU by listing of the shop, SKU by JAN (only
    where one product alone has it)."""

    skus: frozenset[str] = frozenset()
    listings: Mapping[str, str] = {}
    jans: Mapping[str, str] = {}

    def sku_of(self, names: Names) -> str | None:
        """The product that is meant, or None."""
        mapped = self.listings.get(names.listing)
        if mapped is not None:
            return mapped
        own = next((code for code in names.codes if code in self.skus), None)
        return own or self.jans.get(names.jan)


class Unmapped(NamedTuple):
    """Goods of a shop that no product is known for. code: the listing, else the line's first
    code."""

    code: str
    has_listing: bool
    title: str
    jan: str


def names_of(line: Line) -> Names:
    """A line without any code is looked up by its title."""
    found = dict.fromkeys(code.strip() for code in line.sku_candidates)
    codes = tuple(code for code in found if code) or (line.title.strip(),)
    listing = line.listing.strip()
    return Names(listing if len(listing) <= _MAX_LISTING else "", codes, line.jan.strip())


def all_names(content: CanonicalOrder) -> list[Names]:
    """What every line is called."""
    return list(dict.fromkeys(names_of(line) for line in content.lines))


def waiting_names(order: Order) -> list[Names]:
    """What the lines are called that no product is known for: any of the names would do."""
    lines = _unknown(order, *order.lines, *order.gone)
    return list(dict.fromkeys(names_of(line) for line in lines))


def unmapped_of(order: Order) -> list[Unmapped]:
    """What somebody has to map before the order can be worked on."""
    if not order.takes_stock:
        return []
    found = {}
    for line in _unknown(order, *order.lines):
        if line.needs_shipping:
            names = names_of(line)
            code = names.listing or names.codes[0]
            found[code] = Unmapped(code, bool(names.listing), line.title, names.jan)
    return list(found.values())


def _unknown(order: Order, *lines: OrderLine) -> Iterator[Line]:
    told = content_lines(order)
    return (told[line.line_id] for line in lines if line.sku is None)


Match = tuple[str, Names]


def matches_of(order: Order) -> dict[Match, str]:
    """SKU by (line id, names) of the lines that have one."""
    told = content_lines(order)
    return {
        (line.line_id, names_of(told[line.line_id])): line.sku
        for line in (*order.lines, *order.gone)
        if line.sku
    }


def wanted_lines(
    content: CanonicalOrder, known: Known, held: Mapping[Match, str]
) -> tuple[OrderLine, ...]:
    """The lines that are still wanted, each with the product that is meant.

    held: what lines were matched to before. A line that the mall calls by the same names stays
    with its product: one registered or mapped since must not change goods that are set aside,
    perhaps packed.
    """
    return tuple(
        _matched(line, wanted, known, held) for line, wanted in _units_wanted(content) if wanted > 0
    )


def gone_lines(
    content: CanonicalOrder, known: Known, held: Mapping[Match, str]
) -> tuple[OrderLine, ...]:
    """The lines of which nothing is wanted any more."""
    return tuple(
        _matched(line, 0, known, held) for line, wanted in _units_wanted(content) if wanted <= 0
    )


def _units_wanted(content: CanonicalOrder) -> Iterator[tuple[Line, int]]:
    for line in content.lines:
        yield line, line.quantity - max(0, line.quantity_cancelled)


def _matched(line: Line, wanted: int, known: Known, held: Mapping[Match, str]) -> OrderLine:
    names = names_of(line)
    sku = held.get((line.line_id, names)) or known.sku_of(names)
    return OrderLine(line_id=line.line_id, code=sku or names.codes[0], sku=sku, quantity=wanted)
