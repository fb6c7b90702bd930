"""A fake of the emulator's HTTP side: it notes what it is asked and answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """Of an AWS JSON call: `AWSCognitoIdentityProviderService.RevokeToken` and so on."""
        return self.headers.get("x-amz-target", "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, dict[str, str], bytes]


def say(body: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


@dataclass
class Upstream:
    """port: where it listens. answer: may be replaced by a test."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], Answer] = lambda _: (200, {}, b"")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    fake = Upstream()

    class Handler(BaseHTTPRequestHandler):
        def everything(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            fake.asked.append(asked)
            status, more, body = fake.answer(asked)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = everything  # noqa: N815

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()
