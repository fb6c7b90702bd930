"""One webhook delivery: headers, signature and the exact bytes. Pure."""

import base64
import hashlib
import hmac
import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

API_VERSION = "2026-10"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Bytes that are sent once or, when nobody takes them, several times without any change."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The same on every retry: what a receiver recognises duplicates by."""
        return self.headers["X-Shopify-Webhook-Id"]

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]


def to_body(payload: Mapping[str, Any]) -> bytes:
    """Compact UTF-8 JSON, with Japanese as it is."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The signature header over the raw body: base64 of HMAC-SHA256 with the app's secret."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}


def webhook(
    rng: random.Random,
    *,
    topic: str,
    payload: Mapping[str, Any],
    secret: str,
    at: datetime,
    shop: str = "banto-demo.myshopify.com",
) -> Webhook:
    """A signed delivery of `payload` (topic: orders/create, orders/paid …). at: aware."""
    body = to_body(payload)
    event, delivery = (str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(2))
    when = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "000Z")
    return Webhook(
        {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": shop,
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Event-Id": event,
            "X-Shopify-Triggered-At": when,
            **sign(secret, body),
        },
        body,
    )
