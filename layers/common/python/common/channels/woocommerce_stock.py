"""Units on sale at WooCommerce: of products, and of variations below their product."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from common.channels.port import (
    ChannelError,
    Context,
    ErrorKind,
    Listing,
    SkuRow,
    StockOutcome,
    StockResult,
    StockUpdate,
)
from common.channels.reading import UNLIMITED
from common.channels.woocommerce_goods import listing_of
from common.channels.woocommerce_rest import call

_T = TypeVar("_T")
_BATCH: Final = 100
_UNKNOWN: Final = ("invalid_id", "invalid_product_id", "invalid_parent", "does_not_exist")


class WooStock:
    """The part of the API that reads and writes quantities."""

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        """One batch for all products, and one a product for its variations. A listing that is
        pushed to is one that counts its units, whatever it was before."""
        found: dict[str, StockResult] = {}
        for parent, batch in _groups({u.listing.code: u for u in updates}):
            try:
                found |= _push(ctx, parent, batch)
            except ChannelError as error:
                if not any(r.outcome is StockOutcome.APPLIED for r in found.values()):
                    raise
                # What is done is done; the others are asked again, or read back.
                outcome = StockOutcome.UNKNOWN if error.may_be_applied else StockOutcome.RETRY
                found |= {code: StockResult(code, outcome, None, error.code) for code in batch}
        unknown = StockOutcome.UNKNOWN_SKU
        codes = [update.listing.code for update in updates]
        return [found.get(code, StockResult(code, unknown)) for code in codes]

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        """999,999 for a listing that does not count its units and is in stock."""
        found: dict[str, int | None] = {listing.code: None for listing in listings}
        for parent, batch in _groups({listing.code: listing for listing in listings}):
            ids = {code.rpartition("/")[2] for code in batch}
            query = {"include": ",".join(sorted(ids)), "per_page": str(_BATCH)}
            path = f"products/{parent}/variations" if parent else "products"
            try:
                rows = rows_of(call(ctx, "read_stock", "GET", path, query).data)
            except ChannelError as error:
                if parent and error.kind is ErrorKind.NOT_FOUND:
                    continue
                raise
            for row in rows:
                code = _code(parent, row)
                if code in found:
                    found[code] = shown(row)
        return found

    def skus_of(self, ctx: Context, product: Mapping[str, Any]) -> Iterator[SkuRow]:
        """The listings of a product; none for one that only leads to others."""
        number, name = str(product.get("id", "")), str(product.get("name") or "")
        if product.get("type", "simple") == "simple":
            yield _sku_row(number, name, product)
        if product.get("type") != "variable":
            return
        page, pages = 1, 1
        while page <= pages:
            query = {"orderby": "id", "order": "asc", "per_page": str(_BATCH), "page": str(page)}
            answer = call(ctx, "products", "GET", f"products/{number}/variations", query)
            pages, page = answer.pages, page + 1
            for row in rows_of(answer.data):
                options = [str(a.get("option") or "") for a in rows_of(row.get("attributes"))]
                title = " - ".join(filter(None, (name, ", ".join(filter(None, options)))))
                yield _sku_row(listing_of(number, str(row.get("id"))), title, row)


def rows_of(data: Any) -> list[dict[str, Any]]:
    """The objects of a list, [] for anything else."""
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def shown(row: Mapping[str, Any]) -> int:
    """Units on sale. A variation may go by the units of its product (`manage_stock: "parent"`);
    below zero are those sold on back order."""
    quantity = row.get("stock_quantity")
    if row.get("manage_stock") and isinstance(quantity, (int, float)):
        return max(0, int(quantity))
    return 0 if row.get("stock_status") == "outofstock" else UNLIMITED


def _sku_row(code: str, title: str, row: Mapping[str, Any]) -> SkuRow:
    quantity = shown(row)
    return SkuRow(
        Listing(code),
        str(row.get("sku") or ""),
        str(row.get("global_unique_id") or ""),
        title,
        None if quantity == UNLIMITED else quantity,
    )


def _groups(by_code: Mapping[str, _T]) -> Iterator[tuple[str, dict[str, _T]]]:
    """(product, things by code) of at most a batch: "" for products themselves. Codes that no
    listing can have are left out."""
    groups: dict[str, dict[str, _T]] = {}
    for code, thing in by_code.items():
        parent, _, number = code.rpartition("/")
        if all(part.isascii() and part.isdecimal() for part in (number, parent or "0")):
            groups.setdefault(parent, {})[code] = thing
    for parent, things in groups.items():
        codes = list(things)
        for start in range(0, len(codes), _BATCH):
            yield parent, {code: things[code] for code in codes[start : start + _BATCH]}


def _code(parent: str, row: Mapping[str, Any]) -> str:
    return f"{parent}/{row.get('id')}" if parent else str(row.get("id"))


def _push(ctx: Context, parent: str, batch: Mapping[str, StockUpdate]) -> dict[str, StockResult]:
    path = f"products/{parent}/variations/batch" if parent else "products/batch"
    rows = [
        {
            "id": int(code.rpartition("/")[2]),
            "manage_stock": True,
            "stock_quantity": update.quantity,
        }
        for code, update in batch.items()
    ]
    try:
        answer = call(ctx, "push", "POST", path, body={"update": rows})
    except ChannelError as error:
        if parent and error.kind is ErrorKind.NOT_FOUND:
            return _all(batch, StockOutcome.UNKNOWN_SKU)
        raise
    answered = answer.data.get("update") if isinstance(answer.data, dict) else None
    found = _all(batch, StockOutcome.UNKNOWN)
    for row in rows_of(answered):
        code = _code(parent, row)
        if code in found:
            found[code] = _result(code, row)
    return found


def _all(codes: Iterable[str], outcome: StockOutcome) -> dict[str, StockResult]:
    return {code: StockResult(code, outcome) for code in codes}


def _result(code: str, row: Mapping[str, Any]) -> StockResult:
    error = row.get("error")
    if not isinstance(error, dict):
        return StockResult(code, StockOutcome.APPLIED, shown(row))
    word = str(error.get("code") or "")[:80]
    if word.endswith(_UNKNOWN):
        return StockResult(code, StockOutcome.UNKNOWN_SKU, None, word)
    return StockResult(code, StockOutcome.REJECTED, None, word)
