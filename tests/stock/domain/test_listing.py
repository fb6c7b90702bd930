"""What is known of a listing after a refusal, and after a lost answer was read back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stock.domain.listing import (
    MOST_SKEW,
    Listing,
    MallRules,
    Outcome,
    State,
    begun,
    observed,
    settled,
)
from tests.stock.builders import NOON, minute

RULES = MallRules(longest_request=timedelta(seconds=50))
SHOWN = Listing("kissa", "tea-1", "TEA", {"TEA": 1}, quantity=5, known=5, known_at=minute(-60))


def sent(listing: Listing, quantity: int) -> Listing:
    return begun(listing, quantity, expected=None, charged=0, key="k", now=NOON, basis={}, speed=0)


def answered(listing: Listing, outcome: Outcome) -> Listing:
    return settled(listing, outcome, NOON, RULES, waits=False)


def test_what_was_refused_was_not_published() -> None:
    after = answered(sent(SHOWN, 4), Outcome.REFUSED)

    assert (after.state, after.quantity, after.known) == (State.IDLE, 5, 5)


def test_a_refusal_does_not_tell_what_became_of_the_publish_before() -> None:
    lost = answered(sent(SHOWN, 4), Outcome.UNKNOWN)
    assert lost.late_until == NOON + timedelta(seconds=50) + MOST_SKEW

    after = answered(sent(lost, 3), Outcome.REFUSED)

    assert (after.state, after.quantity) == (State.UNKNOWN, 4)
    assert after.late_until == lost.late_until


def test_an_answer_ends_an_older_doubt() -> None:
    lost = answered(sent(SHOWN, 4), Outcome.UNKNOWN)
    told = replace(answered(sent(lost, 3), Outcome.APPLIED), known_at=minute(5))

    after = answered(sent(told, 2), Outcome.REFUSED)

    assert (after.state, after.quantity) == (State.IDLE, 3)


@pytest.mark.parametrize(
    ("asked", "shown", "published"),
    [(3, 5, 5), (3, 3, 3), (3, 2, 3), (9, 5, 5), (9, 4, 4), (9, 9, 9), (9, 7, 9)],
)
def test_a_read_back_tells_whether_a_lost_publish_was_done(
    asked: int, shown: int, published: int
) -> None:
    lost = answered(sent(SHOWN, asked), Outcome.UNKNOWN)

    after = observed(lost, shown, minute(5), drift=None, basis={}, waits=False)

    assert (after.state, after.quantity, after.known) == (State.IDLE, published, shown)


def test_a_read_back_of_what_is_settled_changes_nothing_published() -> None:
    after = observed(SHOWN, 4, minute(5), drift=None, basis={}, waits=False)

    assert (after.quantity, after.known) == (5, 4)
