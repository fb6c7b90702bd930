"""What is particular about Shopify's API: tokens, points, compare-and-set, fulfilment orders."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.canonical import CanonicalOrder
from common.channels import load
from common.channels.base import UnreadableDelivery
from common.channels.port import (
    CancelReason,
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    ProductDraft,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from common.channels.shopify_api import API
from common.channels.shopify_graphql import read_node
from malls.http_mall import Faults
from malls.shopify.nodes import LOCATION
from malls.shopify.server import CLIENT_ID, CLIENT_SECRET, FIRST_REFRESH, ShopifyMall
from tests.common.channels.cases.shopify import API_CASE, CASE, mall
from tests.common.channels.channel_cases import SHOP
from tests.common.channels.contexts import T0, ShopContext, context
from tests.malls.client import ask_json

TOTE, TEA = "TOTE-NAT", "SENCHA-100"
OPTIONS = {"location_id": LOCATION}


@pytest.fixture
def shop() -> Iterator[ShopifyMall]:
    with mall(lambda: T0) as found:
        yield found


@pytest.fixture
def ctx(shop: ShopifyMall) -> ShopContext:
    return way(shop, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


def way(shop: ShopifyMall, **credentials: str) -> ShopContext:
    return context("shopify", shop.url, credentials, OPTIONS)


def listing(shop: ShopifyMall, sku: str) -> Listing:
    return API_CASE.listing(shop, sku)


def sell(shop: ShopifyMall, *lines: tuple[str, int]) -> str:
    [order_id] = shop.sell(lines or [(TOTE, 1)], 1, T0)
    return order_id


def polled(shop: ShopifyMall, ctx: ShopContext) -> list[CanonicalOrder]:
    found: list[CanonicalOrder] = []
    cursor: Cursor | None = Cursor(T0 - timedelta(days=1), T0 + timedelta(days=1))
    while cursor is not None:
        # Its time stands still, and no points come back.
        shop.bucket.left = 2000
        page = API.fetch_orders_since(ctx, cursor)
        found += page.orders
        cursor = page.next
    return found


def delivered(order: dict[str, Any]) -> CanonicalOrder:
    [found] = load("shopify").parse_webhook(CASE.delivery(order), SHOP)
    assert isinstance(found, CanonicalOrder)
    return found


def refused(call: Any) -> ChannelError:
    with pytest.raises(ChannelError) as error:
        call()
    return error.value


# -- a polled order is the delivered order


def test_a_polled_order_is_the_delivered_one_apart_from_what_is_extra(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    for n in range(60):
        shop.shop.sell(T0 + timedelta(seconds=n))
    for n in range(200):
        shop.shop.something_happens(T0 + timedelta(minutes=n))
    part, whole = (str(order["id"]) for order in shop.shop.orders[:2])
    [line, *_] = shop.shop.orders[0]["line_items"]
    shop.shop.fulfil(part, {line["id"]: 1}, "Yamato (JA)", ["1"], T0)
    shop.shop.fulfil(
        whole,
        {row["id"]: row["quantity"] for row in shop.shop.orders[1]["line_items"]},
        "Sagawa (JA)",
        ["2"],
        T0,
    )
    ctx.time.sleep(60)

    found = {order.channel_order_id: replace(order, extra={}) for order in polled(shop, ctx)}

    told = {str(o["id"]): replace(delivered(o), extra={}) for o in shop.shop.orders}
    assert len(found) == 60
    assert found == told
    assert any(order.money.discounts for order in found.values())
    assert len({order.status for order in found.values()}) >= 5
    assert all(line.listing for order in found.values() for line in order.lines)


def test_an_order_with_many_lines_is_read_whole(shop: ShopifyMall, ctx: ShopContext) -> None:
    order_id = sell(shop, *[(TOTE, 1)] * 230)

    [order] = API.fetch_orders(ctx, [order_id]).orders

    assert len(order.lines) == 230
    assert [call.operation for call in shop.calls][1:] == [
        "query OrdersById",
        "query MoreLines",
        "query MoreLines",
    ]


def test_an_order_without_the_fields_asked_for_is_unreadable() -> None:
    with pytest.raises(UnreadableDelivery):
        read_node({"legacyResourceId": "1"}, SHOP)


def test_one_order_that_cannot_be_read_spoils_no_others(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    bad, good = sell(shop), sell(shop)
    shop.shop.change(bad, T0, currency="yen!")

    page = API.fetch_orders_since(ctx, Cursor(T0 - timedelta(hours=1), T0 + timedelta(hours=1)))

    assert [order.channel_order_id for order in page.orders] == [good]
    assert list(page.failed) == [(bad, "wrong_shape")]


# -- tokens and points


def test_a_token_that_never_ends_is_used_as_it_is(shop: ShopifyMall) -> None:
    API.check(way(shop, access_token="demo"))

    assert shop.tokens.issued == 0
    error = refused(lambda: API.check(way(shop, access_token="revoked")))
    assert (error.kind, error.code) == (ErrorKind.AUTH, "401")


def test_a_refresh_token_is_used_once_and_its_successor_next(shop: ShopifyMall) -> None:
    ctx = way(shop, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, refresh_token=FIRST_REFRESH)

    API.check(ctx)
    shop.expire_tokens()
    API.check(ctx)
    shop.expire_tokens()
    API.check(ctx)

    grants = [call for call in shop.calls if call.operation == "POST /admin/oauth/access_token"]
    assert len(grants) == 3
    # An access and a refresh token each time.
    assert shop.tokens.issued == 6


def test_points_that_are_used_up_are_waited_for(shop: ShopifyMall, ctx: ShopContext) -> None:
    API.check(ctx)
    shop.bucket.left = 0.5

    error = refused(lambda: API.list_skus(ctx))

    assert (error.kind, error.code) == (ErrorKind.RATE, "THROTTLED")
    # 45 points are wanted, half a one is there, and a hundred come back a second.
    assert error.retry_after == pytest.approx(0.45)
    again = refused(lambda: API.list_skus(ctx)) if ctx.sleeps == [] else None
    assert again is None or again.kind is ErrorKind.RATE


def test_it_rests_before_the_points_are_used_up(shop: ShopifyMall, ctx: ShopContext) -> None:
    API.check(ctx)
    shop.bucket.left = 60

    API.check(ctx)
    API.check(ctx)

    # 100 of 2000 points are kept for others; 58 were left, and a hundred come back a second.
    assert ctx.sleeps == [pytest.approx(0.42)]


def test_a_query_that_might_cost_too_much_is_asked_for_fewer_orders(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    ids = [sell(shop, (TOTE, 1)) for _ in range(5)]
    cursor = Cursor(T0 - timedelta(days=1), T0 + timedelta(days=1))

    first = API.fetch_orders_since(ctx, cursor)
    assert first.next is not None
    assert (len(first.orders), first.next.token) == (2, "2|2")
    second = API.fetch_orders_since(ctx, first.next)
    by_id = API.fetch_orders(ctx, ids)

    asked = [call.operation for call in shop.calls if call.operation.startswith("query")]
    assert asked == ["query OrdersSince"] * 3 + ["query OrdersById"] * 4
    brought = [order.channel_order_id for order in (*first.orders, *second.orders)]
    assert brought == ids[:4]
    assert [order.channel_order_id for order in by_id.orders] == ids
    shop.most_a_query = 100
    error = refused(lambda: API.fetch_orders(ctx, ids))
    assert (error.kind, error.code) == (ErrorKind.INVALID, "MAX_COST_EXCEEDED")


def test_the_sweep_asks_for_what_is_to_be_shipped_only(shop: ShopifyMall, ctx: ShopContext) -> None:
    plain, part, shipped, cancelled = (sell(shop, (TOTE, 2)) for _ in range(4))
    [line] = shop.shop.order(part)["line_items"]  # type: ignore[index]
    shop.shop.fulfil(part, {line["id"]: 1}, "Yamato (JA)", ["1"], T0)
    [line] = shop.shop.order(shipped)["line_items"]  # type: ignore[index]
    shop.shop.fulfil(shipped, {line["id"]: 2}, "Yamato (JA)", ["2"], T0)
    shop.cancel(cancelled)

    cursor: Cursor | None = Cursor(T0 - timedelta(days=50), T0 + timedelta(days=1), "open")
    found = []
    while cursor is not None:
        page = API.fetch_orders_since(ctx, cursor)
        found += [order.channel_order_id for order in page.orders]
        cursor = page.next

    assert found == [plain, part]


def test_a_mall_that_fails_inside_graphql_is_temporary(shop: ShopifyMall) -> None:
    bare = context("shopify", shop.url, {"access_token": "demo"}, {"location_id": ""})

    error = refused(lambda: API.check(bare))

    assert (error.kind, error.code) == (ErrorKind.INVALID, "location_id")
    elsewhere = context("shopify", shop.url, {"access_token": "demo"}, {"location_id": "1"})
    assert refused(lambda: API.check(elsewhere)).code == "location_id"


# -- stock


def test_a_listing_that_does_not_bring_its_inventory_item_is_looked_up(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    bare = Listing(shop.codes[TOTE])

    [result] = API.push_stock(ctx, [StockUpdate(bare, 3, "k")])

    assert result.outcome is StockOutcome.APPLIED
    assert API.read_stock(ctx, [bare, Listing("TOTE")]) == {shop.codes[TOTE]: 3, "TOTE": None}


def test_a_repeat_after_a_lost_answer_is_not_a_second_write(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    shop.faults = Faults(lose_answer=1, times=1, only="PushStock")

    [result] = API.push_stock(ctx, [StockUpdate(listing(shop, TOTE), 3, "k", 240)])

    assert result.outcome is StockOutcome.APPLIED
    assert [(w.before, w.quantity) for w in shop.shelf.writes] == [(240, 3)]


def test_a_stale_row_is_taken_out_and_the_others_go_again(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    sell(shop, (TOTE, 5))
    updates = [
        StockUpdate(listing(shop, TEA), 7, "a", 300),
        StockUpdate(listing(shop, TOTE), 7, "b", 240),
        StockUpdate(Listing("1", {"inventory_item_id": "1"}), 7, "c"),
    ]

    results = API.push_stock(ctx, updates)

    assert [(r.outcome, r.observed) for r in results] == [
        (StockOutcome.APPLIED, None),
        (StockOutcome.STALE, 235),
        (StockOutcome.UNKNOWN_SKU, None),
    ]
    assert [w.code for w in shop.shelf.writes] == [shop.codes[TEA]]


def test_a_key_whose_try_failed_is_not_used_again(shop: ShopifyMall, ctx: ShopContext) -> None:
    update = StockUpdate(listing(shop, TOTE), 7, "b", 1)
    assert API.push_stock(ctx, [update])[0].outcome is StockOutcome.STALE
    shop.shelf.put(shop.codes[TOTE], 1, T0, by="hand")

    [result] = API.push_stock(ctx, [update])

    assert (result.outcome, shop.shelf.shown(shop.codes[TOTE])) == (StockOutcome.APPLIED, 7)


def test_what_shows_the_wanted_quantity_by_sales_is_stale_all_the_same(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    sell(shop, (TOTE, 5))

    [result] = API.push_stock(ctx, [StockUpdate(listing(shop, TOTE), 235, "b", 240)])

    assert (result.outcome, result.observed) == (StockOutcome.STALE, 235)
    assert shop.shelf.writes == []


def test_a_quantity_beyond_all_bounds_is_rejected(shop: ShopifyMall, ctx: ShopContext) -> None:
    [result] = API.push_stock(ctx, [StockUpdate(listing(shop, TOTE), 2 * 10**9, "k")])

    assert (result.outcome, result.message) == (
        StockOutcome.REJECTED,
        "INVALID_QUANTITY_TOO_HIGH",
    )


# -- shipments and cancellations


def notice(order_id: str, *lines: tuple[str, int], tracking: str = "1") -> ShipmentNotice:
    return ShipmentNotice(order_id, "yamato", (tracking,), T0.date(), tracking, lines=lines)


def test_lines_are_told_one_by_one_and_each_once(shop: ShopifyMall, ctx: ShopContext) -> None:
    order_id = sell(shop, (TOTE, 2), (TEA, 3))
    tote, tea = (str(int(order_id) + n) for n in (1, 2))

    first = API.notify_shipment(ctx, notice(order_id, (tote, 2), (tea, 1)))
    again = API.notify_shipment(ctx, notice(order_id, (tote, 2), (tea, 1)))
    rest = API.notify_shipment(ctx, notice(order_id, tracking="2"))

    assert (first.already, again.already, rest.already) == (False, True, False)
    assert first.remote_id == again.remote_id != rest.remote_id
    order = shop.shop.order(order_id)
    assert order is not None
    assert [
        (row["tracking_company"], row["tracking_numbers"], row["line_items"])
        for row in order["fulfillments"]
    ] == [
        ("Yamato (JA)", ["1"], [{"id": int(tote), "quantity": 2}, {"id": int(tea), "quantity": 1}]),
        ("Yamato (JA)", ["2"], [{"id": int(tea), "quantity": 2}]),
    ]


def test_a_shipment_without_a_number_is_told_while_something_is_left(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    order_id = sell(shop)
    unnumbered = notice(order_id)._replace(tracking_numbers=())

    assert not API.notify_shipment(ctx, unnumbered).already
    assert API.notify_shipment(ctx, unnumbered).already


def test_a_cancelled_order_cannot_be_shipped_nor_a_shipped_one_cancelled(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    gone, sent = sell(shop), sell(shop)
    API.cancel_order(ctx, gone, CancelReason.CUSTOMER)
    API.notify_shipment(ctx, notice(sent))

    assert refused(lambda: API.notify_shipment(ctx, notice(gone))).kind is ErrorKind.CONFLICT
    error = refused(lambda: API.cancel_order(ctx, sent, CancelReason.CUSTOMER))
    assert (error.kind, error.code) == (ErrorKind.CONFLICT, "INVALID")


def test_the_reason_of_a_cancellation_is_told_and_units_go_back(
    shop: ShopifyMall, ctx: ShopContext
) -> None:
    order_id = sell(shop, (TOTE, 2))

    API.cancel_order(ctx, order_id, CancelReason.OUT_OF_STOCK)

    order = shop.shop.order(order_id)
    assert order is not None
    assert order["cancel_reason"] == "inventory"
    assert shop.shelf.shown(shop.codes[TOTE]) == 240


# -- products


def test_a_product_that_is_there_keeps_its_stock(shop: ShopifyMall, ctx: ShopContext) -> None:
    draft = ProductDraft(TOTE, "帆布トート 大", "2000000000015", 5200, 1)

    done = API.upsert_product(ctx, draft)

    assert done.already
    assert shop.shop.products[TOTE].price == 5200
    assert shop.shelf.shown(shop.codes[TOTE]) == 240


def test_the_requests_are_what_the_real_api_takes(shop: ShopifyMall, ctx: ShopContext) -> None:
    """A field that the emulator does not know fails the call, so this names what it must know."""
    body = json.dumps({"query": "{ shop { nome } }"}).encode()

    headers = {"X-Shopify-Access-Token": "demo", "Content-Type": "application/json"}
    status, answer = ask_json(shop.url, "POST", "/admin/api/2026-10/graphql.json", body, headers)

    assert status == 200
    assert answer["errors"][0]["extensions"]["code"] == "undefinedField"
