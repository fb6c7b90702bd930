"""API Gateway events (payload format 2.0) as the HTTP API sends them."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def http_event(
    method: str,
    path: str,
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    groups: Sequence[str] = ("admin",),
    path_parameters: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An event of a signed-in person of `groups`. bytes go in as base64, other bodies as JSON."""
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    if isinstance(body, bytes):
        text, encoded = base64.b64encode(body).decode(), True
    elif body is None:
        text, encoded = None, False
    else:
        sent.setdefault("content-type", "application/json")
        text, encoded = json.dumps(body), False
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": sent,
        "queryStringParameters": dict(query or {}),
        "pathParameters": dict(path_parameters or {}),
        "requestContext": {
            "http": {"method": method, "path": path},
            "requestId": "test-request",
            "stage": "$default",
            "authorizer": {
                "jwt": {
                    "claims": {
                        "sub": "staff-1",
                        "username": "staff-1",
                        "cognito:groups": f"[{' '.join(groups)}]",
                    }
                }
            },
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def body_of(answer: Mapping[str, Any]) -> Any:
    """The JSON body of a Lambda proxy answer."""
    return json.loads(answer["body"])
