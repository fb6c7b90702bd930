"""A small server that answers the page as the deployed system would, from memory, on loopback.

It serves admin/ with the very security headers of the deployment, config.json, the sign-in
addresses and /api. Tests reach into it: `fail` and `slow` prepare the next answers, `requests`
tells what the page sent.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from infra.headers import security_headers
from tests.browser.fake_areas import Areas
from tests.browser.fake_reply import Problem
from tests.browser.fake_sign_in import CLIENT_ID, SignIn

ADMIN = Path(__file__).parents[2] / "admin"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass
class Request:
    """What the page sent. path: without /api, decoded once as API Gateway does."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    person: dict[str, Any] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class _Fault:
    method: str
    pattern: str
    times: int
    status: int = 0
    delay: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    problem: dict[str, Any] = field(default_factory=dict)
    #: The change is made, but the answer is lost.
    after: bool = False


class FakeApi:
    """One for all tests of a session; `reset` brings the first state back."""

    def __init__(self) -> None:
        self.sign_in = SignIn()
        self.areas = Areas()
        self.requests: list[Request] = []
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self.origin = f"http://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self) -> None:
        self.sign_in.reset()
        self.areas = Areas()
        self.requests.clear()
        self._faults.clear()

    def fail(
        self,
        method: str,
        pattern: str,
        status: int,
        *,
        times: int = 1,
        headers: dict[str, str] | None = None,
        after: bool = False,
        **problem: Any,
    ) -> None:
        """The next `times` requests that fit are answered with a problem. status 0: no answer."""
        self._faults.append(
            _Fault(
                method, pattern, times, status, headers=headers or {}, problem=problem, after=after
            )
        )

    def slow(self, method: str, pattern: str, seconds: float, *, times: int = 1) -> None:
        """The next `times` requests that fit are answered late."""
        self._faults.append(_Fault(method, pattern, times, delay=seconds))

    def sent(self, method: str, pattern: str) -> list[Request]:
        """What the page asked for."""
        return [r for r in self.requests if r.method == method and re.search(pattern, r.path)]

    @contextmanager
    def fault_for(self, request: Request) -> Iterator[_Fault | None]:
        with self._lock:
            self.requests.append(request)
            found = next(
                (
                    f
                    for f in self._faults
                    if f.times > 0
                    and f.method == request.method
                    and re.search(f.pattern, request.path)
                ),
                None,
            )
            if found:
                found.times -= 1
        yield found

    def answer(self, request: Request) -> "Answer":
        person = self.sign_in.person_of(request.headers.get("authorization", ""))
        if person is None:
            return problem(Problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", "Sign in again"))
        request.person = person
        with self.fault_for(request) as fault:
            if fault is None:
                return self._route(request)
            time.sleep(fault.delay)
            if fault.delay or fault.after:
                answer = self._route(request)
                if not fault.after:
                    return answer
            if fault.status == 0:
                return Answer(HTTPStatus.OK, b"", lost=True)
            return problem(
                Problem(fault.status, "fault", fault.problem.pop("detail", "")),
                fault.headers,
                fault.problem,
            )

    def _route(self, request: Request) -> "Answer":
        with self._lock:
            try:
                status, body, headers = self.areas.answer(request)
            except Problem as refused:
                return problem(refused)
        if isinstance(body, bytes):
            return Answer(status, body, {"content-type": "text/csv; charset=utf-8", **headers})
        return Answer(
            status,
            json.dumps(body, ensure_ascii=False).encode(),
            {"content-type": "application/json", **headers},
        )


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


def problem(
    refused: Problem, headers: dict[str, str] | None = None, more: dict[str, Any] | None = None
) -> Answer:
    body = {
        "type": "about:blank",
        "title": refused.code,
        "status": int(refused.status),
        "detail": refused.detail,
        "code": refused.code,
        "request_id": f"req-{refused.status}",
        **refused.more,
        **(more or {}),
    }
    found = {"content-type": "application/problem+json", **(headers or {})}
    return Answer(int(refused.status), json.dumps(body, ensure_ascii=False).encode(), found)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    fake: FakeApi


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Tests look at `requests` instead."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if parts.path.startswith("/api/"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(
                self.command, unquote(parts.path.removeprefix("/api")), query, headers, body
            )
            self._send(self.server.fake.answer(request))
        elif parts.path.startswith(("/oauth2/", "/logout")):
            self._send(self._sign_in(parts.path, query, dict(parse_qsl(body.decode()))))
        else:
            self._send(_file(parts.path))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _sign_in(self, path: str, query: dict[str, str], form: dict[str, str]) -> Answer:
        sign_in = self.server.fake.sign_in
        routes: dict[str, Callable[[], Answer]] = {
            "/oauth2/authorize": lambda: Answer(
                200, sign_in.page(query).encode(), {"content-type": TYPES[".html"]}
            ),
            "/oauth2/as": lambda: Answer(302, b"", {"location": sign_in.chosen(query)}),
            "/oauth2/token": lambda: _json(*sign_in.token(form)),
            "/oauth2/revoke": lambda: _json(HTTPStatus.OK, {"revoked": sign_in.revoke(form)}),
            "/logout": lambda: Answer(302, b"", {"location": query["logout_uri"]}),
        }
        return routes[path]()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.lost:
            # Broken off after the headers: a browser repeats by itself what got no byte at all.
            self.close_connection = True
            answer.headers["content-length"] = "100"
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not answer.lost:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


def _json(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"content-type": "application/json"})


def _file(path: str) -> Answer:
    # This is http, which HSTS would forbid for the whole of localhost.
    headers = {n: v for n, v in security_headers().items() if n != "Strict-Transport-Security"}
    if path == "/config.json":
        config = {"api": "/api", "auth": {"base": "", "client_id": CLIENT_ID}, "stage": "local"}
        return Answer(
            200, json.dumps(config).encode(), {"content-type": "application/json", **headers}
        )
    if path == "/mail.html":
        return Answer(
            200,
            "<!doctype html><title>HTML</title><p>ご注文".encode(),
            {"content-type": TYPES[".html"]},
        )
    found = (ADMIN / (path.lstrip("/") or "index.html")).resolve()
    if not found.is_relative_to(ADMIN) or found.suffix not in TYPES or not found.is_file():
        return Answer(404, b"", headers)
    return Answer(
        200,
        found.read_bytes(),
        {"content-type": TYPES[found.suffix], "cache-control": "max-age=3600", **headers},
    )


if __name__ == "__main__":
    fake = FakeApi()
    print(fake.origin)  # noqa: T201
    threading.Event().wait()
