"""One call of Yahoo's shopping APIs: who asks, and what its refusals mean.

Wire facts: YConnect v2 (`/yconnect/v2/token`: Basic client_id:secret, an access token is good for
an hour); `X-sws-signature` is the base64 of "{sellerId}:{unix time}" encrypted with the store's
public key, `X-sws-signature-version` the version of that key. Order APIs without them shorten the
refresh token to 12 hours, so every call has them. Errors are `<Error><Code>…</Code><Message>…`, in
answers of any status; px-041xx is the token, px-043xx a right that lacks, od… orders, st… stock.
"""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from common.channels.port import ChannelError, Context, ErrorKind, Request, Response, Token
from common.channels.xml import UnreadableXml, read_xml, write_xml
from common.channels.yahoo_key import BadKey, encrypt, read_public_key

API_PATH: Final = "/ShoppingWebService/V1"
AUTH_URL: Final = "https://auth.login.yahoo.co.jp"
SELLER, KEY_VERSION = "seller_id", "public_key_version"
_REAL_HOSTS: Final = ".yahooapis.jp"
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_XML: Final = "application/xml; charset=utf-8"
_MOST_TEXT: Final = 200
_KINDS: Final = (
    ("px-041", ErrorKind.AUTH),
    ("px-042", ErrorKind.RATE),
    ("px-043", ErrorKind.FORBIDDEN),
    ("px-05", ErrorKind.TRANSIENT),
)
# Lists even when there is one of them.
_LISTS: Final = frozenset({"OrderInfo", "Item", "ItemOption", "Result"})


def seller_of(ctx: Context) -> str:
    """The store's account. Raises ChannelError AUTH when it is not set."""
    seller = ctx.shop.options.get(SELLER, "")
    if not seller:
        raise ChannelError(ErrorKind.AUTH, "The shop has no seller_id. Enter it.", code="seller_id")
    return seller


def ask_xml(
    ctx: Context, operation: str, name: str, body: Mapping[str, Any], *, repeatable: bool = False
) -> dict[str, Any]:
    """A call with a `Req`. Raises ChannelError."""
    sent = write_xml("Req", {**body, "SellerId": seller_of(ctx)})
    return _read(ask(ctx, operation, name, sent, _XML, repeatable=repeatable))


def ask_form(
    ctx: Context, operation: str, name: str, fields: Mapping[str, str], *, repeatable: bool = False
) -> dict[str, Any]:
    """A call with a form. Raises ChannelError."""
    sent = urlencode({"seller_id": seller_of(ctx), **fields}).encode()
    return _read(ask(ctx, operation, name, sent, _FORM, repeatable=repeatable))


def ask_query(ctx: Context, operation: str, name: str) -> dict[str, Any]:
    """A call of which the store is all. Raises ChannelError."""
    path = f"{name}?{urlencode({'sellerId': seller_of(ctx)})}"
    return _read(ask(ctx, operation, path, b"", "", repeatable=True, method="GET"))


def ask(
    ctx: Context,
    operation: str,
    name: str,
    body: bytes,
    kind: str,
    *,
    repeatable: bool,
    method: str = "POST",
) -> Response:
    """The answer as it came, also that of an order, which is read elsewhere. A token that ended is
    renewed and the call made once more. Raises ChannelError."""
    for is_last in (False, True):
        token = ctx.token(lambda refresh: renew(ctx, refresh), refresh="refresh_token")
        headers = {"Authorization": f"Bearer {token}", **signature(ctx)}
        if kind:
            headers["Content-Type"] = kind
        request = Request(method, f"{ctx.shop.url}{API_PATH}/{name}", headers, body)
        response = ctx.send(operation, request, repeatable=repeatable)
        error = error_of(response)
        if error is None:
            return response
        if error.kind is ErrorKind.AUTH:
            ctx.forget_token()
            if not is_last:
                continue
        if error.kind is ErrorKind.RATE:
            ctx.throttled(operation, 1.0)
        raise error
    raise AssertionError("the second try returns or raises")


