"""What is on sale at Rakuten: Item API 2.0.

Wire facts: items/search gives pages by `cursorMark`, from `*` until the next mark is the one that
was sent; an item is PUT whole and PATCHed in part; its variants are by variantId.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from common.channels.port import (
    ChannelError,
    Context,
    Done,
    ErrorKind,
    Listing,
    ProductDraft,
    Response,
    SkuPage,
    SkuRow,
    StockUpdate,
)
from common.channels.rakuten_call import call, read_object, refusal, rows_of, segment
from common.channels.rakuten_goods import NO_VARIANT, listing_code
from common.channels.rakuten_stock import MOST_READ, push, read

HITS: Final = 100
_FIRST: Final = "*"
_ONLY: Final = "normal-inventory"


def list_skus(ctx: Context, token: str) -> SkuPage:
    """A page of items, each variant a row, with what is shown of it. Raises ChannelError."""
    mark = token or _FIRST
    path = f"/es/2.0/items/search?hits={HITS}&cursorMark={quote(mark, safe='')}"
    response = call(ctx, "items", "GET", path, repeatable=True)
    if response.status != 200:
        raise refusal(response)
    data = read_object(response)
    rows = [row for hit in rows_of(data, "results") for row in _rows(hit.get("item"))]
    following = str(data.get("nextCursorMark") or "")
    shown: dict[str, int | None] = {}
    for start in range(0, len(rows), MOST_READ):
        shown |= read(ctx, [row.listing for row in rows[start : start + MOST_READ]])
    return SkuPage(
        [row._replace(quantity=shown[row.listing.code]) for row in rows],
        following if rows and following not in ("", mark) else None,
    )


def upsert(ctx: Context, product: ProductDraft) -> Done:
    """Name and price of an item, or a new item.

    extra: manage_number (else the SKU, small), variant_id (else the only one), genre_id, which a
    new item must have. What is there already keeps everything else, its quantity too. Raises
    ChannelError.
    """
    number = product.extra.get("manage_number") or product.sku.lower()
    variant_id = product.extra.get("variant_id") or _ONLY
    path = f"/es/2.0/items/manage-numbers/{segment(number)}"
    found = call(ctx, "items", "GET", path, repeatable=True)
    variant: dict[str, Any] = {"merchantDefinedSkuId": product.sku}
    if product.price is not None:
        variant["standardPrice"] = str(product.price)
    if product.jan:
        variant["articleNumber"] = {"value": product.jan}
    item: dict[str, Any] = {"title": product.name, "variants": {variant_id: variant}}
    if found.status == 404:
        genre = product.extra.get("genre_id")
        if not genre:
            raise ChannelError(
                ErrorKind.INVALID, "A new item needs its genre (genre_id).", code="genre_id"
            )
        item |= {"itemNumber": product.sku, "itemType": "NORMAL", "genreId": genre}
        answer = call(ctx, "items", "PUT", path, item, repeatable=True)
        _check(answer)
        listing = Listing(listing_code(number, variant_id))
        push(ctx, [StockUpdate(listing, product.quantity, f"new-{product.sku}")])
    elif found.status == 200:
        answer = call(ctx, "items", "PATCH", path, item, repeatable=True)
        _check(answer)
    else:
        raise refusal(found)
    return Done(remote_id=listing_code(number, variant_id))


def _check(answer: Response) -> None:
    if answer.status not in (200, 201, 204):
        raise refusal(answer)


def _rows(item: Any) -> Iterator[SkuRow]:
    if not isinstance(item, dict):
        return
    variants = item.get("variants")
    number = str(item.get("manageNumber") or "")
    for variant_id, variant in (variants if isinstance(variants, dict) else {}).items():
        fields: Mapping[str, Any] = variant if isinstance(variant, dict) else {}
        sku = str(fields.get("merchantDefinedSkuId") or "")
        if not sku:
            own = str(item.get("itemNumber") or number)
            sku = own if variant_id in NO_VARIANT else ""
        article = fields.get("articleNumber")
        jan = article.get("value") if isinstance(article, dict) else None
        yield SkuRow(
            Listing(listing_code(number, str(variant_id))),
            sku,
            str(jan or ""),
            str(item.get("title") or ""),
            None,
        )
