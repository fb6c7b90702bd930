"""Next Engine's stock push: the signature, and answers in EUC-JP."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.channels.ne_push_api import API, TEST_CODE, processed_of, signed
from common.channels.port import (
    ChannelError,
    ErrorKind,
    Listing,
    Request,
    Response,
    StockOutcome,
    StockUpdate,
)
from tests.common.channels.contexts import ShopContext, context

URL = "https://cart.example/ne/update.php?shop=1"
AT = datetime(2026, 11, 21, 15, 0, 1, tzinfo=UTC)


class Cart:
    """Answers every request alike."""

    def __init__(self, status: int, body: bytes) -> None:
        self._answer = Response(status, {}, body)
        self.asked: list[Request] = []

    def __call__(self, request: Request, timeout: float) -> Response:
        self.asked.append(request)
        return self._answer


def answer(processed: str, name: str = "ShoppingUpdateStock") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="EUC-JP"?><{name} version="1.0"><ResultSet TotalResult="1">'
        '<Request><Argument Name="Code" Value="茶" /></Request>'
        f'<Result No="1"><Processed>{processed}</Processed></Result></ResultSet></{name}>'
    )
    return text.encode("euc_jp")


def way(body: bytes, status: int = 200) -> tuple[ShopContext, Cart]:
    cart = Cart(status, body)
    credentials, options = {"auth_key": "key"}, {"store_account": "acc"}
    return context("ne_push", URL, credentials, options, transport=cart, now=AT), cart


def push(body: bytes, status: int = 200) -> Any:
    ctx, _ = way(body, status)
    [result] = API.push_stock(ctx, [StockUpdate(Listing("TEA 1"), 5, "k")])
    return result


def test_the_signature_is_over_the_parameters_in_their_order_and_the_key() -> None:
    given = signed("acc", "TEA-1", 5, AT, "key")

    # printf 'StoreAccount=acc&Code=TEA-1&Stock=5&ts=20261122000001key' | md5sum
    assert given == {
        "StoreAccount": "acc",
        "Code": "TEA-1",
        "Stock": "5",
        "ts": "20261122000001",
        ".sig": "6230a767634812bc6dfe093ea9b3feaf",
    }
    assert signed("acc", "TEA-1", -3, AT, "key")["Stock"] == "0"


def test_one_code_is_told_in_one_request() -> None:
    ctx, cart = way(answer("0"))

    [result] = API.push_stock(ctx, [StockUpdate(Listing("TEA 1&"), 5, "k")])

    assert result == ("TEA 1&", StockOutcome.APPLIED, None, "")
    [request] = cart.asked
    assert request.method == "GET"
    assert request.url.startswith(
        f"{URL}&StoreAccount=acc&Code=TEA+1%26&Stock=5&ts=20261122000001&.sig="
    )


@pytest.mark.parametrize("processed", ["1", "-1", "-2", "-3", "100"])
def test_any_other_number_is_tried_again(processed: str) -> None:
    result = push(answer(processed))

    assert (result.outcome, result.message) == (StockOutcome.RETRY, f"Processed {processed}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<html><body>busy</body></html>",
        answer("0")[:-5],
        answer("0", "Other"),
        answer(""),
        answer("zero"),
        "<ShoppingUpdateStock>茶</ShoppingUpdateStock>".encode(),
        b"\xff\xfe\x00",
        b'<!DOCTYPE a [<!ENTITY e "0">]>' + answer("&e;").split(b"?>", 1)[1],
        answer("0").replace(b"?>", b'?><!DOCTYPE a SYSTEM "http://127.0.0.1/x">'),
    ],
)
def test_an_answer_that_cannot_be_read_says_nothing(body: bytes) -> None:
    assert push(body).outcome is StockOutcome.UNKNOWN
    ctx, _ = way(body)
    with pytest.raises(ChannelError) as error:
        API.check(ctx)
    assert (error.value.kind, error.value.code) == (ErrorKind.INVALID, "strange")


def test_an_answer_of_more_than_one_result_is_that_of_the_first() -> None:
    body = answer("0").replace(b"</Result>", b'</Result><Result No="2" />')

    assert processed_of(body) == "0"
    assert processed_of(answer(" 0\n")) == "0"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, ErrorKind.AUTH), (403, ErrorKind.AUTH), (404, ErrorKind.NOT_FOUND)]
    + [(status, ErrorKind.INVALID) for status in (301, 400, 418)],
)
def test_an_http_refusal_is_of_the_whole_call(status: int, kind: ErrorKind) -> None:
    with pytest.raises(ChannelError) as error:
        push(b"", status)

    assert error.value.kind is kind


def test_the_connection_test_changes_nothing_and_tells_a_wrong_key_where_it_can() -> None:
    ctx, cart = way(answer("-3"))
    API.check(ctx)
    assert f"Code={TEST_CODE}&Stock=0&" in cart.asked[0].url

    ctx, _ = way(answer("-2"))
    with pytest.raises(ChannelError) as error:
        API.check(ctx)
    assert error.value.kind is ErrorKind.AUTH
