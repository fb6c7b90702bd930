"""Mail addresses: which can be written to, and under which name they are remembered."""

import hashlib
import re

# What SES takes: ASCII, one @, a domain with a dot. Quoted local parts are legal and in no shop's
# data; refusing them is safer than passing commas and brackets on.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)


def is_address(text: str) -> bool:
    """True for one plain address of at most 254 characters."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def address_digest(address: str) -> str:
    """The suppression list's key: SHA-256 of the address in lower case, so the list itself
    names nobody."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def mailbox(name: str, address: str) -> str:
    """`name <address>` for people to read; how it goes on the wire is the transport's business."""
    return f"{name} <{address}>" if name else address
