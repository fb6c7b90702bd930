"""Any shop system: our own JSON, signed by Standard Webhooks."""

import base64
import hashlib
import hmac
import random
from datetime import datetime
from typing import Any

from malls.generic.mall import CartMall
from malls.http_mall import HttpMall
from tests.common.channels.channel_cases import NOW, ApiCase, Case, Clock, Hook


def sign(body: bytes, secret: str, id_: str = "msg_1", at: datetime = NOW) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id_,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def whsec(letter: str) -> str:
    return "whsec_" + base64.b64encode(letter.encode() * 24).decode()


def _unknown_status(payload: dict[str, Any]) -> None:
    payload["data"]["status"] = "TELEPORTED"
    payload["data"]["payment"] |= {"method": "BARTER", "status": "ESCROWED"}


CASE = Case(
    sample="order_created.json",
    rename_status=_unknown_status,
    ignored=frozenset(),
    # Any word after `order.` will do, and the sample has a source_version of its own.
    unread={"order_created.json": [("type",), ("timestamp",)]},
    hook=Hook((whsec("n"), whsec("o")), sign, "webhook-signature"),
    personal=(
        *("山田", "鈴木", "花子", "hanako", "1234-5678", "渋谷", "神南", "道頓堀", "150-0041"),
        *("玄関", "はなこ", "いつも", "不在"),
    ),
)


def mall(clock: Clock) -> CartMall:
    return CartMall(rng=random.Random(1), clock=clock)


def _cart(found: HttpMall) -> CartMall:
    assert isinstance(found, CartMall)
    return found


def _page(found: HttpMall) -> None:
    _cart(found).most = 2


def _strange(found: HttpMall, order_id: str) -> None:
    _cart(found).change(order_id, status="TELEPORTED")


def _told(found: HttpMall, order_id: str, what: str) -> int:
    return [note["what"] for note in _cart(found).told.get(order_id, [])].count(what)


def _spoil(found: HttpMall, order_id: str) -> None:
    _cart(found).orders[order_id]["lines"][0]["quantity"] = "two"


API_CASE = ApiCase(
    stem="generic",
    mall=mall,
    credentials={"api_token": "demo"},
    wrong={"api_token": "guessed"},
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=lambda found, order_id: _told(found, order_id, "shipment"),
    is_confirmed=lambda found, order_id: _told(found, order_id, "confirm") > 0,
    is_cancelled=lambda found, order_id: _cart(found).orders[order_id]["status"] == "CANCELLED",
    push="PUT /stock",
    ship="/shipment",
    confirm="/confirm",
    cancel="/cancel",
)
