"""What the gateway and the SES relay share: take a request, pass it on, hand the answer back."""

import http.client
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.ports import HOST

# API Gateway takes no more in a request.
MOST_BYTES = 10 * 1024 * 1024
# API Gateway waits for 30 s; a little more, so that its own answer comes first.
PATIENCE = 35.0
# RFC 9110, 7.6.1: they belong to one connection and are never passed on.
HOP_BY_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    "transfer-encoding upgrade".split()
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. headers: as sent, without length, date and server."""

    status: int
    body: bytes = b""
    headers: Iterable[tuple[str, str]] = field(default_factory=tuple)


class Refused(Exception):
    """The request is refused before anybody else sees it."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def exchange(
    port: int, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes
) -> Reply:
    """One request to a server on loopback. target: path and query. Raises OSError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        dropped = HOP_BY_HOP | {"content-length", "date", "server"}
        kept = tuple((n, v) for n, v in answer.getheaders() if n.lower() not in dropped)
        return Reply(answer.status, answer.read(), kept)
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


class Server(ThreadingHTTPServer):
    """Listens on loopback from now on, and answers in threads between `open` and `close`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handler: "type[Handler]") -> None:
        super().__init__((HOST, port), handler)
        self.port = int(self.server_address[1])
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True)

    def open(self) -> None:
        self._thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is nothing to talk about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Answer nobody any more. May be called at any time, and again."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """A handler that answers every method by `respond` and writes nothing to the terminal."""

    protocol_version = "HTTP/1.1"
    # An idle connection is closed after that many seconds.
    timeout = 75
    # Not the version of Python.
    server_version = "Banto"
    sys_version = ""

    def respond(self) -> Reply:
        """The answer to this request. Raises Refused, or OSError when nobody is behind us."""
        raise NotImplementedError

    def answer(self) -> None:
        try:
            reply = self.respond()
        except Refused as refusal:
            # The body was not read, so nothing else can be read from this connection.
            self.close_connection = True
            reply = text(refusal.status, str(refusal))
        except OSError as error:
            self.close_connection = True
            reply = text(HTTPStatus.BAD_GATEWAY, f"The local engine does not answer: {error}")
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def read_body(self, most: int = MOST_BYTES) -> bytes:
        """The request's body. Raises Refused for one that is too large or of unknown length."""
        if "Transfer-Encoding" in self.headers:
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "Content-Length is needed")
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit():
            raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length is not a number")
        if int(length) > most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
        return self.rfile.read(int(length))

    def passed_on(self, more: Mapping[str, str]) -> list[tuple[str, str]]:
        """The request's headers without those of the connection; `more` replaces and adds."""
        dropped = HOP_BY_HOP | {"content-length", "expect"} | {name.lower() for name in more}
        kept = [(n, v) for n, v in self.headers.items() if n.lower() not in dropped]
        return [*kept, *more.items()]

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the terminal belongs to the person."""


def text(status: int, message: str) -> Reply:
    """A short answer for a person with curl."""
    return Reply(status, f"{message}\n".encode(), (("Content-Type", "text/plain; charset=utf-8"),))
