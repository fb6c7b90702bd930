"""A plain HTTP client for the emulators' own tests."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def ask(
    url: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """(status, headers in lower case, body). body: bytes as they are, else JSON.

    Raises http.client.HTTPException or OSError when there is no answer.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        connection.request(method, path, content, headers or {})
        answer = connection.getresponse()
        return answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def ask_json(
    url: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """(status, JSON of the answer)."""
    status, _, content = ask(url, method, path, body, headers)
    return status, json.loads(content)
