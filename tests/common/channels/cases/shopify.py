"""Shopify: signed webhooks with whole orders."""

import base64
import hashlib
import hmac
import json
import random
from typing import Any

from common.channels.port import Listing
from common.channels.shopify_order import _IGNORED
from malls.http_mall import HttpMall
from malls.shopify.catalogue import inventory_item_id
from malls.shopify.nodes import LOCATION
from malls.shopify.server import CLIENT_ID, CLIENT_SECRET, ShopifyMall
from malls.shopify.shop import Shop
from tests.common.channels.channel_cases import ApiCase, Case, Clock, Hook


def sign(body: bytes, secret: str, topic: str = "orders/create") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": "example.myshopify.com",
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "x-shopify-triggered-at": "2026-11-21T01:02:03.123456789Z",
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
    }


def _unknown_status(payload: dict[str, Any]) -> None:
    payload["financial_status"] = "escrowed"
    payload["fulfillment_status"] = "teleported"


# Said better elsewhere: by title and variant, and by the names of states, whose codes are not ours.
_OLD_UNREAD: list[tuple[str | int, ...]] = [
    ("line_items", 0, "name"),
    ("line_items", 1, "name"),
    ("line_items", 2, "name"),
    ("billing_address", "province_code"),
    ("shipping_address", "province_code"),
]

CASE = Case(
    sample="orders_create.json",
    rename_status=_unknown_status,
    # Taken for the units shipped, or for the variant only when there is one.
    ignored=_IGNORED | {"fulfillments"},
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
    hook=Hook(("test-secret", "old-secret"), sign, "x-shopify-hmac-sha256"),
    personal=(
        *("山田", "鈴木", "花子", "hanako", "+8190", "渋谷", "神南", "道頓堀", "150-0041"),
        *("玄関", "はなこ", "14:00-16:00", "お得意"),
    ),
)


def mall(clock: Clock) -> ShopifyMall:
    """A shop whose webhooks go nowhere."""
    rng = random.Random(1)
    shop = Shop(secret="test-secret", deliver=lambda _: None, rng=rng)
    return ShopifyMall(shop, rng=rng, clock=clock)


def _shopify(found: HttpMall) -> ShopifyMall:
    assert isinstance(found, ShopifyMall)
    return found


def _order(found: HttpMall, order_id: str) -> dict[str, Any]:
    order = _shopify(found).shop.order(order_id)
    assert order is not None
    return order


def _listing(found: HttpMall, sku: str) -> Listing:
    return Listing(found.codes[sku], {"inventory_item_id": str(inventory_item_id(sku))})


def _page(found: HttpMall) -> None:
    _shopify(found).graph.most = 2


def _strange(found: HttpMall, order_id: str) -> None:
    odd = {"financial_status": "escrowed", "fulfillment_status": "teleported"}
    _shopify(found).shop.change(order_id, found.now(), **odd)


def _spoil(found: HttpMall, order_id: str) -> None:
    _order(found, order_id)["line_items"][0]["quantity"] = None


API_CASE = ApiCase(
    stem="shopify",
    mall=mall,
    credentials={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    wrong={"client_id": CLIENT_ID, "client_secret": "guessed"},
    options={"location_id": LOCATION},
    listing=_listing,
    unknown=Listing("4000000999999"),
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=lambda found, order_id: len(_order(found, order_id)["fulfillments"]),
    is_cancelled=lambda found, order_id: _order(found, order_id)["cancelled_at"] is not None,
    renews=True,
    push="PushStock",
    ship="mutation Ship",
    cancel="mutation CancelOrder",
)
