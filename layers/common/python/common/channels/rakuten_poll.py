"""Which orders of Rakuten to read: searchOrder, page by page.

There is no search by the time of a change. So `new` looks for what was ordered in the window, and
for what was reported as shipped in it (dateType 1, then 5); `open` goes through the 63 days that
one search may cover, for orders that are open and for cancelled ones, which leave the list of the
open ones without a trace.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from common.channels.base import OrderRef
from common.channels.port import ChannelError, Context, Cursor, ErrorKind, Page
from common.channels.rakuten_call import messages, order_call, refused
from common.channels.rakuten_codes import OPEN
from common.clock import JST

ORDERED: Final = 1
REPORTED: Final = 5
# One search covers 63 days at most; the second less keeps us out of how they count.
MAX_WINDOW: Final = timedelta(days=63) - timedelta(seconds=1)
PAGE_ROWS: Final = 1000
# A search finds so many at most, and says nothing of the rest.
MOST_HITS: Final = 15_000
_CANCELLED: Final = 900
_NARROWEST: Final = timedelta(seconds=2)


class _Place(NamedTuple):
    """Where a poll is: the search, the page, and the stretch of time of this search."""

    date_type: int
    page: int
    start: datetime
    end: datetime

    def token(self) -> str:
        times = f"{int(self.start.timestamp())}|{int(self.end.timestamp())}"
        return f"{self.date_type}|{self.page}|{times}"


def search(ctx: Context, cursor: Cursor) -> Page:
    """One page of references. A stretch with too many orders is read in parts."""
    place = _place(cursor)
    progress = (*OPEN, _CANCELLED) if cursor.phase == "open" else ()
    data = find_orders(ctx, place.date_type, place.start, place.end, progress, place.page)
    pages, hits = _pages(data)
    if hits >= MOST_HITS and place.page == 1 and place.end - place.start > _NARROWEST:
        middle = place.start + (place.end - place.start) / 2
        return Page(next=_at(cursor, place._replace(end=middle.replace(microsecond=0))))
    numbers = data.get("orderNumberList")
    refs = [OrderRef(str(number)) for number in numbers] if isinstance(numbers, list) else []
    return Page(refs=refs, next=_next(cursor, place, pages))


def find_orders(
    ctx: Context,
    date_type: int,
    start: datetime,
    end: datetime,
    progress: Sequence[int] = (),
    page: int = 1,
    rows: int = PAGE_ROWS,
) -> dict[str, Any]:
    """searchOrder, oldest first, so that orders that come in meanwhile are on the last page.

    progress: none for any, also one we have not heard of. Raises ChannelError.
    """
    body = {
        "dateType": date_type,
        "startDatetime": stamp(start),
        "endDatetime": stamp(end),
        **({"orderProgressList": list(progress)} if progress else {}),
        "PaginationRequestModel": {
            "requestRecordsAmount": rows,
            "requestPage": page,
            "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
        },
    }
    data = order_call(ctx, "search_order", "searchOrder", body, repeatable=True)
    found = messages(data)
    if any(message.is_error for message in found):
        raise refused(found)
    return data


def stamp(at: datetime) -> str:
    """`2026-11-21T21:00:00+0900`"""
    return at.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S%z")


def _place(cursor: Cursor) -> _Place:
    if not cursor.token:
        start = cursor.until - MAX_WINDOW if cursor.phase == "open" else cursor.since
        return _Place(ORDERED, 1, start, cursor.until)
    try:
        date_type, page, *times = map(int, cursor.token.split("|"))
        start, end = (datetime.fromtimestamp(seconds, JST) for seconds in times)
    except ValueError:
        raise ChannelError(ErrorKind.INVALID, "The cursor's token is not ours.") from None
    return _Place(date_type, page, start, end)


def _next(cursor: Cursor, place: _Place, pages: int) -> Cursor | None:
    if place.page < pages:
        return _at(cursor, place._replace(page=place.page + 1))
    if int(place.end.timestamp()) < int(cursor.until.timestamp()):
        return _at(cursor, _Place(place.date_type, 1, place.end, cursor.until))
    if cursor.phase == "new" and place.date_type == ORDERED:
        return _at(cursor, _Place(REPORTED, 1, cursor.since, cursor.until))
    return None


def _at(cursor: Cursor, place: _Place) -> Cursor:
    return cursor._replace(token=place.token())


def _pages(data: Mapping[str, Any]) -> tuple[int, int]:
    """(pages, hits) of an answer."""
    model = data.get("PaginationResponseModel")
    found = model if isinstance(model, dict) else {}
    counts = [found.get(name) for name in ("totalPages", "totalRecordsAmount")]
    pages, hits = (count if isinstance(count, int) else 0 for count in counts)
    return pages, hits
