"""Bad requests to the API: who may not is kept out, and mistakes are told apart from faults."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from local.client import ApiClient, request
from local.stack import Stack
from tests.flows.asking import until
from tests.flows.problems import assert_problem
from tests.flows.shops import CART_SECRET, NAME, Shop, open_cart, register

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Shop:
    """A shop with one order, `requests:R1`."""
    found = open_cart(stack, "requests")
    register(stack, "ASKED-1", 10)
    id_ = found.sell("R1", ("ASKED-1", 1))
    until(lambda: [row["id"] for row in found.rows("PRINT")], lambda ids: ids == [id_], "the order")
    return found


WRITES: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "/api/orders/requests%253AR1", {"memo": "x"}),
    ("POST", "/api/orders/failed-imports/x/retry", None),
    ("POST", "/api/stock/items", {"sku": "V-1", "name": "V"}),
    ("POST", "/api/stock/items/ASKED-1/receive", {"quantity": 1}),
    ("POST", "/api/stock/items/ASKED-1/adjust", {"on_hand": 1, "reason": "LOSS"}),
    ("PATCH", "/api/stock/items/ASKED-1", {"name": "x"}),
    ("POST", "/api/stock/imports/x/apply", None),
    ("POST", "/api/mail/jobs/x/cancel", None),
    ("POST", "/api/mail/jobs/x/retry", None),
    ("PUT", "/api/settings/shops/requests", {"name": "x", "channel": "generic"}),
    ("PUT", "/api/settings/shops/requests/webhook-secret", {"secret": CART_SECRET}),
)
PRECONDITIONS = {"If-Match": '"1"', "Idempotency-Key": "bad-input"}


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{m} {p}" for m, p, _ in WRITES])
def test_who_may_only_look_changes_nothing(
    stack: Stack, shop: Shop, method: str, path: str, body: Any
) -> None:
    viewer = stack.person("viewer")
    answer = viewer.call(method, path, json_body=body, headers=PRECONDITIONS)
    assert "admin" in assert_problem(answer, 403, "forbidden")["detail"]


READS = ("/api/orders", "/api/stock/items", "/api/mail/counts", "/api/settings/shops")


def _asked_with(stack: Stack, token: str | None) -> list[int]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    answers = [request(stack.origin, "GET", path, headers=headers) for path in READS]
    assert all(answer.headers["apigw-requestid"] for answer in answers)
    return [answer.status for answer in answers]


def _raised(token: str) -> str:
    """The same token, but of an administrator: payload changed, signature kept."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["cognito:groups"] = ["admin"]
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{forged}.{signature}"


def _unsigned(token: str) -> str:
    """An administrator's token of the algorithm "none"."""
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{_raised(token).split('.')[1]}."


def test_without_a_genuine_token_nobody_is_let_in(stack: Stack) -> None:
    token = stack.person("viewer").token()
    assert _asked_with(stack, token) == [200] * 4
    for wrong in (None, "", "x", "a.b.c", _raised(token), _unsigned(token)):
        assert _asked_with(stack, wrong) == [401] * 4, wrong


def test_an_expired_token_is_worth_nothing(stack: Stack) -> None:
    cognito = stack.aws.client("cognito-idp")
    client = {
        "UserPoolId": stack.outputs["UserPoolId"],
        "ClientId": stack.outputs["UserPoolClientId"],
    }
    before = cognito.describe_user_pool_client(**client)["UserPoolClient"]
    kept = {name: before[name] for name in ("AccessTokenValidity", "TokenValidityUnits")}
    seconds = {**kept["TokenValidityUnits"], "AccessToken": "seconds"}
    cognito.update_user_pool_client(**client, AccessTokenValidity=2, TokenValidityUnits=seconds)
    try:
        person = ApiClient(stack.origin, client["ClientId"], "viewer", stack.password)
        token = person.token()
    finally:
        cognito.update_user_pool_client(**client, **kept)
    assert _asked_with(stack, token) == [200] * 4
    time.sleep(2.5)
    assert _asked_with(stack, token) == [401] * 4


MISTAKES: tuple[tuple[str, str, Any, Mapping[str, str], int, str], ...] = (
    ("GET", "/api/orders/requests%253AR1/nothing/here", None, {}, 404, "not_found"),
    ("GET", "/api/orders/nobody%253A1", None, {}, 404, "not_found"),
    ("GET", "/api/orders?queue=NONE", None, {}, 422, "invalid"),
    ("GET", "/api/orders?limit=1000", None, {}, 422, "invalid"),
    ("GET", "/api/orders?next=made-up", None, {}, 422, "invalid"),
    ("PATCH", "/api/orders/requests%253AR1", {"memo": "x"}, {}, 428, "precondition_required"),
    ("PATCH", "/api/orders/requests%253AR1", {"mem": "x"}, {"If-Match": '"1"'}, 422, "invalid"),
    ("PATCH", "/api/orders/requests%253AR1", {"memo": "x"}, {"If-Match": '"99"'}, 412, "changed"),
    ("GET", "/api/stock/items/NOBODY", None, {}, 404, "not_found"),
    (
        "POST",
        "/api/stock/items/ASKED-1/receive",
        {"quantity": 1},
        {},
        428,
        "precondition_required",
    ),
    ("POST", "/api/stock/items/ASKED-1/receive", {"quantity": 0}, PRECONDITIONS, 422, "invalid"),
    (
        "POST",
        "/api/stock/items/ASKED-1/receive",
        {"quantity": "1"},
        PRECONDITIONS,
        422,
        "invalid",
    ),
    ("GET", "/api/mail/jobs", None, {}, 422, "invalid"),
    ("GET", "/api/mail/jobs/nobody", None, {}, 404, "not_found"),
    ("GET", "/api/settings/shops/nobody", None, {}, 404, "not_found"),
    ("PUT", "/api/settings/shops/requests", {"name": "", "channel": "x"}, {}, 422, "invalid"),
)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    MISTAKES,
    ids=[f"{status} {method} {path}" for method, path, *_, status, _ in MISTAKES],
)
def test_a_mistake_is_answered_with_a_problem(
    stack: Stack,
    shop: Shop,
    method: str,
    path: str,
    body: Any,
    headers: Mapping[str, str],
    status: int,
    code: str,
) -> None:
    answer = stack.person("admin").call(method, path, json_body=body, headers=headers)
    problem = assert_problem(answer, status, code)
    assert NAME not in json.dumps({**problem, "current": None}, ensure_ascii=False)


def test_broken_json_is_a_mistake_and_no_error_of_ours(stack: Stack) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "broken"}
    for body in (b"{", b"\xff", b"null", b"[" * 10_000):
        answer = stack.person("admin").call("POST", "/api/stock/items", body=body, headers=headers)
        assert_problem(answer, 422, "invalid")
