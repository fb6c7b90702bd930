"""Fakes of stock's ports in memory, which hold conditions as the table does."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from common.errors import Contended
from stock.domain.allocation import Allocation, Part, Wait
from stock.domain.level import Level, LevelMove
from stock.domain.listing import Ref
from stock.domain.plan import Plan
from stock.repository.book import Goods


class MemoryBook:
    """Levels, allocations and queues. `before_commit` may interfere as another writer would."""

    def __init__(self, *levels: Level, allocations: Sequence[Allocation] = ()) -> None:
        self.stored_levels = {level.sku: level for level in levels}
        self.stored = {allocation.order_id: allocation for allocation in allocations}
        self.waits: dict[tuple[str, str], Wait] = {
            (sku, a.place): Wait(sku, a.order_id, a.ordered_at, line.wanted)
            for a in allocations
            for sku, line in a.lines.items()
            if line.is_waiting
        }
        self.short = {level.sku for level in levels if level.is_short}
        self.moves: list[LevelMove] = []
        self.commits: list[Plan] = []
        self.before_commit: Callable[[Plan], None] = lambda _plan: None
        self.sets: dict[str, Mapping[str, int]] = {}
        self.takes: dict[Part, Mapping[str, int]] = {}

    # -- the ports

    def allocations(self, order_ids: Sequence[str]) -> dict[str, Allocation]:
        return {one: self.stored[one] for one in order_ids if one in self.stored}

    def levels(self, skus: Sequence[str]) -> dict[str, Level]:
        return {sku: self.stored_levels[sku] for sku in skus if sku in self.stored_levels}

    def goods(self, skus: Sequence[str], listings: Iterable[Ref] = ()) -> Goods:
        sets = {sku: self.sets[sku] for sku in skus if sku in self.sets}
        parts = [Part(ref.sku, ref.id) for ref in listings]
        takes = {part: self.takes[part] for part in parts if part in self.takes}
        return Goods(self.levels(skus), sets, takes)

    def queue(self, sku: str, limit: int) -> list[Wait]:
        found = sorted(key for key in self.waits if key[0] == sku)
        return [self.waits[key] for key in found[:limit]]

    def commit(self, plan: Plan) -> None:
        assert plan.actions <= 100
        self.before_commit(plan)
        for move in plan.levels:
            self._check(move)
        for change in plan.allocations:
            before = self.stored.get(change.after.order_id)
            if (before.version if before else None) != (
                change.before.version if change.before else None
            ):
                raise Contended
        self._check_nobody_is_overtaken(plan)
        self._apply(plan)

    # -- as the table would

    def _check(self, move: LevelMove) -> None:
        now, guard = self.stored_levels[move.sku], move.guard
        is_held = (
            (guard.version is None or now.version == guard.version)
            and (not guard.nobody_waits or now.waiting == 0)
            and (guard.available is None or now.available >= guard.available)
            and (guard.waiting is None or now.waiting >= guard.waiting)
            and (guard.pool is None or now.pool >= guard.pool)
            and all(now.exposures.get(one, -1) >= n for one, n in guard.exposures.items())
            and all(now.exposures.get(one) == n for one, n in guard.exposed.items())
            and all(now.returned.get(one) == n for one, n in guard.returned.items())
        )
        if not is_held:
            raise Contended

    def _check_nobody_is_overtaken(self, plan: Plan) -> None:
        gone = {(wait.sku, wait.place) for wait in plan.leaves}
        for change in plan.allocations:
            for sku, line in change.after.lines.items():
                held = change.before.lines[sku].allocated if self._held(change.before, sku) else 0
                if line.allocated > held and (sku, change.after.place) not in gone:
                    others = {key for key in self.waits if key[0] == sku} - gone
                    assert not others, f"{change.after.order_id} overtakes {others}"

    @staticmethod
    def _held(allocation: Allocation | None, sku: str) -> bool:
        return allocation is not None and sku in allocation.lines

    def _apply(self, plan: Plan) -> None:
        for move in plan.levels:
            self.change_level(move)
        for change in plan.allocations:
            self.stored[change.after.order_id] = change.after
        for wait in plan.waits:
            self.waits[wait.sku, wait.place] = wait
        for wait in plan.leaves:
            del self.waits[wait.sku, wait.place]
        self.commits.append(plan)

    def change_level(self, move: LevelMove) -> None:
        """Write a level as any writer does: differences onto what is stored now."""
        before, after = move.before, move.after
        now = self.stored_levels[move.sku]
        assert after.last_change is not None
        new = now.moved(
            after.last_change,
            on_hand=after.on_hand - before.on_hand,
            allocated=after.allocated - before.allocated,
            waiting=after.waiting - before.waiting,
            exposures=_more(before.exposures, after.exposures),
            returned=_more(before.returned, after.returned),
            sold=_more(before.sold, after.sold),
        )
        self.stored_levels[move.sku] = new
        self.moves.append(LevelMove(now, new, move.guard, move.shares))
        if move.turns_short:
            self.short.add(move.sku)
        elif move.turns_sufficient:
            self.short.discard(move.sku)

    # -- what must hold at every moment

    def check(self) -> None:
        """Counters, allocations, queues and the short list tell the same story."""
        for sku, level in self.stored_levels.items():
            lines = [a.lines[sku] for a in self.stored.values() if sku in a.lines]
            assert all(line.allocated in (0, line.wanted) for line in lines)
            assert level.allocated == sum(line.allocated for line in lines)
            waiting = [line.wanted for line in lines if line.is_waiting]
            assert level.waiting == sum(waiting)
            queued = [wait for wait in self.waits.values() if wait.sku == sku]
            assert sorted(wait.quantity for wait in queued) == sorted(waiting)
            assert (sku in self.short) == level.is_short
            assert min(level.on_hand, level.allocated, level.waiting) >= 0
            of_sku = [move for move in self.moves if move.sku == sku]
            for earlier, later in itertools.pairwise(of_sku):
                assert later.before == earlier.after


def _more(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {one: n - before.get(one, 0) for one, n in after.items() if n != before.get(one)}
