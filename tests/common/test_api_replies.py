"""Answers that are models: schema in the OpenAPI, UTF-8 on the wire."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from common.api import make_app, reply
from tests.conftest import FakeContext
from tests.http import http_event


class Thing(BaseModel):
    name: str


APP = make_app("/api/things")


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


def test_the_openapi_description_has_the_model_under_the_status() -> None:
    described = json.loads(APP.get_openapi_json_schema(title="Things", version="1"))

    content = described["paths"]["/one"]["post"]["responses"]["201"]["content"]
    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    assert described["components"]["schemas"]["Thing"]["required"] == ["name"]
