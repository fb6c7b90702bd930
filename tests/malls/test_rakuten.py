"""The emulated Rakuten refuses what the real one refuses, and sells what it shows."""

import base64
import http.client
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from malls.rakuten.mall import RakutenMall, code_of
from malls.shelf import SoldOut
from malls.shopify.catalogue import BY_SKU, PRODUCTS

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ESA = "ESA " + base64.b64encode(b"SP000000_demo:SL000000_demo").decode()
TOTE = "tote/NAT"


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mall(clock: Clock) -> Iterator[RakutenMall]:
    with RakutenMall(rng=random.Random(1), clock=clock) as mall:
        yield mall


def ask(
    mall: RakutenMall, method: str, path: str, body: Any = None, proof: str = ESA
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", mall.port, timeout=5)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Authorization": proof})
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None
    finally:
        connection.close()


def order_call(mall: RakutenMall, name: str, **body: Any) -> tuple[int, list[str]]:
    """(status, message codes without what all have in common)."""
    status, data = ask(mall, "POST", f"/es/2.0/order/{name}/", body)
    return status, [m["messageCode"].split("API_")[1] for m in data["MessageModelList"]]


SEARCH: dict[str, Any] = {
    "dateType": 1,
    "startDatetime": "2026-11-21T20:00:00+0900",
    "endDatetime": "2026-11-21T21:00:00+0900",
}


def test_codes_are_items_and_their_variants() -> None:
    assert code_of(BY_SKU["TOTE-NAT"]) == TOTE
    assert code_of(BY_SKU["TOTE-NVY"]) == "tote/NVY"
    assert code_of(BY_SKU["DONABE-6"]) == "donabe-6/normal-inventory"
    assert len({code_of(product) for product in PRODUCTS}) == len(PRODUCTS)


def test_only_who_has_the_key_may_ask_and_only_until_it_ends(
    mall: RakutenMall, clock: Clock
) -> None:
    refusal = {"errors": [{"code": "GA0001", "message": "Un-Authorised"}]}
    for proof in ("", "Bearer x", ESA[4:], ESA[:-2]):
        assert ask(mall, "GET", "/es/2.0/items/search", proof=proof) == (401, refusal)
    path = "/es/1.0/license-management/license-key/expiry-date?licenseKey=SL000000_demo"
    assert ask(mall, "GET", path) == (200, {"expiryDate": "2027-02-19T21:00:00"})
    clock.now += timedelta(days=90)
    assert ask(mall, "GET", path) == (401, refusal)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dateType": None}, "SEARCH_ORDER_ERROR_009"),
        ({"dateType": 7}, "SEARCH_ORDER_ERROR_011"),
        ({"startDatetime": ""}, "SEARCH_ORDER_ERROR_010"),
        ({"startDatetime": "2026-11-21T11:00:00+0000"}, "SEARCH_ORDER_ERROR_011"),
        ({"startDatetime": "2026-11-21T20:00:00+09:00"}, "SEARCH_ORDER_ERROR_011"),
        ({"startDatetime": "2026-09-19T20:59:59+0900"}, "SEARCH_ORDER_ERROR_021"),
        ({"orderProgressList": [100, 101]}, "SEARCH_ORDER_ERROR_011"),
        ({"PaginationRequestModel": {"requestRecordsAmount": 1001}}, "SEARCH_ORDER_ERROR_011"),
        ({"updatedSince": "2026-11-21"}, "SEARCH_ORDER_ERROR_011"),
    ],
)
def test_a_search_that_is_written_badly_is_refused(
    mall: RakutenMall, change: dict[str, Any], code: str
) -> None:
    assert order_call(mall, "searchOrder", **SEARCH) == (200, ["SEARCH_ORDER_INFO_102"])
    assert order_call(mall, "searchOrder", **SEARCH | change) == (400, [code])


def test_orders_are_read_by_a_version_and_by_hundreds(mall: RakutenMall) -> None:
    [number] = mall.sell([("TOTE-NAT", 1)], 1, T0)
    missing = number[:-1] + "9"

    assert order_call(mall, "getOrder", orderNumberList=[number]) == (400, ["GET_ORDER_ERROR_009"])
    assert order_call(mall, "getOrder", orderNumberList=[number, missing], version=10) == (
        200,
        ["GET_ORDER_INFO_102", "GET_ORDER_ERROR_102"],
    )
    assert order_call(mall, "getOrder", orderNumberList=[number] * 101, version=10) == (
        400,
        ["GET_ORDER_ERROR_011"],
    )


def test_an_order_goes_from_new_to_confirmed_to_shipped(mall: RakutenMall) -> None:
    [number] = mall.sell([("TOTE-NAT", 1)], 1, T0)
    order = mall.order(number)
    assert order is not None
    order["SettlementModel"]["settlementMethodCode"] = 1
    parcel = {"deliveryCompany": "1001", "shippingNumber": "1", "shippingDate": "2026-11-22"}
    basket = {"basketId": order["PackageModelList"][0]["basketId"], "ShippingModelList": [parcel]}

    def progress() -> int:
        now = mall.order(number)
        assert now is not None
        return int(now["orderProgress"])

    assert order_call(mall, "confirmOrder", orderNumberList=[number])[0] == 200
    assert progress() == 300
    assert order_call(mall, "confirmOrder", orderNumberList=[number]) == (
        400,
        ["CONFIRM_ORDER_ERROR_103"],
    )
    for _ in range(2):
        assert order_call(
            mall, "updateOrderShipping", orderNumber=number, BasketidModelList=[basket]
        ) == (200, ["UPDATE_ORDERSHIPPING_INFO_101"])
    shipped = mall.order(number)
    assert shipped is not None
    assert len(shipped["PackageModelList"][0]["ShippingModelList"]) == 2
    assert progress() == 500
    bad = basket | {"ShippingModelList": [parcel | {"shippingDate": "2026/11/22"}]}
    assert order_call(mall, "updateOrderShipping", orderNumber=number, BasketidModelList=[bad]) == (
        400,
        ["UPDATE_ORDERSHIPPING_ERROR_011"],
    )


