"""WooCommerce: signed webhooks with whole orders, and the REST API v3."""

import base64
import hashlib
import hmac
import json
from random import Random
from typing import Any

from common.channels.port import Listing
from common.channels.woocommerce_meta import SHIPMENT
from common.channels.woocommerce_order import _IGNORED
from malls.http_mall import HttpMall
from malls.woocommerce.mall import WooMall
from tests.common.channels.channel_cases import ApiCase, Case, Clock, Hook


def sign(body: bytes, secret: str, topic: str = "order.updated") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "x-wc-webhook-source": "https://shop.example.com/",
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-resource": "order",
        "x-wc-webhook-event": topic.split(".")[-1],
        "x-wc-webhook-id": "142",
        "x-wc-webhook-delivery-id": "00000000000000000000000000000001",
        "x-wc-webhook-signature": base64.b64encode(digest).decode(),
    }


def _unknown_status(payload: dict[str, Any]) -> None:
    payload |= {"status": "teleported", "payment_method": "escrowed", "refunds": []}
    payload["date_paid_gmt"] = None


_DOCS_UNREAD: list[tuple[str | int, ...]] = [
    ("line_items", 1, "meta_data", 0, "id"),
    ("line_items", 1, "meta_data", 1, "id"),
    ("shipping_lines", 0, "id"),
]

CASE = Case(
    sample="order.json",
    rename_status=_unknown_status,
    ignored=_IGNORED,
    unread={
        # Said better elsewhere: by the names a shop shows, by the sums of a line, by its rate; rows
        # of metadata go by their keys.
        "order.json": [
            *(("meta_data", n, "id") for n in range(7)),
            ("line_items", 0, "taxes", 0, "total"),
            ("line_items", 0, "taxes", 0, "subtotal"),
            ("line_items", 0, "meta_data", 0, "id"),
            ("line_items", 0, "meta_data", 0, "key"),
            ("line_items", 0, "meta_data", 0, "value"),
            ("line_items", 1, "taxes", 0, "total"),
            ("line_items", 1, "taxes", 0, "subtotal"),
            *(
                ("tax_lines", n, name)
                for n in range(2)
                for name in ("id", "rate_code", "label", "compound")
            ),
            ("shipping_lines", 0, "id"),
        ],
        **dict.fromkeys(("docs_order.json", "transcribed_webhook_envelope.json"), _DOCS_UNREAD),
    },
    others={
        "docs_order.json": lambda file: file,
        "transcribed_webhook_envelope.json": lambda file: json.loads(file["raw_body"]),
    },
    hook=Hook(("test-secret", "old-secret"), sign, "x-wc-webhook-signature"),
    personal=(
        *("山田", "鈴木", "花子", "ヤマダ", "hanako", "090-0000-0001", "渋谷", "神南", "道頓堀"),
        *("150-0041", "玄関", "14:00-16:00", "A-17"),
    ),
    emoji="玄関の前に置いてください",
)


def _mall(clock: Clock) -> HttpMall:
    return WooMall(rng=Random(7), clock=clock)


def _woo(mall: HttpMall) -> WooMall:
    assert isinstance(mall, WooMall)
    return mall


def _page(mall: HttpMall) -> None:
    _woo(mall).page_size = 2


def _strange(mall: HttpMall, order_id: str) -> None:
    order = _woo(mall).orders[int(order_id)]
    order["status"] = "teleported"


def _spoil(mall: HttpMall, order_id: str) -> None:
    _woo(mall).orders[int(order_id)]["line_items"][0]["quantity"] = "two"


def _shipments(mall: HttpMall, order_id: str) -> int:
    """Rows of metadata; the notes must be as many."""
    order = _woo(mall).orders[int(order_id)]
    rows = [row for row in order["meta_data"] if row["key"].startswith(SHIPMENT)]
    assert len(_woo(mall).notes[int(order_id)]) <= len(rows)
    return len(rows)


API_CASE = ApiCase(
    stem="woocommerce",
    mall=_mall,
    credentials={"consumer_key": "ck_demo", "consumer_secret": "cs_demo"},
    wrong={"consumer_key": "ck_demo", "consumer_secret": "cs_other"},
    unknown=Listing("999999"),
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=_shipments,
    is_cancelled=lambda mall, id_: _woo(mall).orders[int(id_)]["status"] == "cancelled",
    push="/batch",
    ship="PUT ",
    cancel="PUT ",
)
