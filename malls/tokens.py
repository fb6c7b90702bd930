"""Access tokens that a mall gives out, for a time."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta


class Tokens:
    """Tokens by value, each with its kind and end. Safe to use from several threads."""

    def __init__(self, rng: random.Random, clock: Callable[[], datetime]) -> None:
        self._rng = rng
        self._now = clock
        self._ends: dict[tuple[str, str], datetime] = {}
        self._lock = threading.Lock()
        self.issued = 0

    def issue(self, lifetime: timedelta, kind: str = "access", prefix: str = "") -> str:
        """A new token."""
        with self._lock:
            value = f"{prefix}{self._rng.getrandbits(128):032x}"
            self._ends[kind, value] = self._now() + lifetime
            self.issued += 1
            return value

    def is_good(self, value: str, kind: str = "access") -> bool:
        with self._lock:
            ends = self._ends.get((kind, value))
            return ends is not None and self._now() < ends

    def use_up(self, value: str, kind: str = "refresh") -> bool:
        """Whether the token was good; it is not any more, as rotating refresh tokens are."""
        with self._lock:
            ends = self._ends.pop((kind, value), None)
            return ends is not None and self._now() < ends

    def expire_all(self, kind: str = "access") -> None:
        """Everything of a kind that was given out so far ends."""
        with self._lock:
            self._ends = {key: ends for key, ends in self._ends.items() if key[0] != kind}

    def add(self, value: str, lifetime: timedelta, kind: str = "refresh") -> None:
        """A token that is there from the start."""
        with self._lock:
            self._ends[kind, value] = self._now() + lifetime
