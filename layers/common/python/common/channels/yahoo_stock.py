"""Quantities at Yahoo: setStock and getStock.

setStock takes 1000 codes, and says of each what became of it, but for one alone, whose refusal is
an Error. A code that is not there is taken without a word, so what went through is ACCEPTED. A
quantity without a sign is absolute; one with a sign would be added, and is never sent.
"""

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
from common.channels.yahoo_call import ask_form, rows_of
from common.channels.yahoo_goods import listing_code

MOST_ROWS: Final = 1000
MOST_READ: Final = 100
# A comma in a code would make two of it.
_CODE: Final = re.compile(r"[0-9A-Za-z_-]{1,99}(:[0-9A-Za-z_-]{1,99})?", re.ASCII)


def push(ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
    """Absolute quantities. Raises ChannelError when nothing was sent; later on, rows that found no
    answer are RETRY, or UNKNOWN when they may be applied."""
    results: dict[str, StockResult] = {}
    good: list[StockUpdate] = []
    for update in updates:
        if _CODE.fullmatch(update.listing.code) and update.quantity >= 0:
            good.append(update)
        else:
            results[update.listing.code] = _result(update, StockOutcome.REJECTED, "not a code")
    waiting = [good] if good else []
    while waiting:
        batch = waiting.pop()
        try:
            results |= _send(ctx, batch)
        except ChannelError as error:
            if error.kind is ErrorKind.INVALID and len(batch) == 1:
                results[batch[0].listing.code] = _result(
                    batch[0], StockOutcome.REJECTED, error.code
                )
            elif error.kind is ErrorKind.INVALID:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
            elif not results:
                raise
            else:
                outcome = StockOutcome.UNKNOWN if error.may_be_applied else StockOutcome.RETRY
                results |= {row.listing.code: _result(row, outcome, error.code) for row in batch}
                for rest in waiting:
                    results |= {
                        row.listing.code: _result(row, StockOutcome.RETRY, error.code)
                        for row in rest
                    }
                waiting = []
    return [results[update.listing.code] for update in updates]


def read(ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
    """getStock: None for what Yahoo does not have. Raises ChannelError."""
    shown: dict[str, int | None] = {listing.code: None for listing in listings}
    asked = [code for code in shown if _CODE.fullmatch(code)]
    if not asked:
        return shown
    data = ask_form(ctx, "get_stock", "getStock", {"item_code": ",".join(asked)}, repeatable=True)
    for row in rows_of(data, "Result"):
        code, quantity = _code_of(row), str(row.get("Quantity") or "")
        if code in shown and quantity.removeprefix("-").isdecimal():
            shown[code] = int(quantity)
    return shown


def _send(ctx: Context, batch: Sequence[StockUpdate]) -> dict[str, StockResult]:
    fields = {
        "item_code": ",".join(update.listing.code for update in batch),
        "quantity": ",".join(str(update.quantity) for update in batch),
    }
    data = ask_form(ctx, "push", "setStock", fields)
    refused = {
        _code_of(row): str(row["ErrorCode"])
        for row in rows_of(data, "Result")
        if row.get("ErrorCode")
    }
    return {
        update.listing.code: _result(update, StockOutcome.REJECTED, refused[update.listing.code])
        if update.listing.code in refused
        else _result(update, StockOutcome.ACCEPTED)
        for update in batch
    }


def _code_of(row: Mapping[str, Any]) -> str:
    return listing_code(str(row.get("ItemCode") or ""), str(row.get("SubCode") or ""))


def _result(update: StockUpdate, outcome: StockOutcome, message: str = "") -> StockResult:
    return StockResult(update.listing.code, outcome, message=message)
