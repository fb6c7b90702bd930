"""Units that came free go to the oldest waiting lines."""

import pytest

from stock.domain.allocation import Allocation, Line, Wait
from stock.domain.fill import fill
from stock.domain.level import Guard, Reason
from tests.stock.builders import STAMP, a_level, an_allocation, minute


def waiting(*units: int) -> tuple[list[Wait], dict[str, Allocation]]:
    queue = [Wait("TEA", f"o{n}", minute(n), quantity) for n, quantity in enumerate(units)]
    known = {
        wait.order_id: an_allocation(wait.order_id, ordered=n, TEA=(wait.quantity, 0))
        for n, wait in enumerate(queue)
    }
    return queue, known


def test_the_oldest_lines_get_theirs_until_the_first_that_does_not_fit() -> None:
    queue, known = waiting(2, 3, 4, 1)

    decided = fill(a_level(on_hand=8, waiting=10), queue, known, STAMP)

    assert [wait.order_id for wait in decided.leaves] == ["o0", "o1"]
    assert [c.after.lines for c in decided.allocations] == [
        {"TEA": Line(2, 2)},
        {"TEA": Line(3, 3)},
    ]
    assert [c.after.answer_version for c in decided.allocations] == [2, 2]
    [move] = decided.levels
    assert (move.after.allocated, move.after.available, move.after.waiting) == (5, 3, 5)
    assert move.guard == Guard(available=5, waiting=6)
    assert move.after.last_change is not None
    assert move.after.last_change.reason is Reason.FILL
    assert decided.groups == {"TEA": [("o0", 2, -2), ("o1", 3, -3)]}


def test_emptying_the_queue_holds_only_for_the_version_read() -> None:
    queue, known = waiting(1, 1)

    decided = fill(a_level(on_hand=5, waiting=2), queue, known, STAMP)

    [move] = decided.levels
    assert move.guard == Guard(version=1)
    assert move.turns_sufficient


def test_nothing_is_written_when_the_head_of_the_queue_does_not_fit() -> None:
    queue, known = waiting(5, 1)

    decided = fill(a_level(on_hand=4, waiting=6), queue, known, STAMP)

    assert decided.is_empty
    assert decided.levels == []


def test_lines_of_other_skus_stay_as_they_are() -> None:
    queue = [Wait("TEA", "a", minute(0), 1)]
    known = {"a": an_allocation("a", TEA=(1, 0), POT=(2, 0), CUP=(3, 3))}

    decided = fill(a_level(on_hand=1, waiting=1), queue, known, STAMP)

    after = decided.allocations[0].after
    assert after.lines == {"TEA": Line(1, 1), "POT": Line(2, 0), "CUP": Line(3, 3)}
    assert not after.is_complete
    assert after.order_version == 1


@pytest.mark.parametrize("line", [(1, 1), (2, 0)])
def test_a_queue_read_at_another_moment_than_its_orders_is_refused(line: tuple[int, int]) -> None:
    queue = [Wait("TEA", "a", minute(0), 1)]

    with pytest.raises(ValueError, match="does not wait"):
        fill(a_level(on_hand=9, waiting=1), queue, {"a": an_allocation("a", TEA=line)}, STAMP)
