"""300 orders for 100 units of one SKU from 8 processes, and 100 more units afterwards."""

import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stack import Stack
from malls import own_cart
from tests.flows.asking import in_path, pages, tell, until
from tests.flows.senders import send_all
from tests.flows.shops import Shop, buyer, explained, level, open_cart, order, register

pytestmark = pytest.mark.flow

SKU = "RUSH-1"
ORDERS, UNITS, PROCESSES = 300, 100, 8
_START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Rush:
    """ids: of all orders sent, in the order in which they were placed."""

    stack: Stack
    shop: Shop
    ids: list[str]

    def waiting(self) -> list[Any]:
        """The queue of the SKU as it will be served."""
        path = f"/api/stock/items/{SKU}/waiting"
        return list(pages(self.stack.person("viewer"), path))

    def served(self) -> set[str]:
        """Orders that hold all they want, as the order desk sees it."""
        return {row["id"] for row in self.shop.rows("PRINT")}


@pytest.fixture(scope="module")
def rush(stack: Stack, request: pytest.FixtureRequest) -> Rush:
    shop = open_cart(stack, "rush")
    register(stack, SKU, UNITS)
    numbers = [f"R{n:03d}" for n in range(ORDERS)]
    orders = [
        own_cart.build_order(
            number, [(SKU, 1)], _START + timedelta(seconds=n), buyer(number.lower())
        )
        for n, number in enumerate(numbers)
    ]
    deliveries = [shop.delivery(one, kind="order.created") for one in orders]
    random.Random(300).shuffle(deliveries)
    began = time.monotonic()
    tries = send_all(f"{stack.origin}/webhooks/rush", deliveries, PROCESSES)
    assert 0 not in tries
    took = time.monotonic() - began
    until(
        lambda: level(stack, SKU),
        lambda seen: seen["allocated"] + seen["waiting"] == ORDERS,
        "an answer of stock to every order",
    )
    tell(
        request, f"{ORDERS} orders taken in {took:.1f} s, answered {time.monotonic() - began:.1f} s"
    )
    until(lambda: len(shop.rows("PRINT")), lambda n: n == UNITS, "what stock answered in the lists")
    return Rush(stack, shop, [shop.order_id(number) for number in numbers])


def test_every_order_is_stored_once(rush: Rush) -> None:
    assert Counter(row["id"] for row in rush.shop.rows()) == Counter(rush.ids)


def test_exactly_as_many_are_served_as_there_are_units(rush: Rush) -> None:
    seen = level(rush.stack, SKU)
    assert (seen["on_hand"], seen["allocated"], seen["available"]) == (UNITS, UNITS, 0)
    assert seen["waiting"] == ORDERS - UNITS
    waiting = [entry["order_id"] for entry in rush.waiting()]
    assert len(waiting) == ORDERS - UNITS
    assert rush.served() | set(waiting) == set(rush.ids)
    assert rush.served() & set(waiting) == set()
    assert {row["id"] for row in rush.shop.rows("ALLOCATION")} == set(waiting)


def test_the_queue_is_in_the_order_in_which_the_orders_were_placed(rush: Rush) -> None:
    waiting = [entry["order_id"] for entry in rush.waiting()]
    assert waiting == [id_ for id_ in rush.ids if id_ in set(waiting)]


def test_the_ledger_explains_the_counters_and_names_every_order_once(rush: Rush) -> None:
    moves = explained(rush.stack, SKU)
    assert [move["version"] for move in moves] == list(range(1, len(moves) + 1))
    for earlier, later in itertools.pairwise(moves):
        for counter in ("on_hand", "allocated", "waiting"):
            assert later[f"{counter}_before"] == earlier[f"{counter}_after"]
    path = f"/api/stock/items/{SKU}/moves"
    shares = [
        share
        for move in moves
        for share in pages_of_move(rush.stack, f"{path}/{move['version']}/orders")
    ]
    assert Counter(share["order_id"] for share in shares) == Counter(rush.ids)
    assert sum(share["quantity"] for share in shares) == UNITS
    assert sum(share["waiting"] for share in shares) == ORDERS - UNITS


def pages_of_move(stack: Stack, path: str) -> Any:
    return stack.person("viewer").get(path)["items"]


def test_nobody_overtakes_those_who_wait(rush: Rush) -> None:
    moves = explained(rush.stack, SKU)
    first = next(n for n, move in enumerate(moves) if move["waiting_after"] > 0)
    assert {move["allocated_after"] for move in moves[first:]} == {UNITS}


def test_a_hot_item_is_written_far_less_often_than_it_is_wanted(
    rush: Rush, request: pytest.FixtureRequest
) -> None:
    writes = len(explained(rush.stack, SKU)) - 1
    tell(request, f"{writes} writes of the hot item for {ORDERS} orders")
    assert writes < ORDERS


def test_every_buyer_gets_one_mail(rush: Rush) -> None:
    wanted = Counter({buyer(f"r{n:03d}").email: 1 for n in range(ORDERS)})
    until(
        lambda: Counter(to for mail in rush.stack.mails() for to in mail["To"] if ".r" in to),
        lambda sent: sent.total() >= ORDERS,
        "a mail to each buyer",
    )
    rush.stack.settle()
    sent = Counter(to for mail in rush.stack.mails() for to in mail["To"] if to in wanted)
    assert sent == wanted


def test_units_that_come_in_go_to_the_orders_that_waited_longest(rush: Rush) -> None:
    queue = [entry["order_id"] for entry in rush.waiting()]
    before = rush.served()
    staff, path = rush.stack.person("staff"), f"/api/stock/items/{in_path(SKU)}/receive"
    for _ in range(2):
        # The same key: a double click brings no goods.
        receipt = {"quantity": 100, "reference": "PO-1"}
        staff.post(path, receipt, key="rush-receipt").expect(200)
    until(
        lambda: level(rush.stack, SKU),
        lambda seen: seen["available"] == 0 and seen["allocated"] == 200,
        "the new units with the orders that waited",
    )
    until(rush.served, lambda ids: len(ids) == 200, "the answers in the lists")
    assert rush.served() == before | set(queue[:100])
    assert [entry["order_id"] for entry in rush.waiting()] == queue[100:]
    assert level(rush.stack, SKU)["waiting"] == 100
    oldest = order(rush.stack, queue[0])
    assert (oldest["badge"], oldest["lines"][0]["allocated"]) == ("PRINT", 1)
    assert rush.stack.dead_letters() == {}
