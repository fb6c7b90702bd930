"""Calls of Amazon's SP-API: access token, one repeat when it was refused, errors.

Wire facts: developer-docs.amazon.com/sp-api, "Connect to the SP-API" (LWA token, header
x-amz-access-token; no request signature since October 2023) and "Grantless operations". An expired
token is answered 403 with code `Unauthorized`, a missing role with the same code, so a 403 is worth
one new token. Errors are `{"errors": [{"code", "message", "details"}]}`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from common.channels.base import UnreadableDelivery
from common.channels.payload import read_json
from common.channels.port import ChannelError, Context, ErrorKind, Request, Response, Token

LWA_URL: Final = "https://api.amazon.com"
_AGENT: Final = "Banto/1 (Language=Python)"
_NOTIFICATIONS: Final = "sellingpartnerapi::notifications"
_MOST_TEXT: Final = 200
_KINDS: Final = {
    400: ErrorKind.INVALID,
    401: ErrorKind.AUTH,
    403: ErrorKind.FORBIDDEN,
    404: ErrorKind.NOT_FOUND,
    409: ErrorKind.CONFLICT,
    413: ErrorKind.INVALID,
    415: ErrorKind.INVALID,
    422: ErrorKind.INVALID,
}


def call(
    ctx: Context,
    operation: str,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Any = None,
    repeatable: bool = False,
) -> dict[str, Any]:
    """The answer of an operation, {} when it has no body. operation: as the API's model calls it;
    the rate limits go by it. Raises ChannelError."""

    def send(token: str) -> Response:
        return _send(ctx, operation, token, method, path, query, body, repeatable=repeatable)

    response = send(token_of(ctx))
    if response.status in (401, 403):
        # Nothing was done, so asking again is harmless.
        ctx.forget_token()
        response = send(token_of(ctx))
    return _read(operation, response)


def call_grantless(
    ctx: Context, operation: str, method: str, path: str, *, body: Any = None
) -> dict[str, Any]:
    """As `call`, for operations that are the application's own and of no seller: they need a
    token of another sort, which is made for this one call."""
    token = _ask_token(ctx, {"grant_type": "client_credentials", "scope": _NOTIFICATIONS}).value
    response = _send(ctx, operation, token, method, path, None, body, repeatable=method == "GET")
    return _read(operation, response)


def token_of(ctx: Context) -> str:
    """The shop's access token, good for an hour; the refresh token stays the same."""

    def renew(refresh: str) -> Token:
        return _ask_token(ctx, {"grant_type": "refresh_token", "refresh_token": refresh})

    return ctx.token(renew, refresh="refresh_token")


def _ask_token(ctx: Context, grant: Mapping[str, str]) -> Token:
    form = {
        **grant,
        "client_id": ctx.credential("client_id"),
        "client_secret": ctx.credential("client_secret"),
    }
    host = ctx.shop.options.get("lwa_url") or LWA_URL
    request = Request(
        "POST",
        f"{host.rstrip('/')}/auth/o2/token",
        {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"},
        urlencode(form).encode(),
    )
    response = ctx.send("lwaToken", request, repeatable=True)
    answer = _json(response)
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if response.status != 200 or not isinstance(value, str):
        code = str(answer.get("error") or response.status)
        raise ChannelError(ErrorKind.AUTH, f"Login with Amazon gives no token: {code}.", code=code)
    lifetime = timedelta(seconds=seconds if isinstance(seconds, int) else 3600)
    return Token(value, ctx.now() + lifetime)


def _send(
    ctx: Context,
    operation: str,
    token: str,
    method: str,
    path: str,
    query: Mapping[str, str] | None,
    body: Any,
    *,
    repeatable: bool,
) -> Response:
    url = f"{ctx.shop.url}{path}"
    if query:
        url += "?" + urlencode(query)
    headers = {"x-amz-access-token": token, "user-agent": _AGENT, "accept": "application/json"}
    content = b""
    if body is not None:
        headers["content-type"] = "application/json"
        content = json.dumps(body, ensure_ascii=False).encode()
    return ctx.send(operation, Request(method, url, headers, content), repeatable=repeatable)


def _read(operation: str, response: Response) -> dict[str, Any]:
    if response.status == 204:
        return {}
    if 200 <= response.status < 300:
        try:
            return read_json(response.body)
        except UnreadableDelivery:
            raise ChannelError(
                ErrorKind.REMOTE,
                f"Amazon's answer to {operation} cannot be read.",
                code="unreadable",
                may_be_applied=True,
            ) from None
    raise refusal(operation, response)


def refusal(operation: str, response: Response) -> ChannelError:
    """The error of an answer that is none of success."""
    errors = _json(response).get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    told = first if isinstance(first, dict) else {}
    code = str(told.get("code") or response.status)
    kind = _KINDS.get(response.status, ErrorKind.REMOTE)
    if response.status == 403 and "token" in f"{told.get('message')} {told.get('details')}".lower():
        kind = ErrorKind.AUTH
    message = str(told.get("message") or "")[:_MOST_TEXT]
    return ChannelError(kind, f"Amazon refused {operation}: {code} {message}".strip(), code=code)


def _json(response: Response) -> dict[str, Any]:
    try:
        return read_json(response.body)
    except UnreadableDelivery:
        return {}


def none_if_missing(ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """What `ask` answers, None when Amazon does not know the thing."""
    try:
        return ask()
    except ChannelError as error:
        if error.kind is ErrorKind.NOT_FOUND:
            return None
        raise
