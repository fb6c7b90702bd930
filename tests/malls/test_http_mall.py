"""What every emulator shares, shown on a mall with a very small API."""

import http.client
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from malls.courier import Courier
from malls.http_mall import Faults, HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer, text_answer
from malls.shelf import Shelf
from tests.malls.client import ask, ask_json

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class TinyMall(HttpMall):
    """Shows what it has, and takes new quantities."""

    def __init__(self, **given: Any) -> None:
        self.orders: dict[str, list[tuple[str, int]]] = {}
        self.slept: list[float] = []
        super().__init__(
            Shelf({"tea/1": 5, "cup": 2}),
            {"TEA": "tea/1", "CUP": "cup"},
            clock=lambda: AT,
            sleep=self.slept.append,
            **{"rng": random.Random(1), **given},
        )
        self.routes = Routes()
        self.routes.add("GET", "/stock/{code:path}", self._show)
        self.routes.add("PUT", "/stock/{code:path}", self._put)
        self.routes.add("GET", "/name", lambda _: text_answer("小さな店", encoding="euc-jp"))

    def api(self, asked: Asked) -> Answer:
        token = asked.headers.get("authorization", "")
        if self.tokens.issued and not self.tokens.is_good(token):
            raise Refused(401, "who are you")
        return self.routes.serve(asked)

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        sold = []
        for _ in range(count):
            goods = [(self.codes[sku], units) for sku, units in lines or [("CUP", 1)]]
            self.shelf.sell(goods)
            number = f"{at:%H%M}/{len(self.orders) + 1}"
            self.orders[number] = goods
            sold.append(number)
        return sold

    def cancel(self, order_id: str) -> None:
        self.shelf.give_back(self.orders.pop(order_id))

    def count_orders(self) -> int:
        return len(self.orders)

    def _show(self, asked: Asked) -> Answer:
        return json_answer({"quantity": self.shelf.shown(asked.params["code"])})

    def _put(self, asked: Asked) -> Answer:
        self.shelf.put(asked.params["code"], asked.object()["quantity"], self.now())
        return json_answer({})


@pytest.fixture
def mall() -> Iterator[TinyMall]:
    with TinyMall() as served:
        yield served


def test_it_serves_its_api_on_loopback(mall: TinyMall) -> None:
    assert mall.url == f"http://127.0.0.1:{mall.port}"
    assert ask_json(mall.url, "GET", "/stock/tea%2F1") == (200, {"quantity": 5})
    assert ask(mall.url, "GET", "/name")[2] == "小さな店".encode("euc-jp")


def test_what_it_does_not_serve_is_refused_in_its_own_words(mall: TinyMall) -> None:
    assert ask_json(mall.url, "GET", "/nothing") == (404, {"errors": "Not Found"})
    assert ask_json(mall.url, "POST", "/name") == (405, {"errors": "Method Not Allowed"})
    assert ask_json(mall.url, "PUT", "/stock/cup", b"{") == (
        400,
        {"errors": "the body is not JSON"},
    )


def test_it_sells_what_it_shows_and_nothing_more(mall: TinyMall) -> None:
    three = {"lines": [["TEA", 3]]}

    assert ask_json(mall.url, "POST", "/_mall/orders", three) == (200, {"orders": ["1200/1"]})
    assert ask_json(mall.url, "POST", "/_mall/orders", three) == (
        409,
        {"errors": "sold out: tea/1"},
    )
    assert mall.shelf.all() == {"tea/1": 2, "cup": 2}
    assert mall.shelf.sold == {"tea/1": 3}


def test_orders_can_be_asked_for_by_count_and_time(mall: TinyMall) -> None:
    at = (AT + timedelta(minutes=1)).isoformat()

    assert ask_json(mall.url, "POST", "/_mall/orders?count=2")[1] == {
        "orders": ["1200/1", "1200/2"]
    }
    mall.shelf.put("cup", 1, AT)
    assert ask_json(mall.url, "POST", "/_mall/orders", {"at": at})[1] == {"orders": ["1201/3"]}


@pytest.mark.parametrize(
    "body",
    [{"count": 0}, {"count": 501}, {"count": "x"}, {"at": "2026-11-21T12:00:00"}, {"lines": [1]}],
)
def test_an_order_that_cannot_be_meant_is_refused(mall: TinyMall, body: Any) -> None:
    assert ask_json(mall.url, "POST", "/_mall/orders", body)[0] == 400
    assert mall.orders == {}


def test_a_buyer_cancels_and_the_units_are_on_sale_again(mall: TinyMall) -> None:
    mall.sell([("TEA", 5)], 1, AT)

    assert ask_json(mall.url, "POST", "/_mall/orders/1200%2F1/cancel")[0] == 200
    assert mall.shelf.all() == {"tea/1": 5, "cup": 2}
    assert ask_json(mall.url, "POST", "/_mall/orders/1200%2F1/cancel")[0] == 404


def test_an_edit_in_the_malls_own_screen_is_no_call_of_the_api(mall: TinyMall) -> None:
    assert ask_json(mall.url, "PUT", "/_mall/stock/tea%2F1", {"quantity": 9}) == (
        200,
        {"code": "tea/1", "quantity": 9},
    )
    assert ask_json(mall.url, "PUT", "/_mall/stock/CUP", {"quantity": 0})[0] == 200
    assert ask_json(mall.url, "PUT", "/_mall/stock/none", {"quantity": 0})[0] == 404
    assert ask_json(mall.url, "PUT", "/_mall/stock/cup", {"quantity": "0"})[0] == 400

    assert mall.shelf.all() == {"tea/1": 9, "cup": 0}
    assert [(w.code, w.before, w.quantity, w.by) for w in mall.shelf.writes] == [
        ("tea/1", 5, 9, "hand"),
        ("cup", 2, 0, "hand"),
    ]
    assert mall.calls == []


