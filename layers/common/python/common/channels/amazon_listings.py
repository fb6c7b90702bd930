"""What a shop has on sale at Amazon: Listings Items API 2021-08-01.

A quantity is set by merging it into the listing's attributes; replacing them would drop the lead
time to ship. Amazon answers that it accepted the change, and applies it, or does not, some time
later. What Amazon ships from its own warehouse must not get a quantity of ours: that would turn it
into something we ship.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from common.channels.amazon import JAPAN
from common.channels.amazon_calls import call, none_if_missing
from common.channels.port import (
    ChannelError,
    Context,
    ErrorKind,
    Listing,
    SkuPage,
    SkuRow,
    StockOutcome,
    StockResult,
    StockUpdate,
)

API: Final = "/listings/2021-08-01/items"
# The channel of what the seller ships; others are Amazon's own, such as AMAZON_JP.
DEFAULT: Final = "DEFAULT"
BY_AMAZON: Final = "AMAZON"
_PAGE: Final = 20
# One search pages through so many at most.
_MOST_FOUND: Final = 1000
_ARTICLE_NUMBERS: Final = ("ean", "jan", "gtin")
# Refusals of one listing; everything else is about the call, the shop or the moment.
_OF_ONE: Final = {
    ErrorKind.NOT_FOUND: StockOutcome.UNKNOWN_SKU,
    ErrorKind.INVALID: StockOutcome.REJECTED,
    ErrorKind.CONFLICT: StockOutcome.REJECTED,
}


def place(ctx: Context, sku: str = "") -> str:
    """Path of the seller's listings, or of one."""
    seller = ctx.shop.options.get("seller_id", "")
    if not seller:
        raise ChannelError(
            ErrorKind.INVALID, "The shop has no seller_id. Enter it.", code="no_seller_id"
        )
    path = f"{API}/{quote(seller, safe='')}"
    return f"{path}/{quote(sku, safe='')}" if sku else path


def marketplace(ctx: Context) -> str:
    """Where the shop sells; Japan unless it says otherwise."""
    return ctx.shop.options.get("marketplace_id") or JAPAN


def get_item(ctx: Context, sku: str, *included: str) -> dict[str, Any] | None:
    """A listing; None when Amazon has none of that SKU."""
    query = {"marketplaceIds": marketplace(ctx), "includedData": ",".join(included)}
    return none_if_missing(
        lambda: call(ctx, "getListingsItem", "GET", place(ctx, sku), query=query, repeatable=True)
    )


