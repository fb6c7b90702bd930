"""Many senders at once, in processes of their own: malls do not wait for one another."""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from urllib.parse import urlsplit

from malls.own_cart import Delivery

# A mall sends again until somebody takes it; ours is impatient.
TRIES = 60
PAUSE = 0.2
# Shopify's patience.
TIMEOUT = 5.0


def send_all(url: str, deliveries: Sequence[Delivery], processes: int) -> list[int]:
    """How often each delivery had to be sent until it was taken, 0 for one that never was."""
    shares = [deliveries[n::processes] for n in range(processes)]
    # Fresh interpreters: a copy of this one would hold its connections and locks.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        tries = list(pool.map(send_some, [url] * processes, shares))
    return [tries[n % processes][n // processes] for n in range(len(deliveries))]


def send_some(url: str, deliveries: Sequence[Delivery]) -> list[int]:
    """The same, one after another."""
    return [_send(url, delivery) for delivery in deliveries]


def _send(url: str, delivery: Delivery) -> int:
    for n in range(1, TRIES + 1):
        if _is_taken(url, delivery):
            return n
        time.sleep(PAUSE)
    return 0


def _is_taken(url: str, delivery: Delivery) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "localhost", parts.port, timeout=TIMEOUT
    )
    try:
        connection.request("POST", parts.path, delivery.body, dict(delivery.headers))
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
