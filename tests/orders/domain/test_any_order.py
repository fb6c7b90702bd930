"""Reports of one order, stock's answers and new products, repeated and in any order: the same end.

A small stock that works as the real one (newest version wins, a line is allocated whole or waits
whole, only changes are answered) takes the events of every version; its answers come back late.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from common.canonical import (
    CanonicalOrder,
    FulfilledBy,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.events import AllocatedLine, OrderEvent
from orders.domain import changes
from orders.domain.matching import Known
from orders.domain.order import Order
from orders.domain.queues import is_ready, standing_of
from orders.domain.views import event_of, lists_of, row_of, tokens_of
from tests.builders import NOW, TODAY, goods, place, report, version

UNITS = {"A": 2, "B": 5, "C": 0}
# D is never registered; of the codes of one line at most one ever is.
PRODUCTS = ("A", "B", "C")
CODES = (("A",), ("B",), ("C",), ("D",), ("D", "A"), ("E", "D"))

lines = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(0, 3), st.integers(0, 2)), max_size=4
).map(
    lambda rows: tuple(
        goods("", wanted, str(n), sku_candidates=codes, quantity_cancelled=min(gone, wanted))
        for n, (codes, wanted, gone) in enumerate(rows)
    )
)


@st.composite
def histories(draw: st.DrawFn) -> list[CanonicalOrder]:
    """Reports of one order. Few baskets, so that many differ in something else."""
    baskets = draw(st.lists(lines, min_size=1, max_size=2))
    one = st.builds(
        report,
        source_version=st.integers(0, 3).map(version),
        status=st.sampled_from(SourceStatus),
        lines=st.sampled_from(baskets),
        remarks=st.sampled_from(["", "急ぎ", "のし希望"]),
        destinations=st.sampled_from([(), (place(),), (place(postal=""),)]),
        payment=st.builds(Payment, st.sampled_from(PaymentMethod), st.sampled_from(PaymentStatus)),
        fulfilled_by=st.sampled_from(FulfilledBy),
    )
    return draw(st.lists(one, min_size=1, max_size=5))


@dataclass
class SmallStock:
    """What the stock area does about one order."""

    order_version: int = 0
    answer_version: int = 0
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)

    def take(self, event: OrderEvent) -> tuple[int, int, list[AllocatedLine]] | None:
        if event.version <= self.order_version:
            return None
        wanted: dict[str, int] = {}
        for line in event.demand:
            wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
        lines = {sku: (n, n if n <= UNITS[sku] else 0) for sku, n in wanted.items()}
        is_news = self.order_version == 0 or lines != self.lines
        self.order_version, self.lines = event.version, lines
        if not is_news:
            return None
        self.answer_version += 1
        told = [AllocatedLine(sku=s, wanted=w, allocated=a) for s, (w, a) in lines.items()]
        return event.version, self.answer_version, told


class World:
    """An order, what it is told, and in which order."""

    def __init__(self, rng: random.Random, copies: Callable[[], int]) -> None:
        self.order: Order | None = None
        self.known: set[str] = set()
        self.stock = SmallStock()
        self.waiting: list[tuple[str, Any]] = []
        self._rng = rng
        self._copies = copies
        # In one world answers are quick and reports late, in another it is the other way round.
        kinds = ("report", "product", "event", "answer")
        self._haste = {kind: rng.choice((1, 1, 30)) for kind in kinds}

    def send(self, kind: str, what: Any) -> None:
        self.waiting += [(kind, what)] * self._copies()

    def run(self, *, shuffled: bool) -> Order:
        now = NOW
        while self.waiting:
            now += timedelta(seconds=1)
            kind, what = self.waiting.pop(self._next() if shuffled else 0)
            before = self.order
            if kind == "event":
                answer = self.stock.take(what)
                if answer is not None:
                    self.send("answer", answer)
                continue
            self._tell(kind, what, now)
            if self.order is not None and self.order is not before:
                self._hold_true(before, self.order)
                self.send("event", event_of(self.order))
        assert self.order is not None
        return self.order

    def _next(self) -> int:
        haste = [self._haste[kind] for kind, _ in self.waiting]
        return self._rng.choices(range(len(haste)), haste)[0]

    def _tell(self, kind: str, what: Any, now: Any) -> None:
        order, known = self.order, Known(frozenset(self.known))
        after: Order | None = None
        if kind == "product":
            self.known.add(what)
            after = order and changes.learn_products(order, Known(frozenset({what})), now)
        elif kind == "report" and order is None:
            after = changes.receive(
                what, shop_id="demo", channel="generic", known=known, raw_key="k", now=now
            )
        elif kind == "report" and order is not None:
            after = changes.take_over(order, what, known=known, raw_key="k", now=now)
        elif kind == "answer" and order is not None:
            number, answer, told = what
            after = changes.take_answer(
                order, order_version=number, answer_version=answer, lines=told, now=now
            )
        self.order = after or order

    @staticmethod
    def _hold_true(before: Order | None, after: Order) -> None:
        """What is true of every version on the way."""
        assert after.version == (before.version if before else 0) + 1
        standing = standing_of(after, TODAY)
        assert standing.queues
        assert is_ready(after, TODAY) == (standing.queues[0].value in ("PRINT", "PRINTED"))
        assert all(0 <= line.allocated <= line.quantity for line in after.lines)


def play(sent: Sequence[CanonicalOrder], rng: random.Random, *, most: int, shuffled: bool) -> Order:
    world = World(rng, lambda: rng.randint(1, most))
    for content in sent:
        world.send("report", content)
    for sku in PRODUCTS:
        world.send("product", sku)
    return world.run(shuffled=shuffled)


def end_of(order: Order) -> dict[str, Any]:
    """Everything that must not depend on the way."""
    left_out = {"version", "received_at", "raw_key", "last_change", "stock"}
    row = row_of(order, TODAY)
    return {
        "order": order.model_dump(mode="json", exclude=left_out),
        "set aside": (order.stock.wanted, order.stock.units),
        "row": row.model_dump(mode="json", exclude={"version", "received_at"}),
        "lists": lists_of(order, row),
        "words": tokens_of(order),
        "event": event_of(order).model_dump(
            mode="json", exclude={"version", "event_id", "at", "change"}
        ),
    }


@settings(max_examples=200, deadline=None, derandomize=True)
@given(sent=histories(), seed=st.integers(0, 2**32))
def test_any_order_of_news_each_once_to_five_times_ends_the_same(
    sent: list[CanonicalOrder], seed: int
) -> None:
    rng = random.Random(seed)
    undisturbed = play(sent, rng, most=1, shuffled=False)

    disturbed = play(sent, rng, most=5, shuffled=True)

    assert end_of(disturbed) == end_of(undisturbed)
    assert not disturbed.is_unanswered
