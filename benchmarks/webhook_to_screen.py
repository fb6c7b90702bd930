"""From a webhook to the screen: how long until an order is allocated and stands in the list?

Orders are posted to the generic shop's webhook of the deployed stack, and the API is asked for
the queue 印刷待ち, as the page would, until the order stands in it: then it is stored, stock has
answered, and the answer is listed. One after the other on a warm stack, and then several senders
at a time. The first order of all, for which every function starts, is shown too.
"""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from benchmarks._report import Options, Report, Row, median, percentile, run
from benchmarks._stack import fresh_stack, register
from local.demo import DemoShop, open_shop
from local.stack import Stack
from malls import own_cart

SEQUENTIAL, MIXED, SENDERS = 60, 80, 4
PATIENCE = 60.0
# How often the list is asked for. Half of it is in every number.
PAUSE = 0.02
SECRET = "whsec_YmVuY2htYXJrLXNlY3JldC1vZi1iYW50by0wMDAwMDA="  # noqa: S105 - of a shop that only lives here
SHOP = DemoShop("benchmark", "計測店", "generic", "benchmark.example", SECRET)
SKU = "SCREEN-1"


class Times(NamedTuple):
    """Milliseconds from the first byte sent: answered, and seen in the list."""

    answered: float
    seen: float


def measure(options: Options) -> Report:
    """Deploy a stack of its own, measure on it, and throw it away."""
    with fresh_stack() as stack:
        return measure_on(stack, options)


def measure_on(stack: Stack, options: Options) -> Report:
    """Sequential and mixed; quick: a tenth of the orders."""
    share = 10 if options.quick else 1
    open_shop(stack, SHOP)
    register(stack, SKU, 100_000)
    with Watcher(stack).watching() as watcher:
        first = [watcher.sell("first")]
        # Unmeasured: each function has a process or two by now.
        _sell(watcher, "warm-up", 8, 2)
        alone = _sell(watcher, "alone", SEQUENTIAL // share, 1)
        mixed = _sell(watcher, "mixed", MIXED // share, SENDERS)
    rows = [
        _row("the first one, all cold", first),
        _row("one after the other", alone),
        _row(f"{SENDERS} senders", mixed),
    ]
    return Report(
        claim="an order is on the screen, allocated, in a moment",
        rows=rows,
        rounds=len(alone) + len(mixed),
        notes=[
            "answered: the mall has its 202. listed: stored, allocated, and in the list.",
            "Functions, database, queues, API and the one who looks share this machine's cores.",
            "",
        ],
    )


def _sell(watcher: "Watcher", name: str, orders: int, senders: int) -> list[Times]:
    with ThreadPoolExecutor(senders) as pool:
        return list(pool.map(watcher.sell, [f"{name}-{n}" for n in range(orders)]))


def _row(what: str, times: Sequence[Times]) -> Row:
    answered, seen = ([getattr(t, name) for t in times] for name in Times._fields)
    return {
        "orders": what,
        "n": len(times),
        "answered p50 ms": median(answered),
        "answered p95 ms": percentile(answered, 95),
        "listed p50 ms": median(seen),
        "listed p95 ms": percentile(seen, 95),
        "listed min ms": round(min(seen), 1),
        "listed max ms": round(max(seen), 1),
    }


class Watcher:
    """Looks at the list, and knows when each order first stood in it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._seen: dict[str, float] = {}
        self._news = threading.Condition()
        self._stop = threading.Event()

    @contextmanager
    def watching(self) -> Iterator["Watcher"]:
        """Look at the list from here on."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def sell(self, number: str) -> Times:
        """Post an order and wait until it is listed. Raises RuntimeError when it never is."""
        now = datetime.now(UTC)
        order = own_cart.build_order(number, [(SKU, 1)], now)
        sent = own_cart.delivery(SECRET, order, id_=f"msg_{number}", at=now, kind="order.created")
        began = time.perf_counter()
        self._stack.deliver(SHOP.id, sent.headers, sent.body).expect(202)
        answered = time.perf_counter()
        id_ = f"{SHOP.id}:{number}"
        with self._news:
            if not self._news.wait_for(lambda: id_ in self._seen, PATIENCE):
                raise RuntimeError(f"{id_} was not listed within {PATIENCE} s")
        return Times((answered - began) * 1000, (self._seen[id_] - began) * 1000)

    def _watch(self) -> None:
        person = self._stack.person("viewer")
        while not self._stop.wait(PAUSE):
            # Newest orders first, so one page has all that are under way.
            rows = person.get("/api/orders", queue="PRINT", shop=SHOP.id, limit=25)["items"]
            at = time.perf_counter()
            with self._news:
                for row in rows:
                    self._seen.setdefault(row["id"], at)
                self._news.notify_all()


if __name__ == "__main__":
    sys.exit(run("webhook_to_screen", measure))
