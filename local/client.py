"""A person at the API: signs in as the admin page does, and calls what it calls."""

import base64
import hashlib
import http.client
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

SCOPE = "openid email profile"
# A token this close to its end is renewed before it is used.
MARGIN = 60.0


class SignInFailed(Exception):
    """The sign-in page did not let the person in."""


class ApiFailed(Exception):
    """The API answered with a status that the caller did not expect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)

    def expect(self, *statuses: int) -> "Answer":
        """Itself. Raises ApiFailed, with what the API said, unless the status is one of these."""
        if self.status not in statuses:
            said = self.body[:500].decode(errors="replace")
            raise ApiFailed(f"HTTP {self.status} instead of {statuses}: {said}")
        return self


def request(
    origin: str,
    method: str,
    target: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> Answer:
    """One HTTP request, redirects not followed. Raises OSError when nobody answers."""
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(
        parts.hostname or "localhost", parts.port, timeout=timeout
    )
    try:
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, answer.read())
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


class ApiClient:
    """The API as one person sees it. Safe to use from several threads.

    origin: such as http://localhost:8080. Signs in at the first call.
    """

    def __init__(self, origin: str, client_id: str, user: str, password: str) -> None:
        self.origin = origin
        self._client_id = client_id
        self._user = user
        self._password = password
        self._token = ""
        self._until = 0.0
        self._lock = threading.Lock()

    def call(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Answer:
        """Any request. json_body: sent as JSON; body: sent as it is."""
        sent = {"Authorization": f"Bearer {self.token()}", **(headers or {})}
        if json_body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = json.dumps(json_body, ensure_ascii=False).encode()
        target = f"{path}?{urlencode(query)}" if query else path
        return request(self.origin, method, target, body=body, headers=sent)

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON of a GET that must succeed. Raises ApiFailed otherwise."""
        return self.call("GET", path, query=query).expect(200).json

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """A POST of JSON with a new Idempotency-Key, or the given one."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self.call("POST", path, json_body=body, headers=headers)

    def token(self) -> str:
        """An access token that is good for a while. Raises SignInFailed."""
        with self._lock:
            if self._until - MARGIN < time.monotonic():
                tokens = self._sign_in()
                self._token = tokens["access_token"]
                self._until = time.monotonic() + tokens["expires_in"]
            return self._token

    def _sign_in(self) -> Any:
        """Code and PKCE, step by step as the browser goes."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": self._client_id,
            "redirect_uri": f"{self.origin}/",
            "response_type": "code",
            "scope": SCOPE,
            "state": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        page = self._form("GET", f"/oauth2/authorize?{urlencode(asked)}")
        if page.status != 200:
            raise SignInFailed(f"no sign-in page: HTTP {page.status} {page.body[:200]!r}")
        person = {"username": self._user, "password": self._password}
        gone = self._form("POST", "/login", {**asked, **person}).headers.get("location", "")
        codes = parse_qs(urlsplit(gone).query).get("code")
        if not codes:
            raise SignInFailed(f"{self._user} was not let in")
        granted = {
            "grant_type": "authorization_code",
            "code": codes[0],
            "redirect_uri": asked["redirect_uri"],
            "client_id": self._client_id,
            "code_verifier": verifier,
        }
        return self._form("POST", "/oauth2/token", granted).expect(200).json

    def _form(self, method: str, target: str, form: Mapping[str, str] | None = None) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        body = urlencode(form).encode() if form else None
        return request(self.origin, method, target, body=body, headers=kind)
