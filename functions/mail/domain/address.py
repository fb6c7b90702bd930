"""Mail addresses: how they are remembered, and shown."""

import hashlib


def address_digest(address: str) -> str:
    """The suppression list's key: SHA-256 of the address in lower case, so the list itself
    names nobody."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def mailbox(name: str, address: str) -> str:
    """`name <address>` for people to read; how it goes on the wire is the transport's business."""
    return f"{name} <{address}>" if name else address
