"""One call of Shopify's GraphQL Admin API: tokens, the cost of a call, and what errors mean.

Wire facts: shopify.dev, "Client credentials grant" (a token of 24 hours), "Use expiring offline
access tokens" (an hour, with a refresh token that is good once), "GraphQL Admin API rate limits"
(points; `extensions.cost.throttleStatus`, errors with `extensions.code` THROTTLED).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from common.channels.port import ChannelError, Context, ErrorKind, Request, Response, Token

API_VERSION: Final = "2026-10"
_KINDS: Final = {
    "ACCESS_DENIED": ErrorKind.FORBIDDEN,
    "SHOP_INACTIVE": ErrorKind.FORBIDDEN,
    "INTERNAL_SERVER_ERROR": ErrorKind.TRANSIENT,
    "TIMEOUT": ErrorKind.TRANSIENT,
}
# A call that costs more than what is left waits; so does everything when so little is left.
_RESERVE: Final = 0.05


def call(
    ctx: Context,
    operation: str,
    document: str,
    variables: Mapping[str, Any],
    *,
    repeatable: bool = True,
) -> dict[str, Any]:
    """The `data` of the answer. Raises ChannelError.

    repeatable: also for mutations that say `@idempotent`.
    """
    body = json.dumps({"query": document, "variables": variables}).encode()
    response = _send(ctx, operation, body, repeatable=repeatable)
    if response.status == 401 and not _is_static(ctx):
        ctx.forget_token()
        response = _send(ctx, operation, body, repeatable=repeatable)
    if response.status != 200:
        raise _refused(response.status)
    answer = _object(response.body)
    _mind_the_cost(ctx, operation, answer)
    errors = answer.get("errors")
    if errors:
        raise _failed(ctx, operation, errors, answer)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise _strange()
    return data


def _send(ctx: Context, operation: str, body: bytes, *, repeatable: bool) -> Response:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "X-Shopify-Access-Token": _token(ctx),
    }
    url = f"{ctx.shop.url}/admin/api/{API_VERSION}/graphql.json"
    return ctx.send(operation, Request("POST", url, headers, body), repeatable=repeatable)


# -- tokens


def _given(ctx: Context, name: str) -> str:
    try:
        return ctx.credential(name)
    except ChannelError:
        return ""


def _is_static(ctx: Context) -> bool:
    return bool(_given(ctx, "access_token"))


def _token(ctx: Context) -> str:
    """A token that never ends, as old custom apps have it; else one that is asked for."""
    static = _given(ctx, "access_token")
    if static:
        return static
    if _given(ctx, "refresh_token"):
        return ctx.token(lambda refresh: _granted(ctx, refresh), refresh="refresh_token")
    return ctx.token(lambda _: _granted(ctx, ""))


def _granted(ctx: Context, refresh: str) -> Token:
    form = {
        "client_id": ctx.credential("client_id"),
        "client_secret": ctx.credential("client_secret"),
        "grant_type": "refresh_token" if refresh else "client_credentials",
    }
    if refresh:
        form["refresh_token"] = refresh
    response = ctx.send(
        "token",
        Request(
            "POST",
            f"{ctx.shop.url}/admin/oauth/access_token",
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            urlencode(form).encode(),
        ),
        # A refresh token is good once; asking again with it would end the shop's access.
        repeatable=not refresh,
    )
    if response.status != 200:
        raise ChannelError(
            ErrorKind.AUTH, "Shopify gives no access token for these credentials.", code="no_token"
        )
    answer = _object(response.body)
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(value, str) or not isinstance(seconds, int):
        raise _strange()
    ends = ctx.now() + timedelta(seconds=seconds)
    return Token(value, ends, str(answer.get("refresh_token") or ""))


# -- what went wrong


def _refused(status: int) -> ChannelError:
    kind = {
        401: ErrorKind.AUTH,
        402: ErrorKind.FORBIDDEN,
        403: ErrorKind.FORBIDDEN,
        404: ErrorKind.NOT_FOUND,
        423: ErrorKind.FORBIDDEN,
    }.get(status, ErrorKind.INVALID)
    return ChannelError(kind, f"Shopify answered {status}.", code=str(status))


def _strange() -> ChannelError:
    return ChannelError(
        ErrorKind.REMOTE, "Shopify's answer cannot be read.", code="strange", may_be_applied=True
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        raise _strange() from None
    if not isinstance(answer, dict):
        raise _strange()
    return answer


def _failed(ctx: Context, operation: str, errors: Any, answer: Mapping[str, Any]) -> ChannelError:
    row = errors[0] if isinstance(errors, list) and errors else {}
    extensions = row.get("extensions") if isinstance(row, dict) else None
    code = str((extensions or {}).get("code") or "")
    if code == "THROTTLED":
        seconds = _seconds_to(answer, _cost(answer, "requestedQueryCost"))
        ctx.throttled(operation, seconds)
        return ChannelError(
            ErrorKind.RATE, "The shop's points are used up.", code=code, retry_after=seconds
        )
    kind = _KINDS.get(code, ErrorKind.INVALID)
    return ChannelError(
        kind,
        f"Shopify refused {operation}: {code or 'no code'}.",
        code=code,
        may_be_applied=kind is ErrorKind.TRANSIENT,
    )


def _cost(answer: Mapping[str, Any], name: str, inner: str = "") -> float:
    found: Any = answer.get("extensions")
    for part in filter(None, ("cost", inner, name)):
        found = found.get(part) if isinstance(found, dict) else None
    return float(found) if isinstance(found, (int, float)) else 0.0


def _seconds_to(answer: Mapping[str, Any], points: float) -> float:
    """Until so many points are there."""
    left = _cost(answer, "currentlyAvailable", "throttleStatus")
    rate = _cost(answer, "restoreRate", "throttleStatus") or 50.0
    return max(0.0, (points - left) / rate) or 1.0


def _mind_the_cost(ctx: Context, operation: str, answer: Mapping[str, Any]) -> None:
    """Rest before Shopify says so: other apps and staff live off the same shop."""
    most = _cost(answer, "maximumAvailable", "throttleStatus")
    needed = max(_cost(answer, "requestedQueryCost"), most * _RESERVE)
    if most and _cost(answer, "currentlyAvailable", "throttleStatus") < needed:
        ctx.throttled(operation, _seconds_to(answer, needed))
