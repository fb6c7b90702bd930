"""`python -m malls`: several emulators in one process, each with its own port and its own buyers.

    MALLS           a JSON list of plans (`Plan`): [{"stem": "eccube", "per_minute": 1}, …]
    MALL_UNTIL_EOF  1: sell from the first line of standard input on, stop when it ends

It prints one JSON line, {stem: port, …}, when all are ready, and stops at SIGTERM or Ctrl-C.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from malls.courier import Courier, Parcel, Send, http_sender
from malls.http_mall import HttpMall
from malls.runner import LAST_DELIVERIES, RETRY_PAUSES, trade
from malls.shelf import SoldOut

# Orders since then, one a minute at most, are what a mall has sold before.
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# Carts that send a webhook once and never again.
_SEND_ONCE = ("eccube", "woocommerce")


@dataclass(frozen=True, slots=True)
class Plan:
    """One mall. port: 0, or one that is taken, for any free one. target, secret: where its webhooks
    go, and what they are signed with; of Amazon, the SQS that has the queues it is told of. first:
    orders at the start. memory: a file that keeps the next order number, for malls that have one.
    shelf: a file that keeps what is on sale from one run to the next.
    """

    stem: str
    port: int = 0
    target: str = ""
    secret: str = ""
    per_minute: float = 0.0
    first: int = 0
    memory: str = ""
    shelf: str = ""


Build = Callable[[Plan, dict[str, Any]], HttpMall]


def _shopify(plan: Plan, http: dict[str, Any]) -> HttpMall:
    from malls.shopify.server import ShopifyMall
    from malls.shopify.shop import Shop

    shop = Shop(
        secret=plan.secret,
        deliver=_deliver(http["courier"]),
        rng=http["rng"],
        memory=Path(plan.memory) if plan.memory else None,
    )
    return ShopifyMall(shop, **http)


def _generic(plan: Plan, http: dict[str, Any]) -> HttpMall:
    from malls.generic.mall import CartMall

    return CartMall(secret=plan.secret, deliver=_deliver(http["courier"]), **http)


def _with_webhook(name: str) -> Build:
    """`malls.<stem>.mall.<name>`, which has a webhook of its own."""

    def build(plan: Plan, http: dict[str, Any]) -> HttpMall:
        mall: HttpMall = _class(plan.stem, name)(secret=plan.secret, **http)
        return mall

    return build


def _without_webhooks(name: str) -> Build:
    """`malls.<stem>.mall.<name>`, which tells nobody."""

    def build(plan: Plan, http: dict[str, Any]) -> HttpMall:
        quiet = {key: value for key, value in http.items() if key != "courier"}
        mall: HttpMall = _class(plan.stem, name)(**quiet)
        return mall

    return build


def _with_queue(name: str) -> Build:
    """`malls.<stem>.mall.<name>`, which writes to queues."""

    def build(plan: Plan, http: dict[str, Any]) -> HttpMall:
        mall: HttpMall = _class(plan.stem, name)(**http)
        return mall

    return build


def _sender(plan: Plan) -> Send:
    """How what a mall tells is brought to its target."""
    if plan.stem != "amazon":
        return http_sender(plan.target)
    from malls.amazon.queues import sender_to

    return sender_to(plan.target)


BUILDS: Mapping[str, Build] = {
    "amazon": _with_queue("AmazonMall"),
    "eccube": _with_webhook("EcCubeMall"),
    "generic": _generic,
    "rakuten": _without_webhooks("RakutenMall"),
    "shopify": _shopify,
    "woocommerce": _with_webhook("WooMall"),
    "yahoo": _without_webhooks("YahooMall"),
}


def _class(stem: str, name: str) -> Any:
    return getattr(import_module(f"malls.{stem}.mall"), name)


def _deliver(courier: Courier | None) -> Callable[[Parcel], None]:
    def deliver(parcel: Parcel) -> None:
        if courier is not None:
            courier.accept(parcel, time.monotonic())

    return deliver


class House:
    """Several malls, and the threads that live in them."""

    def __init__(self, plans: Sequence[Plan], rng: random.Random) -> None:
        self._plans = plans
        self._rng = rng
        self._couriers: list[Courier] = []
        self._opened = ExitStack()
        self.malls: dict[str, HttpMall] = {}
        self.closing = threading.Event()
        self._done = threading.Event()

    def open(self) -> Mapping[str, int]:
        """Serve all of them. Returns their ports."""
        for plan in self._plans:
            pauses = () if plan.stem in _SEND_ONCE else RETRY_PAUSES
            rng = random.Random(self._rng.getrandbits(64))
            courier = Courier(_sender(plan), rng, pauses) if plan.target else None
            mall = self._opened.enter_context(_built(plan, {"rng": rng, "courier": courier}))
            mall.sold_before = int((datetime.now(UTC) - _EPOCH).total_seconds()) // 60
            _unpack(plan, mall)
            self.malls[plan.stem] = mall
            if courier is not None:
                self._couriers.append(courier)
                threading.Thread(target=courier.run, args=(self._done,), daemon=True).start()
        return {stem: mall.port for stem, mall in self.malls.items()}

    def begin(self) -> None:
        """Let people buy, from a thread a mall."""
        for plan in self._plans:
            mall = self.malls[plan.stem]
            threading.Thread(target=self._live, args=(plan, mall), daemon=True).start()

    def _live(self, plan: Plan, mall: HttpMall) -> None:
        for _ in range(plan.first):
            with suppress(SoldOut):
                mall.sell(None, 1, datetime.now(UTC))
        if plan.per_minute > 0:
            trade(mall, plan.per_minute, mall.rng, self.closing)

    def close(self) -> None:
        """Nobody buys any more; what was just sold is still delivered."""
        self.closing.set()
        patience = time.monotonic() + LAST_DELIVERIES
        while any(c.waiting for c in self._couriers) and time.monotonic() < patience:
            time.sleep(0.05)
        self._done.set()
        self._opened.close()
        for plan in self._plans:
            if plan.shelf and plan.stem in self.malls:
                shown = self.malls[plan.stem].shelf.all()
                Path(plan.shelf).write_text(json.dumps(shown), "utf-8")


def _unpack(plan: Plan, mall: HttpMall) -> None:
    """What it showed when it was closed. A mall that was killed begins anew: what it shows then is
    a difference that is found like any other."""
    kept = Path(plan.shelf) if plan.shelf else None
    if kept is not None and kept.exists():
        mall.shelf.remember(json.loads(kept.read_text("utf-8")))
        kept.unlink()


def _built(plan: Plan, http: dict[str, Any]) -> HttpMall:
    build = BUILDS[plan.stem]
    try:
        return build(plan, http | {"port": plan.port})
    except OSError:
        return build(plan, http | {"port": 0})


def listen(house: House, lines: Any) -> None:
    """Begin at the first line; the end of the lines is the end of the house."""
    for n, _ in enumerate(lines):
        if n == 0:
            house.begin()
    house.closing.set()


def main(env: Mapping[str, str]) -> int:
    """Returns the exit status."""
    plans = [Plan(**plan) for plan in json.loads(env["MALLS"])]
    house = House(plans, random.Random())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: house.closing.set())
    print(json.dumps(house.open()), flush=True)
    if env.get("MALL_UNTIL_EOF") == "1":
        threading.Thread(target=listen, args=(house, sys.stdin), daemon=True).start()
    else:
        house.begin()
    house.closing.wait()
    house.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
