"""RFC 9457 problems as API Gateway answers. Light: the webhook receiver uses it."""

import json
from typing import Any

from common.errors import BantoError, Changed, Invalid

PROBLEM_TYPE = "application/problem+json"


def problem_body(error: BantoError, request_id: str) -> dict[str, Any]:
    """The members of the problem; `detail` says what to do next where we know it."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail or error.title,
        "code": error.code,
        "request_id": request_id,
    }
    if isinstance(error, Invalid) and error.errors:
        body["errors"] = [{"field": e.field, "message": e.message} for e in error.errors]
    if isinstance(error, Changed):
        body["current"] = error.current
    return body


def problem_answer(error: BantoError, request_id: str) -> dict[str, Any]:
    """A Lambda proxy answer (payload format 2.0)."""
    return {
        "statusCode": error.status,
        "headers": {"content-type": PROBLEM_TYPE, "cache-control": "no-store"},
        "body": json.dumps(problem_body(error, request_id), ensure_ascii=False),
    }
