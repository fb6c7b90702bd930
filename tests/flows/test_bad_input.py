"""Bad input over real HTTP: refused in one way, parked, or told what to mend. Nothing leaks."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.client import Answer, ApiClient, request
from local.stack import Stack
from malls import own_cart
from malls.shopify.orders import build_order as shopify_order
from tests.flows.asking import in_path, pages, until
from tests.flows.shops import (
    CART_SECRET,
    NAME,
    Shop,
    buyer,
    open_cart,
    open_shopify,
    register,
)
from tests.flows.workers import paused

pytestmark = pytest.mark.flow

OTHER_SECRET = "whsec_" + base64.b64encode(b"somebody else's secret, 32 bytes").decode()
INBOUND = "banto-local-orders-inbound"
LIMIT = 1_000_000


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Shop:
    register(stack, "BAD-1", 10)
    return open_cart(stack, "bad")


@pytest.fixture(scope="module")
def shopify(stack: Stack) -> Shop:
    return open_shopify(stack, "bad-shopify")


def _assert_problem(answer: Answer, status: int, code: str) -> Mapping[str, Any]:
    """A problem of RFC 9457 with a request id. Returns it without the id."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem.pop("request_id")
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    return dict(problem)


def _without(delivery: own_cart.Delivery, name: str) -> own_cart.Delivery:
    kept = {n: v for n, v in delivery.headers.items() if n.lower() != name.lower()}
    return own_cart.Delivery(kept, delivery.body)


def _with(delivery: own_cart.Delivery, name: str, value: str) -> own_cart.Delivery:
    return own_cart.Delivery({**_without(delivery, name).headers, name: value}, delivery.body)


def _forgeries(shop: Shop) -> Iterator[tuple[str, own_cart.Delivery]]:
    now = datetime.now(UTC)
    placed = own_cart.build_order("F1", [("BAD-1", 1)], now, buyer("f1"))
    good = shop.delivery(placed)
    stranger = own_cart.delivery(OTHER_SECRET, placed, id_="msg_f", at=now)
    yield "signed with another secret", stranger
    yield "not signed", _without(good, "webhook-signature")
    yield "without an id", _without(good, "webhook-id")
    yield "without a time", _without(good, "webhook-timestamp")
    yield "with another time", _with(good, "webhook-timestamp", str(int(now.timestamp()) + 1))
    yield "with another body", own_cart.Delivery(good.headers, good.body + b" ")
    yield "with another scheme", _with(good, "webhook-signature", "v2,AAAA")
    yield "with garbage", _with(good, "webhook-signature", "v1,%%% \x7f")
    for minutes in (-6, 6):
        at = now + timedelta(minutes=minutes)
        yield f"{minutes} minutes off", own_cart.delivery(CART_SECRET, placed, id_="msg", at=at)


def _shopify_forgeries(shop: Shop) -> Iterator[tuple[str, own_cart.Delivery]]:
    placed = shopify_order(shop._rng, number=1, at=datetime.now(UTC))
    good = shop.delivery(placed, kind="orders/create")
    name = "X-Shopify-Hmac-Sha256"
    yield "not signed", _without(good, name)
    yield "signed for other bytes", own_cart.Delivery(good.headers, good.body + b" ")
    yield "not base64", _with(good, name, "!!!")
    yield "too short", _with(good, name, "AAAA")


def _waiting(stack: Stack) -> int:
    return stack.queues()[INBOUND]


def test_what_is_not_genuine_is_refused_in_one_way_and_never_enqueued(
    stack: Stack, shop: Shop, shopify: Shop
) -> None:
    stack.settle()
    answers: dict[str, Mapping[str, Any]] = {}
    with paused(stack, "orders", "import_orders"):
        for where, forgeries in ((shop, _forgeries(shop)), (shopify, _shopify_forgeries(shopify))):
            for name, delivery in forgeries:
                found = _assert_problem(where.post(delivery), 401, "unauthenticated")
                answers[f"{where.id}: {name}"] = found
        assert len({json.dumps(problem) for problem in answers.values()}) == 1, answers
        assert _waiting(stack) == 0
        # The proof that it would have been seen: a genuine one waits.
        id_ = shop.sell("GENUINE", ("BAD-1", 1))
        assert _waiting(stack) == 1
    until(lambda: [row["id"] for row in shop.rows()], lambda ids: ids == [id_], "the genuine one")
    assert shopify.rows() == []


