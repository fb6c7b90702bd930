"""Brings webhooks to Banto as malls do: with patience, and with the faults that malls have.

`Courier` is what happens and takes the time as an argument; `run` is the thread that lives it.
"""

import heapq
import http.client
import itertools
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

# Shopify: 8 more tries within 4 hours, each pause twice the one before.
RETRY_PAUSES: Sequence[float] = tuple(56.0 * 2**n for n in range(8))
TIMEOUT = 5.0


class Parcel(Protocol):
    """What is delivered: never changed between tries."""

    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


# Delivers once and returns the HTTP status; raises OSError when nobody is there.
Send = Callable[[Parcel], int]


@dataclass(frozen=True, slots=True)
class Faults:
    """How often (0 to 1) a delivery is sent twice or more, overtaken, never sent, or late."""

    duplicate: float = 0.0
    reorder: float = 0.0
    lose: float = 0.0
    slow: float = 0.0

    def delays(self, rng: random.Random) -> list[float]:
        """Seconds after which each copy is sent; empty when the delivery gets lost."""
        if rng.random() < self.lose:
            return []
        copies = rng.randint(2, 5) if rng.random() < self.duplicate else 1
        return [self._delay(rng) for _ in range(copies)]

    def _delay(self, rng: random.Random) -> float:
        delay = rng.uniform(0.2, 4) if rng.random() < self.reorder else 0.0
        return delay + (rng.uniform(5, 20) if rng.random() < self.slow else 0.0)


@dataclass
class Tally:
    """What became of the deliveries so far. given_up: after the last try."""

    delivered: int = 0
    refused: int = 0
    lost: int = 0
    given_up: int = 0


@dataclass(order=True)
class _Due:
    at: float
    place: int
    parcel: Parcel = field(compare=False)
    tries: int = field(default=0, compare=False)


class Courier:
    """Parcels on their way. Safe to use from several threads.

    pauses: seconds before each new try; one more refusal and the courier gives up.
    """

    def __init__(
        self, send: Send, rng: random.Random, pauses: Sequence[float] = RETRY_PAUSES
    ) -> None:
        self.faults = Faults()
        self.tally = Tally()
        self._send = send
        self._rng = rng
        self._pauses = pauses
        self._due: list[_Due] = []
        self._places = itertools.count()
        self._lock = threading.Lock()
        self._changed = threading.Event()

    def accept(self, parcel: Parcel, now: float) -> None:
        """Take a parcel; `faults` say how often and when it is sent."""
        with self._lock:
            delays = self.faults.delays(self._rng)
            self.tally.lost += not delays
            for delay in delays:
                heapq.heappush(self._due, _Due(now + delay, next(self._places), parcel))
        self._changed.set()

    @property
    def waiting(self) -> int:
        """Parcels that are still to be sent, retries included."""
        with self._lock:
            return len(self._due)

    def step(self, now: float) -> float | None:
        """Send one parcel that is due. Returns when the next one is, None when there is none."""
        with self._lock:
            due = heapq.heappop(self._due) if self._due and self._due[0].at <= now else None
        if due is not None:
            self._deliver(due, now)
        with self._lock:
            return self._due[0].at if self._due else None

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set."""
        while not stop.is_set():
            self._changed.clear()
            due = self.step(time.monotonic())
            pause = 1.0 if due is None else min(due - time.monotonic(), 1.0)
            if pause > 0:
                self._changed.wait(pause)

    def _deliver(self, due: _Due, now: float) -> None:
        try:
            taken = 200 <= self._send(due.parcel) < 300
        except OSError:
            taken = False
        with self._lock:
            self.tally.delivered += taken
            self.tally.refused += not taken
            if taken:
                return
            if due.tries == len(self._pauses):
                self.tally.given_up += 1
                return
            at = now + self._pauses[due.tries]
            heapq.heappush(self._due, _Due(at, next(self._places), due.parcel, due.tries + 1))


def http_sender(url: str) -> Send:
    """POSTs to `url` (http), 5 s in all, redirects count as a refusal."""
    parts = urlsplit(url)

    def send(parcel: Parcel) -> int:
        connection = http.client.HTTPConnection(
            parts.hostname or "localhost", parts.port, timeout=TIMEOUT
        )
        try:
            connection.request("POST", parts.path, parcel.body, dict(parcel.headers))
            return connection.getresponse().status
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    return send
