"""Webhook secrets: what each channel takes.

Wire facts: Standard Webhooks 1.0, "Signature scheme": `whsec_` and base64 of 24 to 64 random
bytes. Other malls hand out their own secret as text.
"""

import base64
import binascii
import re

GENERIC = "generic"
_PREFIX = "whsec_"
_BYTES = 32
_TEXT = re.compile(r"[!-~]{8,200}")


def secret_error(channel: str, secret: str) -> str | None:
    """Why this is no secret of that channel; None when it is one."""
    if channel == GENERIC:
        if not secret.startswith(_PREFIX) or not 24 <= _decoded_length(secret) <= 64:
            return "whsec_ and base64 of 24 to 64 bytes."
        return None
    if not _TEXT.fullmatch(secret):
        return "8 to 200 ASCII characters without spaces, as the mall shows it."
    return None


def _decoded_length(secret: str) -> int:
    try:
        return len(base64.b64decode(secret.removeprefix(_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        return 0


def secret_of(entropy: bytes) -> str:
    """A secret of 32 random bytes for the generic channel. Raises ValueError for another length."""
    if len(entropy) != _BYTES:
        raise ValueError(f"{_BYTES} bytes make a secret")
    return _PREFIX + base64.b64encode(entropy).decode()
