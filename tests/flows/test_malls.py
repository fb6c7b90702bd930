"""One stock in several malls: what is sold in one is gone in the others, whatever happens."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from local import demo
from local.stack import Stack
from malls.faults import Faults
from malls.shelf import SoldOut
from malls.shopify.catalogue import Product, jan_of
from tests.common.channels.channel_cases import api_case_of
from tests.flows.asking import in_path, pages, until
from tests.flows.malls import (
    CART,
    RAKUTEN,
    SHOPIFY,
    STEMS,
    WOO,
    Town,
    Watch,
    buyers,
    imported,
    open_town,
    switch_off,
)
from tests.flows.shops import level, order

pytestmark = pytest.mark.flow

UNITS, FEW = 40, 6


def _product(sku: str, shown: int = 3) -> Product:
    return Product(sku, f"試験品 {sku}", 1000, shown)


SALE, DOWN, DRIFT, SHIP = (_product(f"FM-{name}") for name in ("SALE", "DOWN", "DRIFT", "SHIP"))
# The malls' own names of two products of ours: one is found by its JAN, one only by a person.
THEIRS, ODD = _product("M-JAN"), _product("M-ODD", 9)
STRICT = _product("FM-STRICT", 0)
EVERYWHERE = [SALE, DOWN, DRIFT, SHIP, THEIRS, ODD]
GOODS = {
    SHOPIFY: [*EVERYWHERE, STRICT],
    WOO: [*EVERYWHERE, STRICT],
    CART: [STRICT],
    RAKUTEN: EVERYWHERE,
}


@pytest.fixture(scope="module")
def town(stack: Stack) -> Iterator[Town]:
    staff = stack.person("staff")
    for product in (SALE, DOWN, DRIFT, SHIP):
        _register(staff, product.sku, UNITS)
    _register(staff, "FM-JAN", UNITS, jan=jan_of(THEIRS))
    _register(staff, "FM-HAND", UNITS)
    _register(staff, STRICT.sku, FEW)
    with open_town(stack, GOODS) as found:
        yield found


def _register(staff: Any, sku: str, on_hand: int, **more: str) -> None:
    item = {"sku": sku, "name": f"商品 {sku}", "on_hand": on_hand, **more}
    staff.post("/api/stock/items", item).expect(201)


def _lines(stack: Stack, order_id: str) -> list[tuple[str | None, int]]:
    return [(line["sku"], line["allocated"]) for line in order(stack, order_id)["lines"]]


def _is_there(stack: Stack, order_id: str) -> bool:
    person = stack.person("viewer")
    return person.call("GET", f"/api/orders/{in_path(order_id)}").expect(200, 404).status == 200


def _served(stack: Stack, order_id: str, sku: str, units: int) -> None:
    """Wait until an order is there and holds what it wants."""
    until(lambda: _is_there(stack, order_id), bool, f"the order {order_id}")
    until(lambda: _lines(stack, order_id), lambda lines: lines == [(sku, units)], order_id)


@pytest.mark.parametrize("shop_id", GOODS)
def test_the_connection_test_reaches_every_mall(town: Town, shop_id: str) -> None:
    path = f"/api/settings/shops/{shop_id}/check"
    said = town.stack.person("staff").post(path).expect(200).json
    assert said["is_ok"], said
    assert {step["ok"] for step in said["steps"]} == {True}


def test_the_connection_test_says_what_to_do_about_a_wrong_key(town: Town) -> None:
    known = {shop.channel: shop for shop in demo.MALLS}["rakuten"]
    keys = {**known.credentials, "license_key": "SL000000_old"}
    wrong = replace(known, id="fm-shut", domain="fm-shut.example", credentials=keys)
    demo.open_shop(town.stack, wrong)
    demo.connect(town.stack.person("admin"), wrong, town.malls[RAKUTEN].url)
    said = town.stack.person("staff").post("/api/settings/shops/fm-shut/check").expect(200).json
    switch_off(town.stack, wrong)

    failed = [(step["step"], step["hint"]) for step in said["steps"] if step["ok"] is False]
    assert (said["is_ok"], failed) == (False, [("authorised", "check_credentials")])


@pytest.mark.parametrize("shop_id", [SHOPIFY, WOO, RAKUTEN])
def test_what_a_mall_has_on_sale_is_mapped_by_code_and_by_jan(town: Town, shop_id: str) -> None:
    job = imported(town.stack, shop_id)
    goods = GOODS[shop_id]
    counts = {name: job[name] for name in ("state", "seen", "matched", "unmapped")}
    assert counts == {
        "state": "DONE",
        "seen": len(goods),
        "matched": len(goods) - 1,
        "unmapped": 1,
    }
    person, codes = town.stack.person("viewer"), town.malls[shop_id].codes
    mapped = {row["code"]: row["sku"] for row in pages(person, "/api/stock/listings", shop=shop_id)}
    ours = {product.sku: product.sku for product in goods} | {THEIRS.sku: "FM-JAN"}
    assert mapped == {codes[theirs]: sku for theirs, sku in ours.items() if theirs != ODD.sku}
    left = pages(person, "/api/stock/listings", shop=shop_id, filter="unmapped")
    assert [row["code"] for row in left] == [codes[ODD.sku]]


def test_a_list_whose_mall_is_down_for_a_moment_is_read_to_its_end_soon(town: Town) -> None:
    # Well before a dead worker's message would come back, which takes a quarter of an hour.
    imported(town.stack, SHOPIFY)
    mall, path = town.malls[SHOPIFY], f"/api/stock/listings/{SHOPIFY}/import"
    mall.faults = Faults(error_500=1.0, only="ListVariants")
    town.stack.person("staff").post(path).expect(202)
    viewer = town.stack.person("viewer")
    waits = until(lambda: viewer.get(path), lambda job: bool(job["error"]), "the mall is down")
    mall.faults = Faults()
    assert (waits["state"], waits["error"], waits["seen"]) == ("RUNNING", "transient", 0)
    done = imported(town.stack, SHOPIFY)
    assert (done["state"], done["seen"], done["error"]) == ("DONE", len(GOODS[SHOPIFY]), "")


def test_a_sale_in_one_mall_is_an_order_and_the_new_quantity_everywhere(town: Town) -> None:
    for sku in (SALE.sku, THEIRS.sku):
        town.all_show(sku, UNITS)
    # A shop that tells by webhook, one whose webhook brings the order whole, one that is polled.
    for shop_id, left in ((SHOPIFY, UNITS - 2), (WOO, UNITS - 4), (RAKUTEN, UNITS - 6)):
        sold = town.sell(shop_id, SALE.sku, 2)
        if shop_id == RAKUTEN:
            town.pull(shop_id)
        _served(town.stack, sold, SALE.sku, 2)
        town.all_show(SALE.sku, left)
    by_jan = town.sell(SHOPIFY, THEIRS.sku)
    _served(town.stack, by_jan, "FM-JAN", 1)
    town.all_show(THEIRS.sku, UNITS - 1)


def test_an_order_whose_webhook_is_lost_comes_with_the_poll(town: Town) -> None:
    courier = town.couriers[WOO]
    courier.faults = type(courier.faults)(lose=1.0)
    sold = town.sell(WOO, SHIP.sku)
    courier.faults = type(courier.faults)()
    assert courier.tally.lost == 1
    began = datetime.now(UTC)
    town.pull(WOO)
    _served(town.stack, sold, SHIP.sku, 1)
    town.all_show(SHIP.sku, UNITS - 1)

    def watermark() -> str:
        town.pull(WOO)
        return str(town.state(WOO)["watermark"] or "")

    # It follows the polls, five seconds behind.
    until(watermark, lambda at: at >= began.isoformat(), "a watermark after the sale")


def test_goods_that_nobody_knew_are_mapped_by_hand_and_the_order_goes_on(town: Town) -> None:
    sold = town.sell(SHOPIFY, ODD.sku)
    until(lambda: _is_there(town.stack, sold), bool, "the order")
    assert (order(town.stack, sold)["badge"], _lines(town.stack, sold)) == (
        "INCOMPLETE",
        [(None, 0)],
    )
    code = town.malls[SHOPIFY].codes[ODD.sku]
    viewer = town.stack.person("viewer")
    waiting = viewer.get("/api/orders/unmapped", shop=SHOPIFY)["items"]
    assert [(row["code"], row["orders"]) for row in waiting] == [(code, 1)]

    path = f"/api/stock/listings/{SHOPIFY}/{in_path(code)}"
    mapped = town.stack.person("staff").call("PUT", path, json_body={"sku": "FM-HAND"})
    assert mapped.expect(200).json["sku"] == "FM-HAND"

    _served(town.stack, sold, "FM-HAND", 1)
    town.all_show(ODD.sku, UNITS - 1, but=[WOO, RAKUTEN])
    assert viewer.get("/api/orders/unmapped", shop=SHOPIFY)["items"] == []


def test_a_mall_that_is_down_is_tried_again_and_catches_up(town: Town) -> None:
    town.all_show(DOWN.sku, UNITS)
    mall = town.malls[RAKUTEN]
    mall.faults = Faults(error_500=1.0, only="bulk-upsert")
    town.receive(DOWN.sku, 10)
    town.all_show(DOWN.sku, UNITS + 10, but=[RAKUTEN])
    failing = until(lambda: town.state(RAKUTEN), lambda s: s["state"] == "failing", "it is known")
    assert (failing["error"], failing["raises_frozen"]) == ("transient", True)
    assert failing["waiting"]["count"] == 1
    assert town.shown(DOWN.sku)[RAKUTEN] == UNITS

    mall.faults = Faults()
    town.sync(RAKUTEN)
    town.all_show(DOWN.sku, UNITS + 10)
    well = until(lambda: town.state(RAKUTEN), lambda s: s["state"] == "open", "it is well again")
    assert (well["since"], well["waiting"]["count"]) == (None, 0)


def test_a_paused_shop_keeps_what_it_is_to_show_until_it_goes_on(town: Town) -> None:
    town.all_show(DOWN.sku, UNITS + 10)
    town.pause(WOO)
    sold = town.sell(SHOPIFY, DOWN.sku, 3)
    _served(town.stack, sold, DOWN.sku, 3)
    town.all_show(DOWN.sku, UNITS + 7, but=[WOO])
    town.stack.settle()
    paused = town.state(WOO)
    assert (paused["state"], paused["waiting"]["count"]) == ("paused", 1)
    assert town.shown(DOWN.sku)[WOO] == UNITS + 10

    town.pause(WOO, go_on=True)
    town.sync(WOO)
    town.all_show(DOWN.sku, UNITS + 7)


def _drifts(town: Town) -> dict[str, Any]:
    """Differences of the SKU by shop."""
    found = pages(town.stack.person("viewer"), "/api/stock/drift")
    return {row["shop_id"]: row for row in found if row["sku"] == DRIFT.sku}


def test_what_somebody_edits_in_a_mall_is_found_and_decided(town: Town) -> None:
    edited = {SHOPIFY: UNITS + 5, WOO: UNITS + 9}
    town.all_show(DRIFT.sku, UNITS)
    for shop_id, quantity in edited.items():
        mall = town.malls[shop_id]
        mall.shelf.put(mall.codes[DRIFT.sku], quantity, datetime.now(UTC), by="hand")

    def read_back() -> dict[str, Any]:
        # What a mall confirmed a few seconds ago tells nothing yet.
        for shop_id in edited:
            town.sync(shop_id)
        town.stack.settle()
        return _drifts(town)

    found = until(read_back, lambda rows: rows.keys() == edited.keys(), "two differences")
    for shop_id, quantity in edited.items():
        row = found[shop_id]
        assert (row["published"], row["observed"]) == (UNITS, quantity)
        assert row["difference"] == quantity - UNITS

    staff, path = town.stack.person("staff"), "/api/stock/drift"
    ids = {shop_id: row["listing_id"] for shop_id, row in found.items()}
    staff.post(f"{path}/{SHOPIFY}/{ids[SHOPIFY]}/adopt").expect(200)
    staff.post(f"{path}/{WOO}/{ids[WOO]}/overwrite").expect(202)
    until(lambda: town.shown(DRIFT.sku)[WOO], lambda n: n == UNITS, "ours again")
    assert _drifts(town) == {}


def test_in_strict_mode_no_more_is_ever_on_sale_than_there_is(town: Town) -> None:
    stack, sku, shops = town.stack, STRICT.sku, (CART, SHOPIFY, WOO)
    town.all_show(sku, FEW)
    staff, path = stack.person("staff"), f"/api/stock/items/{sku}"
    effect = staff.post(f"{path}/mode/preview", {"mode": "strict"}).expect(200).json
    # One for everybody; the rest is kept for those who sell theirs first.
    assert (effect["free"], effect["shown_before"], effect["shown_after"]) == (FEW, FEW * 3, 3)
    version = {"If-Match": f'"{level(stack, sku)["version"]}"'}
    staff.call("PUT", f"{path}/mode", json_body={"mode": "strict"}, headers=version).expect(200)

    sold: list[str] = []

    def after_polls() -> Any:
        # Their watermarks say what may still be on its way.
        for shop_id in shops:
            town.pull(shop_id)
        stack.settle()
        return town.listings(sku)["guaranteed"], len(sold)

    until(after_polls, lambda seen: bool(seen[0]), "what shops may sell is known")

    def buy(shop_id: str) -> None:
        with suppress(SoldOut):
            sold.append(town.sell(shop_id, sku))

    with Watch(town, sku, shops, FEW) as watch:
        with buyers([partial(buy, shop_id) for shop_id in shops]):
            until(after_polls, lambda seen: seen == (True, FEW), "all sold")
            watch.most += 3
            town.receive(sku, 3)
            until(after_polls, lambda seen: seen == (True, FEW + 3), "what came in sold, too")
        for order_id in sold:
            _served(stack, order_id, sku, 1)
        stack.settle()
    assert (watch.wrong, watch.seen > 100) == ([], True)
    seen = level(stack, sku)
    counters = {name: seen[name] for name in ("on_hand", "allocated", "available", "waiting")}
    assert counters == {"on_hand": 9, "allocated": 9, "available": 0, "waiting": 0}
    assert set(town.shown(sku).values()) == {0}


@pytest.mark.parametrize("shop_id", [SHOPIFY, WOO, RAKUTEN])
def test_a_shipment_is_told_once_however_often_it_is_asked_for(town: Town, shop_id: str) -> None:
    sold = town.sell(shop_id, SHIP.sku)
    town.pull(shop_id)
    _served(town.stack, sold, SHIP.sku, 1)
    staff, path = town.stack.person("staff"), f"/api/orders/{in_path(sold)}/mall"
    parcel = {
        "carrier": "yamato",
        "tracking_numbers": ["123456789012"],
        "shipped_on": datetime.now(UTC).date().isoformat(),
    }
    for _ in range(2):
        # Another click, with a key of its own.
        staff.post(f"{path}/ship", parcel).expect(202)
        until(
            lambda: [(tell["kind"], tell["state"]) for tell in staff.get(path)["items"]],
            lambda states: states == [("ship", "DONE")],
            f"{sold} told",
        )
    shipments = api_case_of(STEMS[shop_id]).shipments
    assert shipments is not None
    assert shipments(town.malls[shop_id], sold.partition(":")[2]) == 1
    town.pull(shop_id)
    until(lambda: order(town.stack, sold)["badge"], lambda badge: badge == "SHIPPED", sold)


def test_a_cancellation_reaches_the_mall_and_frees_the_units(town: Town) -> None:
    sold = town.sell(SHOPIFY, SALE.sku, 2)
    _served(town.stack, sold, SALE.sku, 2)
    before = level(town.stack, SALE.sku)["allocated"]
    path = f"/api/orders/{in_path(sold)}/mall/cancel"
    town.stack.person("staff").post(path, {"reason": "customer"}).expect(202)
    number = sold.partition(":")[2]
    is_cancelled = api_case_of("shopify").is_cancelled
    assert is_cancelled is not None
    until(lambda: is_cancelled(town.malls[SHOPIFY], number), bool, "cancelled in the mall")
    until(
        lambda: level(town.stack, SALE.sku)["allocated"],
        lambda n: n == before - 2,
        "the units are free",
    )
    assert order(town.stack, sold)["badge"] == "CANCELLED"
    assert town.stack.dead_letters() == {}