def renew(ctx: Context, refresh: str) -> Token:
    """A new access token. Raises ChannelError, AUTH when a person must sign in again."""
    proof = f"{ctx.credential('client_id')}:{ctx.credential('client_secret')}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(proof).decode()}",
        "Content-Type": _FORM,
        **signature(ctx),
    }
    body = urlencode({"grant_type": "refresh_token", "refresh_token": refresh}).encode()
    request = Request("POST", f"{_auth_url(ctx)}/yconnect/v2/token", headers, body)
    response = ctx.send("token", request, repeatable=True)
    try:
        data: Any = json.loads(response.body)
    except ValueError:
        data = None
    if response.status != 200 or not isinstance(data, dict) or not data.get("access_token"):
        code = str(data.get("error") or "") if isinstance(data, dict) else ""
        raise ChannelError(
            ErrorKind.AUTH,
            "Yahoo gave no new access token. Somebody has to allow it again.",
            code=code or f"http_{response.status}",
        )
    seconds = str(data.get("expires_in") or "")
    lives = timedelta(seconds=int(seconds) if seconds.isdecimal() else 3600)
    return Token(str(data["access_token"]), ctx.now() + lives, str(data.get("refresh_token") or ""))


def signature(ctx: Context) -> dict[str, str]:
    """The two headers that show that we have the store's public key. Raises ChannelError AUTH."""
    message = f"{seller_of(ctx)}:{int(ctx.now().timestamp())}".encode()
    try:
        sealed = encrypt(read_public_key(ctx.credential("public_key")), message)
    except (BadKey, ValueError):
        raise ChannelError(
            ErrorKind.AUTH, "The public key cannot be read. Enter it again.", code="public_key"
        ) from None
    return {
        "X-sws-signature": base64.b64encode(sealed).decode(),
        "X-sws-signature-version": ctx.shop.options.get(KEY_VERSION) or "1",
    }


def error_of(response: Response) -> ChannelError | None:
    """The refusal that an answer is; None for a good one."""
    challenge = response.headers.get("www-authenticate", "")
    code, text = _told(response.body)
    if code:
        kind = next((kind for prefix, kind in _KINDS if code.startswith(prefix)), None)
        return ChannelError(kind or ErrorKind.INVALID, text[:_MOST_TEXT], code=code)
    if challenge or response.status == 401:
        return ChannelError(ErrorKind.AUTH, "Yahoo refused the access token.", code="401")
    if response.status == 403:
        detail = "Yahoo refused the call: is our address registered, and the application allowed?"
        return ChannelError(ErrorKind.FORBIDDEN, detail, code="403")
    if response.status >= 400:
        kind = ErrorKind.NOT_FOUND if response.status == 404 else ErrorKind.INVALID
        return ChannelError(kind, code=f"http_{response.status}")
    return None


def rows_of(data: Mapping[str, Any], *path: str) -> list[dict[str, Any]]:
    """The objects of a list somewhere inside; of lists on the way, the first entry counts."""
    *parents, last = path
    value: Any = data
    for name in parents:
        value = value.get(name) if isinstance(value, dict) else None
        value = value[0] if isinstance(value, list) and value else value
    value = value.get(last) if isinstance(value, dict) else None
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _told(body: bytes) -> tuple[str, str]:
    """(code, message) of an Error, or two empty texts."""
    if b"Error" not in body[:2000]:
        return "", ""
    try:
        root, content = read_xml(body)
    except UnreadableXml:
        return "", ""
    if root != "Error" or not isinstance(content, dict):
        return "", ""
    return str(content.get("Code") or "unknown"), str(content.get("Message") or "")


def _read(response: Response) -> dict[str, Any]:
    try:
        root, content = read_xml(response.body, lists=_LISTS)
    except UnreadableXml:
        raise ChannelError(
            ErrorKind.REMOTE, "Yahoo's answer is not XML.", code=f"http_{response.status}"
        ) from None
    if root == "Result":
        content = {"Result": [content]}
    return content if isinstance(content, dict) else {}


def _auth_url(ctx: Context) -> str:
    """Yahoo's, or that of whoever stands in for it: then the API's own host."""
    host = urlsplit(ctx.shop.url).hostname or ""
    return AUTH_URL if host.endswith(_REAL_HOSTS) else ctx.shop.url
