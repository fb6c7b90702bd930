"""Random orders, changes, cancellations, repetitions, receipts, rivals: what must always hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Contended, Unavailable
from stock.domain.allocation import OrderDemand
from stock.domain.level import LastChange, Reason, receive, set_level
from stock.domain.plan import Plan
from stock.service.allocate import Allocator
from stock.service.fill_waiting import fill_waiting
from tests.stock.builders import NOON, a_level, an_order
from tests.stock.memory import MemoryBook

SKUS = ("TEA", "POT", "CUP")
CHANGE = LastChange("staff", Reason.RECEIVE, NOON)

demands = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 5), max_size=3)
orders = st.builds(
    lambda n, version, demand: an_order(f"o{n}", version, ordered=(n * 7) % 5, **demand),
    st.integers(0, 7),
    st.integers(1, 4),
    demands,
)


@dataclass(frozen=True)
class Deliver:
    orders: Sequence[OrderDemand]


@dataclass(frozen=True)
class Receive:
    sku: str
    quantity: int


@dataclass(frozen=True)
class Count:
    sku: str
    on_hand: int


@dataclass(frozen=True)
class Fill:
    sku: str


Step = Deliver | Receive | Count | Fill
deliveries = st.builds(Deliver, st.lists(orders, min_size=1, max_size=6))
receipts = st.builds(Receive, st.sampled_from(SKUS), st.integers(1, 9))
fills = st.builds(Fill, st.sampled_from(SKUS))
counts = st.builds(Count, st.sampled_from(SKUS), st.integers(0, 12))
quick = settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def do(book: MemoryBook, step: Step) -> None:
    match step:
        case Deliver(batch):
            assert Allocator(book, lambda: NOON).run(batch) == {}
        case Receive(sku, quantity):
            book.change_level(receive(book.stored_levels[sku], CHANGE, quantity))
        case Count(sku, on_hand):
            level = book.stored_levels[sku]
            book.change_level(set_level(level, CHANGE, on_hand=on_hand, safety=0))
        case Fill(sku):
            fill_waiting(book, lambda: NOON, sku)


def settle(book: MemoryBook) -> None:
    """What the events of the levels lead to in the end."""
    for sku in SKUS:
        fill_waiting(book, lambda: NOON, sku)
        level, queue = book.stored_levels[sku], book.queue(sku, 1)
        assert not queue or queue[0].quantity > level.available
    book.check()


def an_empty_book(on_hand: int = 0) -> MemoryBook:
    return MemoryBook(*(a_level(sku, on_hand=on_hand) for sku in SKUS))


def state(book: MemoryBook) -> object:
    """What counts in the end, without the numbers that only count writes."""
    lines = {a.order_id: (a.order_version, dict(a.lines)) for a in book.stored.values()}
    levels = {
        sku: (level.on_hand, level.allocated, level.waiting)
        for sku, level in book.stored_levels.items()
    }
    return lines, levels, sorted(book.waits), sorted(book.short)


@quick
@given(st.lists(st.one_of(deliveries, receipts, fills), max_size=14), st.integers(0, 6))
def test_nothing_is_allocated_twice_and_nobody_is_overtaken(
    steps: list[Step], on_hand: int
) -> None:
    book = an_empty_book(on_hand)
    for step in steps:
        do(book, step)
        book.check()
        assert all(level.allocated <= level.on_hand for level in book.stored_levels.values())
    settle(book)


@quick
@given(st.lists(st.one_of(deliveries, receipts, counts, fills), max_size=14))
def test_a_lower_count_takes_nothing_away_and_breaks_no_sum(steps: list[Step]) -> None:
    book = an_empty_book(4)
    for step in steps:
        before = {sku: level.allocated for sku, level in book.stored_levels.items()}
        do(book, step)
        book.check()
        if isinstance(step, Count):
            assert book.stored_levels[step.sku].allocated == before[step.sku]
    settle(book)


@quick
@given(st.lists(st.tuples(deliveries, st.one_of(deliveries, receipts, fills)), max_size=8))
def test_a_rival_between_reading_and_writing_breaks_nothing(
    pairs: list[tuple[Step, Step]],
) -> None:
    book = an_empty_book(5)
    for step, rival in pairs:

        def interfere(_plan: Plan, rival: Step = rival) -> None:
            book.before_commit = lambda _plan: None
            do(book, rival)

        book.before_commit = interfere
        do(book, step)
        book.before_commit = lambda _plan: None
        book.check()
    settle(book)


@quick
@given(st.lists(st.tuples(fills, st.one_of(deliveries, fills)), max_size=6), st.data())
def test_rivals_of_filling_break_nothing(
    pairs: list[tuple[Step, Step]], data: st.DataObject
) -> None:
    book = an_empty_book(0)
    for fill_step, rival in pairs:
        do(book, data.draw(deliveries))
        do(book, data.draw(receipts))

        def interfere(_plan: Plan, rival: Step = rival) -> None:
            book.before_commit = lambda _plan: None
            do(book, rival)

        book.before_commit = interfere
        do(book, fill_step)
        book.before_commit = lambda _plan: None
        book.check()
    settle(book)


def histories() -> st.SearchStrategy[list[OrderDemand]]:
    """Orders with all their versions: each order and version once, with one demand."""
    return st.lists(orders, min_size=1, max_size=12, unique_by=lambda o: (o.order_id, o.version))


def delivered(
    data: st.DataObject, history: list[OrderDemand], on_hand: int, *, refill: int = 0
) -> MemoryBook:
    """Every version 1 to 3 times, shuffled, in batches of any size, some rivalled."""
    book = an_empty_book(on_hand)
    sent = [order for order in history for _ in range(data.draw(st.integers(1, 3)))]
    sent = data.draw(st.permutations(sent))
    while sent:
        size = data.draw(st.integers(1, 6))
        batch, sent = sent[:size], sent[size:]
        do(book, Deliver(batch))
    if refill:
        for sku in SKUS:
            do(book, Receive(sku, refill))
    settle(book)
    return book


@quick
@given(histories(), st.data())
def test_with_units_enough_any_order_of_delivery_ends_the_same(
    history: list[OrderDemand], data: st.DataObject
) -> None:
    first = delivered(data, history, 1000)
    second = delivered(data, history, 1000)

    assert state(first) == state(second)
    assert all(level.waiting == 0 for level in first.stored_levels.values())


@quick
@given(histories(), st.data(), st.integers(1, 15))
def test_units_that_come_after_all_orders_go_to_the_oldest_whatever_the_delivery(
    history: list[OrderDemand], data: st.DataObject, refill: int
) -> None:
    # The place is the first one seen, and a test's order has one.
    placed = {order.order_id: order.ordered_at for order in history}
    history = [replace(order, ordered_at=placed[order.order_id]) for order in history]

    first = delivered(data, history, 0, refill=refill)
    second = delivered(data, history, 0, refill=refill)

    assert state(first) == state(second)


@quick
@given(histories(), st.data())
def test_an_answer_is_given_for_every_change_and_for_nothing_else(
    history: list[OrderDemand], data: st.DataObject
) -> None:
    book = an_empty_book(10)
    for order in data.draw(st.permutations(history)):
        before = book.stored.get(order.order_id)
        do(book, Deliver([order]))
        after = book.stored[order.order_id]
        is_new = before is None or before.lines != after.lines
        answered = after.answer_version - (before.answer_version if before else 0)
        assert answered == (1 if is_new else 0)
        # The order takes the answer over as a new version with the same demand: silence.
        echo = replace(
            order,
            version=after.order_version + 1,
            demand={sku: line.wanted for sku, line in after.lines.items()},
        )
        do(book, Deliver([echo]))
        assert book.stored[order.order_id].answer_version == after.answer_version


@quick
@given(histories(), st.lists(st.booleans(), max_size=60), st.data())
def test_steps_of_large_orders_may_be_cut_off_anywhere_and_are_finished_later(
    history: list[OrderDemand], outages: list[bool], data: st.DataObject
) -> None:
    # Four items a transaction, and three for a line that waits: two such lines are too large.
    book = an_empty_book()
    answered: dict[str, int] = {}

    def fail(_plan: Plan) -> None:
        if outages and outages.pop():
            raise Unavailable

    def deliver(order: OrderDemand) -> bool:
        failed = Allocator(book, lambda: NOON, most_actions=4).run([order])
        book.check()
        for order_id, stored in book.stored.items():
            assert stored.answer_version >= answered.get(order_id, 0)
            answered[order_id] = stored.answer_version
        return not failed

    book.before_commit = fail
    sent = data.draw(st.permutations(history))
    again = [order for order in sent if not deliver(order)]
    book.before_commit = lambda _plan: None
    assert all(deliver(order) for order in data.draw(st.permutations(again)))

    whole = an_empty_book()
    do(whole, Deliver(history))
    assert state(book) == state(whole)
    assert not any(stored.is_partial for stored in book.stored.values())
    last = {order.order_id: order for order in sorted(history, key=lambda order: order.version)}
    assert all(book.stored[order_id].answer_version > 0 for order_id in last)


def test_the_version_after_a_cut_off_one_is_answered_although_nothing_is_left_to_do() -> None:
    book = an_empty_book(9)
    do(book, Deliver([an_order("a", CUP=1)]))

    def fail(_plan: Plan) -> None:
        if book.stored["a"].is_partial:
            raise Unavailable

    book.before_commit = fail
    cut_off = an_order("a", version=2, CUP=2, POT=20)
    assert list(Allocator(book, lambda: NOON, most_actions=4).run([cut_off])) == ["a"]
    assert book.stored["a"].answer_version == 1
    book.before_commit = lambda _plan: None

    do(book, Deliver([an_order("a", version=3, CUP=2)]))

    assert book.stored["a"].answer_version == 2
    assert not book.stored["a"].is_partial


def test_contention_is_an_error_of_the_fake_too() -> None:
    book = an_empty_book()
    book.before_commit = lambda _plan: (_ for _ in ()).throw(Contended())

    assert list(Allocator(book, lambda: NOON).run([an_order("a", TEA=1)])) == ["a"]
