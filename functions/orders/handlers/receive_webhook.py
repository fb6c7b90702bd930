"""POST /webhooks/{shop}: verify the bytes, queue them, answer.

Imports neither pydantic nor Powertools: a cold start must fit a mall's patience.
"""

import base64
import json
import sys
from typing import Any

from common.channels.base import RawRequest
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.errors import BantoError, NotFound
from common.problem import problem_answer
from common.queues import Queue
from common.settings import Settings
from common.shops import SecretStore, ShopDirectory
from orders.repository.deliveries import RawArchive
from orders.service.receiving import receive


class Env(Settings):
    settings_table: str
    inbound_queue: str
    raw_bucket: str


@cold_start
def shops() -> ShopDirectory:
    return ShopDirectory(Table(Env.load().settings_table))


@cold_start
def secrets() -> SecretStore:
    return SecretStore()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """202 with the request id, 200 for a trial of the address (WooCommerce takes nothing else for
    it); problems: 401, 404, 413, 503."""
    request_id = event["requestContext"]["requestId"]
    shop_id = (event.get("pathParameters") or {}).get("shop", "")
    env = Env.load()
    try:
        request = RawRequest(_headers(event), _body(event), utc_now())
        queued = receive(
            shop_id,
            request,
            shops=shops(),
            secrets=secrets(),
            archive=RawArchive(env.raw_bucket),
            inbound=Queue(env.inbound_queue),
        )
    except BantoError as error:
        _log(error.code, shop_id if not isinstance(error, NotFound) else "", request_id)
        return problem_answer(error, request_id)
    except Exception as error:  # noqa: BLE001 - the edge: the sender gets a problem and delivers again
        _log(type(error).__name__, shop_id, request_id)
        return problem_answer(BantoError("Deliver again later."), request_id)
    return {
        "statusCode": 202 if queued else 200,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps({"request_id": request_id}),
    }


def _headers(event: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return str(body).encode()


def _log(code: str, shop_id: str, request_id: str) -> None:
    # One line without Powertools' Logger, whose import would double the cold start.
    line = {"level": "WARNING", "message": "refused", "code": code, "request_id": request_id}
    sys.stdout.write(json.dumps(line | ({"shop_id": shop_id} if shop_id else {})) + "\n")
