"""What is due every minute: units that should move between shops, and shops to come back to."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from common.clock import Clock
from common.observability import count, logger
from common.shops import Shop, Shops
from stock.domain.listing import Ref
from stock.domain.mark import Mark
from stock.domain.sync_state import Outlook, SyncState, is_late
from stock.service.marking import Marked, News

MOST_SKUS = 200
# Of the marks of a shop; when nothing gets through, the old ones are among them.
_MOST_MARKS = 100
METRIC = "LateShops"


class Moving(Protocol):
    """Port: SKUs in strict mode that changed."""

    def first(self, limit: int) -> list[tuple[str, str]]: ...

    def remove(self, sku: str, stamp: str) -> None: ...


class Marking(Protocol):
    """Port: service.marking.Marker."""

    def take_in(self, news: Iterable[News]) -> Marked: ...


class Waiting(Protocol):
    """Port: marks."""

    def waiting(self, shop_id: str, limit: int) -> list[Mark]: ...


class States(Protocol):
    """Port: states of shops."""

    def state(self, shop_id: str) -> SyncState: ...

    def look(self, shop_ids: Iterable[str]) -> Mapping[str, Outlook]: ...


class Doubts(Protocol):
    """Port: listings to read back now."""

    def doubtful(self, shop_id: str) -> list[Ref]: ...


class Sender(Protocol):
    """Port: the queue that wakes stock.push_levels."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


def move_units(moving: Moving, marker: Marking, clock: Clock, has_time: Callable[[], bool]) -> int:
    """Mark what is to be taken from shops above their share for those that show nothing.

    Returns the number of SKUs looked at. A SKU is let go of after its marks are stored.
    """
    looked_at = 0
    for sku, stamp in moving.first(MOST_SKUS):
        if not has_time():
            break
        marker.take_in([News(sku, clock(), moves=True)])
        moving.remove(sku, stamp)
        looked_at += 1
    return looked_at


def wake_shops(
    shops: Shops, marks: Waiting, states: States, doubts: Doubts, wakes: Sender, clock: Clock
) -> list[str]:
    """Wake the shops for which something waits, whoever was to see to it: marks that were held
    back, answers that were lost, and malls that failed and may be back."""
    now = clock()

    def is_due(shop: Shop) -> bool:
        if not shop.enabled or shop.is_paused:
            return False
        state = states.state(shop.id)
        if not state.may_try(now):
            return False
        return state.is_failing or bool(marks.waiting(shop.id, 1) or doubts.doubtful(shop.id))

    due = [shop.id for shop in shops.all() if is_due(shop)]
    wakes.send({"shop_id": shop_id} for shop_id in due)
    return due


def tell_late_shops(shops: Shops, marks: Waiting, states: States, clock: Clock) -> list[str]:
    """The shops that do not get their quantities for a quarter of an hour, counted for the alarm.

    A paused shop gets none because somebody wants it so.
    """
    now = clock()
    wanted = [shop.id for shop in shops.all() if shop.enabled and not shop.is_paused]
    outlooks = states.look(wanted) if wanted else {}
    late = []
    for shop_id in wanted:
        state = outlooks[shop_id].state
        oldest = min((mark.since for mark in marks.waiting(shop_id, _MOST_MARKS)), default=None)
        if is_late(state, oldest, now):
            late.append(shop_id)
            fields = {"shop": shop_id, "error": state.error, "code": state.detail}
            logger().warning("a shop does not get its quantities", extra=fields)
    count(METRIC, len(late))
    return late
