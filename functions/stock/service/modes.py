"""Switching a SKU between modes, with its effect shown first; and moving units between shops."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from common.auth import SYSTEM, Actor
from common.clock import Clock
from common.errors import Contended
from common.ids import ulid
from stock.domain import exposure
from stock.domain.level import LastChange, Level, LevelMove, Mode, Reason
from stock.domain.listing import Listing
from stock.domain.push import Push, shown, targets
from stock.service.listed import TRIES, Rules, Shelf, StandLike
from stock.service.publishing import Publisher


class ModePreview(NamedTuple):
    """What a mode would show, by listing id; sums for the page. before: what is shown now."""

    listings: Sequence[Listing]
    before: Mapping[str, int | None]
    after: Mapping[str, int]
    free: int


class ModeSwitch:
    """Switching a SKU between strict, shared and last_n."""

    def __init__(self, shelf: Shelf, rules: Rules, clock: Clock) -> None:
        self._shelf = shelf
        self._rules = rules
        self._clock = clock

    def preview(self, sku: str, mode: str, last_n: int = 0) -> ModePreview | None:
        """What would be shown where; None for an unknown SKU. Writes nothing."""
        stand = self._shelf.stand([sku])
        if sku not in stand.levels:
            return None
        move = self._move(stand, sku, mode, last_n, SYSTEM)
        levels = {**stand.levels, sku: move.after}
        takers = [one for one in stand.listings if all(each in levels for each in one.units)]
        after = targets(levels, takers, self._rules, self._clock())
        mine = [one for one in takers if sku in one.units]
        return ModePreview(
            mine,
            {one.id: shown(one, stand.levels) for one in mine},
            {one.id: after[one.id] for one in mine},
            move.after.free,
        )

    def switch(self, sku: str, mode: str, last_n: int, actor: Actor) -> Level | None:
        """Write the mode; None for an unknown SKU. The change of the level asks for the pushes.
        Raises Contended."""
        for _ in range(TRIES):
            stand = self._shelf.stand([sku])
            if sku not in stand.levels:
                return None
            move = self._move(stand, sku, mode, last_n, actor)
            try:
                self._shelf.save_level(move)
            except Contended:
                continue
            return move.after
        raise Contended("others kept changing the level")

    def _move(self, stand: StandLike, sku: str, mode: str, last_n: int, actor: Actor) -> LevelMove:
        now = self._clock()
        change = LastChange(ulid(now), Reason.MODE, now, actor, note=mode)
        takers = [one.id for one in stand.listings if sku in one.units]
        return exposure.set_mode(stand.levels[sku], Mode(mode), last_n, takers, change)


class Rebalancer:
    """Moves units from shops that have more than their share to those that show nothing."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def run(self, skus: Iterable[str]) -> list[Push]:
        """What is to be sent; begin and settle it like any other push."""
        return [push for sku in skus for push in self._publisher.plan([sku], moves_units=True)]
