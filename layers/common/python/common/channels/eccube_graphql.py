"""One call of EC-CUBE's GraphQL API, and its access tokens.

Wire facts: EC-CUBE/eccube-api4, documentation of the authorization code and refresh token grants:
`POST /token` with a form, access tokens of an hour, a new refresh token each time; `POST /api` with
`{"query", "variables"}`. Errors come with status 200 in `errors`, each with the `path` it is about;
several fields of one request (by aliases) succeed or fail each by itself.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from common.channels.port import ChannelError, Context, ErrorKind, Request, Response, Token

# A refresh token's field may hold the code of the consent page instead, for its ten minutes.
CODE_PREFIX: Final = "code:"
_LIFETIME: Final = 3600


class Answer(NamedTuple):
    """data: by alias. errors: messages by alias, "" for those about the whole request."""

    data: Mapping[str, Any]
    errors: Mapping[str, str]


def ask(
    ctx: Context,
    operation: str,
    query: str,
    variables: Mapping[str, Any] | None = None,
    *,
    repeatable: bool = True,
) -> Answer:
    """Ask; a refused access token is renewed once. Raises ChannelError."""
    body = json.dumps({"query": query, "variables": variables or {}}, ensure_ascii=False)
    response = _send(ctx, operation, body.encode(), repeatable=repeatable)
    if response.status == 401:
        ctx.forget_token()
        response = _send(ctx, operation, body.encode(), repeatable=repeatable)
    if response.status == 401:
        raise ChannelError(ErrorKind.AUTH, "EC-CUBE refuses the access token.", code="401")
    data = _object(response)
    if not 200 <= response.status < 300:
        raise _status(response.status)
    errors = _errors(data.get("errors"))
    found = data.get("data")
    if "" in errors:
        raise _whole(errors[""])
    if not isinstance(found, dict):
        if errors:
            raise _whole(next(iter(errors.values())))
        raise ChannelError(ErrorKind.REMOTE, "The answer has no data.", code="no_data")
    return Answer(found, errors)


def _send(ctx: Context, operation: str, body: bytes, *, repeatable: bool) -> Response:
    token = ctx.token(lambda refresh: _renew(ctx, refresh), refresh="refresh_token")
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    request = Request("POST", f"{ctx.shop.url}/api", headers, body)
    return ctx.send(operation, request, repeatable=repeatable)


def _renew(ctx: Context, refresh: str) -> Token:
    """Raises ChannelError: AUTH when somebody must give their consent again."""
    form = {
        "client_id": ctx.credential("client_id"),
        "client_secret": ctx.credential("client_secret"),
        "redirect_uri": ctx.shop.options.get("redirect_uri", ""),
    }
    if refresh.startswith(CODE_PREFIX):
        form |= {"grant_type": "authorization_code", "code": refresh.removeprefix(CODE_PREFIX)}
    else:
        form |= {"grant_type": "refresh_token", "refresh_token": refresh}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    request = Request("POST", f"{ctx.shop.url}/token", headers, urlencode(form).encode())
    # Should the first answer be lost, the token in hand is used up, asked again or not.
    response = ctx.send("token", request, repeatable=True)
    data = _object(response)
    if response.status in (400, 401):
        word = str(data.get("error") or response.status)[:80]
        detail = "EC-CUBE gives no access token. Give the consent again, and enter the new code."
        raise ChannelError(ErrorKind.AUTH, detail, code=word)
    value, lifetime = data.get("access_token"), data.get("expires_in", _LIFETIME)
    if not 200 <= response.status < 300 or not isinstance(value, str) or not value:
        raise _status(response.status)
    seconds = lifetime if isinstance(lifetime, int) else _LIFETIME
    new = data.get("refresh_token")
    return Token(value, ctx.now() + timedelta(seconds=seconds), new if isinstance(new, str) else "")


def _object(response: Response) -> dict[str, Any]:
    try:
        data: Any = json.loads(response.body)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return data
    if 200 <= response.status < 300:
        # A page of the shop, or a notice of PHP, in place of the API.
        raise ChannelError(ErrorKind.REMOTE, "The shop's answer is not JSON.", code="not_json")
    return {}


def _status(status: int) -> ChannelError:
    if 300 <= status < 400:
        detail = "The shop answers at another address. Enter the one it uses, with https."
        return ChannelError(ErrorKind.INVALID, detail, code="redirect")
    kinds = {403: ErrorKind.FORBIDDEN, 404: ErrorKind.NOT_FOUND}
    kind = kinds.get(status, ErrorKind.INVALID)
    return ChannelError(kind, f"EC-CUBE answered {status}.", code=str(status))


def _errors(rows: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            path = row.get("path")
            first = path[0] if isinstance(path, list) and path else ""
            found.setdefault(str(first), str(row.get("message") or "error"))
    return found


def _whole(message: str) -> ChannelError:
    """Of the plugin's own words only those are told apart that ask for something else."""
    if "permission" in message.lower():
        detail = "The consent lacks a scope; both read and write are needed."
        return ChannelError(ErrorKind.FORBIDDEN, detail, code="scope")
    if "internal server error" in message.lower():
        return ChannelError(ErrorKind.REMOTE, "EC-CUBE failed inside.", code="internal")
    return ChannelError(ErrorKind.INVALID, "EC-CUBE refused the request.", code="graphql")


def error_of(message: str) -> ChannelError:
    """The error of one field."""
    return _whole(message)
