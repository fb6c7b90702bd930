"""What README promises for the first five minutes, tried on the deployed stack."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from local import demo
from local.stack import Stack
from malls import own_cart
from tests.conftest import ROOT
from tests.flows.asking import in_path, tell, until
from tests.flows.shops import Shop, buyer, explained, letters_to, level, mail_jobs, order

pytestmark = pytest.mark.flow

SAMPLE = ROOT / "tests/payloads/shopify/transcribed_webhook_envelope.json"
SENT = ("SENT", "DELIVERED")


@pytest.fixture(scope="module")
def warm(stack: Stack) -> Stack:
    """The demo's shops and goods, and one order through every function."""
    demo.prepare(stack)
    cart = Shop(stack, demo.GENERIC)
    _wait_for(stack, cart.sell("WARM-1", ("TOTE-NAT", 1)))
    return stack


def _story(stack: Stack, order_id: str) -> dict[str, Any]:
    """What a person finds out about an order on the screens."""
    shop = order_id.split(":", 1)[0]
    rows = stack.person("staff").get("/api/orders", queue="PRINT", shop=shop, limit=300)["items"]
    return {
        "listed": [row for row in rows if row["id"] == order_id],
        "mails": mail_jobs(stack, order_id),
    }


def _wait_for(stack: Stack, order_id: str) -> dict[str, Any]:
    return until(
        lambda: _story(stack, order_id),
        lambda story: (
            bool(story["listed"]) and [mail["state"] in SENT for mail in story["mails"]] == [True]
        ),
        f"{order_id} allocated, listed under 印刷待ち, its mail sent",
    )


def _timeline(stack: Stack, order_id: str) -> list[str]:
    found = stack.person("viewer").get(f"/api/orders/{in_path(order_id)}/timeline")
    return [item["kind"] for item in found["items"]]


def test_the_sample_order_of_shopify_goes_all_the_way_through(
    warm: Stack, request: pytest.FixtureRequest
) -> None:
    envelope = json.loads(SAMPLE.read_text("utf-8"))
    skus = ("IPOD2008GREEN", "IPOD2008RED", "IPOD2008BLACK")
    before = {sku: level(warm, sku) for sku in skus}
    began = time.monotonic()
    answer = warm.deliver("demo", envelope["headers"], envelope["raw_body"].encode())
    assert answer.expect(202).json["request_id"]
    story = _wait_for(warm, "demo:450789469")
    tell(
        request, f"Shopify's sample: listed, allocated, mail sent {time.monotonic() - began:.2f} s"
    )

    (row,) = story["listed"]
    assert (row["number"], row["total"], row["currency"]) == ("#1001", 40994, "USD")
    assert (row["unit_count"], row["badge"], row["queues"]) == (3, "PRINT", ["PRINT"])
    for sku in skus:
        after = level(warm, sku)
        assert after["allocated"] == before[sku]["allocated"] + 1
        assert after["available"] == before[sku]["available"] - 1
        newest = explained(warm, sku)[-1]
        assert (newest["reason"], newest["reference"]) == ("ALLOCATE", "demo:450789469")
        assert newest["allocated_after"] - newest["allocated_before"] == 1
    (mail,) = story["mails"]
    assert mail["to"] == "bob.norman@hostmail.com"
    assert "#1001" in mail["subject"]
    assert len(letters_to(warm, mail["to"])) == 1
    assert _timeline(warm, "demo:450789469") == ["allocation", "received"]


def test_a_delivery_signed_by_the_standard_webhooks_library_does_too(
    warm: Stack, request: pytest.FixtureRequest
) -> None:
    now = datetime.now(UTC)
    placed = own_cart.build_order("OWN-1", [("YUNOMI-01", 2)], now, buyer("own"))
    body = json.dumps({"type": "order.created", "timestamp": own_cart.stamp(now), "data": placed})
    before = level(warm, "YUNOMI-01")
    began = time.monotonic()
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_own_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(demo.GENERIC.secret).sign("msg_own_1", now, body),
    }
    warm.deliver("generic", headers, body.encode()).expect(202)
    story = _wait_for(warm, "generic:OWN-1")
    tell(
        request, f"Standard Webhooks: listed, allocated, mail sent {time.monotonic() - began:.2f} s"
    )

    (row,) = story["listed"]
    assert (row["number"], row["total"], row["currency"]) == ("OWN-1", 2500, "JPY")
    assert level(warm, "YUNOMI-01")["available"] == before["available"] - 2
    (line,) = order(warm, "generic:OWN-1")["lines"]
    assert (line["sku"], line["allocated"], line["allocation"]) == ("YUNOMI-01", 2, "FULL")
    assert explained(warm, "YUNOMI-01")[-1]["reference"] == "generic:OWN-1"
    assert story["mails"][0]["to"] == buyer("own").email
    assert len(letters_to(warm, buyer("own").email)) == 1
