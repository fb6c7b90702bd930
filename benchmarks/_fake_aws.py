"""Answers, on loopback, the calls that a webhook receiver makes, so that a first request can be
timed without the time of a database."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

SECRET = "test-secret"  # noqa: S105 - of the shop below, which only lives here
SHOP: Mapping[str, Any] = {
    "pk": {"S": "SHOP"},
    "sk": {"S": "demo"},
    "name": {"S": "Demo"},
    "channel": {"S": "shopify"},
    "version": {"N": "1"},
    "webhook_secrets": {"L": [{"S": "/shops/demo/webhook"}]},
}
_ANSWERS: Mapping[str, Any] = {
    "DynamoDB_20120810.GetItem": {"Item": SHOP},
    "AmazonSSM.GetParameters": {
        "Parameters": [
            {"Name": "/shops/demo/webhook", "Type": "SecureString", "Value": SECRET, "Version": 1}
        ]
    },
    "AmazonSQS.SendMessage": {"MessageId": "1", "MD5OfMessageBody": ""},
    "AmazonSQS.SendMessageBatch": {
        "Successful": [{"Id": "0", "MessageId": "1", "MD5OfMessageBody": ""}],
        "Failed": [],
    },
}


class FakeAws:
    """Serves from `__enter__` to `__exit__`; `url` is its address."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        found = _ANSWERS.get(self.headers.get("X-Amz-Target", ""))
        body = json.dumps(found if found is not None else {"__type": "UnknownOperation"}).encode()
        self.send_response(200 if found is not None else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the terminal belongs to the table."""
