"""HTTP on loopback for the emulators: requests, answers, refusals and routes."""

import json
import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MOST_BYTES = 20_000_000


class Drop(Exception):
    """The connection is closed without an answer."""


class Refused(Exception):
    """The request is not served. Carries the HTTP status, headers and the mall's own code."""

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.status = int(status)
        self.headers = dict(headers or {})
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. path: as sent, without the query. query: every value of each name. headers: names
    in lower case. params: what a route took from the path, decoded. target: path and query as sent.
    """

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)
    target: str = ""

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        """The body as JSON. Raises Refused (400)."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refused(HTTPStatus.BAD_REQUEST, "the body is not JSON") from None

    def object(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused (400)."""
        value = self.json()
        if not isinstance(value, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "the body is not an object")
        return value

    def form(self) -> dict[str, str]:
        """The body as a form, the first value of each field."""
        sent = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in sent.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON with Japanese as it is."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(
        status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    )


def text_answer(
    text: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    kind: str = "text/plain",
    encoding: str = "utf-8",
) -> Answer:
    """A text, also XML: kind="application/xml"."""
    named = {"Content-Type": f"{kind}; charset={encoding}", **(headers or {})}
    return Answer(status, text.encode(encoding), named)


def empty_answer(status: int = 204) -> Answer:
    return Answer(status)


Serve = Callable[[Asked], Answer]


class Routes:
    """Which function serves which path: `/orders/{id}`; `{rest:path}` also takes slashes."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Serve]] = []

    def add(self, method: str, path: str, serve: Serve) -> None:
        pattern = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        self._routes.append((method, re.compile(pattern), serve))

    def serve(self, asked: Asked) -> Answer:
        """The answer of the first route that fits. Raises Refused: 404, 405."""
        elsewhere = False
        for method, pattern, serve in self._routes:
            found = pattern.fullmatch(asked.path)
            if found is None:
                continue
            if method == asked.method:
                params = {name: unquote(text) for name, text in found.groupdict().items()}
                return serve(replace(asked, params=params))
            elsewhere = True
        if elsewhere:
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed")
        raise Refused(HTTPStatus.NOT_FOUND, "Not Found")


class LoopbackServer:
    """Serves `answer` at a port of 127.0.0.1 (0: any free one) from `start` to `stop`."""

    def __init__(self, port: int, answer: Serve) -> None:
        self._server = _Server(port, answer)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Also ends connections that are kept open."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        self._server.end_connections()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Serve) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def end_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it ended by itself

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; a mistake of an emulator is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body are two writes, and the second must not wait for the first to be acknowledged.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            self._send(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            asked = Asked(self.command, parts.path, query, headers, body, target=self.path)
            self._send(self.server.answer(asked))
        except Drop:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815  (http.server's names)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the terminal belongs to whoever started us."""
