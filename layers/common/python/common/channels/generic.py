"""The generic channel: any system that signs by Standard Webhooks and sends our order JSON.

Wire facts: standard-webhooks specification (headers webhook-id, -timestamp, -signature; secret
`whsec_` + base64 of 24 to 64 bytes; five minutes of tolerance). The body is
`{"type": "order.created", "timestamp": …, "data": <canonical order>}`; docs/channels.md has the
fields.
"""

import base64
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from common.channels.base import RawRequest, ShopRef, Verdict, genuine, refused

if TYPE_CHECKING:
    from common.canonical import CanonicalOrder

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_MIN_KEY = 24
_MAX_ID = 200


class Generic:
    """A shop system of the owner's own."""

    code: ClassVar[str] = "generic"
    name: ClassVar[str] = "汎用（Standard Webhooks）"
    kept_headers: ClassVar[tuple[str, ...]] = ("webhook-id", "webhook-timestamp")

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        """HMAC-SHA256 of `id.timestamp.body`, any of the signatures under any of the secrets."""
        delivery_id = request.headers.get("webhook-id", "")
        timestamp = request.headers.get("webhook-timestamp", "")
        if not 0 < len(delivery_id) <= _MAX_ID:
            return refused("webhook-id is missing or too long")
        if len(timestamp) > 12 or not (timestamp.isascii() and timestamp.isdecimal()):
            return refused("webhook-timestamp is missing or not a time")
        if abs(request.received_at.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
            return refused("webhook-timestamp is more than five minutes off")
        signed = b".".join((delivery_id.encode(), timestamp.encode(), request.body))
        sent = _signatures(request.headers.get("webhook-signature", ""))
        matches = False
        for key in filter(None, map(key_of, secrets)):
            expected = hmac.digest(key, signed, "sha256")
            for signature in sent:
                matches |= hmac.compare_digest(expected, signature)
        if not matches:
            return refused("signature does not match")
        return genuine(delivery_id)

    def parse_webhook(self, request: RawRequest, shop: ShopRef) -> "Sequence[CanonicalOrder]":
        """The order in `data`; none for a `type` that does not begin with `order.`."""
        # Validation needs pydantic, which a receiver's cold start must not pay for.
        from common.channels.generic_order import read_order

        order = read_order(request.body, shop)
        return (order,) if order else ()


def key_of(secret: str) -> bytes:
    """The key of a secret; b"" for one that is none or too short to protect anything."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except ValueError:
        return b""
    return key if len(key) >= _MIN_KEY else b""


def _signatures(header: str) -> list[bytes]:
    """The decoded `v1` signatures; other versions and broken ones count as not sent."""
    found = []
    for part in header.split()[:10]:
        version, _, text = part.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except ValueError:
            continue
    return found


CHANNEL = Generic()
