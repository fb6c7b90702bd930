"""Any shop system: our own JSON, signed by Standard Webhooks."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from tests.common.channels.cases import NOW, Case, Hook


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
