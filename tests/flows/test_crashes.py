"""Functions die between any two of their steps; everything is there in the end, and once."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from local.stack import Stack
from malls import own_cart
from tests.flows.asking import in_path, tell, until
from tests.flows.senders import send_some
from tests.flows.shops import (
    Shop,
    buyer,
    explained,
    letters_to,
    level,
    mail_jobs,
    open_cart,
    order,
    register,
)
from tests.flows.workers import Death, Executioner, executioner

pytestmark = pytest.mark.flow

ON_HAND = 100


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Shop:
    found = open_cart(stack, "crash")
    register(stack, "CRASH-1", ON_HAND)
    return found


def _send_until_taken(shop: Shop, number: str) -> int:
    """How often the mall had to send the same bytes."""
    placed = own_cart.build_order(number, [("CRASH-1", 1)], datetime.now(UTC), buyer(number))
    delivery = shop.delivery(placed, kind="order.created")
    (tries,) = send_some(f"{shop.stack.origin}/webhooks/{shop.id}", [delivery])
    assert tries > 0
    return tries


def _assert_there_once(shop: Shop, number: str) -> None:
    """Stored, allocated and told the buyer, all of it exactly once."""
    stack, id_ = shop.stack, shop.order_id(number)
    until(
        lambda: [mail["state"] for mail in mail_jobs(stack, id_)],
        lambda states: states == ["DELIVERED"],
        f"the mail about {id_}",
    )
    until(lambda: order(stack, id_)["badge"], lambda badge: badge == "PRINT", f"{id_} allocated")
    timeline = stack.person("viewer").get(f"/api/orders/{in_path(id_)}/timeline")["items"]
    assert [item["kind"] for item in timeline] == ["allocation", "received"]
    assert len(letters_to(stack, buyer(number).email)) == 1
    assert [row["id"] for row in shop.rows()].count(id_) == 1


STEPS = ("GetItem", "GetParameters", "SendMessageBatch")


def test_the_receiver_dies_between_any_two_of_its_steps(
    shop: Shop, request: pytest.FixtureRequest
) -> None:
    numbers = [f"{step}-{when}" for step in STEPS for when in ("before", "after")]
    tries: dict[str, int] = {}
    with executioner(shop.stack, "orders", "receive_webhook") as it:
        for number in numbers:
            step, when = number.split("-")
            # A new process each time: a warm one knows shop and secret, and skips the first steps.
            it.renew()
            it.calls.clear()
            it.deaths.append((step, when))
            tries[number] = _send_until_taken(shop, number)
            assert it.calls[: STEPS.index(step) + 1] == list(STEPS[: STEPS.index(step) + 1])
        assert [f"{step}-{when}" for step, when in it.died] == numbers
    assert min(tries.values()) > 1
    tell(request, f"the receiver died at {len(numbers)} places; tries: {[*tries.values()]}")
    for number in numbers:
        _assert_there_once(shop, number)
    assert level(shop.stack, "CRASH-1")["available"] == ON_HAND - len(numbers)


# Where each function commits itself, or hands on what it did. The ones that read a queue or a
# stream get the same work again.
COMMITS: Mapping[tuple[str, str], str] = {
    ("orders", "import_orders"): "TransactWriteItems",
    ("orders", "publish_events"): "PutEvents",
    ("stock", "allocate"): "TransactWriteItems",
    ("stock", "publish_events"): "PutEvents",
    ("stock", "record_moves"): "BatchWriteItem",
    ("orders", "on_stock"): "TransactWriteItems",
    ("mail", "compose"): "PutItem",
    ("mail", "dispatch"): "SendMessageBatch",
    ("mail", "on_feedback"): "PutItem",
}


@pytest.fixture
def executioners(shop: Shop) -> Iterator[Mapping[tuple[str, str], Executioner]]:
    """One beside every function of the way of an order."""
    with ExitStack() as all_of_them:
        yield {
            function: all_of_them.enter_context(executioner(shop.stack, *function))
            for function in COMMITS
        }


def test_every_function_behind_it_dies_before_and_after_its_commit(
    shop: Shop,
    executioners: Mapping[tuple[str, str], Executioner],
    request: pytest.FixtureRequest,
) -> None:
    before = level(shop.stack, "CRASH-1")["allocated"]
    planned: dict[tuple[str, str], list[Death]] = {
        function: [(call, "after"), (call, "before")] for function, call in COMMITS.items()
    }
    for function, deaths in planned.items():
        executioners[function].deaths += deaths
    numbers = [f"CHAIN-{n}" for n in range(8)]
    for number in numbers:
        _send_until_taken(shop, number)
    for number in numbers:
        _assert_there_once(shop, number)
    died = {function: it.died for function, it in executioners.items()}
    assert died == planned
    tell(request, f"{len(COMMITS)} functions died twice each")
    assert level(shop.stack, "CRASH-1")["allocated"] == before + len(numbers)
    moves = explained(shop.stack, "CRASH-1")
    assert [move["version"] for move in moves] == list(range(1, len(moves) + 1))
    assert moves[-1]["allocated_after"] == before + len(numbers)
    shop.stack.settle()
    assert shop.stack.dead_letters() == {}


def test_a_sender_that_dies_when_ses_has_the_mail_sends_no_second_one(shop: Shop) -> None:
    with executioner(shop.stack, "mail", "send") as it:
        # The first PutItem is the lease; the second one records what SES answered.
        it.deaths.append(("PutItem:2", "before"))
        _send_until_taken(shop, "SENT-1")
        _assert_there_once(shop, "SENT-1")
        assert it.died == [("PutItem:2", "before")]
    shop.stack.settle()
    assert len(letters_to(shop.stack, buyer("SENT-1").email)) == 1
