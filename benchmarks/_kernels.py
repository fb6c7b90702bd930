"""Orders of three lines on hot SKUs: our allocator beside a PostgreSQL kernel, in blocks, so that
one sees whether either slows down as orders pile up."""

import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from benchmarks import _postgres
from common.clock import utc_now
from common.dynamo import Table
from local.stack import Stack
from stock.domain.allocation import OrderDemand, merged
from stock.domain.level import LastChange, Level, Reason
from stock.repository import items
from stock.repository.book import StockBook
from stock.service.allocate import Allocator

# Ninety orders, six levels and the commit's own item fit one transaction.
SKUS, LINES, GROUP, WORKERS = 6, 3, 90, 2
BESIDE = 20_000
BLOCKS = 20
_START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
_UNITS = 100_000_000


class Pace(NamedTuple):
    """Orders a second of block after block, all of the same size."""

    orders: int
    blocks: Sequence[float]

    def of_first(self, orders: int) -> float:
        """Orders a second from the first one on, of about that many."""
        blocks = self.blocks[: max(1, orders * len(self.blocks) // self.orders)]
        return len(blocks) / sum(1 / pace for pace in blocks)

    @property
    def slowdown(self) -> float:
        """How many times longer an order takes in the last fifth than in the first."""
        fifth = max(1, len(self.blocks) // 5)
        first = statistics.median(self.blocks[:fifth])
        return first / statistics.median(self.blocks[-fifth:])


def ours(stack: Stack, orders: int) -> Pace:
    """The allocator in this process, on a table of the emulator that nothing listens to."""
    table = _table(stack)
    change = LastChange("first", Reason.INITIAL, _START)
    levels = [Level(f"K{n}", on_hand=_UNITS, version=1, last_change=change) for n in range(SKUS)]
    table.put_many(items.level_item(level) for level in levels)
    book = StockBook(table)
    # Warm, as a Lambda is that works off a rush.
    Allocator(book, utc_now).run(list(_orders(10**7, GROUP)))
    size = orders // BLOCKS
    return Pace(orders, [_block(book, n * size, size) for n in range(BLOCKS)])


def postgres(orders: int) -> Pace:
    """The same orders of PostgreSQL: 8 clients, the function inside the database."""
    with _postgres.kernel(SKUS) as kernel:
        blocks = [kernel.orders(orders // BLOCKS) for _ in range(BLOCKS)]
        lines = int(kernel.sql("select count(*) from allocation"))
        # The clients share a block evenly.
        share = orders // BLOCKS // _postgres.CLIENTS * _postgres.CLIENTS
        if lines != share * BLOCKS * LINES:
            raise RuntimeError(f"the kernel allocated {lines} lines")
        return Pace(orders, blocks)


def _table(stack: Stack) -> Table:
    dynamodb = stack.aws.client("dynamodb")
    dynamodb.create_table(
        TableName="kernel",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    return Table("kernel", dynamodb)


def _block(book: StockBook, first: int, size: int) -> float:
    groups = [list(_orders(first + n, min(GROUP, size - n))) for n in range(0, size, GROUP)]
    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        for failed in pool.map(lambda group: Allocator(book, utc_now).run(group), groups):
            if failed:
                raise RuntimeError("an order was not allocated") from next(iter(failed.values()))
    return size / (time.perf_counter() - began)


def _orders(first: int, count: int) -> Iterator[OrderDemand]:
    for n in range(first, first + count):
        demand = merged((f"K{(n + line) % SKUS}", 1) for line in range(LINES))
        yield OrderDemand(
            f"kernel:{n:08d}", "kernel", 1, _START + timedelta(milliseconds=n), demand
        )
