"""What the contract test needs to know of each channel: a good delivery, and how to spoil it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common.channels.base import RawRequest, ShopRef
from tests.conftest import ROOT

PAYLOADS = ROOT / "tests" / "payloads"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SHOP = ShopRef("main", "JPY")


@dataclass(frozen=True)
class Case:
    """One channel.

    sign: (body, secret) → headers of a genuine delivery at NOW. signature: name of the header.
    rename_status: the sample with a status nobody knows. ignored: names of fields that are left
    out on purpose.
    """

    secrets: tuple[str, str]
    sample: str
    sign: Callable[[bytes, str], dict[str, str]]
    signature: str
    rename_status: Callable[[dict[str, Any]], None]
    ignored: frozenset[str]
    # Paths of leaves of the samples that are read, but make no difference beside the others.
    unread: dict[str, list[tuple[str | int, ...]]]
    # More orders among the payloads, and where in their files they are.
    others: Mapping[str, Callable[[Any], dict[str, Any]]] = field(default_factory=dict)

    def payload(self, code: str) -> dict[str, Any]:
        text = (PAYLOADS / code / self.sample).read_bytes()
        data: dict[str, Any] = json.loads(text)
        return data

    def samples(self, code: str) -> dict[str, dict[str, Any]]:
        """Every order among the payloads of the channel, by file."""
        found = {self.sample: self.payload(code)}
        for name, unwrap in self.others.items():
            found[name] = unwrap(json.loads((PAYLOADS / code / name).read_bytes()))
        return found

    def request(self, body: bytes, secret: str | None = None) -> RawRequest:
        return RawRequest(self.sign(body, secret or self.secrets[0]), body, NOW)

    def delivery(self, payload: Any) -> RawRequest:
        return self.request(json.dumps(payload, ensure_ascii=False).encode())


def tampered(request: RawRequest, **headers: str | None) -> RawRequest:
    """The request with other headers; `_` stands for `-`, None takes a header away."""
    changed: dict[str, str] = dict(request.headers)
    for name, value in headers.items():
        changed.pop(name.replace("_", "-"), None)
        if value is not None:
            changed[name.replace("_", "-")] = value
    return request._replace(headers=changed)


def sign_shopify(body: bytes, secret: str, topic: str = "orders/create") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": "example.myshopify.com",
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "x-shopify-triggered-at": "2026-11-21T01:02:03.123456789Z",
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
    }


def sign_generic(
    body: bytes, secret: str, id_: str = "msg_1", at: datetime = NOW
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id_,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _unknown_shopify_status(payload: dict[str, Any]) -> None:
    payload["financial_status"] = "escrowed"
    payload["fulfillment_status"] = "teleported"


def _unknown_generic_status(payload: dict[str, Any]) -> None:
    payload["data"]["status"] = "TELEPORTED"
    payload["data"]["payment"] |= {"method": "BARTER", "status": "ESCROWED"}


def _shopify_ignored() -> frozenset[str]:
    from common.channels.shopify_order import _IGNORED

    # Taken for the units shipped, or for the variant only when there is one.
    return _IGNORED | {"fulfillments"}


def whsec(letter: str) -> str:
    return "whsec_" + base64.b64encode(letter.encode() * 24).decode()


# Said better elsewhere: by title and variant, and by the names of states, whose codes are not ours.
_OLD_UNREAD: list[tuple[str | int, ...]] = [
    ("line_items", 0, "name"),
    ("line_items", 1, "name"),
    ("line_items", 2, "name"),
    ("billing_address", "province_code"),
    ("shipping_address", "province_code"),
]


CASES: Mapping[str, Case] = {
    "shopify": Case(
        secrets=("test-secret", "old-secret"),
        sample="orders_create.json",
        sign=sign_shopify,
        signature="x-shopify-hmac-sha256",
        rename_status=_unknown_shopify_status,
        ignored=_shopify_ignored(),
        # Said better elsewhere: by a code, by the parts of a name, by title and variant; more units
        # than were ordered; the name of a way of shipping that was taken away.
        unread={
            # Said better elsewhere: by a code, by the parts of a name, by title and variant; more
            # units than were ordered; the name of a way of shipping that was taken away.
            "orders_create.json": [
                ("billing_address", "province"),
                ("billing_address", "name"),
                ("line_items", 0, "current_quantity"),
                ("line_items", 0, "name"),
                ("line_items", 1, "name"),
                ("line_items", 2, "current_quantity"),
                ("line_items", 2, "name"),
                ("shipping_address", "province"),
                ("shipping_address", "name"),
                ("shipping_lines", 1, "title"),
            ],
            **dict.fromkeys(("rest_order.json", "transcribed_webhook_envelope.json"), _OLD_UNREAD),
        },
        others={
            "rest_order.json": lambda file: file["order"],
            "transcribed_webhook_envelope.json": lambda file: json.loads(file["raw_body"]),
        },
    ),
    "generic": Case(
        secrets=(whsec("n"), whsec("o")),
        sample="order_created.json",
        sign=sign_generic,
        signature="webhook-signature",
        rename_status=_unknown_generic_status,
        ignored=frozenset(),
        # Any word after `order.` will do, and the sample has a source_version of its own.
        unread={"order_created.json": [("type",), ("timestamp",)]},
    ),
}
