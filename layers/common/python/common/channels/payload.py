"""Reading a mall's JSON so that nothing in it gets lost unnoticed."""

import copy
import json
import math
import re
from typing import Any, NoReturn

from common.channels.base import UnreadableDelivery

# No order is nested deeper, and what we store must not be (DynamoDB: 32 levels).
_MAX_DEPTH = 20
# An id is at most a 64-bit number; anything longer could be neither stored nor counted.
_MAX_NUMBER = 2**63
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a body in UTF-8. Raises UnreadableDelivery.

    Half a surrogate pair (a text that was cut inside an emoji) becomes `?`: an order is not
    refused for it, and no store would take it.
    """
    try:
        data: Any = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UnreadableDelivery("not_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(data, dict):
        raise UnreadableDelivery("wrong_shape", "The body is not a JSON object.")
    _check(data)
    if not _SURROGATE.search(body):
        return data
    mended: dict[str, Any] = json.loads(
        json.dumps(data, ensure_ascii=False).encode(errors="replace")
    )
    return mended


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check(data: Any) -> None:
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            raise UnreadableDelivery("wrong_shape", "The body is nested too deeply.")
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, (int, float)) and not _is_sane(value):
                raise UnreadableDelivery("wrong_shape", "The body has a number beyond 64 bits.")
        level = inner


def _is_sane(number: float) -> bool:
    return math.isfinite(number) and abs(number) < _MAX_NUMBER


class Payload:
    """A JSON object whose fields are taken out one by one; `left()` is what nobody took.

    Every leaf thereby is mapped, ignored by name, or kept.
    """

    def __init__(self, data: dict[str, Any], path: str = "") -> None:
        self._left = copy.deepcopy(data)
        self._path = path
        self._children: list[tuple[str, Payload | list[Payload]]] = []

    def take(self, name: str) -> Any:
        """The value of a field, None when it is not there."""
        return self._left.pop(name, None)

    def peek(self, name: str) -> Any:
        """As `take`, but the field stays."""
        return self._left.get(name)

    def text(self, name: str) -> str:
        """A field as text: numbers become their digits, None and a missing field ""."""
        value = self.take(name)
        if isinstance(value, (dict, list)):
            raise UnreadableDelivery("wrong_shape", f"{self._path}{name} is not a text.")
        return "" if value is None else str(value).strip()

    def integer(self, name: str) -> int | None:
        """A field as a whole number, None when missing. Raises UnreadableDelivery."""
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnreadableDelivery("wrong_shape", f"{self._path}{name} is not a whole number.")
        return value

    def child(self, name: str) -> "Payload":
        """An object field; an empty one when it is missing or null."""
        value = self.take(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise UnreadableDelivery("wrong_shape", f"{self._path}{name} is not an object.")
        found = Payload(value, f"{self._path}{name}.")
        self._children.append((name, found))
        return found

    def children(self, name: str) -> "list[Payload]":
        """A list of objects; empty when missing or null."""
        value = self.take(name)
        if value is None:
            value = []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise UnreadableDelivery("wrong_shape", f"{self._path}{name} is not a list of objects.")
        found = [Payload(row, f"{self._path}{name}[{n}].") for n, row in enumerate(value)]
        self._children.append((name, found))
        return found

    def left(self, ignored: frozenset[str] = frozenset()) -> dict[str, Any]:
        """What was not taken, without the fields named in `ignored`, at any depth, and without
        empty values."""
        rest = {n: _prune(v, ignored) for n, v in self._left.items() if n not in ignored}
        for name, child in self._children:
            if isinstance(child, Payload):
                rest[name] = child.left(ignored)
            else:
                rows = [row.left(ignored) for row in child]
                rest[name] = rows if any(rows) else []
        return {name: value for name, value in rest.items() if not is_empty(value)}


def _prune(value: Any, ignored: frozenset[str]) -> Any:
    if isinstance(value, dict):
        kept = {n: _prune(v, ignored) for n, v in value.items() if n not in ignored}
        return {name: inner for name, inner in kept.items() if not is_empty(inner)}
    if isinstance(value, list):
        rows = [_prune(inner, ignored) for inner in value]
        return rows if not all(is_empty(row) for row in rows) else []
    return value


def is_empty(value: Any) -> bool:
    """Nothing was said: null, an empty text, list or object. 0 and false say something."""
    return value is None or value in ("", [], {})
