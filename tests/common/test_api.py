"""The HTTP edge: who is calling, preconditions, problems, ids."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field

from common.api import (
    Limit,
    Next,
    answer,
    caller,
    idempotency_key,
    if_match,
    is_creation,
    make_app,
    path_id,
)
from common.auth import Group
from common.errors import Changed, Conflict, Invalid, Unavailable
from tests.conftest import FakeContext
from tests.http import body_of, http_event
from tests.logs import caught_logs

APP = make_app("/api/things")
PROBLEMS = {
    "conflict": Conflict("It is shipped."),
    "busy": Unavailable("DynamoDB throttled"),
    "changed": Changed("Reload.", {"version": 4}),
    "invalid": Invalid("Mend it."),
    "bug": ValueError("山田 花子"),
}


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quantity: Annotated[int, Field(ge=1)]
    note: str = ""


@APP.get("/me")
def me() -> Response[str]:
    who = caller(APP)
    return answer({"id": who.id, "name": who.name, "groups": sorted(who.groups)}, version=7)


@APP.get("/list")
def listing(limit: Limit = 100, next: Next = None) -> Response[str]:
    return answer({"limit": limit, "next": next})


@APP.get("/items/<sku>")
def item(sku: str) -> Response[str]:
    return answer({"sku": path_id(sku)})


@APP.post("/staff")
def staff() -> Response[str]:
    caller(APP).require(Group.STAFF)
    return answer({}, status=HTTPStatus.ACCEPTED, location="/x")


@APP.post("/changes")
def change(wanted: Annotated[Change, Body()]) -> Response[str]:
    return answer({"version": if_match(APP), "quantity": wanted.quantity})


@APP.put("/creation")
def creation() -> Response[str]:
    return answer({"creation": is_creation(APP), "key": idempotency_key(APP)})


@APP.get("/problems/<name>")
def problems(name: str) -> Response[str]:
    raise PROBLEMS[name]


def ask(method: str, path: str, **event: Any) -> tuple[int, Mapping[str, str], Any]:
    found = APP.resolve(http_event(method, f"/api/things{path}", **event), FakeContext())
    headers = {header.lower(): value for header, value in found["headers"].items()}
    return found["statusCode"], headers, body_of(found)


def problem(method: str, path: str, **event: Any) -> dict[str, Any]:
    """The problem that is answered; the same rules hold for all of them."""
    status, headers, body = ask(method, path, **event)
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "no-store"
    assert body["status"] == status
    assert body["request_id"] == "test-request"
    assert body["title"]
    assert body["detail"]
    found: dict[str, Any] = body
    return found


def test_an_answer_is_json_not_cached_with_its_version() -> None:
    status, headers, body = ask("GET", "/me", groups=("staff", "viewer"))

    assert status == 200
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert headers["etag"] == '"7"'
    assert body == {"id": "staff-1", "name": "staff-1", "groups": ["staff", "viewer"]}


def test_status_and_headers_are_passed_on() -> None:
    status, headers, _ = ask("POST", "/staff", groups=("staff",))

    assert (status, headers["location"]) == (202, "/x")
    assert "etag" not in headers


# -- who is calling


@pytest.mark.parametrize(("group", "status"), [("admin", 202), ("staff", 202)])
def test_those_who_may_come_through(group: str, status: int) -> None:
    assert ask("POST", "/staff", groups=(group,))[0] == status


@pytest.mark.parametrize("groups", [("viewer",), ("support",), ()])
def test_others_are_told_which_group_is_needed(groups: tuple[str, ...]) -> None:
    refused = problem("POST", "/staff", groups=groups)

    assert (refused["status"], refused["code"]) == (403, "forbidden")
    assert "staff, admin" in refused["detail"]


@pytest.mark.parametrize(
    "authorizer", [None, {}, {"jwt": None}, {"jwt": {}}, {"jwt": {"claims": None}}]
)
def test_without_a_verified_token_nobody_is_there(authorizer: Any) -> None:
    event = http_event("GET", "/api/things/me")
    event["requestContext"]["authorizer"] = authorizer

    found = APP.resolve(event, FakeContext())

    assert found["statusCode"] == 401
    assert body_of(found)["code"] == "unauthenticated"


# -- preconditions


def test_a_write_needs_the_version_that_was_read() -> None:
    for headers, version in (({"If-Match": '"12"'}, 12), ({"if-match": ' W/"3" '}, 3)):
        status, _, body = ask("POST", "/changes", body={"quantity": 1}, headers=headers)
        assert (status, body["version"]) == (200, version)


@pytest.mark.parametrize(
    "value", [None, "", "*", '"abc"', '"1", "2"', '"-1"', '"１"', '"' + "9" * 5000 + '"', '"1.0"']
)
def test_a_version_that_is_none_is_asked_for(value: str | None) -> None:
    headers = {} if value is None else {"If-Match": value}

    refused = problem("POST", "/changes", body={"quantity": 1}, headers=headers)

    assert (refused["status"], refused["code"]) == (428, "precondition_required")
    assert "If-Match" in refused["detail"]


def test_a_key_is_bound_to_the_caller() -> None:
    _, _, body = ask("PUT", "/creation", headers={"Idempotency-Key": " k-1 "})

    assert body == {"creation": False, "key": "staff-1#k-1"}


def test_if_none_match_with_a_star_means_do_not_overwrite() -> None:
    headers = {"Idempotency-Key": "k", "If-None-Match": "*"}

    assert ask("PUT", "/creation", headers=headers)[2]["creation"] is True
    for other in ('"*"', '"1"', ""):
        assert not ask("PUT", "/creation", headers=headers | {"If-None-Match": other})[2][
            "creation"
        ]


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_missing_key_is_asked_for(key: str | None) -> None:
    refused = problem("PUT", "/creation", headers={} if key is None else {"Idempotency-Key": key})

    assert refused["status"] == 428
    assert "Idempotency-Key" in refused["detail"]


@pytest.mark.parametrize("key", ["x" * 101, "鍵", "a\x07b", "a\nb"])
def test_a_key_that_fits_no_item_is_refused(key: str) -> None:
    assert problem("PUT", "/creation", headers={"Idempotency-Key": key})["status"] == 422


# -- values


def test_lists_have_limits_of_their_own() -> None:
    assert ask("GET", "/list")[2] == {"limit": 100, "next": None}
    assert ask("GET", "/list", query={"limit": "300", "next": "t"})[2] == {
        "limit": 300,
        "next": "t",
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "query.limit"),
        ({"limit": "301"}, "query.limit"),
        ({"limit": "many"}, "query.limit"),
        ({"next": "x" * 2001}, "query.next"),
    ],
)
def test_a_wrong_parameter_is_named(query: dict[str, str], field: str) -> None:
    refused = problem("GET", "/list", query=query)

    assert (refused["status"], refused["code"]) == (422, "invalid")
    assert [error["field"] for error in refused["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": 0}, "body.quantity"),
        ({"quantity": "山田"}, "body.quantity"),
        ({}, "body.quantity"),
        ({"quantity": 1, "more": "山田"}, "body.more"),
        ({"quantity": 1, "note": ["山田"]}, "body.note"),
    ],
)
def test_a_wrong_field_of_a_body_is_named_and_not_repeated(body: Any, field: str) -> None:
    refused = problem("POST", "/changes", body=body, headers={"If-Match": '"1"'})

    assert refused["status"] == 422
    assert [error["field"] for error in refused["errors"]] == [field]
    assert "山田" not in json.dumps(refused, ensure_ascii=False)


@pytest.mark.parametrize("text", ["{", "", "null", "[]", '"x"', "\x00"])
def test_a_body_that_is_no_object_is_refused(text: str) -> None:
    event = http_event("POST", "/api/things/changes", body={}, headers={"If-Match": '"1"'})
    event["body"] = text

    found = APP.resolve(event, FakeContext())

    assert found["statusCode"] == 422
    assert body_of(found)["code"] == "invalid"


# -- errors


@pytest.mark.parametrize(
    ("name", "status", "code", "detail"),
    [
        ("conflict", 409, "conflict", "It is shipped."),
        ("busy", 503, "unavailable", "DynamoDB throttled"),
        ("invalid", 422, "invalid", "Mend it."),
    ],
)
def test_errors_of_ours_are_problems(name: str, status: int, code: str, detail: str) -> None:
    found = problem("GET", f"/problems/{name}")

    assert (found["status"], found["code"], found["detail"]) == (status, code, detail)


def test_a_change_meanwhile_brings_the_thing_as_it_is() -> None:
    found = problem("GET", "/problems/changed")

    assert (found["status"], found["current"]) == (412, {"version": 4})


def test_an_error_nobody_thought_of_says_nothing_of_itself() -> None:
    with caught_logs() as logs:
        found = problem("GET", "/problems/bug")

    assert (found["status"], found["code"]) == (500, "internal")
    assert "ValueError" not in json.dumps(found)
    assert "山田" not in json.dumps(found, ensure_ascii=False) + logs.getvalue()
    assert json.loads(logs.getvalue())["error"] == "ValueError"


def test_only_what_may_pass_is_logged_as_a_warning() -> None:
    with caught_logs() as logs:
        problem("GET", "/problems/busy")
        problem("GET", "/problems/conflict")

    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert [(line["level"], line["code"]) for line in lines] == [("WARNING", "unavailable")]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/me"), ("GET", ""), ("GET", "/"), ("POST", "/items/A")],
)
def test_an_unknown_address_is_not_found(method: str, path: str) -> None:
    found = problem(method, path)

    assert (found["status"], found["code"]) == (404, "not_found")


def test_a_path_that_only_begins_like_ours_is_not_ours() -> None:
    found = APP.resolve(http_event("GET", "/api/thingsme"), FakeContext())

    assert found["statusCode"] == 404


# -- ids in paths


@pytest.mark.parametrize(
    "sku", ["A-1", "A/B", "A#B", "A B", "A+B", "A?B=C&D", "茶-100", "𠮷", "a:b", "..", "A;B@C,D"]
)
def test_an_id_comes_through_a_path_encoded_twice(sku: str) -> None:
    twice = quote(quote(sku, safe=""), safe="")
    # API Gateway decodes once before it matches.
    for path in (twice, quote(sku, safe="")):
        assert path_id(path) == sku
        assert ask("GET", f"/items/{path}")[2] == {"sku": sku}


def test_bytes_that_are_no_text_are_no_id_and_no_error() -> None:
    assert path_id("%FF") == "\ufffd"
    assert path_id("%25FF") == "\ufffd"
    assert path_id("%") == "%"
