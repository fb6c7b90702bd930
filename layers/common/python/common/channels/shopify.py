"""Shopify webhooks.

Wire facts: shopify.dev, "Verify webhook deliveries", "Webhook headers" and the REST Order
resource, API version 2026-10. A delivery carries the whole order; deliveries come more than once
and in any order, so `updated_at` decides which is newer.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from common.channels.base import (
    RawRequest,
    ShopRef,
    UnreadableDelivery,
    Verdict,
    genuine,
    refused,
)

if TYPE_CHECKING:
    from common.canonical import CanonicalOrder

_ORDER_TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/partially_fulfilled",
    "orders/fulfilled",
    "orders/cancelled",
    "orders/edited",
)
_MAX_ID = 200


class Shopify:
    """A shop on Shopify."""

    code: ClassVar[str] = "shopify"
    name: ClassVar[str] = "Shopify"
    # Both spellings: the "Events" framework of 2026 drops the `X-`.
    kept_headers: ClassVar[tuple[str, ...]] = (
        "x-shopify-topic",
        "shopify-topic",
        "x-shopify-api-version",
        "x-shopify-triggered-at",
    )

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        """Base64 HMAC-SHA256 of the raw body under the app's client secret.

        Shopify signs no time, so age cannot be checked; repeats are harmless because an order is
        stored by its `updated_at`. The old secret is used up to an hour after a rotation.
        """
        sent = _header(request, "hmac-sha256")
        try:
            signature = base64.b64decode(sent, validate=True)
        except ValueError:
            return refused("signature is not base64")
        if len(signature) != hashlib.sha256().digest_size:
            return refused("signature missing or of the wrong length")
        matches = False
        for secret in secrets:
            if not secret.strip():
                continue
            expected = hmac.digest(secret.encode(), request.body, "sha256")
            matches |= hmac.compare_digest(expected, signature)
        if not matches:
            return refused("signature does not match")
        # The id is not signed and only names the delivery; the body's digest does as well.
        delivery_id = _header(request, "webhook-id") or hashlib.sha256(request.body).hexdigest()
        return genuine(delivery_id[:_MAX_ID], _header(request, "topic"))

    def parse_webhook(self, request: RawRequest, shop: ShopRef) -> "Sequence[CanonicalOrder]":
        """The order in the body; none for a topic that is not about an order.

        Raises UnreadableDelivery, also when the topic did not arrive.
        """
        topic = _header(request, "topic")
        if not topic:
            raise UnreadableDelivery("wrong_shape", "The header X-Shopify-Topic is missing.")
        if topic not in _ORDER_TOPICS:
            return ()
        # The mapping needs the canonical model, which a receiver's cold start must not pay for.
        from common.channels.shopify_order import read_order

        return (read_order(request.body, shop),)


def _header(request: RawRequest, name: str) -> str:
    headers = request.headers
    return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""


CHANNEL = Shopify()