def test_an_unknown_shop_looks_like_any_other_unknown_shop(stack: Stack, shop: Shop) -> None:
    closed = open_cart(stack, "closed")
    admin, path = stack.person("admin"), "/api/settings/shops/closed"
    settings = {**closed.known.settings(), "enabled": False}
    version = admin.get(path)["version"]
    admin.call("PUT", path, json_body=settings, headers={"If-Match": f'"{version}"'}).expect(200)
    delivery = shop.delivery(own_cart.build_order("N1", [("BAD-1", 1)], datetime.now(UTC)))
    answers = [
        stack.deliver(name, delivery.headers, delivery.body)
        for name in ("nobody", "nobody-else", "closed", "x" * 300, "%E5%BA%97", "SHOP%23bad")
    ]
    problems = [_assert_problem(answer, 404, "not_found") for answer in answers]
    assert [problem for problem in problems if problem != problems[0]] == []
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


def test_a_body_of_more_than_a_megabyte_is_refused(shop: Shop) -> None:
    now = datetime.now(UTC)
    large = own_cart.sign(CART_SECRET, b" " * (LIMIT + 1), id_="msg_large", at=now)
    _assert_problem(shop.post(large), 413, "too_large")


def _nonsense() -> Iterator[tuple[str, bytes]]:
    """Bodies that no adapter can read, with the reason that staff are shown."""
    placed = own_cart.build_order("Q1", [("BAD-1", 1)], datetime.now(UTC), buyer("q1"))
    envelope = {"type": "order.created", "timestamp": own_cart.stamp(datetime.now(UTC))}

    def told(**wrong: Any) -> bytes:
        return json.dumps({**envelope, "data": {**placed, **wrong}}).encode()

    yield "not_json", b"no JSON, but the word canary"
    yield "not_json", b"\xff\xfe\x00"
    yield "not_json", b"[" * 50_000
    yield "wrong_shape", b"[]"
    yield "wrong_shape", json.dumps({**envelope, "data": 7}).encode()
    yield "wrong_shape", told(lines="canary")
    yield "wrong_shape", told(ordered_at="canary")
    yield "wrong_shape", told(buyer={"email": ["canary@example.com"]})
    yield "no_order_id", told(channel_order_id="")


def test_signed_nonsense_is_parked_with_its_bytes_and_the_reason(stack: Stack, shop: Shop) -> None:
    now = datetime.now(UTC)
    bodies = list(_nonsense())
    for n, (_, body) in enumerate(bodies):
        signed = own_cart.sign(CART_SECRET, body, id_=f"msg_n{n}", at=now)
        # As bytes, because the emulator takes JSON for text and mends what is no UTF-8.
        shop.post(_with(signed, "Content-Type", "application/octet-stream")).expect(202)
    # As large as a delivery may be: kept, and too large to be an order.
    largest = b"[" + b" " * (LIMIT - 2) + b"]"
    shop.post(own_cart.sign(CART_SECRET, largest, id_="msg_largest", at=now)).expect(202)
    found = until(
        lambda: [
            parked
            for parked in pages(stack.person("viewer"), "/api/orders/failed-imports")
            if parked["shop_id"] == shop.id
        ],
        lambda parked: len(parked) == len(bodies) + 1,
        "all of it parked",
    )
    wanted = sorted([reason for reason, _ in bodies] + ["wrong_shape"])
    assert sorted(parked["reason"] for parked in found) == wanted
    assert {parked["size"] for parked in found} == {len(body) for _, body in bodies} | {LIMIT}
    # Places are named, values are not.
    assert [parked for parked in found if "canary" in parked["detail"]] == []
    staff = stack.person("staff")
    raw = {
        staff.get(f"/api/orders/failed-imports/{in_path(parked['id'])}/raw")["text"]
        for parked in found
        if parked["size"] < LIMIT
    }
    assert raw == {body.decode("utf-8", "replace") for _, body in bodies}
    assert stack.dead_letters() == {}


