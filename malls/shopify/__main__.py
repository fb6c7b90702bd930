"""`python -m malls.shopify`: a shop that sells until it is stopped (SIGTERM or Ctrl-C).

    MALL_PORT        where it listens on 127.0.0.1 (0: any free port)
    MALL_TARGET      where webhooks go, such as http://localhost:8080/webhooks/demo
    MALL_SECRET      what it signs with
    MALL_TOKEN       the access token of its admin API (default: demo)
    MALL_PER_MINUTE  how many orders it takes a minute (default: 4; 0: none by itself)
    MALL_FIRST       orders at the very start (default: 0)
    MALL_MEMORY      a file that keeps the next order number
    MALL_UNTIL_EOF   1: stop also when standard input ends, as it does when a parent dies

It prints one JSON line, {"port": n}, when it is ready.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from malls.courier import Courier, http_sender
from malls.shopify.server import Emulator
from malls.shopify.shop import Shop

# Shopify's pauses are for 4 hours; a demo has minutes.
PATIENCE = 1 / 28
RETRY_PAUSES = tuple(56.0 * PATIENCE * 2**n for n in range(8))
# Seconds that a closing shop gives to what it has just sold.
LAST_DELIVERIES = 2.0


def trade(shop: Shop, per_minute: float, rng: random.Random, stop: threading.Event) -> None:
    """Sell `per_minute` times a minute on average, at irregular moments, until `stop` is set."""
    while not stop.wait(rng.expovariate(per_minute / 60)):
        now = datetime.now(UTC)
        shop.sell(now)
        shop.something_happens(now)


def until_eof(closing: threading.Event) -> None:
    """Set `closing` when standard input ends."""
    sys.stdin.read()
    closing.set()


def main(env: Mapping[str, str]) -> int:
    closing, stop = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: closing.set())
    if env.get("MALL_UNTIL_EOF") == "1":
        threading.Thread(target=until_eof, args=(closing,), daemon=True).start()
    rng = random.Random()
    courier = Courier(http_sender(env["MALL_TARGET"]), rng, RETRY_PAUSES)
    memory = env.get("MALL_MEMORY")
    shop = Shop(
        secret=env["MALL_SECRET"],
        deliver=lambda parcel: courier.accept(parcel, time.monotonic()),
        rng=rng,
        memory=Path(memory) if memory else None,
    )
    server = Emulator(int(env.get("MALL_PORT", "0")), shop, courier, env.get("MALL_TOKEN", "demo"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=courier.run, args=(stop,), daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    for _ in range(int(env.get("MALL_FIRST", "0"))):
        shop.sell(datetime.now(UTC))
    if (per_minute := float(env.get("MALL_PER_MINUTE", "4"))) > 0:
        trade(shop, per_minute, rng, closing)
    closing.wait()
    patience = time.monotonic() + LAST_DELIVERIES
    while courier.waiting and time.monotonic() < patience:
        time.sleep(0.05)
    stop.set()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
