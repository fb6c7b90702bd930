"""A thousand orders for one SKU at once: how often is the SKU's item written, and is it right?

DynamoDB takes 1,000 writes a second of one item, so what a hot SKU can bear is decided by how
many orders share a write. Three ways, each with the same number of orders for fewer units:

- deployed: the orders' events are put into the queue of the deployed stock.allocate;
- in groups: the same allocator in this process, as many orders a commit as fit;
- one by one: the same allocator, one order a commit, which is what one write an order costs.

Beside them, orders of three lines on six hot SKUs, 100,000 of them, in blocks: the same allocator,
and, where PostgreSQL is installed, a kernel that locks the stock rows and sums the allocations, as
common open-source shops do.

Afterwards everything is counted: orders without an answer (lost), units promised beyond those
there (oversold), and whether the ledger explains the level.
"""

import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from benchmarks._kernels import BESIDE, Pace, ours, postgres
from benchmarks._postgres import is_installed
from benchmarks._report import Options, Report, Row, Target, median, run
from benchmarks._stack import fresh_stack, register
from common.clock import utc_now
from common.dynamo import Key, Table
from common.events import Demand, Letter, OrderReceived
from local.stack import Stack
from stock.handlers.allocate import MOST_ORDERS
from stock.repository import keys
from stock.repository.book import StockBook
from stock.service.allocate import Allocator, demand_of

BURST = 1000
ROUNDS = 3
LIMIT = 0.05
# Noise of a shared machine included; summing allocations is far beyond it.
SLOWDOWN = 1.3
RATIO = 1 / 3
PATIENCE = 120.0
# As many as the deployed function has instances at most.
WORKERS = 2
DEPLOYED = "deployed: queue and function"
GROUPS = f"in groups of {MOST_ORDERS}"
ONE_BY_ONE = "one by one"

_START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Burst(NamedTuple):
    """What one burst did. seconds: from the first order sent to the last one answered."""

    orders: int
    seconds: float
    writes: int
    moves: int
    oversold: int
    lost: int


def measure(options: Options) -> Report:
    """Deploy a stack of its own, measure on it, and throw it away."""
    with fresh_stack() as stack:
        return measure_on(stack, options)


def measure_on(stack: Stack, options: Options) -> Report:
    """Each way in turn, `ROUNDS` times; quick: once, and a tenth of the orders."""
    rounds, orders = (1, BURST // 10) if options.quick else (ROUNDS, BURST)
    kernels = _kernels_of(stack, orders * (2 if options.quick else 100))
    hall = Hall(stack)
    ways: Mapping[str, Callable[[Sequence[OrderReceived]], None]] = {
        DEPLOYED: hall.send,
        GROUPS: lambda burst: hall.commit(burst, MOST_ORDERS),
        ONE_BY_ONE: lambda burst: hall.commit(burst, 1),
    }
    hall.burst("warm-up", 30, hall.send)
    found: dict[str, list[Burst]] = defaultdict(list)
    for n in range(rounds):
        for way, work in ways.items():
            found[way].append(hall.burst(f"{way[:3].upper()}-{n}", orders, work))
    return _report(found, rounds, kernels)


class Kernels(NamedTuple):
    """How fast orders of three lines go. postgres: None when it is not installed."""

    ours: Pace
    postgres: Pace | None

    @property
    def beside(self) -> int:
        """Orders over which the two are compared."""
        return self.postgres.orders if self.postgres else self.ours.orders


def _kernels_of(stack: Stack, orders: int) -> Kernels:
    there = min(orders, BESIDE)
    return Kernels(ours(stack, orders), postgres(there) if is_installed() else None)


class Hall:
    """Where bursts happen: tables and queue of a stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._variables = stack.variables("stock", "allocate")
        self._table = Table(self._variables["STOCK_TABLE"], stack.aws.client("dynamodb"))
        self._runs = itertools.count()

    def burst(
        self, name: str, orders: int, work: Callable[[Sequence[OrderReceived]], None]
    ) -> Burst:
        """Let that many orders want one unit each of a new SKU that has 60 for every 100."""
        sku = f"HOT-{name}-{next(self._runs)}"
        units = orders * 6 // 10
        register(self._stack, sku, units)
        before = self._level(sku)["version"]
        wanted = list(_orders(sku, orders))
        began = time.perf_counter()
        work(wanted)
        level = self._wait_for_answers(sku, orders)
        seconds = time.perf_counter() - began
        # What the change of so many orders sets off must not slow the next burst.
        self._stack.settle(PATIENCE)
        return self._count(sku, wanted, seconds, level["version"] - before)

    def send(self, burst: Sequence[OrderReceived]) -> None:
        """Put the events into the allocator's queue, as the event bus does."""
        url = self._variables["ALLOCATE_QUEUE"]
        sqs = self._stack.aws.client("sqs")

        def put(batch: Sequence[OrderReceived]) -> None:
            entries = [{"Id": str(n), "MessageBody": _envelope(e)} for n, e in enumerate(batch)]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(put, _chunks(burst, 10)))

    def commit(self, burst: Sequence[OrderReceived], group: int) -> None:
        """Allocate in this process, `group` orders a commit."""
        book = StockBook(self._table)

        def allocate(orders: Sequence[OrderReceived]) -> None:
            failed = Allocator(book, utc_now).run([demand_of(order) for order in orders])
            if failed:
                raise RuntimeError(f"{len(failed)} orders were not allocated") from next(
                    iter(failed.values())
                )

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(allocate, _chunks(burst, group)))

    def _level(self, sku: str) -> Mapping[str, Any]:
        return self._table.get(*keys.level(sku)) or {}

    def _wait_for_answers(self, sku: str, orders: int) -> Mapping[str, Any]:
        end = time.monotonic() + PATIENCE
        while True:
            level = self._level(sku)
            if level["allocated"] + level["waiting"] >= orders or time.monotonic() > end:
                return level
            time.sleep(0.02)

    def _count(
        self, sku: str, wanted: Sequence[OrderReceived], seconds: float, writes: int
    ) -> Burst:
        level = self._level(sku)
        answers = self._table.get_many(Key(*keys.allocation(e.order_id)) for e in wanted)
        allocated = sum(item["lines"][sku]["allocated"] for item in answers.values())
        moves = list(self._table.every(keys.ledger(sku)))
        explained = sum(m["allocated_after"] - m["allocated_before"] for m in moves)
        if not allocated == level["allocated"] == explained:
            raise RuntimeError(
                f"{sku}: orders hold {allocated} units, the level says {level['allocated']}, "
                f"and the ledger {explained}"
            )
        return Burst(
            orders=len(wanted),
            seconds=seconds,
            writes=writes,
            # The first entry is the registration.
            moves=len(moves) - 1,
            oversold=max(0, allocated - level["on_hand"]),
            lost=len(wanted) - len(answers),
        )


