"""Doing a request once, however often it is sent."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Once(NamedTuple):
    """An idempotency key and the request it stands for; another request under it is refused."""

    key: str
    request: Mapping[str, Any]
