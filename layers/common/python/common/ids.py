"""Identifiers that sort by time."""

import secrets
from collections.abc import Callable
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32

Entropy = Callable[[int], bytes]


def ulid(at: datetime, entropy: Entropy = secrets.token_bytes) -> str:
    """26 characters: 48 bits of milliseconds, 80 random bits (the ULID layout)."""
    number = (int(at.timestamp() * 1000) << 80) | int.from_bytes(entropy(10), "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
