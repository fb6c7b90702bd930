"""The shop over HTTP: its catalogue as Shopify shows it, and the controls of the emulator.

GET  /admin/api/2026-10/products.json   needs X-Shopify-Access-Token
GET  /_mall                             deliveries so far, faults, orders made
POST /_mall/orders?count=3              sell now
PUT  /_mall/faults                      {"duplicate": 0.5, "reorder": 0.5, "lose": 0, "slow": 0}
"""

import hmac
import json
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from malls.courier import Courier, Faults
from malls.shopify.shop import Shop
from malls.shopify.webhooks import API_VERSION

MOST_AT_ONCE = 500
MOST_BYTES = 10_000


class Refused(Exception):
    """The request cannot be served. Carries the HTTP status."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Emulator(ThreadingHTTPServer):
    """Serves one shop on loopback. token: what X-Shopify-Access-Token must be."""

    daemon_threads = True

    def __init__(self, port: int, shop: Shop, courier: Courier, token: str) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.shop = shop
        self.courier = courier
        self.token = token

    def state(self) -> dict[str, Any]:
        """What `GET /_mall` answers."""
        return {
            "orders": len(self.shop.orders),
            "waiting": self.courier.waiting,
            "deliveries": asdict(self.courier.tally),
            "faults": asdict(self.courier.faults),
        }


class _Handler(BaseHTTPRequestHandler):
    server: Emulator
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        try:
            status, body = HTTPStatus.OK, self._route()
        except Refused as refusal:
            status, body = refusal.status, {"errors": str(refusal)}
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = answer  # noqa: N815  (http.server's names)

    def _route(self) -> Any:
        url = urlsplit(self.path)
        match self.command, url.path:
            case "GET", path if path == f"/admin/api/{API_VERSION}/products.json":
                self._authenticate()
                return self.server.shop.listing()
            case "GET", "/_mall":
                return self.server.state()
            case "POST", "/_mall/orders":
                return self._sell(parse_qs(url.query))
            case "PUT", "/_mall/faults":
                return self._faults()
            case _:
                raise Refused(HTTPStatus.NOT_FOUND, "Not Found")

    def _authenticate(self) -> None:
        given = self.headers.get("X-Shopify-Access-Token", "")
        if not hmac.compare_digest(given.encode(), self.server.token.encode()):
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "[API] Invalid API key or access token (unrecognized login or wrong password)",
            )

    def _sell(self, query: dict[str, list[str]]) -> Any:
        count = query.get("count", ["1"])[0]
        if not count.isdigit() or not 1 <= int(count) <= MOST_AT_ONCE:
            raise Refused(HTTPStatus.BAD_REQUEST, f"count is 1 to {MOST_AT_ONCE}")
        now = datetime.now(UTC)
        sold = [self.server.shop.sell(now) for _ in range(int(count))]
        return {"orders": [order["name"] for order in sold if order is not None]}

    def _faults(self) -> Any:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        try:
            faults = Faults(**json.loads(self.rfile.read(length) or b"{}"))
            legal = all(0 <= chance <= 1 for chance in asdict(faults).values())
        except (TypeError, ValueError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "faults are numbers from 0 to 1") from error
        if not legal:
            raise Refused(HTTPStatus.BAD_REQUEST, "faults are numbers from 0 to 1")
        self.server.courier.faults = faults
        return self.server.state()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the terminal belongs to `make run`."""
