"""Calling stock's API as API Gateway does."""

from collections.abc import Mapping, Sequence
from typing import Any

from stock.handlers.api import handler
from tests.conftest import FakeContext
from tests.http import body_of, http_event

PROBLEM = "application/problem+json"


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    groups: Sequence[str] = ("staff",),
) -> dict[str, Any]:
    event = http_event(
        method, f"/api/stock{path}", body=body, headers=headers, query=query, groups=groups
    )
    return handler(event, FakeContext())


def key(text: str = "k") -> dict[str, str]:
    return {"Idempotency-Key": text}


def status_and_code(answer: Mapping[str, Any]) -> tuple[int, str]:
    assert answer["headers"]["Content-Type"] == PROBLEM
    problem = body_of(answer)
    assert problem["status"] == answer["statusCode"]
    assert problem["request_id"] == "test-request"
    return answer["statusCode"], problem["code"]