WRITES: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "/api/orders/bad%253AGENUINE", {"memo": "x"}),
    ("POST", "/api/orders/failed-imports/x/retry", None),
    ("POST", "/api/stock/items", {"sku": "V-1", "name": "V"}),
    ("POST", "/api/stock/items/BAD-1/receive", {"quantity": 1}),
    ("POST", "/api/stock/items/BAD-1/adjust", {"on_hand": 1, "reason": "LOSS"}),
    ("PATCH", "/api/stock/items/BAD-1", {"name": "x"}),
    ("POST", "/api/stock/imports/x/apply", None),
    ("POST", "/api/mail/jobs/x/cancel", None),
    ("POST", "/api/mail/jobs/x/retry", None),
    ("PUT", "/api/settings/shops/bad", {"name": "x", "channel": "generic"}),
    ("PUT", "/api/settings/shops/bad/webhook-secret", {"secret": CART_SECRET}),
)
PRECONDITIONS = {"If-Match": '"1"', "Idempotency-Key": "bad-input"}


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{m} {p}" for m, p, _ in WRITES])
def test_who_may_only_look_changes_nothing(
    stack: Stack, shop: Shop, method: str, path: str, body: Any
) -> None:
    viewer = stack.person("viewer")
    answer = viewer.call(method, path, json_body=body, headers=PRECONDITIONS)
    assert "admin" in _assert_problem(answer, 403, "forbidden")["detail"]


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
    ("GET", "/api/orders/bad%253AGENUINE/nothing/here", None, {}, 404, "not_found"),
    ("GET", "/api/orders/nobody%253A1", None, {}, 404, "not_found"),
    ("GET", "/api/orders?queue=NONE", None, {}, 422, "invalid"),
    ("GET", "/api/orders?limit=1000", None, {}, 422, "invalid"),
    ("GET", "/api/orders?next=made-up", None, {}, 422, "invalid"),
    ("PATCH", "/api/orders/bad%253AGENUINE", {"memo": "x"}, {}, 428, "precondition_required"),
    ("PATCH", "/api/orders/bad%253AGENUINE", {"mem": "x"}, {"If-Match": '"1"'}, 422, "invalid"),
    ("PATCH", "/api/orders/bad%253AGENUINE", {"memo": "x"}, {"If-Match": '"99"'}, 412, "changed"),
    ("GET", "/api/stock/items/NOBODY", None, {}, 404, "not_found"),
    ("POST", "/api/stock/items/BAD-1/receive", {"quantity": 1}, {}, 428, "precondition_required"),
    ("POST", "/api/stock/items/BAD-1/receive", {"quantity": 0}, PRECONDITIONS, 422, "invalid"),
    ("POST", "/api/stock/items/BAD-1/receive", {"quantity": "1"}, PRECONDITIONS, 422, "invalid"),
    ("GET", "/api/mail/jobs", None, {}, 422, "invalid"),
    ("GET", "/api/mail/jobs/nobody", None, {}, 404, "not_found"),
    ("GET", "/api/settings/shops/nobody", None, {}, 404, "not_found"),
    ("PUT", "/api/settings/shops/bad", {"name": "", "channel": "x"}, {}, 422, "invalid"),
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
    problem = _assert_problem(answer, status, code)
    assert NAME not in json.dumps({**problem, "current": None}, ensure_ascii=False)


def test_broken_json_is_a_mistake_and_no_error_of_ours(stack: Stack) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "broken"}
    for body in (b"{", b"\xff", b"null", b"[" * 10_000):
        answer = stack.person("admin").call("POST", "/api/stock/items", body=body, headers=headers)
        _assert_problem(answer, 422, "invalid")
