"""The addresses of Cognito's managed login that the page uses, for people who exist here only.

Codes work once, refresh tokens are rotated, PKCE (S256) and the redirect address are checked: a
page that signs in here does what the real one asks for.
"""

import base64
import hashlib
import html
import json
import secrets
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

CLIENT_ID = "fake-client"
EXPIRES_SECONDS = 1800
PEOPLE: dict[str, dict[str, Any]] = {
    "admin": {"id": "u-admin", "name": "番頭 一郎", "groups": ["admin"]},
    "staff": {"id": "u-staff", "name": "大野 由紀", "groups": ["staff"]},
    "support": {"id": "u-support", "name": "森 さくら", "groups": ["support"]},
    "viewer": {"id": "u-viewer", "name": "見学 花子", "groups": ["viewer"]},
    "guest": {"id": "u-guest", "name": "来客 一", "groups": []},
}


class SignIn:
    """Tokens live in memory; `calls` says what was asked of the token endpoint."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh: dict[str, str] = {}
        self._rotated: dict[str, str] = {}
        self._access: dict[str, str] = {}
        self.calls: list[str] = []
        self.wrong_nonce = False
        self.lifetime = EXPIRES_SECONDS
        self.delay = 0.0

    def refresh_token(self, person: str) -> str:
        token = secrets.token_urlsafe(16)
        self._refresh[token] = person
        return token

    def end_access(self) -> None:
        """Every access token given so far is refused from now on."""
        self._access.clear()

    def end_all(self) -> None:
        """Refresh tokens, too."""
        self._access.clear()
        self._refresh.clear()
        self._rotated.clear()

    def person_of(self, authorization: str) -> dict[str, Any] | None:
        person = self._access.get(authorization.removeprefix("Bearer "))
        return PEOPLE[person] if person else None

    def page(self, query: dict[str, str]) -> str:
        """The sign-in page: one link a person."""
        if query.get("client_id") != CLIENT_ID or query.get("code_challenge_method") != "S256":
            return "<!doctype html><title>error</title><p>invalid_request"
        links = "".join(
            f'<p><a href="{html.escape(_choice(query, name))}">{name}</a>' for name in PEOPLE
        )
        icon = '<link rel="icon" href="data:,">'
        return f"<!doctype html><html lang=en>{icon}<title>Sign in</title><h1>Sign in</h1>{links}"

    def chosen(self, query: dict[str, str]) -> str:
        """Where the browser goes after a person was chosen."""
        code = secrets.token_urlsafe(12)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[HTTPStatus, dict[str, Any]]:
        self.calls.append(form.get("grant_type", ""))
        time.sleep(self.delay)
        if form.get("client_id") != CLIENT_ID:
            return _refused("invalid_client")
        if form.get("grant_type") == "refresh_token":
            token = form.get("refresh_token", "")
            person = self._refresh.pop(token, None) or self._rotated.get(token)
            if person is None:
                return _refused("invalid_grant")
            # Cognito takes a rotated token for a minute more: its answer may have got lost.
            self._rotated[token] = person
            return HTTPStatus.OK, self._tokens(person)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return _refused("invalid_grant")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if _base64url(digest) != asked["code_challenge"]:
            return _refused("invalid_grant")
        nonce = "another" if self.wrong_nonce else asked["nonce"]
        return HTTPStatus.OK, {
            **self._tokens(asked["person"]),
            "id_token": _unsigned({"nonce": nonce}),
        }

    def revoke(self, form: dict[str, str]) -> bool:
        self.calls.append("revoke")
        return self._refresh.pop(form.get("token", ""), None) is not None

    def _tokens(self, person: str) -> dict[str, Any]:
        access = secrets.token_urlsafe(16)
        self._access[access] = person
        return {
            "access_token": access,
            "id_token": _unsigned({}),
            "refresh_token": self.refresh_token(person),
            "expires_in": self.lifetime,
            "token_type": "Bearer",
        }


def _choice(query: dict[str, str], person: str) -> str:
    return "/oauth2/as?" + urlencode({**query, "person": person})


def _refused(error: str) -> tuple[HTTPStatus, dict[str, Any]]:
    return HTTPStatus.BAD_REQUEST, {"error": error}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unsigned(claims: dict[str, Any]) -> str:
    return ".".join((_base64url(b"{}"), _base64url(json.dumps(claims).encode()), ""))
