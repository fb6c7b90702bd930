"""Runs an emulator as a process of its own: `malls/<stem>/__main__.py` gives it the mall to run.

    MALL_PORT        where it listens on 127.0.0.1 (0, the default: any free port)
    MALL_TARGET      where webhooks go, such as http://localhost:8080/webhooks/demo
    MALL_PER_MINUTE  how many orders it takes a minute (default: 4; 0: none by itself)
    MALL_FIRST       orders at the very start (default: 0)
    MALL_UNTIL_EOF   1: stop also when standard input ends, as it does when a parent dies

It prints one JSON line, {"port": n}, when it is ready, and stops at SIGTERM or Ctrl-C.
"""

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from malls.courier import Courier, Send, http_sender
from malls.http_mall import HttpMall
from malls.shelf import SoldOut

# A mall's own pauses are for hours or days; a demo has minutes.
PATIENCE = 1 / 28
RETRY_PAUSES: Sequence[float] = tuple(56.0 * PATIENCE * 2**n for n in range(8))
# Seconds that a closing mall gives to what it has just sold.
LAST_DELIVERIES = 2.0

# (port, rng, courier) → the mall. courier: None without a MALL_TARGET.
Build = Callable[[int, random.Random, Courier | None], HttpMall]


def run(
    env: Mapping[str, str],
    build: Build,
    pauses: Sequence[float] = RETRY_PAUSES,
    sender: Callable[[str], Send] = http_sender,
) -> int:
    """Run until somebody says stop. pauses: seconds before each new try of a webhook. sender: how
    one is brought to the MALL_TARGET."""
    closing, stop = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: closing.set())
    if env.get("MALL_UNTIL_EOF") == "1":
        threading.Thread(target=_until_eof, args=(closing,), daemon=True).start()
    rng = random.Random()
    target = env.get("MALL_TARGET")
    courier = Courier(sender(target), rng, pauses) if target else None
    with build(int(env.get("MALL_PORT", "0")), rng, courier) as mall:
        if courier is not None:
            threading.Thread(target=courier.run, args=(stop,), daemon=True).start()
        print(json.dumps({"port": mall.port}), flush=True)
        for _ in range(int(env.get("MALL_FIRST", "0"))):
            _sell(mall)
        if (per_minute := float(env.get("MALL_PER_MINUTE", "4"))) > 0:
            trade(mall, per_minute, rng, closing)
        closing.wait()
        patience = time.monotonic() + LAST_DELIVERIES
        while courier is not None and courier.waiting and time.monotonic() < patience:
            time.sleep(0.05)
        stop.set()
    return 0


def trade(mall: HttpMall, per_minute: float, rng: random.Random, stop: threading.Event) -> None:
    """Sell `per_minute` times a minute on average, at irregular moments, until `stop` is set."""
    while not stop.wait(rng.expovariate(per_minute / 60)):
        _sell(mall)
        mall.something_happens(datetime.now(UTC))


def _sell(mall: HttpMall) -> None:
    with suppress(SoldOut):
        mall.sell(None, 1, datetime.now(UTC))


def _until_eof(closing: threading.Event) -> None:
    sys.stdin.read()
    closing.set()
