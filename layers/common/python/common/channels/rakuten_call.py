"""One call of RMS: how to prove who asks, and what its refusals mean.

Wire facts: `Authorization: ESA base64(serviceSecret:licenseKey)`. The Order API answers with
MessageModelList (INFO, WARNING, ERROR), also inside HTTP 200; the newer APIs with `errors`, each
with code, message and metadata.propertyPath. 401 is a key that ended, 403 a function that is not
switched on for the shop.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from common.channels.port import ChannelError, Context, ErrorKind, Request, Response

_INDEX = re.compile(r"inventories\[(\d+)\]")
_MOST_TEXT = 200


class Message(NamedTuple):
    """One row of MessageModelList. order_number: "" for one about the whole call."""

    kind: str
    code: str
    text: str
    order_number: str
    detail_id: str

    @property
    def is_error(self) -> bool:
        return self.kind == "ERROR"


def segment(text: str) -> str:
    """A part of a path."""
    return quote(text, safe="")


def call(
    ctx: Context,
    operation: str,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    repeatable: bool = False,
) -> Response:
    """Any answer below 500, but those about who asks. Raises ChannelError."""
    proof = f"{ctx.credential('service_secret')}:{ctx.credential('license_key')}"
    headers = {
        "Authorization": f"ESA {base64.b64encode(proof.encode()).decode()}",
        "Accept": "application/json",
    }
    sent = b""
    if body is not None:
        headers["Content-Type"] = "application/json; charset=utf-8"
        sent = json.dumps(body, ensure_ascii=False).encode()
    request = Request(method, f"{ctx.shop.url}{path}", headers, sent)
    response = ctx.send(operation, request, repeatable=repeatable)
    if response.status == 401:
        raise ChannelError(
            ErrorKind.AUTH, "Rakuten refused the licence key. Issue a new one in RMS.", code="401"
        )
    if response.status == 403:
        raise ChannelError(
            ErrorKind.FORBIDDEN, "This function is not switched on in RMS for the shop.", code="403"
        )
    return response


def order_call(
    ctx: Context, operation: str, name: str, body: Mapping[str, Any], *, repeatable: bool = False
) -> dict[str, Any]:
    """A function of the Order API, its answer whole, also one of HTTP 400 that has messages.

    Raises ChannelError REMOTE for an answer that is none.
    """
    path = f"/es/2.0/order/{name}/"
    response = call(ctx, operation, "POST", path, body, repeatable=repeatable)
    data = read_object(response)
    if response.status != 200 and not messages(data):
        raise refusal(response)
    return data


def read_object(response: Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises ChannelError REMOTE."""
    try:
        data: Any = json.loads(response.body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ChannelError(
            ErrorKind.REMOTE, "Rakuten's answer is not JSON.", code=f"http_{response.status}"
        )
    return data


def messages(data: Mapping[str, Any]) -> list[Message]:
    """MessageModelList of an answer."""
    return [
        Message(
            kind=str(row.get("messageType") or ""),
            code=str(row.get("messageCode") or ""),
            text=str(row.get("message") or ""),
            order_number=str(row.get("orderNumber") or ""),
            detail_id=str(row.get("shippingDetailId") or ""),
        )
        for row in rows_of(data, "MessageModelList")
    ]


def rows_of(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; none when it is missing."""
    value = data.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def refused(
    found: Sequence[Message], kind: ErrorKind = ErrorKind.INVALID, detail: str = ""
) -> ChannelError:
    """The error that Rakuten's first message of an error makes."""
    first = next((message for message in found if message.is_error), None)
    if first is None:
        return ChannelError(kind, detail or "Rakuten did not do it and does not say why.")
    return ChannelError(kind, detail or first.text[:_MOST_TEXT], code=first.code)


def refusal(response: Response) -> ChannelError:
    """The error that an answer of 4xx makes."""
    kinds = {404: ErrorKind.NOT_FOUND, 409: ErrorKind.CONFLICT}
    kind = kinds.get(response.status, ErrorKind.INVALID)
    code, text, _ = first_error(response)
    detail = text[:_MOST_TEXT] or f"Rakuten answered {response.status}."
    return ChannelError(kind, detail, code=code or f"http_{response.status}")


def first_error(response: Response) -> tuple[str, str, frozenset[int]]:
    """(code, message, rows of `inventories` that are blamed) of an `errors` answer."""
    try:
        rows = rows_of(read_object(response), "errors")
    except ChannelError:
        rows = []
    blamed = set()
    for row in rows:
        metadata = row.get("metadata")
        path = metadata.get("propertyPath") if isinstance(metadata, dict) else None
        if found := _INDEX.search(str(path)):
            blamed.add(int(found[1]))
    first = rows[0] if rows else {}
    return str(first.get("code") or ""), str(first.get("message") or ""), frozenset(blamed)
