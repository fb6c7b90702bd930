"""What is to be sent to malls now, and what it takes to send it."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from common.channels.port import ChannelApi, Context, StockResult
from common.clock import Clock
from common.rates import Buckets
from stock.domain.listing import Listing, Ref
from stock.domain.mark import Mark
from stock.domain.push import Push
from stock.service.publishing import Observation


class Planner(Protocol):
    """Port: what is to be sent about some SKUs."""

    def plan(
        self, skus: Iterable[str], *, moves_units: bool = False, forced: Container[str] = ()
    ) -> Sequence[Push]: ...


class Publishing(Planner, Protocol):
    """Port: service.publishing.Publisher."""

    def begin(self, push: Push) -> Push | None: ...

    def settle(self, push: Push, result: StockResult) -> Listing | None: ...

    def doubtful(self, shop_id: str) -> list[Ref]: ...

    def observe(
        self, ref: Ref, quantity: int, began: datetime, ended: datetime
    ) -> Observation | None: ...

    def forget(self, ref: Ref) -> bool: ...


class Waiting(Protocol):
    """Port: marks of a shop."""

    def waiting(self, shop_id: str, limit: int) -> list[Mark]: ...

    def remove(self, mark: Mark) -> bool: ...


class Shelf(Protocol):
    """Port: listings by where they are."""

    def get_many(self, refs: Iterable[Ref]) -> Mapping[Ref, Listing]: ...


class Way(NamedTuple):
    """The way to one shop's mall."""

    shop_id: str
    api: ChannelApi
    context: Context


class Tools(NamedTuple):
    """What all drains share."""

    publisher: Publishing
    marks: Waiting
    shelf: Shelf
    buckets: Buckets
    clock: Clock
    sleep: Callable[[float], None]


class Due(NamedTuple):
    """A quantity to be sent, and the mark that asked for it."""

    push: Push
    mark: Mark


def due_of(planner: Planner, marks: Iterable[Mark]) -> dict[str, list[Due]]:
    """What can be sent at once of new marks, by shop, the most urgent first. A mark that is to be
    looked at in a special way is left to the run that comes to it."""
    plain = [mark for mark in marks if not mark.forced and not mark.moves]
    pushes = planned(planner, plain)
    found: dict[str, list[Due]] = {}
    for mark in sorted(plain, key=lambda one: one.urgency):
        if mark.listing_id in pushes:
            found.setdefault(mark.shop_id, []).append(Due(pushes[mark.listing_id], mark))
    return found


def planned(planner: Planner, marks: Iterable[Mark], sent: Container[str] = ()) -> dict[str, Push]:
    """What is to be sent of some marks, by listing. sent: listings that need no forcing any more.

    SKU by SKU: each brings along those that sets join to it, which are not without limit.
    """
    by_sku: dict[str, list[Mark]] = {}
    for mark in marks:
        by_sku.setdefault(mark.sku, []).append(mark)
    found: dict[str, Push] = {}
    for sku, some in by_sku.items():
        wanted = {mark.listing_id for mark in some}
        forced = {one.listing_id for one in some if one.forced and one.listing_id not in sent}
        moves = any(one.moves for one in some)
        pushes = planner.plan([sku], moves_units=moves, forced=forced)
        found |= {push.listing.id: push for push in pushes if push.listing.id in wanted}
    return found
