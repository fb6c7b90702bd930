"""What goes over the wire between us and a mall."""

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """One HTTP request. Headers with credentials are never logged."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Response(NamedTuple):
    """Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
