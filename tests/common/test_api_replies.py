"""Answers that are models: schema in the OpenAPI, UTF-8 on the wire."""

import json
from http import HTTPStatus
from typing import Annotated

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from common.api import make_app, reply
from tests.conftest import FakeContext
from tests.http import http_event


class Thing(BaseModel):
    name: str


APP = make_app("/api/things")


@APP.post("/named")
def name_one(thing: Annotated[Thing, Body()]) -> Response[Thing]:
    return reply(thing)


@APP.post("/one", status_code=HTTPStatus.CREATED)
def make_one() -> Response[Thing]:
    return reply(Thing(name="番頭"), status=HTTPStatus.CREATED, version=3, location="/one")


def test_a_model_is_answered_as_json_with_its_version_and_headers(context: FakeContext) -> None:
    answered = APP.resolve(http_event("POST", "/api/things/one"), context)

    assert answered["statusCode"] == 201
    assert answered["body"] == '{"name":"番頭"}'
    assert answered["headers"]["etag"] == '"3"'
    assert answered["headers"]["location"] == "/one"
    assert answered["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize("body", ["[" * 50_000, '{"name":' * 50_000])
def test_a_body_of_nothing_but_brackets_is_the_callers_mistake(
    body: str, context: FakeContext
) -> None:
    asked = http_event("POST", "/api/things/named", headers={"content-type": "application/json"})
    answered = APP.resolve({**asked, "body": body, "isBase64Encoded": False}, context)

    assert answered["statusCode"] == 422
    problem = json.loads(answered["body"])
    assert (problem["code"], problem["detail"]) == ("invalid", "The body is nested too deeply.")
    assert problem["request_id"]


def test_the_openapi_description_has_the_model_under_the_status() -> None:
    described = json.loads(APP.get_openapi_json_schema(title="Things", version="1"))

    content = described["paths"]["/one"]["post"]["responses"]["201"]["content"]
    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    assert described["components"]["schemas"]["Thing"]["required"] == ["name"]
