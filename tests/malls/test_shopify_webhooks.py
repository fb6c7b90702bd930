"""Signed deliveries of the Shopify emulator."""

import json
import random
from datetime import UTC, datetime

from malls.shopify.webhooks import sign, to_body, webhook

AT = datetime(2026, 11, 21, 12, 0, 5, 250_000, tzinfo=UTC)


def test_the_signature_is_the_one_that_openssl_makes() -> None:
    body = to_body({"id": 450789469, "note": "急ぎ"})
    assert body == '{"id":450789469,"note":"急ぎ"}'.encode()
    # printf '%s' "$body" | openssl dgst -sha256 -hmac test-secret -binary | base64
    assert sign("test-secret", body) == {
        "X-Shopify-Hmac-Sha256": "5/bpYkN701h6Wq2cCU/eKeWa2srCoRvO8z4s6//Rnhs="
    }


def test_a_delivery_has_shopifys_headers() -> None:
    sent = webhook(random.Random(3), topic="orders/create", payload={"id": 1}, secret="s", at=AT)
    assert json.loads(sent.body) == {"id": 1}
    assert sent.topic == "orders/create"
    assert set(sent.headers) == {
        "Content-Type",
        "User-Agent",
        "X-Shopify-Topic",
        "X-Shopify-Shop-Domain",
        "X-Shopify-API-Version",
        "X-Shopify-Webhook-Id",
        "X-Shopify-Event-Id",
        "X-Shopify-Triggered-At",
        "X-Shopify-Hmac-Sha256",
    }
    assert sent.headers["X-Shopify-Triggered-At"] == "2026-11-21T12:00:05.250000000Z"


def test_two_deliveries_never_share_an_id() -> None:
    rng = random.Random(3)
    sent = [webhook(rng, topic="t", payload={}, secret="s", at=AT) for _ in range(100)]
    assert len({one.id for one in sent}) == 100
    assert len({one.headers["X-Shopify-Event-Id"] for one in sent}) == 100
