"""Whatever happens in whatever order, no shop can sell what is not there."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.stock.domain.mall_model import Rules, World

malls = st.integers(0, 2)
some = st.integers(0, 5)


class StrictMode(RuleBasedStateMachine):
    """Sales, imports in any order, publishes with any fate, read-backs, cancellations."""

    RULES = Rules()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(rules=self.RULES)

    @rule(seconds=st.sampled_from([1, 11, 40, 75, 200]))
    def time_passes(self, seconds: int) -> None:
        self.world.wait(seconds)

    @rule(n=malls, times=st.integers(1, 4))
    def a_mall_sells(self, n: int, times: int) -> None:
        for _ in range(times):
            self.world.buy(n)

    @rule(n=malls, which=some)
    def a_mall_cancels(self, n: int, which: int) -> None:
        self.world.cancel(n, which)

    @rule(n=malls, which=some)
    def an_order_reaches_us(self, n: int, which: int) -> None:
        self.world.import_order(n, which)

    @rule(n=malls)
    def all_orders_reach_us(self, n: int) -> None:
        for _ in range(len(self.world.malls[n].sales)):
            self.world.import_order(n, 0)

    @rule(n=malls, quantity=st.integers(0, 7), seen=st.integers(0, 1))
    def a_publish_begins(self, n: int, quantity: int, seen: int) -> None:
        self.world.begin(n, quantity, seen)

    @rule(n=malls)
    def a_request_arrives(self, n: int) -> None:
        self.world.arrive(n)

    @rule(n=malls)
    def the_mall_answers(self, n: int) -> None:
        self.world.answer(n)

    @rule(n=malls, quantity=st.integers(0, 7))
    def a_publish_goes_well(self, n: int, quantity: int) -> None:
        self.world.begin(n, quantity, 0)
        self.world.arrive(n)
        self.world.answer(n)

    @rule(n=malls)
    def an_answer_is_lost(self, n: int) -> None:
        self.world.lose(n)

    @rule(n=malls)
    def a_sender_dies(self, n: int) -> None:
        self.world.die(n)

    @rule(n=malls)
    def a_watermark_passes(self, n: int) -> None:
        self.world.watermark(n)

    @rule(n=malls)
    def everything_settles(self, n: int) -> None:
        for _ in range(len(self.world.malls[n].sales)):
            self.world.import_order(n, 0)
        self.world.wait(11)
        self.world.watermark(n)

    @rule(n=malls)
    def a_mall_is_read(self, n: int) -> None:
        self.world.observe(n)

    @invariant()
    def nothing_is_oversold(self) -> None:
        self.world.check()


class WithLosses(StrictMode):
    """Also units that get lost or found, and quantities that somebody sets by hand."""

    @rule(on_hand=st.integers(0, 20))
    def units_are_counted(self, on_hand: int) -> None:
        self.world.count(on_hand)

    @rule(n=malls, more=st.integers(1, 4))
    def somebody_edits(self, n: int, more: int) -> None:
        self.world.edit(n, more)


quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much]
thorough = settings(
    max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=quiet
)


def test_nothing_is_oversold_whatever_happens() -> None:
    run_state_machine_as_test(StrictMode, settings=thorough)


def test_losses_and_edits_are_charged_when_they_are_found() -> None:
    run_state_machine_as_test(WithLosses, settings=thorough)


BROKEN = {
    "waits_for_watermark": Rules(waits_for_watermark=False),
    "waits_for_answers": Rules(waits_for_answers=False),
    "budgets_old": Rules(budgets_old=False),
    "doubts_lost_answers": Rules(doubts_lost_answers=False),
    "waits_for_late_requests": Rules(waits_for_late_requests=False),
    "keeps_returned": Rules(keeps_returned=False),
}


# How often what happens, in a year of bad luck.
MOVES: dict[Callable[[World, Random], None], int] = {
    lambda world, r: world.wait(r.choice([1, 11, 40, 75, 200])): 4,
    lambda world, r: world.buy(r.randrange(3)): 9,
    lambda world, r: world.cancel(r.randrange(3), r.randrange(6)): 1,
    lambda world, r: world.import_order(r.randrange(3), r.randrange(6)): 6,
    lambda world, r: world.begin(r.randrange(3), r.randrange(8), r.randrange(2)): 6,
    lambda world, r: world.arrive(r.randrange(3)): 6,
    lambda world, r: world.answer(r.randrange(3)): 4,
    lambda world, r: world.lose(r.randrange(3)): 2,
    lambda world, r: world.die(r.randrange(3)): 1,
    lambda world, r: world.watermark(r.randrange(3)): 6,
    lambda world, r: world.observe(r.randrange(3)): 2,
}


def a_day(rules: Rules, seed: int, steps: int = 120) -> None:
    """Raises AssertionError when a rule does not hold."""
    world, r = World(rules=rules), Random(seed)
    for move in r.choices(list(MOVES), list(MOVES.values()), k=steps):
        move(world, r)
        world.check()


def test_a_thousand_days_of_bad_luck_oversell_nothing() -> None:
    for n in range(1000):
        a_day(Rules(), n)


@pytest.mark.parametrize("missing", BROKEN)
def test_without_any_one_rule_it_oversells(missing: str) -> None:
    def many_days() -> None:
        for n in range(5000):
            a_day(BROKEN[missing], n)

    with pytest.raises(AssertionError, match=r"unseen|sold|exposed"):
        many_days()
