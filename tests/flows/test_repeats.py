"""Every delivery 1 to 5 times and in any order ends as each of them once and in order does."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stack import Stack
from malls import own_cart
from tests.flows.asking import in_path
from tests.flows.shops import Shop, buyer, explained, level, open_cart, order, register

pytestmark = pytest.mark.flow

ORDERS, ON_HAND, SENDERS = 40, 1000, 4
SKUS = ("TEA", "CUP", "POT")
_START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

# What the mall tells of an order, one report after the other, `k` seconds apart.
Report = tuple[str, own_cart.Order]


def _reports(rng: random.Random, number: str, prefix: str) -> Iterator[Report]:
    """The life of one order: placed, and then paid, changed, remarked upon, cancelled, or not."""
    at = _START + timedelta(minutes=rng.randrange(600))
    lines = [(f"{prefix}-{sku}", rng.randint(1, 3)) for sku in rng.sample(SKUS, rng.randint(1, 3))]
    placed = own_cart.build_order(number, lines, at, buyer(f"{prefix}.{number}".lower()))
    life = rng.choice(("plain", "paid", "changed", "remarked", "cancelled", "everything"))
    if life in ("paid", "everything"):
        placed |= {"status": "AWAITING_PAYMENT", "payment": {"method": "BANK", "status": "UNPAID"}}
    yield "order.created", placed
    now = placed
    if life in ("paid", "everything"):
        paid = {"method": "BANK", "status": "PAID"}
        at += timedelta(seconds=1)
        now = own_cart.changed(now, at, status="READY", payment=paid)
        yield "order.updated", now
    if life in ("changed", "everything"):
        first, *others = now["lines"]
        more = first | {"quantity": first["quantity"] + rng.choice((-first["quantity"] + 1, 2))}
        at += timedelta(seconds=1)
        now = own_cart.changed(now, at, lines=[more, *others])
        yield "order.updated", now
    if life in ("remarked", "everything"):
        at += timedelta(seconds=1)
        now = own_cart.changed(now, at, remarks="canary: 不在時は隣へ")
        yield "order.updated", now
    if life == "cancelled":
        at += timedelta(seconds=1)
        yield "order.cancelled", own_cart.changed(now, at, status="CANCELLED")


def _lives(prefix: str) -> list[list[Report]]:
    """The same lives for each prefix."""
    rng = random.Random(40)
    return [list(_reports(rng, f"N{n:02d}", prefix)) for n in range(ORDERS)]


@dataclass(frozen=True)
class Side:
    """One of the two shops, with the last report of each of its orders by number."""

    stack: Stack
    shop: Shop
    last: Mapping[str, Report]

    @property
    def prefix(self) -> str:
        return self.shop.id.upper()

    def orders(self) -> dict[str, Any]:
        """Every order as the API tells it, less what counts the deliveries or the time."""
        found = {}
        for number in self.last:
            text = json.dumps(order(self.stack, self.shop.order_id(number)), ensure_ascii=False)
            for name in (self.shop.id, self.prefix):
                text = text.replace(name, "shop")
            told = json.loads(text)
            for gone in ("version", "received_at", "last_changed_at", "last_changed_by"):
                del told[gone]
            found[number] = told
        return found

    def wanted(self) -> Counter[str]:
        """Units that orders hold in the end, by SKU without the prefix."""
        found: Counter[str] = Counter()
        for kind, told in self.last.values():
            if kind != "order.cancelled":
                for line in told["lines"]:
                    sku = line["sku_candidates"][0].removeprefix(f"{self.prefix}-")
                    found[sku] += line["quantity"]
        return found

    def counters(self) -> dict[str, list[int]]:
        """on_hand, allocated, available and waiting by SKU without the prefix."""
        names = ("on_hand", "allocated", "available", "waiting")
        seen = {sku: level(self.stack, f"{self.prefix}-{sku}") for sku in SKUS}
        return {sku: [found[name] for name in names] for sku, found in seen.items()}

    def mails(self) -> Counter[str]:
        """How many mails went out for each order."""
        tags = {buyer(f"{self.prefix}.{n}".lower()).email: n for n in self.last}
        sent = (to for mail in self.stack.mails() for to in mail["To"])
        return Counter(tags[to] for to in sent if to in tags)


def _open(stack: Stack, id_: str) -> tuple[Shop, list[list[Report]]]:
    shop = open_cart(stack, id_)
    for sku in SKUS:
        register(stack, f"{id_.upper()}-{sku}", ON_HAND)
    return shop, _lives(id_.upper())


def _send(shop: Shop, reports: list[Report]) -> None:
    deliveries = [shop.delivery(told, kind=kind) for kind, told in reports]
    with ThreadPoolExecutor(SENDERS) as pool:
        for answer in pool.map(shop.post, deliveries):
            answer.expect(202)


@pytest.fixture(scope="module")
def sides(stack: Stack) -> tuple[Side, Side]:
    """The calm one, where everything comes once and in order, and the stormy one."""
    calm, lives = _open(stack, "calm")
    storm, stormy_lives = _open(stack, "storm")
    rng = random.Random(5)
    copies = [report for life in stormy_lives for report in life for _ in range(rng.randint(1, 5))]
    rng.shuffle(copies)
    for step in range(max(len(life) for life in lives)):
        # One wave each, so that no report overtakes another.
        _send(calm, [life[step] for life in lives if len(life) > step])
        if step == 0:
            _send(storm, copies)
        stack.settle(180)
    return (
        Side(stack, calm, {f"N{n:02d}": life[-1] for n, life in enumerate(lives)}),
        Side(stack, storm, {f"N{n:02d}": life[-1] for n, life in enumerate(stormy_lives)}),
    )


def test_the_orders_end_the_same(sides: tuple[Side, Side]) -> None:
    calm, storm = sides
    assert storm.orders() == calm.orders()
    assert len(storm.shop.rows()) == ORDERS


def test_the_units_end_the_same_and_the_ledger_says_why(sides: tuple[Side, Side]) -> None:
    for side in sides:
        wanted = side.wanted()
        assert side.counters() == {
            sku: [ON_HAND, wanted[sku], ON_HAND - wanted[sku], 0] for sku in SKUS
        }
        for sku in SKUS:
            moves = explained(side.stack, f"{side.prefix}-{sku}")
            change = sum(move["allocated_after"] - move["allocated_before"] for move in moves)
            assert change == wanted[sku]


def test_each_buyer_has_one_mail_and_for_a_cancelled_order_at_most_one(
    sides: tuple[Side, Side],
) -> None:
    calm, storm = sides
    kept = [number for number, (kind, _) in calm.last.items() if kind != "order.cancelled"]
    assert 0 < len(kept) < ORDERS
    for side in sides:
        sent = side.mails()
        assert {number: sent[number] for number in kept} == dict.fromkeys(kept, 1)
    assert calm.mails() == dict.fromkeys(calm.last, 1)
    # An order whose cancellation came first was never there to be thanked for.
    assert all(storm.mails()[number] <= 1 for number in storm.last)


def test_a_repeated_delivery_leaves_no_trace_in_the_timeline(sides: tuple[Side, Side]) -> None:
    _, storm = sides
    reports = {f"N{n:02d}": len(life) for n, life in enumerate(_lives("STORM"))}
    for number, count in reports.items():
        path = f"/api/orders/{in_path(storm.shop.order_id(number))}/timeline"
        kinds = [item["kind"] for item in storm.stack.person("viewer").get(path)["items"]]
        assert kinds.count("received") == 1
        assert sum(kind in ("imported", "cancelled") for kind in kinds) < count
