"""Shopify's products: what is on sale, and new ones.

Wire facts: shopify.dev, productVariants and productSet (an upsert by `identifier`; the list of
variants it is given replaces the one that is there).
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from common.channels.port import (
    ChannelError,
    Context,
    Done,
    ErrorKind,
    Listing,
    ProductDraft,
    SkuPage,
    SkuRow,
)
from common.channels.shopify_call import call
from common.channels.shopify_graphql import number
from common.channels.shopify_stock import location
from common.money import exponent

_PAGE: Final = 50
_ONLY: Final = "Default Title"
_LIST: Final = """query ListVariants($first: Int!, $after: String, $location: ID!) {
  productVariants(first: $first, after: $after) {
    nodes {
      legacyResourceId sku barcode title product { title }
      inventoryItem {
        id inventoryLevel(locationId: $location) {
          quantities(names: ["available"]) { name quantity }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
_FIND: Final = """query FindVariant($first: Int!, $query: String) {
  productVariants(first: $first, query: $query) {
    nodes { id sku product { id variantsCount { count } } }
  }
}"""
_SET: Final = """mutation SetProduct(
  $input: ProductSetInput!, $identifier: ProductSetIdentifiers!
) {
  productSet(synchronous: true, input: $input, identifier: $identifier) {
    product { id }
    userErrors { field message code }
  }
}"""


def list_skus(ctx: Context, token: str) -> SkuPage:
    """Every variant, also of drafts."""
    variables = {"first": _PAGE, "after": token or None, "location": location(ctx)}
    found = call(ctx, "list", _LIST, variables)["productVariants"]
    info = found["pageInfo"]
    rows = [_row(node) for node in found["nodes"]]
    return SkuPage(rows, info["endCursor"] if info["hasNextPage"] else None)


def _row(node: Mapping[str, Any]) -> SkuRow:
    item = node["inventoryItem"]
    level = item["inventoryLevel"]
    names = [node["product"]["title"], node["title"]]
    return SkuRow(
        listing=Listing(str(node["legacyResourceId"]), {"inventory_item_id": number(item["id"])}),
        sku=node["sku"] or "",
        jan=node["barcode"] or "",
        title=" - ".join(name for name in names if name and name != _ONLY),
        quantity=next((row["quantity"] for row in level["quantities"]), None) if level else None,
    )


def upsert(ctx: Context, product: ProductDraft) -> Done:
    """A product with this SKU as its only variant. One that is there gets the name, price and code;
    its stock stays, because quantities are pushed.

    Raises ChannelError CONFLICT when the SKU is one variant of several: Shopify would drop the
    others.
    """
    query = "sku:" + '"' + product.sku.replace('"', "") + '"'
    nodes = call(ctx, "product", _FIND, {"first": 2, "query": query})["productVariants"]["nodes"]
    known = next((node for node in nodes if node["sku"] == product.sku), None)
    variant: dict[str, Any] = {
        "optionValues": [{"optionName": "Title", "name": _ONLY}],
        "sku": product.sku,
        "barcode": product.jan or None,
        "inventoryItem": {"tracked": True},
    }
    if product.price is not None:
        variant["price"] = _price(product.price, ctx.shop.currency)
    given: dict[str, Any] = {
        "title": product.name,
        "productOptions": [{"name": "Title", "values": [{"name": _ONLY}]}],
        "variants": [variant],
    }
    if known is None:
        identifier = {"handle": _handle(product.sku)}
        given["handle"] = identifier["handle"]
        variant["inventoryQuantities"] = [
            {"locationId": location(ctx), "name": "available", "quantity": product.quantity}
        ]
    else:
        if known["product"]["variantsCount"]["count"] > 1:
            raise ChannelError(
                ErrorKind.CONFLICT, "The SKU is one variant of several.", code="variants"
            )
        identifier = {"id": known["product"]["id"]}
        variant["id"] = known["id"]
    variables = {"input": given, "identifier": identifier}
    result = call(ctx, "product", _SET, variables)["productSet"]
    if result["userErrors"] or not result["product"]:
        code = str(next((row["code"] for row in result["userErrors"]), "no product"))
        raise ChannelError(ErrorKind.INVALID, "Shopify refuses this product.", code=code)
    return Done(already=known is not None, remote_id=number(result["product"]["id"]))


def _handle(sku: str) -> str:
    """The same for the same SKU, so that a repeat finds what the first try made."""
    words = re.sub(r"[^a-z0-9]+", "-", sku.lower()).strip("-")
    return f"{words or 'sku'}-{hashlib.sha256(sku.encode()).hexdigest()[:8]}"


def _price(minor: int, currency: str) -> str:
    digits = exponent(currency)
    return f"{minor / 10**digits:.{digits}f}"
