"""EC-CUBE 4 webhooks (Web API plugin).

Wire facts: EC-CUBE/eccube-api4, docs "webhook": a JSON array of
`{"entity": "order", "id": 95, "action": "updated"}`, signed by the hexadecimal HMAC-SHA256 of the
body. It is sent within the shopper's request (1 s to connect, 5 s in all) and never again, so the
answer must be fast and polling is what makes it complete. Changes of an order's lines, shipments
and mails come as changes of the order.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, ClassVar

from common.channels.base import (
    OrderRef,
    RawRequest,
    ShopRef,
    UnreadableDelivery,
    Verdict,
    genuine,
    refused,
)

_ENTITY = "order"
_MAX_ID = 100


class EcCube:
    """A shop on EC-CUBE 4."""

    code: ClassVar[str] = "eccube"
    name: ClassVar[str] = "EC-CUBE 4"
    kept_headers: ClassVar[tuple[str, ...]] = ()

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        """Hexadecimal HMAC-SHA256 of the raw body under the webhook's secret.

        Nothing is sent twice, and the same bytes at another time tell of another change: what
        names a delivery has the time in it.
        """
        sent = request.headers.get("x-eccube-signature", "")
        try:
            signature = bytes.fromhex(sent)
        except ValueError:
            return refused("signature is not hexadecimal")
        if len(signature) != hashlib.sha256().digest_size or len(sent) != 2 * len(signature):
            return refused("signature missing or of the wrong length")
        matches = False
        for secret in secrets:
            if not secret.strip():
                continue
            expected = hmac.digest(secret.encode(), request.body, "sha256")
            matches |= hmac.compare_digest(expected, signature)
        if not matches:
            return refused("signature does not match")
        digest = hashlib.sha256(request.body).hexdigest()
        return genuine(f"{digest[:32]}-{int(request.received_at.timestamp() * 1000)}")

    def parse_webhook(self, request: RawRequest, shop: ShopRef) -> Sequence[OrderRef]:
        """Each order that is spoken of, once, in the order of the delivery.

        Raises UnreadableDelivery.
        """
        found: dict[str, None] = {}
        for row in _rows(request.body):
            if row.get("entity") != _ENTITY:
                continue
            number = row.get("id")
            if isinstance(number, bool) or not isinstance(number, (int, str)):
                raise UnreadableDelivery("no_order_id", "A row about an order has no id.")
            text = str(number).strip()
            if not text.isascii() or not text.isalnum() or len(text) > _MAX_ID:
                raise UnreadableDelivery("no_order_id", "A row about an order has no id.")
            found[text] = None
        return tuple(map(OrderRef, found))


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        data: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableDelivery("not_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(data, list) or not data or not all(isinstance(row, dict) for row in data):
        raise UnreadableDelivery("wrong_shape", "The body is not a list of objects.")
    return data


CHANNEL = EcCube()
