"""Lists of the REST API: pages, and parameters that are checked."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from malls.http_server import Answer, Asked, Refused, json_answer

_MOST = 100


def invalid(name: str) -> Refused:
    return Refused(
        HTTPStatus.BAD_REQUEST, f"Invalid parameter(s): {name}", code="rest_invalid_param"
    )


def number(asked: Asked, name: str, default: int, most: int = 10**9, *, least: int = 1) -> int:
    text = asked.one(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid(name)
    return int(text)


def numbers(asked: Asked, name: str) -> set[int] | None:
    """Ids of a list; None when it is not there."""
    if name not in asked.query:
        return None
    parts = [part for text in asked.query[name] for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise invalid(name)
    return {int(part) for part in parts}


def word(asked: Asked, name: str, allowed: Sequence[str]) -> str:
    """One of the allowed words, the first by default."""
    found = asked.one(name, allowed[0])
    if found not in allowed:
        raise invalid(name)
    return found


def moment(asked: Asked, name: str) -> datetime | None:
    """A time without an offset."""
    text = asked.one(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise invalid(name) from None


def page_of(asked: Asked, rows: Sequence[Any], page_size: int) -> Answer:
    """The page that was asked for, with how many there are in the headers."""
    per_page = min(number(asked, "per_page", 10, _MOST), page_size)
    # An offset counts more than a page.
    start = number(asked, "offset", (number(asked, "page", 1) - 1) * per_page, least=0)
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(-(-len(rows) // per_page))}
    return json_answer(rows[start : start + per_page], headers=headers)


def batch_of(asked: Asked) -> list[dict[str, Any]]:
    """The things to update; other kinds of batches are not needed here."""
    sent = asked.object()
    if not sent.keys() <= {"create", "update", "delete"}:
        raise invalid("batch")
    rows = sent.get("update", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid("update")
    if sum(len(part) for part in sent.values()) > _MOST:
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"Unable to accept more than {_MOST} items for this request.",
            code="woocommerce_rest_request_entity_too_large",
        )
    return rows
