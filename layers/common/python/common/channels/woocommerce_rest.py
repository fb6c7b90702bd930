"""One call of WooCommerce's REST API."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from common.channels.port import ChannelError, Context, ErrorKind, Request, Response

_BASE: Final = "/wp-json/wc/v3/"
_KINDS: Final = {
    401: ErrorKind.AUTH,
    403: ErrorKind.FORBIDDEN,
    404: ErrorKind.NOT_FOUND,
    409: ErrorKind.CONFLICT,
}


class Answer(NamedTuple):
    """What came back. pages, total: how many pages and things the list has."""

    data: Any
    pages: int
    total: int


def call(
    ctx: Context,
    operation: str,
    method: str,
    path: str,
    query: Mapping[str, str] | None = None,
    *,
    body: Any = None,
    repeatable: bool | None = None,
) -> Answer:
    """Ask; reads may be repeated. Raises ChannelError."""
    key, secret = ctx.credential("consumer_key"), ctx.credential("consumer_secret")
    headers = {
        "Authorization": f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}",
        "Accept": "application/json",
    }
    content = b""
    if body is not None:
        headers["Content-Type"] = "application/json"
        content = json.dumps(body, ensure_ascii=False).encode()
    url = f"{ctx.shop.url}{_BASE}{path}"
    if query:
        url = f"{url}?{urlencode(query)}"
    again = method == "GET" if repeatable is None else repeatable
    response = ctx.send(operation, Request(method, url, headers, content), repeatable=again)
    data = _json(response)
    if 200 <= response.status < 300:
        return Answer(data, _count(response, "x-wp-totalpages"), _count(response, "x-wp-total"))
    raise _error(response.status, data)


def _count(response: Response, header: str) -> int:
    text = response.headers.get(header, "")
    return int(text) if text.isdecimal() else 1


def _json(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        if not 200 <= response.status < 300:
            return None
        # A cache, a firewall or a notice of PHP in place of the API.
        raise ChannelError(
            ErrorKind.REMOTE, "The site's answer is not JSON.", code="not_json"
        ) from None


def _error(status: int, data: Any) -> ChannelError:
    """The code is WooCommerce's; its message may quote what was sent, so it stays there."""
    code = data.get("code") if isinstance(data, dict) else None
    if 300 <= status < 400:
        detail = "The site answers at another address. Enter the one it uses, with https."
        return ChannelError(ErrorKind.INVALID, detail, code="redirect")
    return ChannelError(
        _KINDS.get(status, ErrorKind.INVALID),
        f"WooCommerce answered {status}.",
        code=str(code)[:80] if code else str(status),
    )