def rows_of(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects of an answer; empty when it is anything else."""
    rows = value.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def quantity_of(item: Mapping[str, Any]) -> int | None:
    """Units on sale that the seller ships, None when there is no such offer."""
    for row in rows_of(item, "fulfillmentAvailability"):
        if row.get("fulfillmentChannelCode") == DEFAULT:
            quantity = row.get("quantity")
            return quantity if isinstance(quantity, int) else None
    return None


def is_by_amazon(item: Mapping[str, Any]) -> bool:
    """Whether Amazon ships it from its own warehouse, and the seller does not."""
    channels = {r.get("fulfillmentChannelCode") for r in rows_of(item, "fulfillmentAvailability")}
    return bool(channels) and DEFAULT not in channels


def product_type_of(item: Mapping[str, Any], marketplace_id: str) -> str:
    """The product type, "" when it is not told."""
    for row in (*rows_of(item, "summaries"), *rows_of(item, "productTypes")):
        if row.get("marketplaceId") == marketplace_id and row.get("productType"):
            return str(row["productType"])
    return ""


def push_all(ctx: Context, updates: Sequence[StockUpdate]) -> list[StockResult]:
    """One result an update. When the mall falls silent midway, what was not sent yet is RETRY.

    Raises ChannelError when not even the first one was answered.
    """
    results: list[StockResult] = []
    for update in updates:
        try:
            results.append(_push(ctx, update))
        except ChannelError as error:
            code = update.listing.code
            if error.kind in _OF_ONE and not error.may_be_applied:
                results.append(StockResult(code, _OF_ONE[error.kind], message=error.code))
                continue
            if not results:
                raise
            if error.may_be_applied:
                results.append(StockResult(code, StockOutcome.UNKNOWN, message=error.code))
            rest = updates[len(results) :]
            later = [
                StockResult(u.listing.code, StockOutcome.RETRY, message=error.code) for u in rest
            ]
            return results + later
    return results


def _push(ctx: Context, update: StockUpdate) -> StockResult:
    code, keys = update.listing
    product_type, by_amazon = keys.get("product_type", ""), keys.get("fulfilled_by") == BY_AMAZON
    if not product_type and not by_amazon:
        item = get_item(ctx, code, "summaries", "productTypes", "fulfillmentAvailability")
        if item is None:
            return StockResult(code, StockOutcome.UNKNOWN_SKU)
        product_type, by_amazon = product_type_of(item, marketplace(ctx)), is_by_amazon(item)
    if by_amazon:
        return StockResult(code, StockOutcome.REJECTED, message="fulfilled_by_amazon")
    if not product_type:
        return StockResult(code, StockOutcome.REJECTED, message="no_product_type")
    value = [{"fulfillment_channel_code": DEFAULT, "quantity": max(0, update.quantity)}]
    answer = patch(ctx, code, product_type, {"fulfillment_availability": value})
    if answer.get("status") == "ACCEPTED":
        return StockResult(code, StockOutcome.ACCEPTED)
    return StockResult(code, StockOutcome.REJECTED, message=issues_of(answer))


def patch(
    ctx: Context, sku: str, product_type: str, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """Merge attributes into a listing. Not repeated by itself: a quantity that is set twice puts
    on sale again what was sold in between."""
    patches = [
        {"op": "merge", "path": f"/attributes/{name}", "value": value}
        for name, value in attributes.items()
    ]
    return call(
        ctx,
        "patchListingsItem",
        "PATCH",
        place(ctx, sku),
        query={"marketplaceIds": marketplace(ctx)},
        body={"productType": product_type, "patches": patches},
    )


def issues_of(answer: Mapping[str, Any]) -> str:
    """Status and the codes of what Amazon does not like: `INVALID 90220, 8541`."""
    codes = [str(r.get("code")) for r in rows_of(answer, "issues") if r.get("severity") == "ERROR"]
    return f"{answer.get('status')} {', '.join(dict.fromkeys(codes))}".strip()


def list_page(ctx: Context, token: str) -> SkuPage:
    """A page of listings, oldest first. A search ends after a thousand, so the next one begins at
    the last one's day; a few come twice then."""
    at: dict[str, Any] = json.loads(token) if token else {"after": "", "page": "", "seen": 0}
    query = {
        "marketplaceIds": marketplace(ctx),
        "includedData": "summaries,attributes,fulfillmentAvailability",
        "sortBy": "createdDate",
        "sortOrder": "ASC",
        "pageSize": str(_PAGE),
    }
    query |= {"createdAfter": at["after"]} if at["after"] else {}
    query |= {"pageToken": at["page"]} if at["page"] else {}
    answer = call(ctx, "searchListingsItems", "GET", place(ctx), query=query, repeatable=True)
    items = rows_of(answer, "items")
    rows = [_sku_row(item, marketplace(ctx)) for item in items]
    pagination = answer.get("pagination")
    page = pagination.get("nextToken") if isinstance(pagination, dict) else None
    seen = at["seen"] + len(items)
    if page:
        return SkuPage(rows, json.dumps(at | {"page": page, "seen": seen}))
    summaries = rows_of(items[-1], "summaries") if items else []
    last = str(summaries[0].get("createdDate") or "") if summaries else ""
    if seen >= _MOST_FOUND and last not in ("", at["after"]):
        return SkuPage(rows, json.dumps({"after": last, "page": "", "seen": 0}))
    return SkuPage(rows, None)


def _sku_row(item: Mapping[str, Any], marketplace_id: str) -> SkuRow:
    sku = str(item.get("sku", ""))
    keys = {"product_type": product_type_of(item, marketplace_id)}
    if is_by_amazon(item):
        keys["fulfilled_by"] = BY_AMAZON
    names = [row.get("itemName") for row in rows_of(item, "summaries") if row.get("itemName")]
    attributes = item.get("attributes")
    numbers = rows_of(
        attributes if isinstance(attributes, dict) else {}, "externally_assigned_product_identifier"
    )
    jans = [str(r.get("value")) for r in numbers if str(r.get("type")).lower() in _ARTICLE_NUMBERS]
    title = str(names[0]) if names else ""
    return SkuRow(Listing(sku, keys), sku, jans[0] if jans else "", title, quantity_of(item))