def _orders(sku: str, count: int) -> Iterator[OrderReceived]:
    for n in range(count):
        at = _START + timedelta(milliseconds=n)
        yield OrderReceived(
            event_id=f"{sku}:{n}#1",
            at=at,
            order_id=f"{sku}:{n:05d}",
            shop_id="benchmark",
            channel="generic",
            version=1,
            ordered_at=at,
            change="received",
            active=True,
            demand=[Demand(line_id="1", sku=sku, quantity=1)],
            letter=Letter(
                number=str(n),
                buyer_name="Benchmark",
                email=None,
                currency="JPY",
                lines=[],
                payment_method="CARD",
                destination="",
            ),
        )


def _envelope(event: OrderReceived) -> str:
    detail = event.model_dump(mode="json")
    return json.dumps({"detail-type": event.detail_type(), "detail": detail})


def _chunks(burst: Sequence[OrderReceived], size: int) -> Iterator[Sequence[OrderReceived]]:
    for start in range(0, len(burst), size):
        yield burst[start : start + size]


def _kernel_rows(kernels: Kernels) -> Iterator[Row]:
    named = {"three lines, ours": kernels.ours, "three lines, PostgreSQL": kernels.postgres}
    for way, pace in named.items():
        if pace is not None:
            yield {
                "way": way,
                "orders": pace.orders,
                "orders/s, median": median(pace.blocks, 0),
                "best": round(max(pace.blocks)),
                "hot-item writes": None,
                "writes/order": None,
                "ledger entries": None,
                "oversold": 0,
                "lost": 0,
            }


def _kernel_targets(kernels: Kernels) -> Iterator[Target]:
    yield Target(
        "three lines: time an order, last fifth to first fifth", kernels.ours.slowdown, SLOWDOWN
    )
    # Summing is slow when there is much to sum; a quick run has little.
    if kernels.postgres and kernels.beside >= BESIDE:
        ratio = kernels.postgres.of_first(BESIDE) / kernels.ours.of_first(kernels.beside)
        yield Target(f"PostgreSQL's orders/s to ours, first {kernels.beside:,}", ratio, RATIO)


def _report(found: Mapping[str, Sequence[Burst]], rounds: int, kernels: Kernels) -> Report:
    rows: list[Row] = [
        {
            "way": way,
            "orders": bursts[0].orders,
            "orders/s, median": median([burst.orders / burst.seconds for burst in bursts], 0),
            "best": round(max(burst.orders / burst.seconds for burst in bursts)),
            "hot-item writes": median([burst.writes for burst in bursts], 0),
            "writes/order": median([burst.writes / burst.orders for burst in bursts], 3),
            "ledger entries": median([burst.moves for burst in bursts], 0),
            "oversold": sum(burst.oversold for burst in bursts),
            "lost": sum(burst.lost for burst in bursts),
        }
        for way, bursts in found.items()
    ]
    rows += _kernel_rows(kernels)
    everything = [burst for bursts in found.values() for burst in bursts]
    return Report(
        claim="many orders share one write of a hot SKU's item",
        rows=rows,
        rounds=rounds,
        targets=[
            Target(
                "hot-item writes an order, deployed, worst round",
                max(burst.writes / burst.orders for burst in found[DEPLOYED]),
                LIMIT,
            ),
            Target("oversold units", sum(burst.oversold for burst in everything), 0),
            Target("lost orders", sum(burst.lost for burst in everything), 0),
            *_kernel_targets(kernels),
        ],
        notes=["One write an order is what DynamoDB bounds to 1,000 orders/s of one SKU.", ""],
    )


if __name__ == "__main__":
    sys.exit(run("hot_sku", measure))
