"""From news about SKUs to marks: which listings have to be looked at."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from common.clock import Clock
from common.ids import ulid
from stock.domain.listing import Listing
from stock.domain.mark import Mark, merged, urgency
from stock.domain.push import LOWER, Push


class News(NamedTuple):
    """A SKU changed at `since`. shop_id: only this shop need look; "" for all. moves, forced: as
    in `Mark`."""

    sku: str
    since: datetime
    shop_id: str = ""
    moves: bool = False
    forced: bool = False


class StandLike(Protocol):
    """Every listing that takes of some SKUs."""

    @property
    def listings(self) -> Sequence[Listing]: ...


class Planner(Protocol):
    """Port: what is to be sent about some SKUs."""

    def plan(
        self, skus: Iterable[str], *, moves_units: bool = False, forced: Container[str] = ()
    ) -> Sequence[Push]: ...


class Shelf(Protocol):
    """Port: what is on sale of some SKUs."""

    def stand(self, skus: Iterable[str]) -> StandLike: ...


class MarkStore(Protocol):
    """Port: marks."""

    def add(self, marks: Iterable[Mark]) -> Sequence[Mark]: ...


class Marked(NamedTuple):
    """What news led to. shops: that each piece of news concerns. marks: as they are stored."""

    shops: Mapping[News, frozenset[str]]
    marks: Sequence[Mark]


def mark_of(push: Push, news: News, stamp: str) -> Mark:
    """The mark of a listing that is to show another quantity."""
    one = push.listing
    return Mark(
        shop_id=one.shop_id,
        listing_id=one.id,
        sku=one.sku,
        code=one.code,
        since=news.since,
        urgency=urgency(push.quantity, is_lower=push.priority == LOWER),
        stamp=stamp,
        moves=news.moves,
        forced=news.forced,
    )


class Marker:
    """Marks what news make due. A listing whose publish is under way is not marked: whoever sends
    it looks at it once more afterwards, before its own mark is taken away."""

    def __init__(self, planner: Planner, shelf: Shelf, marks: MarkStore, clock: Clock) -> None:
        self._planner = planner
        self._shelf = shelf
        self._marks = marks
        self._clock = clock

    def take_in(self, news: Iterable[News]) -> Marked:
        """Mark listings. Several changes of one SKU are one look. Raises Unavailable, Contended:
        take it in again."""
        looks: dict[tuple[str, bool, bool], list[News]] = {}
        for one in news:
            looks.setdefault((one.sku, one.moves, one.forced), []).append(one)
        found: dict[News, frozenset[str]] = {}
        marks: list[Mark] = []
        for (sku, moves, is_forced), several in looks.items():
            forced = self._ids(sku) if is_forced else ()
            pushes = self._planner.plan([sku], moves_units=moves, forced=forced)
            stamp = ulid(self._clock())
            for one in several:
                mine = [p for p in pushes if one.shop_id in ("", p.listing.shop_id)]
                found[one] = frozenset(push.listing.shop_id for push in mine)
                marks += [mark_of(push, one, stamp) for push in mine]
        return Marked(found, self._marks.add(_together(marks)))

    def _ids(self, sku: str) -> frozenset[str]:
        stand = self._shelf.stand([sku])
        return frozenset(one.id for one in stand.listings if sku in (one.sku, *one.units))


def _together(marks: Iterable[Mark]) -> list[Mark]:
    """One mark a listing, as `Marks.add` puts marks together."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in marks:
        known = found.get((mark.shop_id, mark.listing_id))
        found[mark.shop_id, mark.listing_id] = merged(mark, [known] if known else [])
    return list(found.values())
