"""Problems of RFC 9457, as every refusal of ours is answered."""

from collections.abc import Mapping
from typing import Any

from local.client import Answer


def assert_problem(answer: Answer, status: int, code: str) -> Mapping[str, Any]:
    """A problem of RFC 9457 with a request id. Returns it without the id."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem.pop("request_id")
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    return dict(problem)
