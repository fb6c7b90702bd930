"""Listings as services change them: read with their levels, decided about, written together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from common.auth import SYSTEM
from common.clock import Clock
from common.errors import Contended
from common.ids import ulid
from stock.domain import exposure
from stock.domain import listing as listings
from stock.domain.level import LastChange, Level, LevelMove, Reason
from stock.domain.listing import Listing, MallRules, Ref, State

TRIES = 8

Rules = Callable[[str], MallRules]


class StandLike(Protocol):
    """Levels by SKU, and every listing that takes any of them."""

    @property
    def levels(self) -> Mapping[str, Level]: ...

    @property
    def listings(self) -> Sequence[Listing]: ...


class Shelf(Protocol):
    """Port: listings with their levels. Writes raise Contended when somebody was faster."""

    def stand(self, skus: Iterable[str]) -> StandLike: ...

    def get(self, ref: Ref) -> tuple[Listing, dict[str, Level]] | None: ...

    def settling(self, shop_id: str, until: datetime) -> Iterator[Ref]: ...

    def doubtful(self, shop_id: str, until: datetime) -> Iterator[Ref]: ...

    def watermark(self, shop_id: str) -> datetime | None: ...

    def save_watermark(self, shop_id: str, at: datetime) -> None: ...

    def save(
        self, before: Listing | None, after: Listing, moves: Sequence[LevelMove] = ()
    ) -> None: ...

    def save_level(self, move: LevelMove) -> None: ...

    def remove(self, listing: Listing, moves: Sequence[LevelMove] = ()) -> None: ...


class Decide(Protocol):
    """The listing and the levels it takes from → what they become."""

    def __call__(
        self, one: Listing, levels: Mapping[str, Level], /
    ) -> tuple[Listing, list[LevelMove]]: ...


class Listed:
    """Base of what works on listings. rules: of a shop's mall, by shop id."""

    def __init__(self, shelf: Shelf, rules: Rules, clock: Clock) -> None:
        self._shelf = shelf
        self._rules = rules
        self._clock = clock

    def adopt(self, ref: Ref) -> Listing | None:
        """Staff keep what the mall shows. Its units are charged already."""
        return self._change_listing(
            ref,
            lambda one: one.drift is not None,
            lambda one, levels: (
                listings.adopted(one, is_shared=not any(lv.is_strict for lv in levels.values())),
                [],
            ),
        )

    def retire(self, ref: Ref) -> Listing | None:
        """Take a listing to 0. When that is settled, `forget` lets go of it."""
        return self._change_listing(
            ref, lambda one: not one.is_retired, lambda one, _: (listings.retired(one), [])
        )

    def forget(self, ref: Ref) -> bool:
        """Let go of a retired listing; False while it could still sell something."""
        found = self._shelf.get(ref)
        if found is None:
            return True
        one, levels = found
        change = self._change(Reason.WITHDRAW, one)
        if one.state is not State.IDLE or one.quantity:
            return False
        try:
            moves = [exposure.forget(levels[sku], one, change) for sku in one.units]
        except ValueError:
            return False
        self._shelf.remove(one, [move for move in moves if move])
        return True

    def _change_listing(
        self,
        ref: Ref,
        is_due: Callable[[Listing], bool],
        decide: "Decide",
    ) -> Listing | None:
        for _ in range(TRIES):
            found = self._shelf.get(ref)
            if found is None or not is_due(found[0]):
                return None
            after, moves = decide(*found)
            try:
                self._shelf.save(found[0], after, moves)
            except Contended:
                continue
            return after
        raise Contended("others kept changing the level")

    def _change(self, reason: Reason, one: Listing | None = None) -> LastChange:
        now = self._clock()
        return LastChange(
            ulid(now), reason, now, SYSTEM, f"{one.shop_id}/{one.code}" if one else ""
        )
