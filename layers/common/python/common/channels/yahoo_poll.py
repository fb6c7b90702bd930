"""Which orders of Yahoo to read: orderList, page by page.

An order that is checked for fraud becomes visible hours after its OrderTime, perhaps without a new
LastUpdateTime; so `new` searches the window by both. `open` goes through the orders of 60 days that
are reserved, running or held.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from common.channels.base import OrderRef, UnreadableDelivery
from common.channels.port import ChannelError, Context, Cursor, ErrorKind, Page
from common.channels.yahoo_call import ask_xml, rows_of
from common.channels.yahoo_codes import HELD, LIST_FIELDS, RESERVED, RUNNING
from common.channels.yahoo_order import version_of
from common.clock import JST, from_wire

ROWS: Final = 500
SWEEP: Final = timedelta(days=60)
_NEW: Final = ("LastUpdateTime", "OrderTime")
# What of a list's row stands in `raw_status` of the order as well.
_WORDS: Final = ("OrderStatus", "IsSeen", "PayStatus", "ShipStatus")
_OPEN: Final = (RESERVED, RUNNING, HELD)


def search(ctx: Context, cursor: Cursor) -> Page:
    """One page of references. token: `<number of the search>|<first row>`."""
    number, start = _place(cursor.token)
    searches = _searches(cursor)
    if number >= len(searches):
        raise ChannelError(ErrorKind.INVALID, "The cursor's token is not ours.")
    body = {
        "Search": {
            "Result": ROWS,
            "Start": start,
            "Sort": "+order_time",
            "Condition": searches[number],
            "Field": ",".join(LIST_FIELDS),
        }
    }
    data = ask_xml(ctx, "order_list", "orderList", body, repeatable=True)
    rows = rows_of(data, "Result", "Search", "OrderInfo")
    is_second = cursor.phase == "new" and number > 0
    refs = [
        _ref(row)
        for row in rows
        if row.get("OrderId") and not (is_second and _was_found(row, cursor))
    ]
    following = start + len(rows)
    if rows and following <= _total(data):
        return Page(refs=refs, next=cursor._replace(token=f"{number}|{following}"))
    if number + 1 < len(searches):
        return Page(refs=refs, next=cursor._replace(token=f"{number + 1}|1"))
    return Page(refs=refs)


def _ref(row: Mapping[str, Any]) -> OrderRef:
    """With all that the list says of it: Yahoo gives out one order a call and 50,000 calls a day,
    and every poll lists the orders of half a day."""
    said = {name: str(row[name]) for name in LIST_FIELDS if row.get(name)}
    try:
        version = version_of(said.get("Version", ""), said.get("LastUpdateTime", ""))
    except UnreadableDelivery:
        version = ""
    words: dict[str, str] = {name: said[name] for name in _WORDS if name in said}
    return OrderRef(str(row["OrderId"]), version, words)


def _was_found(row: Mapping[str, Any], cursor: Cursor) -> bool:
    """The search by LastUpdateTime had it already."""
    try:
        updated = from_wire(str(row.get("LastUpdateTime")))
    except ValueError:
        return False
    return cursor.since <= updated <= cursor.until


def stamp(at: datetime) -> str:
    """`20221001000000`, in Japan's time."""
    return at.astimezone(JST).strftime("%Y%m%d%H%M%S")


def _searches(cursor: Cursor) -> list[dict[str, str]]:
    if cursor.phase == "open":
        window = _window("OrderTime", cursor.until - SWEEP, cursor.until)
        return [{**window, "OrderStatus": status} for status in _OPEN]
    return [_window(name, cursor.since, cursor.until) for name in _NEW]


def _window(name: str, since: datetime, until: datetime) -> dict[str, str]:
    return {f"{name}From": stamp(since), f"{name}To": stamp(until)}


def _place(token: str) -> tuple[int, int]:
    number, _, start = token.partition("|")
    if not token:
        return 0, 1
    if not (number.isdecimal() and start.isdecimal()):
        raise ChannelError(ErrorKind.INVALID, "The cursor's token is not ours.")
    return int(number), int(start)


def _total(data: Mapping[str, Any]) -> int:
    results = rows_of(data, "Result")
    found = results[0].get("Search") if results else None
    count = str(found.get("TotalCount") or "") if isinstance(found, dict) else ""
    return int(count) if count.isdecimal() else 0