@pytest.mark.parametrize(("restore", "back"), [(0, 1), (1, 1), (2, 0)])
def test_a_cancelled_order_gives_back_what_it_is_told_to(
    mall: RakutenMall, restore: int, back: int
) -> None:
    [number] = mall.sell([("TOTE-NAT", 1)], 1, T0)

    body = {"orderNumber": number, "inventoryRestoreType": restore, "changeReasonDetailApply": 8}
    assert order_call(mall, "cancelOrder", **body)[0] == 200
    assert order_call(mall, "cancelOrder", **body)[0] == 400
    assert mall.shelf.shown(TOTE) == 239 + back


def upsert(mall: RakutenMall, *rows: tuple[str, str, Any]) -> tuple[int, Any]:
    inventories = [
        {"manageNumber": item, "variantId": variant, "mode": "ABSOLUTE", "quantity": quantity}
        for item, variant, quantity in rows
    ]
    return ask(mall, "POST", "/es/2.1/inventories/bulk-upsert", {"inventories": inventories})


def test_one_wrong_row_refuses_all(mall: RakutenMall) -> None:
    status, data = upsert(mall, ("tote", "NAT", 5), ("tote", "NVY", 100_000))

    assert (status, data["errors"][0]["code"]) == (400, "IE0002")
    assert data["errors"][0]["metadata"] == {"propertyPath": "inventories[1].quantity"}
    assert mall.shelf.shown(TOTE) == 240
    assert upsert(mall, *([("tote", "NAT", 5)] * 401))[0] == 400


def test_item_numbers_are_small_and_variants_are_not(mall: RakutenMall) -> None:
    assert upsert(mall, ("TOTE", "NAT", 5), ("tote", "nvy", 6)) == (204, None)

    assert mall.shelf.shown(TOTE) == 5
    assert mall.shelf.shown("tote/NVY") == 240
    assert mall.orphans == {"tote/nvy": (6, T0)}


def test_a_row_without_an_item_waits_a_day_for_it(mall: RakutenMall, clock: Clock) -> None:
    item = {
        "itemNumber": "X",
        "title": "新商品",
        "itemType": "NORMAL",
        "genreId": "1",
        "variants": {"A": {"standardPrice": "100"}, "B": {"standardPrice": "100"}},
    }
    upsert(mall, ("x", "A", 5))
    assert ask(mall, "PUT", "/es/2.0/items/manage-numbers/x", item) == (201, None)
    assert (mall.shelf.shown("x/A"), mall.shelf.shown("x/B")) == (5, 0)
    upsert(mall, ("y", "A", 5))
    clock.now += timedelta(days=1)
    ask(mall, "PUT", "/es/2.0/items/manage-numbers/y", item)
    assert mall.shelf.shown("y/A") == 0
    assert ask(mall, "PUT", "/es/2.0/items/manage-numbers/z", {"title": "?"})[0] == 400


def test_items_are_found_page_by_page_until_the_mark_stays(mall: RakutenMall) -> None:
    numbers, mark = [], "*"
    while True:
        _, data = ask(mall, "GET", f"/es/2.0/items/search?hits=4&cursorMark={mark}")
        numbers += [hit["item"]["manageNumber"] for hit in data["results"]]
        if data["nextCursorMark"] == mark:
            break
        mark = data["nextCursorMark"]

    assert numbers == list(mall.items)


def test_it_sells_what_it_shows_and_nothing_more(mall: RakutenMall) -> None:
    mall.shelf.put(TOTE, 1, T0)

    assert len(mall.sell([("TOTE-NAT", 1)], 1, T0)) == 1
    with pytest.raises(SoldOut):
        mall.sell([("TOTE-NAT", 1)], 1, T0)
    assert mall.count_orders() == 1
    assert len(mall.sell(None, 30, T0)) == 30


def test_two_shops_with_one_seed_sell_alike() -> None:
    def orders() -> list[Any]:
        with RakutenMall(rng=random.Random(7), clock=lambda: T0) as mall:
            mall.sell(None, 20, T0)
            return mall.all_orders()

    assert orders() == orders()


def test_the_recipient_of_a_gift_types_an_address_later(mall: RakutenMall) -> None:
    number = mall.place([[(BY_SKU["TOTE-NAT"], 1)]], T0, social_gift=True)

    def package() -> dict[str, Any]:
        order = mall.order(number)
        assert order is not None
        found: dict[str, Any] = order["PackageModelList"][0]
        return found

    assert package()["SenderModel"]["prefecture"] == "入力待ち"
    mall.type_address(number)
    assert package()["SenderModel"]["prefecture"] != "入力待ち"
    assert package()["SocialGiftModel"]["inputFlag"] == 1


def test_quantities_are_taken_once_a_second(mall: RakutenMall, clock: Clock) -> None:
    def upsert() -> int:
        status, _ = ask(mall, "POST", "/es/2.1/inventories/bulk-upsert", {"inventories": []})
        return status

    asked = [upsert() for _ in range(4)]
    clock.now += timedelta(seconds=1)
    later = [upsert() for _ in range(2)]

    assert asked[2:] == [429, 429]
    assert (429 in asked[:2], later[0] == 429, later[1]) == (False, False, 429)
