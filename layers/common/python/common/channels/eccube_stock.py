"""Units on sale at EC-CUBE: each product class (規格) has a code, and a number of units or none
(`stock_unlimited`, 在庫無制限)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from common.channels.eccube_graphql import Answer, ask, error_of
from common.channels.port import (
    Context,
    Listing,
    SkuPage,
    SkuRow,
    StockOutcome,
    StockResult,
    StockUpdate,
)
from common.channels.reading import UNLIMITED

_PRODUCTS: Final = 50
_FOUND: Final = 100
# Pages of one search by a code, which finds every code that has it inside.
_MOST_PAGES: Final = 20
_CLASSES: Final = "ProductClasses { code stock stock_unlimited visible"
_LIST: Final = f"""
query ($page: Int, $limit: Int) {{
  products(page: $page, limit: $limit) {{
    nodes {{ id name {_CLASSES} ClassCategory1 {{ name }} ClassCategory2 {{ name }} }} }}
    pageInfo {{ hasNextPage }}
  }}
}}
"""


class EcCubeStock:
    """The part of the API that reads and writes quantities."""

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        """All in one request, each by itself. A listing that is pushed to is one that counts its
        units, whatever it was before."""
        names = ", ".join(f"$c{n}: String!, $q{n}: Int!" for n in range(len(updates)))
        fields = " ".join(
            f"u{n}: updateProductStock(code: $c{n}, stock: $q{n}, stock_unlimited: false)"
            " { code stock stock_unlimited }"
            for n in range(len(updates))
        )
        variables: dict[str, Any] = {}
        for n, update in enumerate(updates):
            variables |= {f"c{n}": update.listing.code, f"q{n}": update.quantity}
        mutation = f"mutation ({names}) {{ {fields} }}"
        answer = ask(ctx, "push", mutation, variables, repeatable=False)
        return [_result(answer, f"u{n}", u.listing.code) for n, u in enumerate(updates)]

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        """999,999 for a listing that does not count its units."""
        found: dict[str, int | None] = {listing.code: None for listing in listings}
        left = {code: 1 for code in found if code}
        while left:
            following: dict[str, int] = {}
            answer = _search(ctx, left)
            for n, (code, page) in enumerate(left.items()):
                products = answer.data.get(f"p{n}")
                if not isinstance(products, dict):
                    raise error_of(answer.errors.get(f"p{n}", ""))
                quantity = next((q for c, q in _classes(products) if c == code), None)
                more = (products.get("pageInfo") or {}).get("hasNextPage")
                if quantity is None and more and page < _MOST_PAGES:
                    following[code] = page + 1
                found[code] = quantity
            left = following
        return found

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        """token: the number of a page. Classes without a code cannot be pushed to: left out."""
        page = int(token or "1")
        answer = ask(ctx, "products", _LIST, {"page": page, "limit": _PRODUCTS})
        products = answer.data.get("products") or {}
        rows = [row for node in products.get("nodes") or () for row in _rows(node)]
        more = (products.get("pageInfo") or {}).get("hasNextPage")
        return SkuPage(rows, str(page + 1) if more else None)


def _result(answer: Answer, alias: str, code: str) -> StockResult:
    row, message = answer.data.get(alias), answer.errors.get(alias, "")
    if isinstance(row, dict):
        return StockResult(code, StockOutcome.APPLIED, _shown(row))
    if "No ProductClass found" in message:
        return StockResult(code, StockOutcome.UNKNOWN_SKU)
    if "Multiple ProductClass found" in message:
        return StockResult(code, StockOutcome.REJECTED, None, "code_of_several_products")
    if "internal server error" in message.lower() or not message:
        return StockResult(code, StockOutcome.UNKNOWN)
    return StockResult(code, StockOutcome.REJECTED, None, "refused")


def _search(ctx: Context, pages: Mapping[str, int]) -> Answer:
    names = ", ".join(f"$c{n}: String!, $g{n}: Int!" for n in range(len(pages)))
    fields = " ".join(
        f"p{n}: products(id: $c{n}, page: $g{n}, limit: {_FOUND})"
        f" {{ nodes {{ {_CLASSES} }} }} pageInfo {{ hasNextPage }} }}"
        for n in range(len(pages))
    )
    variables: dict[str, Any] = {}
    for n, (code, page) in enumerate(pages.items()):
        variables |= {f"c{n}": code, f"g{n}": page}
    return ask(ctx, "read_stock", f"query ({names}) {{ {fields} }}", variables)


def _classes(products: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for node in products.get("nodes") or ():
        for row in node.get("ProductClasses") or ():
            if row.get("visible") is not False:
                yield str(row.get("code") or ""), _shown(row)


def _shown(row: Mapping[str, Any]) -> int:
    if row.get("stock_unlimited"):
        return UNLIMITED
    stock = row.get("stock")
    return max(0, int(stock)) if isinstance(stock, (int, float)) else 0


def _rows(node: Mapping[str, Any]) -> Iterator[SkuRow]:
    """A product with 規格 keeps an invisible class from before it had any."""
    for row in node.get("ProductClasses") or ():
        code = str(row.get("code") or "")
        if not code or row.get("visible") is False:
            continue
        choices = [(row.get(f"ClassCategory{n}") or {}).get("name") for n in (1, 2)]
        title = " - ".join(str(part) for part in (node.get("name"), *choices) if part)
        quantity = _shown(row)
        yield SkuRow(Listing(code), code, "", title, None if quantity == UNLIMITED else quantity)
