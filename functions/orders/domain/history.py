"""What differs between two versions of an order, as its history and its timeline tell it."""

import json
from typing import Any

from orders.domain.order import Order

# Parts of an order whose changes are worth a line in its history, without what is only ours.
_TOLD = ("facets", "lines", "memo", "fixes", "content")
_SILENT = frozenset({"basis"})
# A history item must fit beside the order: of long texts the beginning, of many changes the first.
_LONGEST_VALUE = 1000
_MOST_BYTES = 80_000


def differences(before: Order | None, after: Order) -> list[dict[str, Any]]:
    """[{field, before, after}] of the leaves that differ; none for the first version. A last
    field `more` has the number of those that found no room."""
    if before is None:
        return []
    old, new = _leaves(before), _leaves(after)
    paths = list(dict.fromkeys((*old, *new)))
    found: list[dict[str, Any]] = []
    room = _MOST_BYTES
    differing = [path for path in paths if old.get(path) != new.get(path)]
    for n, path in enumerate(differing):
        change = {"field": path, "before": _short(old.get(path)), "after": _short(new.get(path))}
        room -= len(json.dumps(change, ensure_ascii=False).encode())
        if room < 0:
            found.append({"field": "more", "before": None, "after": len(differing) - n})
            break
        found.append(change)
    return found


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return value[: _LONGEST_VALUE - 1] + "…"
    return value


def _leaves(order: Order) -> dict[str, Any]:
    dumped = order.model_dump(mode="json", include=set(_TOLD))
    found: dict[str, Any] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name not in _SILENT:
                    walk(f"{path}.{name}", inner)
        elif isinstance(value, list):
            for n, inner in enumerate(value):
                walk(f"{path}.{n}", inner)
        else:
            found[path] = value

    for name in _TOLD:
        walk(name, dumped[name])
    return found
