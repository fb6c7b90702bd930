"""Writing the ledger from the stream."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from stock.domain.level import LevelMove


class MoveStore(Protocol):
    """Port: `record` stores moves and may be given the same ones again."""

    def record(self, moves: Iterable[LevelMove]) -> None: ...


def record_moves(store: MoveStore, moves: Sequence[LevelMove]) -> None:
    """Store every change of a level. Raises Unavailable; the stream then delivers again."""
    if moves:
        store.record(moves)
