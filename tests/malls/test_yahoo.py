"""The emulated Yahoo refuses what the real one refuses, and sells what it shows."""

import base64
import http.client
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from common.channels.yahoo_key import encrypt, read_public_key
from malls.shelf import SoldOut
from malls.shopify.catalogue import BY_SKU, PRODUCTS
from malls.yahoo.keys import PUBLIC_PEM
from malls.yahoo.mall import YahooMall, code_of

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STORE = "snbx-demo"
API = "/ShoppingWebService/V1"
TOTE = "tote:TOTE-NAT"


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mall(clock: Clock) -> Iterator[YahooMall]:
    with YahooMall(rng=random.Random(1), clock=clock) as mall:
        yield mall


def seal(at: datetime = T0, seller: str = STORE) -> str:
    message = f"{seller}:{int(at.timestamp())}".encode()
    return base64.b64encode(encrypt(read_public_key(PUBLIC_PEM), message)).decode()


def ask(
    mall: YahooMall, path: str, body: str = "", method: str = "POST", **headers: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", mall.port, timeout=5)
    sent = {
        "Authorization": f"Bearer {mall.tokens.issue(timedelta(hours=1))}",
        "X-sws-signature": seal(mall.now()),
        "X-sws-signature-version": "1",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body.encode(), sent)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def code_in(answer: tuple[int, str]) -> str:
    found = re.search(r"<Code>(.+)</Code>", answer[1])
    return found[1] if found else ""


def order_call(mall: YahooMall, name: str, inner: str) -> tuple[int, str]:
    return ask(mall, f"{API}/{name}", f"<Req>{inner}<SellerId>{STORE}</SellerId></Req>")


def form(mall: YahooMall, name: str, **fields: str) -> tuple[int, str]:
    return ask(mall, f"{API}/{name}", urlencode({"seller_id": STORE, **fields}))


def raw(mall: YahooMall, order_id: str) -> dict[str, Any]:
    order = mall.order(order_id)
    assert order is not None
    return order


def test_codes_are_items_and_their_variants() -> None:
    assert code_of(BY_SKU["TOTE-NAT"]) == TOTE
    assert code_of(BY_SKU["DONABE-6"]) == "DONABE-6"
    assert len({code_of(product) for product in PRODUCTS}) == len(PRODUCTS)


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Authorization": "Bearer none"}, (401, "px-04102")),
        ({"X-sws-signature": "AAAA"}, (403, "px-04301")),
        ({"X-sws-signature": seal(T0 - timedelta(minutes=6))}, (403, "px-04301")),
        ({"X-sws-signature": seal(seller="other")}, (403, "px-04301")),
        ({"X-sws-signature-version": "2"}, (403, "px-04301")),
    ],
)
def test_a_call_needs_a_token_and_the_stores_seal(
    mall: YahooMall, headers: dict[str, str], answer: tuple[int, str]
) -> None:
    path = f"{API}/orderCount?sellerId={STORE}"
    assert ask(mall, path, method="GET")[0] == 200

    refusal = ask(mall, path, method="GET", **headers)

    assert (refusal[0], code_in(refusal)) == answer


def test_a_refresh_without_the_seal_shortens_the_refresh_token(
    mall: YahooMall, clock: Clock
) -> None:
    basic = "Basic " + base64.b64encode(b"demo:demo").decode()
    body = urlencode({"grant_type": "refresh_token", "refresh_token": "demo-refresh"})

    def renew(**headers: str) -> int:
        return ask(mall, "/yconnect/v2/token", body, Authorization=basic, **headers)[0]

    clock.now += timedelta(days=1)
    assert renew() == 200
    assert renew(**{"X-sws-signature": ""}) == 200
    clock.now += timedelta(hours=13)
    assert renew() == 400


SEARCH = (
    "<Search><Result>{rows}</Result><Start>1</Start><Condition>{condition}</Condition>"
    "<Field>{field}</Field></Search>"
)
WINDOW = "<OrderTimeFrom>20261121000000</OrderTimeFrom><OrderTimeTo>20261121235959</OrderTimeTo>"


