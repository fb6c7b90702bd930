"""WooCommerce's webhooks: signed, sent once, and switched off after five failures in a row."""

import base64
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from malls.courier import Courier

MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Parcel:
    headers: Mapping[str, str]
    body: bytes


def signed(rng: random.Random, topic: str, payload: Any, secret: str, hook: int) -> Parcel:
    """One delivery. topic: order.created, order.updated, order.deleted."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    resource, event = topic.split(".")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "WooCommerce/10.3.4 Hookshot (WordPress/6.8)",
        "X-WC-Webhook-Source": "https://woo-demo.example/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-WC-Webhook-ID": str(hook),
        "X-WC-Webhook-Delivery-ID": f"{rng.getrandbits(128):032x}",
    }
    return Parcel(headers, body)


def ping(hook: int) -> Parcel:
    """What a new webhook sends, without any signature."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Parcel(headers, f"webhook_id={hook}".encode())


class Hook:
    """One webhook for everything about orders. Safe to use from several threads."""

    def __init__(self, courier: Courier | None, secret: str, rng: random.Random, id_: int) -> None:
        self.is_active = True
        self._courier = courier
        self._secret = secret
        self._rng = rng
        self._id = id_
        self._lock = threading.Lock()
        self._delivered = 0
        self._failed_before = 0

    def ping(self) -> None:
        """The first delivery of all."""
        if self._courier is not None:
            self._courier.accept(ping(self._id), time.monotonic())

    def tell(self, topic: str, payload: Any) -> None:
        """Send it, unless the webhook is off."""
        if self._courier is None or not self._still_active(self._courier):
            return
        parcel = signed(self._rng, topic, payload, self._secret, self._id)
        self._courier.accept(parcel, time.monotonic())

    def _still_active(self, courier: Courier) -> bool:
        with self._lock:
            tally = courier.tally
            if tally.delivered > self._delivered:
                self._delivered, self._failed_before = tally.delivered, tally.refused
            if tally.refused - self._failed_before >= MOST_FAILURES:
                self.is_active = False
            return self.is_active
