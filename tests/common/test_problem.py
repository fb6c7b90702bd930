"""RFC 9457 as API Gateway wants it."""

import json

import pytest

from common.errors import (
    BantoError,
    Changed,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from common.problem import problem_answer, problem_body


def test_a_problem_has_every_member() -> None:
    assert problem_body(Forbidden("Ask an administrator."), "req-1") == {
        "type": "about:blank",
        "title": "Not allowed",
        "status": 403,
        "detail": "Ask an administrator.",
        "code": "forbidden",
        "request_id": "req-1",
    }


@pytest.mark.parametrize("error", [NotFound(), Unavailable(), BantoError()])
def test_without_a_detail_the_title_is_said(error: BantoError) -> None:
    body = problem_body(error, "r")

    assert body["detail"] == body["title"] == error.title
    assert body["status"] == error.status


def test_wrong_fields_are_listed() -> None:
    body = problem_body(Invalid("Mend it.", [FieldError("quantity", "at least 1")]), "r")

    assert body["errors"] == [{"field": "quantity", "message": "at least 1"}]
    assert "errors" not in problem_body(Invalid("Mend it."), "r")


def test_what_changed_comes_with_the_problem() -> None:
    assert problem_body(Changed("Reload.", {"version": 4}), "r")["current"] == {"version": 4}


def test_the_answer_is_a_problem_that_is_not_cached() -> None:
    answer = problem_answer(NotFound("番頭は知りません"), "req-1")

    assert answer["statusCode"] == 404
    assert answer["headers"] == {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
    }
    assert "番頭は知りません" in answer["body"]
    assert json.loads(answer["body"])["request_id"] == "req-1"
