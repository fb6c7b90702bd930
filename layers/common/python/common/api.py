"""The HTTP edge of an area: routes, who is calling, preconditions, problems.

    app = make_app("/api/stock")

    @app.get("/items")
    def list_items() -> Response: ...

    def handler(event, context): return app.resolve(event, context)

An area with many routes has more modules beside `api.py`, `api_<topic>.py`, each with a Router that
`api.py` takes in by `app.include_router(...)`.

Every answer is JSON and not cached; every error is a problem with the request id.
"""

import base64
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from common.auth import Caller, caller_of
from common.errors import (
    BantoError,
    FieldError,
    Invalid,
    NotFound,
    PreconditionRequired,
    Retryable,
)
from common.observability import logger
from common.problem import PROBLEM_TYPE, problem_body

# What spreadsheets and Next Engine in Japan call CP932.
SHIFT_JIS = "Shift_JIS"

M = TypeVar("M", bound=BaseModel)
_VERSION = re.compile(r"[0-9]{1,15}")

Limit = Annotated[int, Query(ge=1, le=300, description="Items a page")]
Next = Annotated[str | None, Query(max_length=2000, description="Page token of the last answer")]


def make_app(prefix: str) -> APIGatewayHttpResolver:
    """A resolver for one area; `prefix` is stripped from the path."""
    app = APIGatewayHttpResolver(
        enable_validation=True, strip_prefixes=[prefix], serializer=_to_json
    )

    def expected(error: BantoError) -> Response[str]:
        if isinstance(error, Retryable):
            logger().warning("answered: try again", extra={"code": error.code})
        return _problem(app, error)

    def invalid(error: RequestValidationError) -> Response[str]:
        fields = [
            FieldError(".".join(str(part) for part in e["loc"]), str(e["msg"]))
            for e in error.errors()
        ]
        return _problem(app, Invalid("Mend the fields named in errors.", fields))

    def too_deep(_error: RecursionError) -> Response[str]:
        # Python's JSON reader gives up so on thousands of brackets; nothing of ours recurses.
        return _problem(app, Invalid("The body is nested too deeply."))

    def no_route(_error: NotFoundError) -> Response[str]:
        return _problem(app, NotFound("There is no such address."))

    def unexpected(error: Exception) -> Response[str]:
        logger().exception("unexpected", extra={"error": type(error).__name__})
        return _problem(app, BantoError("Tell the request id to whoever looks after Banto."))

    app.exception_handler(BantoError)(expected)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(RecursionError)(too_deep)
    app.exception_handler(Exception)(unexpected)
    app.not_found(no_route)
    return app


def make_router() -> Router:
    """Routes of one topic of an area, for `app.include_router`."""
    return Router()  # type: ignore[no-untyped-call]


def answer(
    body: Any, *, status: HTTPStatus = HTTPStatus.OK, version: int | None = None, **headers: str
) -> Response[str]:
    """A JSON answer; `version` becomes the ETag. Header names are given with underscores."""
    text = json.dumps(body, ensure_ascii=False)
    found = _headers(version, headers)
    return Response(status, content_type="application/json", body=text, headers=found)


def reply(
    body: M, *, status: HTTPStatus = HTTPStatus.OK, version: int | None = None, **headers: str
) -> Response[M]:
    """As `answer`, of a model: a route annotated `-> Response[Model]` is in the OpenAPI with its
    schema, and an instance passes the resolver's check of answers without being read again."""
    found = _headers(version, headers)
    return Response(status, content_type="application/json", body=body, headers=found)


def _headers(version: int | None, extra: Mapping[str, str]) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {n.replace("_", "-"): v for n, v in extra.items()}
    found["cache-control"] = "no-store"
    if version is not None:
        found["etag"] = f'"{version}"'
    return found


def _to_json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def in_its_charset(answer: dict[str, Any]) -> dict[str, Any]:
    """The resolver speaks UTF-8 alone; an answer that says Shift_JIS is sent in it."""
    headers = answer.get("headers") or {}
    if not str(headers.get("Content-Type", "")).endswith(SHIFT_JIS):
        return answer
    body = base64.b64encode(str(answer["body"]).encode("cp932")).decode()
    return answer | {"body": body, "isBase64Encoded": True}


def path_id(text: str) -> str:
    """An id from the path. The page encodes ids twice, because API Gateway decodes a path once
    before it is matched, and a `/` or `#` of a SKU must not end the segment."""
    return unquote(unquote(text))


def request_id(app: APIGatewayHttpResolver) -> str:
    """API Gateway's id of this request; staff read it out to us."""
    return app.current_event.request_context.request_id or ""


def caller(app: BaseRouter) -> Caller:
    """Who is signed in, as the authorizer verified it. Raises Unauthenticated."""
    context = app.current_event.raw_event["requestContext"]
    token = (context.get("authorizer") or {}).get("jwt") or {}
    claims: Mapping[str, Any] = token.get("claims") or {}
    return caller_of(claims)


def _header(app: BaseRouter, name: str) -> str:
    return (app.current_event.headers.get(name) or "").strip()


def if_match(app: BaseRouter) -> int:
    """The version the caller read. Raises PreconditionRequired without a usable header."""
    text = _header(app, "If-Match").removeprefix("W/").strip('"')
    if not _VERSION.fullmatch(text):
        raise PreconditionRequired('Send If-Match: "<version>" with the version you read.')
    return int(text)


def is_creation(app: BaseRouter) -> bool:
    """True for a PUT that must not overwrite (`If-None-Match: *`)."""
    return _header(app, "If-None-Match") == "*"


def idempotency_key(app: BaseRouter) -> str:
    """The caller's key: the same key gives the same effect once. Bound to the caller, so that
    nobody can meet another one's key. Raises PreconditionRequired, Invalid."""
    key = _header(app, "Idempotency-Key")
    if not key:
        raise PreconditionRequired("Send an Idempotency-Key header, a new one for each action.")
    if len(key) > 100 or not key.isascii() or not key.isprintable():
        raise Invalid("The Idempotency-Key may have at most 100 printable ASCII characters.")
    return f"{caller(app).id}#{key}"


def _problem(app: APIGatewayHttpResolver, error: BantoError) -> Response[str]:
    body = json.dumps(problem_body(error, request_id(app)), ensure_ascii=False)
    headers = {"cache-control": "no-store"}
    return Response(error.status, content_type=PROBLEM_TYPE, body=body, headers=headers)
