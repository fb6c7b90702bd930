"""The one address in front of everything, as CloudFront is in the cloud.

/                          the admin page, from admin/ as it is on disk
/config.json               where API and sign-in are
/api/…, /webhooks/…        the HTTP API
/oauth2/…, /login, /logout Cognito's sign-in pages
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra.headers import security_headers
from infra.page import INDEX, LEFT_OUT
from local.cognito import SignInPages
from local.ports import HOST
from local.proxy import Handler, Refused, Reply, Server, exchange

TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
API_PATHS = ("/api/", "/webhooks/")


@dataclass(frozen=True, slots=True)
class Behind:
    """What the gateway stands before. api_host: the Host header that chooses the HTTP API."""

    port: int
    api_host: str
    sign_in: SignInPages


class Gateway(Server):
    """Serves http://localhost:<port>. admin: the folder of the page."""

    def __init__(self, port: int, admin: Path, behind: Behind) -> None:
        super().__init__(port, _Handler)
        self.origin = f"http://localhost:{self.port}"
        self.admin = admin.resolve()
        self.behind = behind
        auth = {"base": "", "client_id": behind.sign_in.client_id}
        self.config = json.dumps({"api": "/api", "auth": auth, "stage": "local"}).encode()


class _Handler(Handler):
    server: Gateway

    def respond(self) -> Reply:
        path = urlsplit(self.path).path
        sign_in = self.server.behind.sign_in
        if path.startswith(API_PATHS):
            return self._pass_on(self.server.behind.api_host)
        if sign_in.serves(path):
            body = self.read_body()
            mended = sign_in.mend(self.command, path, body)
            return mended or self._pass_on(f"{HOST}:{self.server.behind.port}", body)
        if self.command not in ("GET", "HEAD"):
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed")
        if path == "/config.json":
            return self._static(self.server.config, TYPES[".json"])
        return self._file(path)

    def _pass_on(self, host: str, body: bytes | None = None) -> Reply:
        headers = self.passed_on(
            {
                "Host": host,
                "X-Forwarded-For": self.client_address[0],
                "X-Forwarded-Host": self.headers.get("Host", ""),
                "X-Forwarded-Proto": "http",
            }
        )
        content = self.read_body() if body is None else body
        reply = exchange(self.server.behind.port, self.command, self.path, headers, content)
        # The emulator lets every origin in; behind one address nobody else needs to come in.
        kept = ((n, v) for n, v in reply.headers if not n.lower().startswith("access-control-"))
        return Reply(reply.status, reply.body, tuple(kept))

    def _file(self, path: str) -> Reply:
        root = self.server.admin
        if path == "/favicon.ico":
            # The emulator's sign-in page is behind this address too and names no icon.
            path = "/favicon.svg"
        # No path has a NUL in it, and Path would say so with a ValueError.
        name = unquote(path).replace("\0", "?").lstrip("/") or INDEX
        found = (root / name).resolve()
        if not found.is_relative_to(root) or not self._is_published(found):
            raise Refused(HTTPStatus.NOT_FOUND, "Not Found")
        return self._static(found.read_bytes(), TYPES[found.suffix])

    def _is_published(self, found: Path) -> bool:
        """A file that the deployment would publish, too."""
        names = found.relative_to(self.server.admin).parts
        left_out = [pattern for pattern in LEFT_OUT if pattern != INDEX]
        hidden = any(fnmatch(name, pattern) for name in names for pattern in left_out)
        return found.is_file() and found.suffix in TYPES and not hidden

    def _static(self, content: bytes, kind: str) -> Reply:
        tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        headers = {**security_headers(), "ETag": tag, "Cache-Control": "no-cache"}
        if tag in self.headers.get("If-None-Match", ""):
            return Reply(HTTPStatus.NOT_MODIFIED, headers=tuple(headers.items()))
        return Reply(HTTPStatus.OK, content, (("Content-Type", kind), *headers.items()))
