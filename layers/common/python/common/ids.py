"""Identifiers that sort by time."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Entropy = Callable[[int], bytes]


def ulid(at: datetime, entropy: Entropy = secrets.token_bytes) -> str:
    """26 characters: 48 bits of milliseconds, 80 random bits (the ULID layout).

    Raises TypeError for a naive datetime.
    """
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    number = (milliseconds << 80) | int.from_bytes(entropy(10), "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
