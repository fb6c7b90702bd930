"""Reading a mall's JSON so that nothing in it gets lost unnoticed."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from common.channels.base import UnreadableDelivery


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises UnreadableDelivery."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableDelivery("not_json", "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise UnreadableDelivery("wrong_shape", "The body is not a JSON object.")
    return data


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
        """What was not taken, without the fields named in `ignored` and without empty values."""
        rest = {n: v for n, v in self._left.items() if n not in ignored and not _is_empty(v)}
        for name, child in self._children:
            if isinstance(child, Payload):
                found: Any = child.left(ignored)
            else:
                found = [row.left(ignored) for row in child]
                found = found if any(found) else []
            if not _is_empty(found):
                rest[name] = found
        return rest


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(`a.b[0].c`, value) of every leaf that holds something."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(data, list):
        for n, value in enumerate(data):
            yield from leaves(value, f"{path}[{n}]")
    elif not _is_empty(data):
        yield path, data