def test_every_stock_write_is_noted_with_its_time(mall: TinyMall) -> None:
    ask(mall.url, "PUT", "/stock/cup", {"quantity": 7})

    [write] = mall.shelf.writes
    assert (write.code, write.before, write.quantity, write.at, write.by) == (
        "cup",
        2,
        7,
        AT,
        "api",
    )
    assert [(call.operation, call.applied) for call in mall.calls] == [("PUT /stock/cup", True)]


def test_a_500_is_not_applied(mall: TinyMall) -> None:
    mall.faults = Faults(error_500=1, times=1)

    assert ask(mall.url, "PUT", "/stock/cup", {"quantity": 7})[0] == 500
    assert mall.shelf.shown("cup") == 2
    assert ask(mall.url, "PUT", "/stock/cup", {"quantity": 7})[0] == 200
    assert [call.applied for call in mall.calls] == [False, True]


def test_a_429_says_when_to_come_back_or_does_not(mall: TinyMall) -> None:
    mall.faults = Faults(rate_429=1, retry_after=1.5)
    status, headers, _ = ask(mall.url, "GET", "/stock/cup")
    assert (status, headers["retry-after"]) == (429, "1.5")

    mall.faults.retry_after = None
    status, headers, _ = ask(mall.url, "GET", "/stock/cup")
    assert status == 429
    assert "retry-after" not in headers


def test_a_lost_answer_was_applied_all_the_same(mall: TinyMall) -> None:
    mall.faults = Faults(lose_answer=1)

    with pytest.raises((http.client.HTTPException, OSError)):
        ask(mall.url, "PUT", "/stock/cup", {"quantity": 7})

    assert mall.shelf.shown("cup") == 7


def test_a_slow_mall_takes_its_time(mall: TinyMall) -> None:
    mall.faults = Faults(slow=1, seconds=3)

    assert ask(mall.url, "GET", "/stock/cup")[0] == 200
    assert mall.slept == [3]


def test_tokens_end_once_for_those_that_were_given_out(mall: TinyMall) -> None:
    token = mall.tokens.issue(timedelta(hours=1))
    assert ask(mall.url, "GET", "/name", headers={"authorization": token})[0] == 200

    mall.faults.expire_tokens = True

    assert ask(mall.url, "GET", "/name", headers={"authorization": token})[0] == 401
    token = mall.tokens.issue(timedelta(hours=1))
    assert ask(mall.url, "GET", "/name", headers={"authorization": token})[0] == 200


def test_a_fault_hits_only_what_it_is_for(mall: TinyMall) -> None:
    mall.faults = Faults(error_500=1, only="PUT")

    assert ask(mall.url, "GET", "/stock/cup")[0] == 200
    assert ask(mall.url, "PUT", "/stock/cup", {"quantity": 1})[0] == 500


def test_faults_are_set_over_http_and_all_others_end(mall: TinyMall) -> None:
    ask(mall.url, "PUT", "/_mall/faults", {"error_500": 1})
    status, state = ask_json(
        mall.url, "PUT", "/_mall/faults", {"rate_429": 0.5, "retry_after": 2, "only": "stock"}
    )

    assert status == 200
    assert mall.faults == Faults(rate_429=0.5, retry_after=2, only="stock")
    assert (state["faults"]["rate_429"], state["faults"]["error_500"]) == (0.5, 0.0)
    assert ask_json(mall.url, "GET", "/_mall")[1] == state
    assert state["stock"] == {"tea/1": 5, "cup": 2}


@pytest.mark.parametrize(
    "body", [{"slow": 2}, {"steal": 1}, [1], {"rate_429": "x"}, {"duplicate": 1}, {"times": -1}]
)
def test_faults_that_cannot_be_meant_are_refused(mall: TinyMall, body: Any) -> None:
    assert ask(mall.url, "PUT", "/_mall/faults", body)[0] == 400
    assert mall.faults == Faults()


def test_a_mall_that_sends_webhooks_has_their_faults_too() -> None:
    courier = Courier(lambda _: 200, random.Random(1))
    with TinyMall(courier=courier) as mall:
        status, state = ask_json(
            mall.url, "PUT", "/_mall/faults", {"duplicate": 0.5, "slow": 0.25, "lose_answer": 0.1}
        )

        assert status == 200
        assert (courier.faults.duplicate, courier.faults.slow) == (0.5, 0.25)
        assert (mall.faults.slow, mall.faults.lose_answer) == (0.25, 0.1)
        assert (state["faults"]["duplicate"], state["waiting"]) == (0.5, 0)


def test_the_same_seed_has_the_same_faults() -> None:
    def statuses() -> list[int]:
        with TinyMall(rng=random.Random(7)) as mall:
            mall.faults = Faults(error_500=0.5)
            return [ask(mall.url, "GET", "/name")[0] for _ in range(20)]

    first = statuses()
    assert statuses() == first
    assert set(first) == {200, 500}
