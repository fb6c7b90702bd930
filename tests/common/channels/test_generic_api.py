"""What is particular about the generic channel's contract: proof, versions, keys."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from common.channels.generic_api import API
from common.channels.port import (
    CancelReason,
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    Request,
    Response,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from malls.generic.mall import SECRET, CartMall
from malls.http_mall import Faults
from tests.common.channels.cases.generic import mall, whsec
from tests.common.channels.contexts import T0, ShopContext, context

TOTE = "TOTE-NAT"


@pytest.fixture
def cart() -> Iterator[CartMall]:
    with mall(lambda: T0) as found:
        yield found


def way(cart: CartMall, **credentials: str) -> ShopContext:
    return context("generic", cart.url, credentials or {"api_token": "demo"})


class Canned:
    """A cart that answers every request alike. asked: what came."""

    def __init__(self, status: int, body: Any) -> None:
        self._answer = Response(status, {}, body if isinstance(body, bytes) else _bytes(body))
        self.asked: list[Request] = []

    def __call__(self, request: Request, timeout: float) -> Response:
        self.asked.append(request)
        return self._answer


def _bytes(body: Any) -> bytes:
    return json.dumps(body).encode()


def canned(status: int, body: Any, **credentials: str) -> tuple[ShopContext, Canned]:
    answers = Canned(status, body)
    given = credentials or {"api_token": "demo"}
    url = "https://cart.example/banto"
    return context("generic", url, given, transport=answers), answers


def refused(call: Any) -> ChannelError:
    with pytest.raises(ChannelError) as error:
        call()
    return error.value


# -- proof


def test_a_signed_request_is_as_good_as_a_token(cart: CartMall) -> None:
    ctx = way(cart, signing_secret=SECRET)

    API.check(ctx)
    [result] = API.push_stock(ctx, [StockUpdate(Listing(TOTE), 4, "k")])

    assert (result.outcome, cart.shelf.shown(TOTE)) == (StockOutcome.APPLIED, 4)
    wrong = way(cart, signing_secret=whsec("x"))
    assert refused(lambda: API.check(wrong)).kind is ErrorKind.AUTH


def test_a_cart_checks_the_signature_with_any_library_of_the_standard() -> None:
    ctx, answers = canned(200, {"stock": []}, signing_secret=whsec("n"))

    API.read_stock(ctx, [Listing("a b"), Listing("茶")])

    [request] = answers.asked
    assert request.url == ("https://cart.example/banto/stock?codes=a+b&codes=%E8%8C%B6")
    said = "GET /banto/stock?codes=a+b&codes=%E8%8C%B6\n"
    sign = Webhook(whsec("n")).sign
    assert sign(request.headers["webhook-id"], T0, said) == request.headers["webhook-signature"]
    assert "Authorization" not in request.headers


def test_a_secret_that_is_too_short_signs_nothing() -> None:
    ctx, answers = canned(200, {}, signing_secret="whsec_AAAA")

    error = refused(lambda: API.check(ctx))

    assert (error.kind, error.code, answers.asked) == (ErrorKind.AUTH, "signing_secret", [])


# -- stock


def test_a_repeat_after_a_lost_answer_is_one_write(cart: CartMall) -> None:
    cart.faults = Faults(lose_answer=1, times=1, only="PUT /stock")
    ctx, update = way(cart), StockUpdate(Listing(TOTE), 4, "k", 240)
    with pytest.raises(ChannelError) as lost:
        API.push_stock(ctx, [update])
    assert lost.value.may_be_applied

    [result] = API.push_stock(ctx, [update])

    assert result.outcome is StockOutcome.APPLIED
    assert [(w.code, w.quantity) for w in cart.shelf.writes] == [(TOTE, 4)]


def test_what_arrives_late_is_dropped_by_the_cart(cart: CartMall) -> None:
    early, late = way(cart), way(cart)
    late.forward(seconds=-1)
    API.push_stock(early, [StockUpdate(Listing(TOTE), 4, "new")])

    [result] = API.push_stock(late, [StockUpdate(Listing(TOTE), 9, "old")])

    assert (result.outcome, result.observed, result.message) == (
        StockOutcome.RETRY,
        4,
        "outdated",
    )
    assert cart.shelf.shown(TOTE) == 4


def test_a_row_without_a_result_is_unknown_and_a_strange_one_rejected() -> None:
    rows = [{"code": "b", "status": "maybe", "quantity": "7"}, {"code": "c", "status": "accepted"}]
    ctx, _ = canned(200, {"results": rows})

    results = API.push_stock(ctx, [StockUpdate(Listing(code), 1, code) for code in "abc"])

    assert [(r.code, r.outcome, r.observed) for r in results] == [
        ("a", StockOutcome.UNKNOWN, None),
        ("b", StockOutcome.REJECTED, None),
        ("c", StockOutcome.ACCEPTED, None),
    ]


# -- orders


def test_an_order_without_a_version_is_parked(cart: CartMall) -> None:
    [bad, good] = cart.sell([(TOTE, 1)], 2, T0)
    del cart.orders[bad]["source_version"]
    answer = {"orders": [cart.orders[bad], cart.orders[good]], "next": None}
    ctx, _ = canned(200, answer)

    page = API.fetch_orders_since(ctx, Cursor(T0, T0 + timedelta(hours=1)))

    assert [order.channel_order_id for order in page.orders] == [good]
    assert list(page.failed) == [(bad, "wrong_shape")]


def test_what_the_cart_is_told_is_what_happened(cart: CartMall) -> None:
    [order_id] = cart.sell([(TOTE, 2)], 1, T0)
    notice = ShipmentNotice(
        order_id,
        "other",
        ("A", "B"),
        T0.date(),
        "k-1",
        "1",
        (("1", 2),),
        "赤帽",
        notify_customer=True,
    )

    done = API.notify_shipment(way(cart), notice)
    error = refused(lambda: API.cancel_order(way(cart), order_id, CancelReason.UNPAID))

    assert (done.already, done.remote_id) == (False, "S1")
    assert (error.kind, error.code) == (ErrorKind.CONFLICT, "409")
    assert cart.told[order_id] == [
        {
            "what": "shipment",
            "carrier": "other",
            "carrier_name": "赤帽",
            "tracking_numbers": ["A", "B"],
            "shipped_on": "2026-11-21",
            "destination_id": "1",
            "lines": [{"line_id": "1", "quantity": 2}],
            "notify_customer": True,
        }
    ]


def test_an_id_with_a_slash_stays_one_part_of_the_address() -> None:
    ctx, answers = canned(200, {"already": True})

    assert API.confirm_order(ctx, "A/1 ?").already
    [request] = answers.asked
    assert request.url == "https://cart.example/banto/orders/A%2F1%20%3F/confirm"
    assert request.headers["Idempotency-Key"] == "confirm-A%2F1%20%3F"


# -- strange answers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ErrorKind.INVALID),
        (401, ErrorKind.AUTH),
        (403, ErrorKind.FORBIDDEN),
        (404, ErrorKind.NOT_FOUND),
        (405, ErrorKind.UNSUPPORTED),
        (302, ErrorKind.INVALID),
    ],
)
def test_a_refusal_is_told_by_its_status(status: int, kind: ErrorKind) -> None:
    ctx, _ = canned(status, b"<html>")

    assert refused(lambda: API.check(ctx)).kind is kind


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"orders": 1}', b'{"orders": [1]}', b"\xff"])
def test_an_answer_that_cannot_be_read_is_an_error(body: bytes) -> None:
    ctx, _ = canned(200, body)

    error = refused(lambda: API.fetch_orders_since(ctx, Cursor(T0, T0)))

    assert (error.kind, error.is_temporary) == (ErrorKind.REMOTE, True)


def test_the_sweep_says_that_open_orders_will_do(cart: CartMall) -> None:
    ctx = way(cart)
    plain, cancelled = cart.sell([(TOTE, 1)], 2, T0)
    cart.cancel(cancelled)
    stretch = Cursor(T0 - timedelta(days=1), T0 + timedelta(days=1))

    swept = API.fetch_orders_since(ctx, stretch._replace(phase="open"))
    polled = API.fetch_orders_since(ctx, stretch)

    assert [order.channel_order_id for order in swept.orders] == [plain]
    assert sorted(order.channel_order_id for order in polled.orders) == sorted([plain, cancelled])
