"""Quantities at Rakuten: Inventory API 2.1.

bulk-upsert takes 400 rows and answers 204 without a word about each: a row of an item that is not
there is taken as well, and thrown away a day later. So a row that went through is ACCEPTED, and
only bulk-get tells what is on sale. A batch with a wrong row is refused whole (HTTP 400).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.channels.port import (
    ChannelError,
    Context,
    Listing,
    StockOutcome,
    StockResult,
    StockUpdate,
)
from common.channels.rakuten_call import call, first_error, read_object, refusal, rows_of
from common.channels.rakuten_goods import listing_code

MOST_ROWS: Final = 400
MOST_READ: Final = 1000


def push(ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
    """Absolute quantities. A wrong row is left out and the others are sent again.

    Raises ChannelError when nothing was sent; later on, rows that found no answer are RETRY, or
    UNKNOWN when they may be applied.
    """
    results: dict[str, StockResult] = {}
    good = []
    for update in updates:
        if "/" in update.listing.code:
            good.append(update)
        else:
            results[update.listing.code] = _rejected(update, "not manageNumber/variantId")
    waiting = [good] if good else []
    while waiting:
        batch = waiting.pop()
        try:
            found, again = _send(ctx, batch)
        except ChannelError as error:
            if not results:
                raise
            outcome = StockOutcome.UNKNOWN if error.may_be_applied else StockOutcome.RETRY
            found, again = _all(batch, outcome, error.code), []
            found |= _all([row for rest in waiting for row in rest], StockOutcome.RETRY, error.code)
            waiting = []
        results |= found
        waiting += again
    return [results[update.listing.code] for update in updates]


def read(ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
    """bulk-get: None for what Rakuten does not have. Raises ChannelError."""
    asked = [listing.code for listing in listings if "/" in listing.code]
    shown: dict[str, int | None] = {listing.code: None for listing in listings}
    if not asked:
        return shown
    body = {"inventories": [_keys(code) for code in asked]}
    response = call(
        ctx, "read_stock", "POST", "/es/2.1/inventories/bulk-get", body, repeatable=True
    )
    if response.status != 200:
        raise refusal(response)
    for row in rows_of(read_object(response), "inventories"):
        code = listing_code(str(row.get("manageNumber")), str(row.get("variantId") or ""))
        quantity = row.get("quantity")
        if code in shown and isinstance(quantity, int):
            shown[code] = quantity
    return shown


def _send(
    ctx: Context, batch: Sequence[StockUpdate]
) -> tuple[dict[str, StockResult], list[list[StockUpdate]]]:
    """(results, batches to send again)."""
    rows = [
        _keys(update.listing.code) | {"mode": "ABSOLUTE", "quantity": update.quantity}
        for update in batch
    ]
    response = call(
        ctx,
        "push",
        "POST",
        "/es/2.1/inventories/bulk-upsert",
        {"inventories": rows},
    )
    if response.status in (200, 204):
        return _all(batch, StockOutcome.ACCEPTED), []
    if response.status != 400:
        raise refusal(response)
    code, _, blamed = first_error(response)
    if len(batch) == 1:
        return {batch[0].listing.code: _rejected(batch[0], code)}, []
    if blamed and max(blamed) < len(batch) and len(blamed) < len(batch):
        rejected = {batch[n].listing.code: _rejected(batch[n], code) for n in blamed}
        return rejected, [[row for n, row in enumerate(batch) if n not in blamed]]
    middle = len(batch) // 2
    return {}, [list(batch[middle:]), list(batch[:middle])]


def _all(
    batch: Sequence[StockUpdate], outcome: StockOutcome, message: str = ""
) -> dict[str, StockResult]:
    return {
        update.listing.code: StockResult(update.listing.code, outcome, message=message)
        for update in batch
    }


def _rejected(update: StockUpdate, message: str) -> StockResult:
    return StockResult(update.listing.code, StockOutcome.REJECTED, message=message)


def _keys(code: str) -> dict[str, Any]:
    manage_number, _, variant_id = code.partition("/")
    return {"manageNumber": manage_number, "variantId": variant_id}