@pytest.mark.parametrize(
    "wrong",
    [
        {"condition": ""},
        {"condition": "<Since>2026</Since>"},
        {"condition": "<OrderTimeFrom>2026-11-21</OrderTimeFrom>"},
        {"field": "Order Id"},
        {"field": "BuyerComments"},
        {"rows": "0"},
    ],
)
def test_a_search_that_is_written_badly_is_refused(mall: YahooMall, wrong: dict[str, str]) -> None:
    [order_id] = mall.sell([("TOTE-NAT", 1)], 1, T0)
    good = {"rows": "10", "condition": WINDOW, "field": "OrderId,OrderStatus"}

    status, text = order_call(mall, "orderList", SEARCH.format(**good))
    assert (status, f"<OrderId>{order_id}</OrderId>" in text) == (200, True)
    refusal = order_call(mall, "orderList", SEARCH.format(**good | wrong))
    assert (refusal[0], code_in(refusal)) == (400, "od90001")


def test_another_store_is_forbidden_and_what_is_no_xml_refused(mall: YahooMall) -> None:
    assert code_in(ask(mall, f"{API}/orderList", "<Req><SellerId>x</SellerId></Req>")) == "px-04303"
    assert code_in(ask(mall, f"{API}/orderList", "{}")) == "px-04002"
    assert code_in(ask(mall, f"{API}/orderList", "<Req/>")) == "px-04001"


def test_nothing_follows_a_cancellation(mall: YahooMall) -> None:
    [order_id] = mall.sell([("TOTE-NAT", 1)], 1, T0)
    target = f"<Target><OrderId>{order_id}</OrderId><IsPointFix>false</IsPointFix></Target>"
    cancel = "<Order><OrderStatus>4</OrderStatus><CancelReason>{}</CancelReason></Order>"

    assert code_in(order_call(mall, "orderStatusChange", target + cancel.format("1"))) == "od90001"
    assert order_call(mall, "orderStatusChange", target + cancel.format("210"))[0] == 200
    back = "<Order><OrderStatus>2</OrderStatus></Order>"
    assert code_in(order_call(mall, "orderStatusChange", target + back)) == "od91202"
    ship = "<Order><Ship><ShipStatus>3</ShipStatus></Ship></Order>"
    assert code_in(order_call(mall, "orderShipStatusChange", target + ship)) == "od91201"
    assert (raw(mall, order_id)["OrderStatus"], raw(mall, order_id)["Version"]) == ("4", 2)


def test_quantities_are_absolute_or_added_by_their_sign(mall: YahooMall) -> None:
    form(mall, "setStock", item_code=f"{TOTE},none", quantity="5,7")
    assert mall.shelf.shown(TOTE) == 5
    form(mall, "setStock", item_code=TOTE, quantity="+2")
    assert mall.shelf.shown(TOTE) == 7
    assert mall.orphans == {"none": 7}
    status, text = form(mall, "getStock", item_code=f"{TOTE},none")
    assert (status, re.findall(r"<Quantity>(.*?)</Quantity>", text)) == (200, ["7", ""])


def test_a_wrong_row_is_told_and_one_alone_is_an_error(mall: YahooMall) -> None:
    status, text = form(mall, "setStock", item_code=f"{TOTE},a b", quantity="5,x")
    assert (status, text.count("<ErrorCode>")) == (200, 1)
    assert code_in(form(mall, "setStock", item_code=TOTE, quantity="INI")) == "st-02104"
    assert code_in(form(mall, "setStock", item_code=TOTE, quantity="1,2")) == "st-02103"
    many = ",".join(["a"] * 1001)
    assert code_in(form(mall, "getStock", item_code=many)) == "st-02102"


def test_an_order_that_is_held_is_seen_by_nobody(mall: YahooMall, clock: Clock) -> None:
    mall.hold = timedelta(hours=3)
    [order_id] = mall.sell([("TOTE-NAT", 1)], 1, T0)

    assert (mall.order(order_id), mall.seen_orders()) == (None, [])
    assert mall.shelf.shown(TOTE) == 239
    clock.now += timedelta(hours=3)
    assert [order["OrderId"] for order in mall.seen_orders()] == [order_id]


def test_it_sells_what_it_shows_and_nothing_more(mall: YahooMall) -> None:
    mall.shelf.put(TOTE, 1, T0)

    [order_id] = mall.sell([("TOTE-NAT", 1)], 1, T0)
    with pytest.raises(SoldOut):
        mall.sell([("TOTE-NAT", 1)], 1, T0)
    mall.cancel(order_id)
    assert mall.shelf.shown(TOTE) == 1
    assert len(mall.sell(None, 30, T0)) == 30


def test_two_shops_with_one_seed_sell_alike() -> None:
    def orders() -> list[Any]:
        with YahooMall(rng=random.Random(7), clock=lambda: T0) as mall:
            mall.sell(None, 20, T0)
            return mall.seen_orders()

    assert orders() == orders()
