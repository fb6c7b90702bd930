"""Products at Amazon: Listings Items API 2021-08-01.

A new listing needs Amazon's product type and the attributes which that type demands (Product Type
Definitions API); an existing one is merged into, because putting it anew would drop its pictures.
"""

import json
from typing import Any

from common.channels.amazon_calls import call
from common.channels.amazon_listings import (
    DEFAULT,
    get_item,
    is_by_amazon,
    issues_of,
    marketplace,
    patch,
    place,
    product_type_of,
)
from common.channels.port import ChannelError, Context, Done, ErrorKind, ProductDraft
from common.money import exponent


def upsert(ctx: Context, product: ProductDraft) -> Done:
    """Create a listing, or merge name, price and quantity into the one that is there.

    product.extra: product_type (needed for a new one), asin (offer goods that Amazon's catalogue
    has), attributes (JSON: more attributes by name, as the product type wants them).
    """
    item = get_item(ctx, product.sku, "summaries", "productTypes", "fulfillmentAvailability")
    known = product_type_of(item, marketplace(ctx)) if item else ""
    product_type = product.extra.get("product_type") or known
    if not product_type:
        raise ChannelError(
            ErrorKind.INVALID, "Amazon needs the product type (product_type).", code="product_type"
        )
    attributes = _attributes(ctx, product, is_new=item is None)
    if item is not None:
        if is_by_amazon(item):
            del attributes["fulfillment_availability"]
        answer = patch(ctx, product.sku, product_type, attributes)
    else:
        answer = call(
            ctx,
            "putListingsItem",
            "PUT",
            place(ctx, product.sku),
            query={"marketplaceIds": marketplace(ctx)},
            body={
                "productType": product_type,
                "requirements": "LISTING_OFFER_ONLY" if product.extra.get("asin") else "LISTING",
                "attributes": attributes,
            },
            repeatable=True,
        )
    if answer.get("status") != "ACCEPTED":
        raise ChannelError(ErrorKind.INVALID, f"Amazon: {issues_of(answer)}.", code="INVALID")
    return Done(remote_id=product.sku, pending=str(answer.get("submissionId") or ""))


def _attributes(ctx: Context, product: ProductDraft, *, is_new: bool) -> dict[str, Any]:
    where = {"marketplace_id": marketplace(ctx)}
    found: dict[str, Any] = {
        "item_name": [{"value": product.name, "language_tag": "ja_JP", **where}],
        "fulfillment_availability": [
            {"fulfillment_channel_code": DEFAULT, "quantity": max(0, product.quantity)}
        ],
    }
    if product.price is not None:
        currency = ctx.shop.currency
        price = product.price / 10 ** exponent(currency) if exponent(currency) else product.price
        found["purchasable_offer"] = [
            {
                "currency": currency,
                "our_price": [{"schedule": [{"value_with_tax": price}]}],
                **where,
            }
        ]
    asin = product.extra.get("asin")
    if asin:
        found["merchant_suggested_asin"] = [{"value": asin, **where}]
    if is_new:
        found["condition_type"] = [{"value": "new_new", **where}]
        if product.jan and not asin:
            found["externally_assigned_product_identifier"] = [
                {"type": "ean", "value": product.jan, **where}
            ]
    return found | _more(product.extra.get("attributes", ""))


def _more(text: str) -> dict[str, Any]:
    try:
        more = json.loads(text or "{}")
    except ValueError:
        more = None
    if not isinstance(more, dict):
        raise ChannelError(ErrorKind.INVALID, "attributes is no JSON object.", code="attributes")
    return more
