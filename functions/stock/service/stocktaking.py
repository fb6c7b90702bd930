"""Stock-takes: counting while the shops are open, and putting the books right."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Contended, NotFound
from common.ids import ulid
from stock.domain.level import LastChange, LevelMove, Reason, set_level
from stock.domain.sets import require_units
from stock.domain.stocktake import Counted, Stocktake, TakeState, corrected
from stock.service.catalogue import Entry
from stock.service.goods_views import (
    CountedPage,
    CountedView,
    StocktakeList,
    StocktakeView,
    counted_view,
    stocktake_view,
)

TRIES = 12
# A level and its place in the short list are two of the hundred items of a transaction.
ROWS_A_COMMIT = 40


class StocktakeStore(Protocol):
    """Port: stock-takes. Writes raise Contended when somebody was faster."""

    def get(self, take_id: str) -> Stocktake: ...

    def page(self, limit: int, token: str | None) -> tuple[list[Stocktake], str | None]: ...

    def rows(
        self, take_id: str, limit: int, token: str | None
    ) -> tuple[list[Counted], str | None]: ...

    def create(self, take: Stocktake) -> None: ...

    def save(self, before: Stocktake, after: Stocktake, *moves: LevelMove) -> None: ...

    def record(self, take: Stocktake, row: Counted) -> None: ...


class Entries(Protocol):
    """Port: products with their levels."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class Sender(Protocol):
    """Port: the queue of long work."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class CountingRoom:
    """What staff do during a stock-take."""

    def __init__(
        self, store: StocktakeStore, entries: Entries, queue: Sender, clock: Clock
    ) -> None:
        self._store = store
        self._entries = entries
        self._queue = queue
        self._clock = clock

    def page(self, limit: int, token: str | None) -> StocktakeList:
        """Stock-takes, newest first."""
        found, after = self._store.page(limit, token)
        return StocktakeList(items=[stocktake_view(take) for take in found], next=after)

    def get(self, take_id: str) -> StocktakeView:
        """Raises NotFound."""
        return stocktake_view(self._store.get(take_id))

    def rows(self, take_id: str, limit: int, token: str | None) -> CountedPage:
        """What was counted, in order of SKU. Raises NotFound."""
        self._store.get(take_id)
        found, after = self._store.rows(take_id, limit, token)
        return CountedPage(items=[counted_view(row) for row in found], next=after)

    def start(self, note: str, actor: Actor) -> StocktakeView:
        """A new stock-take."""
        now = self._clock()
        take = Stocktake(ulid(now), now, actor, note)
        self._store.create(take)
        return stocktake_view(take)

    def count(self, take_id: str, sku: str, counted: int, actor: Actor) -> CountedView:
        """So many units were found of a SKU, just now; a later count takes its place.

        Raises NotFound, Conflict when the stock-take is closed.
        """
        take = self._store.get(take_id)
        take.require_open()
        entry = self._entries.entries([sku]).get(sku)
        if entry is None:
            raise NotFound("There is no such SKU.")
        require_units(entry.product)
        level = entry.level
        row = Counted(sku, counted, level.on_hand, self._clock(), actor, level.version)
        try:
            self._store.record(take, row)
        except Contended:
            self._store.get(take_id).require_open()
            raise
        return counted_view(row)

    def apply(self, take_id: str, version: int) -> StocktakeView:
        """Put the books right: every difference is added to the number of now, by the worker.

        Raises NotFound, Changed, Conflict when it is closed.
        """
        return self._close(take_id, version, TakeState.APPLYING)

    def cancel(self, take_id: str, version: int) -> StocktakeView:
        """Forget the counts. Raises NotFound, Changed, Conflict when it is closed."""
        return self._close(take_id, version, TakeState.CANCELLED)

    def _close(self, take_id: str, version: int, state: TakeState) -> StocktakeView:
        take = self._store.get(take_id)
        # Asked again, because the first answer was lost before the worker was told.
        is_repeated = state is TakeState.APPLYING and take.state is state
        if not is_repeated:
            if take.version != version:
                shown = stocktake_view(take).model_dump(mode="json")
                raise Changed("The stock-take changed since you read it.", shown)
            take.require_open()
            after = take.moved_to(state)
            self._store.save(take, after)
            take = after
        if take.state is TakeState.APPLYING:
            self._queue.send([{"stocktake": take.id}])
        return stocktake_view(take)


class StocktakeWorker:
    """Applies a stock-take. Any step may be repeated: rows are applied in one transaction with
    the cursor behind them."""

    def __init__(
        self,
        store: StocktakeStore,
        entries: Entries,
        queue: Sender,
        clock: Clock,
        has_time: Callable[[], bool],
    ) -> None:
        self._store = store
        self._entries = entries
        self._queue = queue
        self._clock = clock
        self._has_time = has_time

    def run(self, take_id: str) -> None:
        """Raises Contended, Unavailable; run it again then."""
        take = self._store.get(take_id)
        failures = 0
        while take.state is TakeState.APPLYING:
            if not self._has_time():
                self._queue.send([{"stocktake": take_id}])
                return
            try:
                take = self._step(take)
                failures = 0
            except Contended:
                failures += 1
                if failures == TRIES:
                    raise
                take = self._store.get(take_id)

    def _step(self, take: Stocktake) -> Stocktake:
        rows, cursor = self._store.rows(take.id, ROWS_A_COMMIT, take.cursor or None)
        entries = self._entries.entries(row.sku for row in rows)
        different = [row for row in rows if row.difference and row.sku in entries]
        valid = [row for row in different if not row.is_outdated(entries[row.sku].level)]
        moves = [self._move(take, row, entries[row.sku]) for row in valid]
        after = replace(
            take,
            state=TakeState.APPLYING if cursor else TakeState.APPLIED,
            cursor=cursor or "",
            applied=take.applied + len(rows),
            outdated=take.outdated + len(different) - len(valid),
            version=take.version + 1,
        )
        self._store.save(take, after, *moves)
        return after

    def _move(self, take: Stocktake, row: Counted, entry: Entry) -> LevelMove:
        level = entry.level
        change = LastChange(
            f"{take.id}#{row.sku}", Reason.STOCKTAKE, self._clock(), row.actor, take.id, take.note
        )
        on_hand = corrected(level.on_hand, row)
        return set_level(level, change, on_hand=on_hand, safety=level.safety, is_count=True)
