"""Shopify's stock: absolute quantities with compare-and-set, one location a shop.

Wire facts: shopify.dev, inventorySetQuantities (API 2026-10: `@idempotent` and
`changeFromQuantity` are mandatory, null skips the comparison; one wrong row fails them all).
`available` is lowered by Shopify itself with every order, so only a comparison with what it showed
last keeps a sale that was just made.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.channels.port import (
    ChannelError,
    Context,
    ErrorKind,
    Listing,
    StockOutcome,
    StockResult,
    StockUpdate,
)
from common.channels.shopify_call import call

BATCH: Final = 25
_ROUNDS: Final = 4
_PUSH: Final = """mutation PushStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}"""
_LEVELS: Final = """query ReadStock($ids: [ID!]!, $location: ID!) {
  nodes(ids: $ids) {
    ... on InventoryItem {
      id
      inventoryLevel(locationId: $location) { quantities(names: ["available"]) { name quantity } }
    }
  }
}"""
_ITEMS: Final = """query InventoryItems($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ProductVariant { legacyResourceId inventoryItem { id } } }
}"""
_STALE: Final = ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE")
_NOT_THERE: Final = ("INVALID_INVENTORY_ITEM", "ITEM_NOT_STOCKED_AT_LOCATION")
# The key was used by a try that failed: the next one needs a key of its own.
_USED_UP: Final = ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
_BUSY: Final = ("IDEMPOTENCY_CONCURRENT_REQUEST",)
_DIGITS: Final = re.compile(r"[0-9]{1,20}", re.ASCII)


def location(ctx: Context) -> str:
    """The location whose stock is ours. Raises ChannelError INVALID."""
    number = ctx.shop.options.get("location_id", "").rpartition("/")[2]
    if not _DIGITS.fullmatch(number):
        raise ChannelError(
            ErrorKind.INVALID, "The shop's location_id is not set.", code="location_id"
        )
    return f"gid://shopify/Location/{number}"


def item_key(gid: object) -> str:
    """How a listing keeps its inventory item."""
    return str(gid).rpartition("/")[2]


def push(ctx: Context, updates: Sequence[StockUpdate]) -> list[StockResult]:
    """One result an update. A row that Shopify refuses is taken out, and the others go again."""
    place = location(ctx)
    items = _items(ctx, [update.listing for update in updates])
    results: dict[int, StockResult] = {
        n: StockResult(update.listing.code, StockOutcome.UNKNOWN_SKU)
        for n, update in enumerate(updates)
        if update.listing.code not in items
    }
    for attempt in range(_ROUNDS):
        rows = [n for n in range(len(updates)) if n not in results]
        if not rows:
            break
        going = [(updates[n], items[updates[n].listing.code]) for n in rows]
        refused = _set(ctx, place, going, attempt)
        if not refused:
            results |= {n: StockResult(updates[n].listing.code, StockOutcome.APPLIED) for n in rows}
            break
        for index, code in refused.items():
            for n in rows if index is None else [rows[index]]:
                found = _result(updates[n], code)
                if found is not None:
                    results[n] = found
    _observe(ctx, updates, items, results)
    return [
        results.get(n, StockResult(update.listing.code, StockOutcome.RETRY))
        for n, update in enumerate(updates)
    ]


def read(ctx: Context, listings: Sequence[Listing]) -> dict[str, int | None]:
    """What is available, by listing code; None for what is not stocked here."""
    place = location(ctx)
    items = _items(ctx, listings)
    found: dict[str, int | None] = {listing.code: None for listing in listings}
    if not items:
        return found
    nodes = call(ctx, "read", _LEVELS, {"ids": list(items.values()), "location": place})["nodes"]
    shown = {node["id"]: _available(node) for node in nodes if node}
    return found | {code: shown.get(item) for code, item in items.items()}


def _available(node: Mapping[str, Any]) -> int | None:
    level = node.get("inventoryLevel")
    if not level:
        return None
    return next((int(row["quantity"]) for row in level["quantities"]), None)


def _items(ctx: Context, listings: Sequence[Listing]) -> dict[str, str]:
    """Global ids of inventory items by listing code. Those a listing does not bring are asked for;
    what is no variant of the shop is left out."""
    found: dict[str, str] = {}
    ask: list[str] = []
    for listing in listings:
        known = listing.keys.get("inventory_item_id", "")
        if known:
            found[listing.code] = f"gid://shopify/InventoryItem/{known}"
        elif _DIGITS.fullmatch(listing.code):
            ask.append(f"gid://shopify/ProductVariant/{listing.code}")
    if ask:
        for node in call(ctx, "read", _ITEMS, {"ids": ask})["nodes"]:
            if node:
                found[str(node["legacyResourceId"])] = node["inventoryItem"]["id"]
    return found


def _set(
    ctx: Context, place: str, rows: Sequence[tuple[StockUpdate, str]], attempt: int
) -> dict[int | None, str]:
    """Codes of errors by the row they are about, None for all; empty when it was done."""
    key = _key([update for update, _ in rows], attempt)
    variables = {
        "key": key,
        "input": {
            "name": "available",
            "reason": "correction",
            "referenceDocumentUri": f"gid://banto/StockUpdate/{key}",
            "quantities": [
                {
                    "inventoryItemId": item,
                    "locationId": place,
                    "quantity": update.quantity,
                    "changeFromQuantity": update.expected,
                }
                for update, item in rows
            ],
        },
    }
    errors = call(ctx, "push", _PUSH, variables)["inventorySetQuantities"]["userErrors"]
    return {_row(error.get("field"), len(rows)): str(error.get("code")) for error in errors}


def _key(updates: Sequence[StockUpdate], attempt: int) -> str:
    """The same for the same rows at the same attempt, so that a repeat is not done twice.

    The place in the rounds is part of it, because a key whose call failed cannot be used again.
    """
    said = "\n".join(f"{u.key} {u.quantity} {u.expected}" for u in updates)
    return hashlib.sha256(f"{attempt}\n{said}".encode()).hexdigest()[:40]


def _row(field: object, rows: int) -> int | None:
    """The place in `["input", "quantities", "3", "changeFromQuantity"]`."""
    for part in field if isinstance(field, list) else ():
        if _DIGITS.fullmatch(str(part)) and int(part) < rows:
            return int(part)
    return None


def _result(update: StockUpdate, code: str) -> StockResult | None:
    """None when the row is to go again under another key."""
    if code in _USED_UP:
        return None
    outcome = StockOutcome.REJECTED
    if code in _STALE:
        outcome = StockOutcome.STALE
    elif code in _NOT_THERE:
        outcome = StockOutcome.UNKNOWN_SKU
    elif code in _BUSY:
        outcome = StockOutcome.RETRY
    return StockResult(update.listing.code, outcome, message=code)


def _observe(
    ctx: Context,
    updates: Sequence[StockUpdate],
    items: Mapping[str, str],
    results: dict[int, StockResult],
) -> None:
    """Look what is shown of stale listings. Without an answer they stay without one.

    One that shows what it should is stale all the same: sales that did not reach us may have
    brought it there, and then nothing was set.
    """
    stale = [n for n, result in results.items() if result.outcome is StockOutcome.STALE]
    if not stale:
        return
    keys = {n: {"inventory_item_id": item_key(items[updates[n].listing.code])} for n in stale}
    try:
        shown = read(ctx, [Listing(updates[n].listing.code, keys[n]) for n in stale])
    except ChannelError:
        return
    for n in stale:
        results[n] = results[n]._replace(observed=shown[updates[n].listing.code])
