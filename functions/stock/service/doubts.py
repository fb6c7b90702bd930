"""Asking what became of publishes without an answer, once none can be done late."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from common.channels.port import Cap, ChannelError, ErrorKind
from common.channels.port import Listing as MallListing
from stock.domain.listing import Listing, Ref
from stock.service.due import Tools, Way


class Answer(NamedTuple):
    """Whether the mall said anything, and why it could not be asked any more."""

    is_answered: bool = False
    error: ChannelError | None = None


def read_doubts(tools: Tools, way: Way, has_time: Callable[[], bool]) -> Answer:
    """Read back what is in doubt in one shop. Raises Unavailable, Contended."""
    info = way.api.info
    if Cap.STOCK_READ not in info.caps:
        return Answer()
    refs = tools.publisher.doubtful(way.shop_id)
    found = list(tools.shelf.get_many(refs).items()) if refs else []
    size = max(1, info.limits.read_batch)
    answer = Answer()
    for start in range(0, len(found), size):
        if answer.error is not None or not has_time():
            break
        last = _read_back(tools, way, dict(found[start : start + size]))
        answer = Answer(answer.is_answered or last.is_answered, last.error)
    return answer


def _read_back(tools: Tools, way: Way, listings: Mapping[Ref, Listing]) -> Answer:
    began = tools.clock()
    wanted = [MallListing(one.code, one.keys) for one in listings.values()]
    try:
        shown = way.api.read_stock(way.context, wanted)
    except ChannelError as error:
        return Answer(error=None if error.kind is ErrorKind.UNSUPPORTED else error)
    ended = tools.clock()
    for ref, one in listings.items():
        quantity = shown.get(one.code)
        if quantity is not None:
            tools.publisher.observe(ref, quantity, began, ended)
    return Answer(is_answered=True)
