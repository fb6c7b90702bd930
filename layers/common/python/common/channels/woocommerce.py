"""WooCommerce webhooks.

Wire facts: WooCommerce REST API documentation v3, "Webhooks": a delivery carries the whole
order; five failures in a row disable the webhook, and nothing is sent twice, so polling is what
makes it complete. A webhook that has just been made sends a form `webhook_id=N` without any
signature, and wants 200 for it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from common.channels.base import (
    OrderRef,
    RawRequest,
    ShopRef,
    UnreadableDelivery,
    Verdict,
    genuine,
    refused,
)

if TYPE_CHECKING:
    from common.canonical import CanonicalOrder

_ORDER_TOPICS = ("order.created", "order.updated", "order.restored")
_DELETED = "order.deleted"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_MAX_ID = 200


class WooCommerce:
    """A shop on WooCommerce."""

    code: ClassVar[str] = "woocommerce"
    name: ClassVar[str] = "WooCommerce"
    kept_headers: ClassVar[tuple[str, ...]] = ("x-wc-webhook-topic",)

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        """Base64 HMAC-SHA256 of the raw body under the webhook's secret.

        The ping of a new webhook is not signed; it imports nothing, and exactly that form is taken
        for one. No time is signed: repeats are harmless, an order is stored by its change.
        """
        if _PING.fullmatch(request.body):
            return Verdict(ok=True, delivery_id=request.body.decode(), is_ping=True)
        try:
            signature = base64.b64decode(
                request.headers.get("x-wc-webhook-signature", ""), validate=True
            )
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
        delivery_id = request.headers.get("x-wc-webhook-delivery-id", "")
        delivery_id = delivery_id or hashlib.sha256(request.body).hexdigest()
        return genuine(delivery_id[:_MAX_ID], request.headers.get("x-wc-webhook-topic", ""))

    def parse_webhook(
        self, request: RawRequest, shop: ShopRef
    ) -> "Sequence[CanonicalOrder | OrderRef]":
        """The order in the body; a reference when it was put into the bin, which is told by its id
        alone; none for a topic that is not about an order.

        Raises UnreadableDelivery, also when the topic did not arrive.
        """
        topic = request.headers.get("x-wc-webhook-topic", "")
        if not topic:
            raise UnreadableDelivery("wrong_shape", "The header X-WC-Webhook-Topic is missing.")
        if topic not in (*_ORDER_TOPICS, _DELETED):
            return ()
        # The mapping needs the canonical model, which a receiver's cold start must not pay for.
        from common.channels.payload import Payload, read_json
        from common.channels.woocommerce_order import read_order

        data = read_json(request.body)
        if topic != _DELETED:
            return (read_order(data, shop),)
        number = Payload(data).text("id")
        if not number:
            raise UnreadableDelivery("no_order_id", "id is missing.")
        return (OrderRef(number),)


CHANNEL = WooCommerce()
