"""A rush: 8 clients, three shops, one hot SKU, and a database that refuses writes. Is it right?

Orders are posted to the webhooks of three shops of the deployed stack by processes of their own,
every tenth of them twice, while a part of all transactions meets another one and a part of all
writes is throttled, which the emulator would never do by itself. Then everything is counted from
what is stored: units promised, orders without an answer, and whether the ledger explains the
level. How fast it goes is what this machine can do with the emulator, and nothing else.
"""

import http.client
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks._report import Options, Report, Target, run
from benchmarks._stack import fresh_stack, register
from common.dynamo import Key, Table
from local.demo import DemoShop, open_shop
from local.stack import Stack
from malls import own_cart
from stock.repository import keys

ATTEMPTS, CLIENTS, AGAIN = 20_000, 8, 10
CONFLICT, THROTTLE = 0.05, 0.02
SECRET = "whsec_cnVzaC1zZWNyZXQtb2YtdGhlLWJlbmNobWFya3MhIQ=="  # noqa: S105 - of shops that only live here
SHOPS = tuple(
    DemoShop(f"rush-{name}", f"殺到店 {name}", "generic", f"rush-{name}.example", SECRET)
    for name in "abc"
)
SKU = "RUSH-HOT"
# A mall sends again until somebody takes it.
TRIES, PAUSE, TIMEOUT = 100, 0.2, 10.0
PATIENCE = 3600.0
_START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Sent(NamedTuple):
    """An order that a shop has to tell of. It is signed when it is sent."""

    shop: str
    number: str
    order: dict[str, Any]


class Count(NamedTuple):
    """What is stored in the end."""

    on_hand: int
    allocated: int
    waiting: int
    stored: int
    lost: int
    explained: int


def measure(options: Options) -> Report:
    """Deploy a stack of its own, measure on it, and throw it away."""
    with fresh_stack() as stack:
        return measure_on(stack, options)


def measure_on(stack: Stack, options: Options) -> Report:
    """quick: 300 attempts."""
    attempts = 300 if options.quick else ATTEMPTS
    units = attempts * 6 // 10
    for shop in SHOPS:
        open_shop(stack, shop)
    register(stack, SKU, units)
    sent = _deliveries(attempts)
    stack.faults(conflict=CONFLICT, throttle=THROTTLE)
    began = time.monotonic()
    tries = _send_all(stack.origin, sent)
    taken = time.monotonic() - began
    _wait(stack, attempts)
    answered = time.monotonic() - began
    refused = stack.faults()
    stack.settle(PATIENCE)
    found = count(stack, attempts)
    return Report(
        claim="in a rush nothing is sold twice and nothing is lost, whatever the database refuses",
        rows=[
            {
                "attempts": attempts,
                "clients": CLIENTS,
                "shops": len(SHOPS),
                "taken/s": round(len(sent) / taken),
                "answered/s": round(attempts / answered),
                "sent again": sum(tries) - len(sent),
                "conflicts": refused.get("conflict", 0),
                "throttled": refused.get("throttle", 0),
                "units": units,
                "allocated": found.allocated,
                "waiting": found.waiting,
            }
        ],
        rounds=1,
        targets=[
            Target("oversold units", max(0, found.allocated - found.on_hand), 0),
            Target("orders lost", found.lost, 0),
            Target("units the ledger does not explain", abs(found.allocated - found.explained), 0),
            Target("units not sold though wanted", units - found.allocated, 0),
            Target("dead letters", sum(stack.dead_letters().values()), 0),
        ],
        notes=["One unit an order; of 10 orders 6 can be served, the others wait in line.", ""],
    )


def count(stack: Stack, attempts: int) -> Count:
    """From the items of the tables, not from counters of ours."""
    dynamodb = stack.aws.client("dynamodb")
    stock = Table(stack.variables("stock", "api")["STOCK_TABLE"], dynamodb)
    orders = Table(stack.variables("orders", "api")["ORDERS_TABLE"], dynamodb)
    ids = [_order_id(n) for n in range(attempts)]
    level: Any = stock.get(*keys.level(SKU)) or {}
    answers = stock.get_many(Key(*keys.allocation(id_)) for id_ in ids)
    stored = orders.get_many(Key(f"ORDER#{id_}", "ORDER") for id_ in ids)
    lines = [item["lines"][SKU] for item in answers.values()]
    moves = list(stock.every(keys.ledger(SKU)))
    held = sum(line["allocated"] for line in lines)
    if held != level["allocated"]:
        raise RuntimeError(f"orders hold {held} units, the level says {level['allocated']}")
    return Count(
        on_hand=level["on_hand"],
        allocated=held,
        waiting=sum(line["wanted"] - line["allocated"] for line in lines),
        stored=len(stored),
        lost=2 * attempts - len(stored) - len(answers),
        explained=sum(m["allocated_after"] - m["allocated_before"] for m in moves),
    )


def _order_id(n: int) -> str:
    return f"{SHOPS[n % len(SHOPS)].id}:H{n:06d}"


def _deliveries(attempts: int) -> list[Sent]:
    rng = random.Random(attempts)
    sent = []
    for n in range(attempts):
        shop = SHOPS[n % len(SHOPS)]
        at = _START + timedelta(milliseconds=n)
        order = own_cart.build_order(f"H{n:06d}", [(SKU, 1)], at)
        made = Sent(shop.id, f"H{n:06d}", dict(order))
        sent += [made, made] if n % AGAIN == 0 else [made]
    rng.shuffle(sent)
    return sent


def _send_all(origin: str, sent: Sequence[Sent]) -> list[int]:
    """How often each was sent. Raises RuntimeError when one was never taken."""
    shares = [sent[n::CLIENTS] for n in range(CLIENTS)]
    # Fresh interpreters: a copy of this one would hold its connections and locks.
    with ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")) as pool:
        tries = [n for some in pool.map(_send_some, [origin] * CLIENTS, shares) for n in some]
    if 0 in tries:
        raise RuntimeError(f"{tries.count(0)} deliveries were never taken")
    return tries


def _send_some(origin: str, sent: Sequence[Sent]) -> list[int]:
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(
        parts.hostname or "localhost", parts.port, timeout=TIMEOUT
    )
    return [_send(connection, one) for one in sent]


def _send(connection: http.client.HTTPConnection, one: Sent) -> int:
    for n in range(1, TRIES + 1):
        now, id_ = datetime.now(UTC), f"msg_{one.number}"
        signed = own_cart.delivery(SECRET, one.order, id_=id_, at=now, kind="order.created")
        try:
            path = f"/webhooks/{one.shop}"
            connection.request("POST", path, signed.body, dict(signed.headers))
            answer = connection.getresponse()
            answer.read()
            if 200 <= answer.status < 300:
                return n
        except (OSError, http.client.HTTPException):
            connection.close()
        time.sleep(PAUSE)
    return 0


def _wait(stack: Stack, attempts: int) -> None:
    """Until stock has answered every order."""
    end = time.monotonic() + PATIENCE
    staff = stack.person("staff")
    while True:
        level = staff.get(f"/api/stock/items/{SKU}")
        if level["allocated"] + level["waiting"] >= attempts:
            return
        if time.monotonic() > end:
            raise RuntimeError(f"{level['allocated'] + level['waiting']} of {attempts} answered")
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(run("rush", measure))
