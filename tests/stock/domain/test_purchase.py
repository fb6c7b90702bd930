"""Purchase orders, and what to order."""

from dataclasses import replace
from datetime import date

import pytest

from common.errors import Conflict, Invalid
from stock.domain.purchase import (
    Arrived,
    Purchase,
    PurchaseLine,
    PurchaseState,
    cancelled,
    check_lines,
    edited,
    postponed,
    received,
    sent,
)
from stock.domain.reorder import Position, ReorderRule, propose
from tests.stock.builders import NOON

DRAFT = Purchase("p1", "製茶問屋", NOON, (PurchaseLine("TEA", 10), PurchaseLine("POT", 2)))
ORDERED = sent(DRAFT, NOON)


def test_units_come_in_parts_until_nothing_is_missing() -> None:
    half = received(ORDERED, [Arrived("TEA", good=4, defective=1)])
    whole = received(half, [Arrived("TEA", good=5), Arrived("POT", good=2)])

    assert half.lines == (
        PurchaseLine("TEA", 10, received=5, defective=1),
        PurchaseLine("POT", 2),
    )
    assert (half.state, half.missing, half.version) == (PurchaseState.ORDERED, 7, 3)
    assert (whole.state, whole.missing, whole.version) == (PurchaseState.RECEIVED, 0, 4)


def test_more_than_was_ordered_counts_as_it_is() -> None:
    after = received(ORDERED, [Arrived("TEA", good=12)])

    assert after.lines[0] == PurchaseLine("TEA", 10, received=12)
    assert after.lines[0].missing == 0
    assert after.state is PurchaseState.ORDERED


@pytest.mark.parametrize(
    "arrived",
    [
        [],
        [Arrived("TEA")],
        [Arrived("TEA", good=1), Arrived("TEA", good=1)],
        [Arrived("CUP", good=1)],
    ],
)
def test_what_makes_no_sense_is_not_received(arrived: list[Arrived]) -> None:
    with pytest.raises(Invalid):
        received(ORDERED, arrived)


def test_only_what_was_sent_can_be_received() -> None:
    for closed in (DRAFT, cancelled(ORDERED)):
        with pytest.raises(Conflict):
            received(closed, [Arrived("TEA", good=1)])


def test_a_draft_changes_and_what_was_sent_only_moves_its_days() -> None:
    wanted = replace(DRAFT, lines=(PurchaseLine("TEA", 3),), note="急ぎ")

    assert edited(DRAFT, wanted) == replace(wanted, version=2)
    with pytest.raises(Conflict):
        edited(ORDERED, wanted)
    later = postponed(ORDERED, date(2026, 12, 1), {"POT": date(2026, 12, 9)})
    assert [later.arrival(line) for line in later.lines] == [date(2026, 12, 1), date(2026, 12, 9)]
    with pytest.raises(Invalid):
        postponed(ORDERED, None, {"CUP": date(2026, 12, 1)})
    with pytest.raises(Conflict):
        postponed(cancelled(DRAFT), None, {})


def test_it_is_sent_once_and_cancelled_once() -> None:
    with pytest.raises(Conflict):
        sent(ORDERED, NOON)
    with pytest.raises(Conflict):
        cancelled(cancelled(ORDERED))
    assert cancelled(ORDERED).missing == 0


def test_a_sku_stands_in_one_line() -> None:
    with pytest.raises(Invalid, match="TEA"):
        check_lines([PurchaseLine("TEA", 1), PurchaseLine("TEA", 2)])
    with pytest.raises(Invalid):
        check_lines([])


@pytest.mark.parametrize(
    ("rule", "position", "quantity"),
    [
        (ReorderRule(5), Position(6, 0, 0), None),
        (ReorderRule(5), Position(5, 0, 0), 5),
        (ReorderRule(5, target=30), Position(5, 0, 0), 25),
        (ReorderRule(5, target=30, lot=12), Position(5, 0, 0), 36),
        (ReorderRule(5, target=30), Position(5, 0, 20), None),
        (ReorderRule(5, target=30), Position(0, 8, 0), 38),
        (ReorderRule(5, target=30), Position(-2, 0, 0), 32),
        (ReorderRule(5, target=3), Position(5, 0, 0), 1),
        (ReorderRule(0, target=30), Position(-9, 0, 0), None),
    ],
)
def test_what_is_proposed(rule: ReorderRule, position: Position, quantity: int | None) -> None:
    found = propose("TEA", rule, position)

    assert (found.quantity if found else None) == quantity
