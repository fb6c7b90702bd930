"""Stream of the stock table (levels) → the ledger."""

from collections.abc import Mapping
from typing import Any

from common.cold_start import cold_start
from common.consumer import changes, reported
from common.dynamo import Table
from common.settings import Settings
from stock.repository.ledger import Ledger
from stock.repository.stream import level_move
from stock.service.record_moves import record_moves


class Env(Settings):
    """Environment of this function."""

    stock_table: str


@cold_start
def _ledger() -> Ledger:
    return Ledger(Table(Env.load().stock_table))


@reported
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Record the whole batch, or raise: the stream then delivers it again, which writes the same
    moves."""
    moves = [move for change in changes(event) if (move := level_move(change))]
    record_moves(_ledger(), moves)
    return {"batchItemFailures": []}
