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


class Generic:
    """A shop system of the owner's own."""

    code: ClassVar[str] = "generic"
    name: ClassVar[str] = "汎用（Standard Webhooks）"
    kept_headers: ClassVar[tuple[str, ...]] = ("webhook-id", "webhook-timestamp")

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        """HMAC-SHA256 of `id.timestamp.body`, any of the signatures under any of the secrets."""
        delivery_id = request.headers.get("webhook-id", "")
        timestamp = request.headers.get("webhook-timestamp", "")
        if not delivery_id or not (timestamp.isascii() and timestamp.isdecimal()):
            return refused("webhook-id or webhook-timestamp missing")
        if len(timestamp) > 12:
            return refused("webhook-timestamp is not a time")
        if abs(request.received_at.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
            return refused("webhook-timestamp is more than five minutes off")
        signed = b".".join((delivery_id.encode(), timestamp.encode(), request.body))
        sent = _signatures(request.headers.get("webhook-signature", ""))
        matches = False
        for secret in secrets:
            expected = hmac.digest(_key(secret), signed, "sha256")
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


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX))


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
