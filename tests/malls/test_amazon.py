"""The emulated Amazon: held to the published models, both ways, and to what the real one does."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from common.canonical import FulfilledBy, PaymentMethod, SourceStatus
from common.channels.amazon import read_notification
from common.channels.amazon_api import API, INFO
from common.channels.amazon_shipping import package_number
from common.channels.amazon_subscription import ensure_subscription
from common.channels.port import (
    CancelReason,
    ChannelError,
    Cursor,
    Done,
    ErrorKind,
    Listing,
    ProductDraft,
    Request,
    Response,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from common.http import READ_SECONDS, Http, Transport
from malls.amazon.mall import CREDENTIALS, LWA_PATH, SELLER, AmazonMall
from malls.amazon.orders import Order, yen
from malls.amazon.wire import MARKETPLACE, OPERATIONS
from malls.http_mall import Faults
from tests.common.channels.contexts import T0, ShopContext, context
from tests.malls import amazon_models as models

QUEUE = "arn:aws:sqs:ap-northeast-1:000000000000:banto-dev-orders-amazon_notifications"
TOTE, TEA = "TOTE-NAT", "SENCHA-100"


class Witness:
    """Transport that holds every request and every answer to the models."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.problems: list[str] = []
        self.seen: set[str] = set()
        self.requests: list[Request] = []

    def __call__(self, request: Request, timeout: float = READ_SECONDS) -> Response:
        self.requests.append(request)
        found = models.find(request.method, request.url)
        if found is None:
            return self._transport(request, timeout)
        self.seen.add(found.name)
        self.problems += models.request_problems(found, request.url, request.body)
        answer = self._transport(request, timeout)
        self.problems += models.answer_problems(found, answer.status, answer.body)
        return answer


class World:
    """A seller at the emulated Amazon, and our side of it."""

    def __init__(self, mall: AmazonMall, time: list[ShopContext]) -> None:
        self.mall = mall
        self.witness = Witness(Http())
        self.ctx = context(
            "amazon",
            mall.url,
            CREDENTIALS,
            {"seller_id": SELLER, "lwa_url": mall.url},
            transport=self.witness,
        )
        time.append(self.ctx)

    def forward(self, **by: float) -> datetime:
        self.ctx.forward(**by)
        return self.ctx.now()

    def notice(self, order_id: str, **changes: Any) -> ShipmentNotice:
        notice = ShipmentNotice(order_id, "yamato", ("4012",), self.ctx.now().date(), "ship-1")
        return notice._replace(**changes)

    def body(self, name: str) -> Any:
        """The body of the last request for an operation."""
        found = [
            request
            for request in self.witness.requests
            if (operation := models.find(request.method, request.url)) and operation.name == name
        ]
        return json.loads(found[-1].body)

    def order(self, order_id: str) -> Order:
        return self.mall.book.get(order_id)


@pytest.fixture
def world() -> Iterator[World]:
    time: list[ShopContext] = []
    mall = AmazonMall(rng=random.Random(1), clock=lambda: time[0].now() if time else T0)
    with mall:
        made = World(mall, time)
        yield made
        assert made.witness.problems == []


def update(sku: str, quantity: int, **keys: str) -> StockUpdate:
    return StockUpdate(Listing(sku, keys), quantity, f"{sku}-{quantity}")


def refused(call: Any) -> ChannelError:
    with pytest.raises(ChannelError) as error:
        call()
    return error.value


# -- the models


def test_our_rates_and_the_emulators_operations_are_the_published_ones() -> None:
    ours = {o.name: (o.rate, o.burst) for o in OPERATIONS}

    assert set(ours) == {o.name for o in models.operations()}
    named = {name: rate for name, rate in INFO.limits.rate.items() if name != "*"}
    assert {name: (rate, INFO.limits.burst[name]) for name, rate in named.items()} == {
        name: ours[name] for name in named
    }


def test_the_emulator_takes_the_published_parameters_and_no_others() -> None:
    for ours in OPERATIONS:
        published = models.operation(ours.name)
        queries = {n: s for n, s in published.parameters.items() if s["in"] == "query"}
        assert (ours.method, ours.path) == (published.method, published.path)
        assert set(ours.query) <= set(queries)
        assert set(ours.needed) == {name for name, spec in queries.items() if spec["required"]}
        for name, legal in ours.query.items():
            enum = queries[name].get("enum") or queries[name].get("items", {}).get("enum")
            assert not legal or enum is None or legal <= set(enum), (ours.name, name)


CASES = sorted(path.name for path in models.PAYLOADS.glob("*__*.json"))


def case_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((models.PAYLOADS / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", CASES)
def test_amazons_own_cases_fit_the_models(name: str) -> None:
    case = case_of(name)
    operation = models.operation(case["operation"])
    given = {n: p["value"] for n, p in case["request"]["parameters"].items() if "value" in p}
    given = {("payload" if n == "body" and "payload" in operation.parameters else n): value
             for n, value in given.items()}  # fmt: skip
    body = b"" if case["status"] == 204 else json.dumps(case["response"]).encode()

    problems = models.parameter_problems(operation, given)

    # The cases that are to fail do so by a date that is none.
    assert problems == [] or case["status"] == 400
    assert models.answer_problems(operation, case["status"], body) == []


def test_the_checks_find_what_is_wrong() -> None:
    search = models.operation("searchOrders")
    base = "https://sellingpartnerapi-fe.amazon.com/orders/2026-01-01/orders"
    patch = models.operation("patchListingsItem")
    item = "https://x/listings/2021-08-01/items/A1/SKU"

    assert models.request_problems(search, f"{base}?includedData=BUYER,PRICE", b"") != []
    assert models.request_problems(search, f"{base}?lastUpdatedAfter=2026-11-21", b"") != []
    assert models.request_problems(search, f"{base}?created_after=x", b"") == [
        "created_after: no such query parameter"
    ]
    assert models.request_problems(patch, item, b'{"productType":"A","patches":[]}') == [
        "marketplaceIds: missing",
        "body.patches: 0 are too few or too many",
    ]
    assert models.answer_problems(search, 200, b'{"orders":[{"orderId":1}]}') != []
    assert models.answer_problems(search, 418, b"") == ["searchOrders never answers 418"]


# -- the cases of the test environment, asked of the emulator


def ask(world: World, method: str, path: str, body: Any = None) -> Response:
    """A request with a good token, whatever it is for."""
    kind = "grantless" if path.endswith("/destinations") else "access"
    token = world.mall.tokens.issue(timedelta(hours=1), kind)
    content = json.dumps(body).encode() if body is not None else b""
    headers = {"x-amz-access-token": token, "content-type": "application/json"}
    return world.witness(Request(method, f"{world.mall.url}{path}", headers, content))


@pytest.mark.parametrize("number", [0, 1])
def test_an_order_of_the_test_environment_is_shown_as_there(world: World, number: int) -> None:
    case = case_of(f"orders2026__getOrder__200__{number}.json")
    told = case["response"]["order"]
    world.mall.book.orders[told["orderId"]] = told
    included = ",".join(case["request"]["parameters"]["includedData"]["value"])

    answer = ask(
        world, "GET", f"/orders/2026-01-01/orders/{told['orderId']}?includedData={included}"
    )

    assert json.loads(answer.body) == {"order": told}
    [order] = API.fetch_orders(world.ctx, [told["orderId"]]).orders
    assert order.channel_order_id == told["orderId"]


def test_a_search_of_the_test_environment_finds_what_it_finds_there(world: World) -> None:
    case = case_of("orders2026__searchOrders__200__0.json")
    given = case["request"]["parameters"]
    [told] = case["response"]["orders"]
    world.mall.book.orders[told["orderId"]] = told
    query = (
        f"createdAfter={given['createdAfter']['value']}"
        f"&marketplaceIds={','.join(given['marketplaceIds']['value'])}"
        f"&includedData={','.join(given['includedData']['value'])}"
    )

    answer = json.loads(ask(world, "GET", f"/orders/2026-01-01/orders?{query}").body)

    assert answer["orders"] == [told]


def test_what_fails_in_the_test_environment_fails_here(world: World) -> None:
    item = f"/listings/2021-08-01/items/{SELLER}/BadSKU?marketplaceIds={MARKETPLACE}"
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)
    shipment = case_of("ordersV0__confirmShipment__400__0.json")["request"]["parameters"]

    for answer in (
        raw(world, "GET", "/orders/2026-01-01/orders?createdAfter=TEST_CASE_400"),
        raw(world, "GET", "/orders/2026-01-01/orders/TEST_CASE_400"),
        raw(world, "PATCH", item, {}),
        raw(
            world,
            "POST",
            f"/orders/v0/orders/{order_id}/shipmentConfirmation",
            shipment["body"]["value"],
        ),
    ):
        assert answer.status == 400
        [error] = json.loads(answer.body)["errors"]
        assert set(error) == {"code", "message", "details"}


def raw(world: World, method: str, path: str, body: Any = None) -> Response:
    """As `ask`, for requests that do not fit the models on purpose."""
    token = world.mall.tokens.issue(timedelta(hours=1))
    content = json.dumps(body).encode() if body is not None else b""
    headers = {"x-amz-access-token": token, "content-type": "application/json"}
    return Http()(Request(method, f"{world.mall.url}{path}", headers, content))


# -- everything we ask, and everything it answers


def test_every_operation_fits_the_models_both_ways(world: World) -> None:
    """All that the adapter does, once. The witness has looked at each request and answer."""
    ctx, mall = world.ctx, world.mall
    [plain, lost] = [mall.sell([(TOTE, 1), (TEA, 2)], 1, T0)[0] for _ in range(2)]
    door = mall.trade.sell_on_delivery(TOTE, 1, T0)
    mall.trade.sell_pending(TEA, 1, T0)
    world.forward(minutes=10)
    mall.book.page_size = 2

    API.check(ctx)
    first = API.fetch_orders_since(ctx, Cursor(T0 - timedelta(hours=1), ctx.now()))
    assert first.next is not None
    second = API.fetch_orders_since(ctx, first.next)
    assert second.next is not None
    again = API.fetch_orders_since(ctx, second.next)
    sweep = API.fetch_orders_since(ctx, Cursor(T0 - timedelta(days=1), ctx.now(), "open"))
    assert again.orders == []
    assert (len(first.orders), len(second.orders), len(sweep.orders)) == (2, 2, 2)
    assert API.push_stock(ctx, [update(TOTE, 5), update(TEA, 6)])[1].outcome is (
        StockOutcome.ACCEPTED
    )
    assert API.read_stock(ctx, [Listing(TOTE), Listing("NOWHERE")]) == {TOTE: 5, "NOWHERE": None}
    assert len(API.list_skus(ctx).rows) == 15
    draft = ProductDraft("NEW-1", "風呂敷", "2000000000992", 1980, 4, {"product_type": "HOME"})
    API.upsert_product(ctx, draft)
    API.upsert_product(ctx, draft._replace(name="風呂敷 大"))
    for order_id in (plain, door):
        API.notify_shipment(ctx, world.notice(order_id))
    done = API.cancel_order(ctx, lost, CancelReason.OUT_OF_STOCK)
    API.check_pending(ctx, done.pending)
    mall.settle()
    API.check_pending(ctx, done.pending)
    ensure_subscription(ctx, QUEUE)
    report = mall.feeds.feeds[done.pending]["resultFeedDocumentId"]
    ask(world, "GET", f"/feeds/2021-06-30/documents/{report}")
    world.forward(minutes=10)
    cancelled = API.fetch_orders(ctx, [plain, lost, door]).orders

    assert [order.status for order in cancelled] == [
        SourceStatus.SHIPPED,
        SourceStatus.CANCELLED,
        SourceStatus.SHIPPED,
    ]
    assert world.witness.seen == {operation.name for operation in models.operations()}


def test_no_token_goes_to_a_signed_address(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)

    API.cancel_order(world.ctx, order_id, CancelReason.CUSTOMER)

    [upload] = [request for request in world.witness.requests if request.method == "PUT"]
    assert set(upload.headers) == {"content-type"}
    assert upload.body.decode().splitlines() == [
        "TemplateType=OrderCancellation\tVersion=1.0/1.0.3",
        "order-id\tcancellation-reason-code\tamazon-order-item-code",
        f"{order_id}\tBuyerCanceled\t",
    ]


# -- tokens and limits


def test_a_token_is_asked_for_once_an_hour(world: World) -> None:
    for _ in range(3):
        API.check(world.ctx)
    assert world.mall.tokens.issued == 1
    world.forward(hours=1)

    API.check(world.ctx)

    assert world.mall.tokens.issued == 2
    logins = [request for request in world.witness.requests if request.url.endswith(LWA_PATH)]
    assert [request.headers.get("x-amz-access-token") for request in logins] == [None, None]


@pytest.mark.parametrize("name", ["client_id", "client_secret", "refresh_token"])
def test_a_wrong_credential_is_told_by_its_code(world: World, name: str) -> None:
    world.ctx.vault.credentials[name] = "wrong"

    error = refused(lambda: API.check(world.ctx))

    assert error.kind is ErrorKind.AUTH
    assert error.code == ("invalid_grant" if name == "refresh_token" else "invalid_client")
    assert "wrong" not in str(error)


def test_a_seller_who_gave_no_access_is_refused_after_one_new_token(world: World) -> None:
    ctx = context(
        "amazon", world.mall.url, CREDENTIALS, {"seller_id": "A9", "lwa_url": world.mall.url}
    )

    error = refused(lambda: API.check(ctx))

    assert (error.kind, error.code) == (ErrorKind.FORBIDDEN, "Unauthorized")
    assert world.mall.tokens.issued == 2


def test_a_shop_without_seller_is_told_so(world: World) -> None:
    ctx = context("amazon", world.mall.url, CREDENTIALS, {"lwa_url": world.mall.url})

    assert refused(lambda: API.check(ctx)).code == "no_seller_id"
    assert world.mall.calls == []


def test_above_the_published_rate_the_emulator_says_so(world: World) -> None:
    path = "/orders/2026-01-01/orders?lastUpdatedAfter=2026-11-01T00:00:00Z"
    answers = [ask(world, "GET", path) for _ in range(21)]

    assert [answer.status for answer in answers] == [200] * 20 + [429]
    assert answers[0].headers["x-amzn-ratelimit-limit"] == "0.0056"
    [error] = json.loads(answers[20].body)["errors"]
    assert error["code"] == "QuotaExceeded"


def test_our_own_limit_keeps_us_below_it(world: World) -> None:
    for _ in range(20):
        API.fetch_orders_since(world.ctx, Cursor(T0 - timedelta(hours=1), T0))

    error = refused(lambda: API.fetch_orders_since(world.ctx, Cursor(T0 - timedelta(hours=1), T0)))

    assert (error.kind, error.code) == (ErrorKind.RATE, "own_limit")
    assert len(world.mall.calls) == 21  # a token, and twenty searches


# -- orders


def test_a_search_ends_two_minutes_in_the_past_and_keeps_its_end(world: World) -> None:
    world.mall.book.page_size = 1
    early = world.mall.sell([(TOTE, 1)], 2, T0)
    now = world.forward(minutes=10)
    world.mall.sell([(TOTE, 1)], 1, now)

    first = API.fetch_orders_since(world.ctx, Cursor(T0, now))
    world.forward(minutes=10)
    assert first.next is not None
    second = API.fetch_orders_since(world.ctx, first.next)

    found = [order.channel_order_id for page in (first, second) for order in page.orders]
    assert found == list(early)
    # The window of the poll is the whole one still, or it would go on where the search ended.
    assert first.next.until == now
    assert first.next.token.startswith("2026-11-21T12:07:50.000Z|lastUpdated|")
    assert second.next is not None
    assert second.next.until == first.next.until


def test_an_order_that_changed_a_moment_ago_is_not_left_out(world: World) -> None:
    old, fresh = world.mall.sell([(TOTE, 1)], 2, T0)
    now = world.forward(hours=1)
    world.mall.trade.ask_to_cancel(fresh, "間違えました", now)

    seen, cursor = [], Cursor(T0 - timedelta(minutes=1), now)
    following: Cursor | None = cursor
    while following is not None:
        page = API.fetch_orders_since(world.ctx, following)
        seen.append([order.channel_order_id for order in page.orders])
        following = page.next

    assert seen == [[old], [fresh]]


def test_nothing_is_asked_about_the_last_two_minutes(world: World) -> None:
    assert API.fetch_orders_since(world.ctx, Cursor(T0 - timedelta(minutes=1), T0)).orders == ()
    assert world.mall.calls == []


def test_a_pending_order_is_seen_released_and_shipped(world: World) -> None:
    order_id = world.mall.trade.sell_pending(TEA, 2, T0)
    world.mall.shelf.shown(TEA)

    [before] = API.fetch_orders(world.ctx, [order_id]).orders
    world.mall.trade.release(order_id, world.forward(minutes=5))
    [after] = API.fetch_orders(world.ctx, [order_id]).orders

    assert (before.status, before.flags) == (SourceStatus.ON_HOLD, ("pending",))
    assert (before.destinations, before.money.total) == ((), None)
    assert (after.status, after.flags) == (SourceStatus.READY, ())
    assert after.payment.method is PaymentMethod.CVS
    assert after.source_version > before.source_version
    assert after.money.total is not None
    assert len(after.destinations) == 1


def test_a_buyers_wish_to_cancel_is_seen(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)
    world.mall.trade.ask_to_cancel(order_id, "間違えました", world.forward(minutes=1))

    [order] = API.fetch_orders(world.ctx, [order_id]).orders

    assert order.status is SourceStatus.CANCEL_REQUESTED


def test_an_order_that_cannot_be_read_leaves_the_others_of_its_page(world: World) -> None:
    bad, good = world.mall.sell([(TOTE, 1)], 2, T0)
    world.order(bad)["fulfillment"]["fulfilledBy"] = "SOMEBODY"
    world.forward(minutes=10)

    page = API.fetch_orders_since(world.ctx, Cursor(T0, world.ctx.now()))

    assert [order.channel_order_id for order in page.orders] == [good]
    assert page.failed == ((bad, "wrong_shape"),)


# -- stock


def test_what_amazon_ships_itself_is_never_given_a_quantity_of_ours(world: World) -> None:
    world.mall.goods.items[TEA].by_amazon = 9
    [row] = [row for row in API.list_skus(world.ctx).rows if row.sku == TEA]
    order_id = world.mall.trade.sell_by_amazon(TEA, 1, T0)

    results = API.push_stock(
        world.ctx, [update(TEA, 3), StockUpdate(row.listing, 3, "k"), update(TOTE, 7)]
    )

    assert [(r.outcome, r.message) for r in results] == [
        (StockOutcome.REJECTED, "fulfilled_by_amazon"),
        (StockOutcome.REJECTED, "fulfilled_by_amazon"),
        (StockOutcome.ACCEPTED, ""),
    ]
    assert world.mall.goods.items[TEA].by_amazon == 8
    assert (row.quantity, API.read_stock(world.ctx, [row.listing])) == (None, {TEA: None})
    [order] = API.fetch_orders(world.ctx, [order_id]).orders
    assert order.fulfilled_by is FulfilledBy.PLATFORM


def test_accepted_is_not_applied_yet(world: World) -> None:
    world.mall.goods.delay = timedelta(minutes=3)

    [result] = API.push_stock(world.ctx, [update(TOTE, 5)])

    assert result.outcome is StockOutcome.ACCEPTED
    assert API.read_stock(world.ctx, [Listing(TOTE)]) == {TOTE: 240}
    world.forward(minutes=3)
    assert API.read_stock(world.ctx, [Listing(TOTE)]) == {TOTE: 5}


def test_a_sale_before_a_late_quantity_shows_is_written_over(world: World) -> None:
    """What makes absolute writes dangerous, and why units come back only with the watermark."""
    world.mall.goods.delay = timedelta(minutes=3)
    API.push_stock(world.ctx, [update(TOTE, 5)])
    world.mall.sell([(TOTE, 4)], 1, T0)
    world.forward(minutes=3)

    assert API.read_stock(world.ctx, [Listing(TOTE)]) == {TOTE: 5}


def test_a_sku_that_is_not_there_may_be_accepted_and_never_shows(world: World) -> None:
    world.mall.faults = Faults(silent_unknown_sku=True)
    known = update("NOWHERE", 5, product_type="HOME")

    [silent] = API.push_stock(world.ctx, [known])
    world.mall.faults = Faults()
    [told] = API.push_stock(world.ctx, [known])
    [asked] = API.push_stock(world.ctx, [update("NOWHERE", 5)])

    assert silent.outcome is StockOutcome.ACCEPTED
    assert API.read_stock(world.ctx, [Listing("NOWHERE")]) == {"NOWHERE": None}
    assert (told.outcome, told.message) == (StockOutcome.REJECTED, "INVALID 13013")
    assert asked.outcome is StockOutcome.UNKNOWN_SKU


def test_a_quantity_is_merged_so_that_nothing_else_is_lost(world: World) -> None:
    API.push_stock(world.ctx, [update(TOTE, 5, product_type="LUGGAGE")])

    assert world.body("patchListingsItem") == {
        "productType": "LUGGAGE",
        "patches": [
            {
                "op": "merge",
                "path": "/attributes/fulfillment_availability",
                "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}],
            }
        ],
    }


def test_a_wrong_product_type_is_told(world: World) -> None:
    [result] = API.push_stock(world.ctx, [update(TOTE, 5, product_type="SHOES")])

    assert (result.outcome, result.message) == (StockOutcome.REJECTED, "INVALID 90003005")
    assert world.mall.shelf.shown(TOTE) == 240


def test_when_the_mall_falls_silent_midway_the_rest_waits(world: World) -> None:
    types = {sku: item.product_type for sku, item in world.mall.goods.items.items()}
    updates = [update(sku, 3, product_type=types[sku]) for sku in (TOTE, TEA, "DONABE-6")]
    API.push_stock(world.ctx, updates[:1])
    sold = [call.operation for call in world.mall.calls].count("patchListingsItem")
    lost: list[int] = []

    def second_is_lost(request: Request, timeout: float = READ_SECONDS) -> Response:
        answer = Http()(request, timeout)
        if request.method == "PATCH":
            lost.append(answer.status)
            if len(lost) > 1:
                raise ChannelError(ErrorKind.TRANSIENT, code="timeout", may_be_applied=True)
        return answer

    ctx = context(
        "amazon",
        world.mall.url,
        CREDENTIALS,
        {"seller_id": SELLER, "lwa_url": world.mall.url},
        transport=second_is_lost,
        now=world.ctx.now(),
    )
    results = API.push_stock(ctx, updates)

    assert sold == 1
    assert [result.outcome for result in results] == [
        StockOutcome.ACCEPTED,
        StockOutcome.UNKNOWN,
        StockOutcome.RETRY,
    ]
    assert world.mall.shelf.shown("DONABE-6") == 90


def test_a_thousand_listings_are_not_the_end(world: World) -> None:
    world.mall.watches_quota = False
    product = world.mall.goods.items[TOTE]
    for n in range(1010):
        sku = f"S{n:04d}"
        made = T0 + timedelta(minutes=n)
        world.mall.goods.items[sku] = replace(product, sku=sku, created=made)

    token, skus = "", []
    for _ in range(100):
        page = API.list_skus(world.ctx, token)
        skus += [row.sku for row in page.rows]
        world.forward(seconds=10)
        if page.next is None:
            break
        token = page.next

    assert set(skus) == set(world.mall.goods.items)
    assert len(skus) == 1025 + 1


# -- products


def test_a_new_product_needs_its_type(world: World) -> None:
    draft = ProductDraft("NEW-1", "風呂敷", "", 1980, 4)

    error = refused(lambda: API.upsert_product(world.ctx, draft))

    assert (error.kind, error.code) == (ErrorKind.INVALID, "product_type")
    assert "NEW-1" not in world.mall.goods.items


def test_goods_of_the_catalogue_are_offered_by_their_asin(world: World) -> None:
    extra = {"product_type": "HOME", "asin": "B0EXAMPLE1", "attributes": '{"color": []}'}

    API.upsert_product(world.ctx, ProductDraft("NEW-1", "風呂敷", "", 1980, 4, extra))

    body = world.body("putListingsItem")
    assert body["requirements"] == "LISTING_OFFER_ONLY"
    assert set(body["attributes"]) == {
        *("item_name", "purchasable_offer", "fulfillment_availability", "condition_type"),
        *("merchant_suggested_asin", "color"),
    }
    assert world.mall.shelf.shown("NEW-1") == 4


def test_a_listing_that_is_there_is_merged_into_not_put_anew(world: World) -> None:
    API.upsert_product(world.ctx, ProductDraft(TOTE, "帆布トート 大", "", 5980, 3))

    paths = [patch["path"] for patch in world.body("patchListingsItem")["patches"]]
    assert paths == [
        "/attributes/item_name",
        "/attributes/fulfillment_availability",
        "/attributes/purchasable_offer",
    ]
    item = world.mall.goods.items[TOTE]
    assert (item.title, item.price, world.mall.shelf.shown(TOTE)) == ("帆布トート 大", 5980, 3)


# -- shipments


def test_a_package_number_is_the_same_for_the_same_key_and_positive() -> None:
    numbers = {package_number(f"key-{n}") for n in range(1000)}

    assert package_number("key-1") == package_number("key-1")
    assert len(numbers) == 1000
    assert all(number.isdigit() and 0 < int(number) <= 10**9 for number in numbers)


def test_a_parcel_with_lines_of_its_own_leaves_the_rest_to_ship(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 3), (TEA, 1)], 1, T0)
    first = world.order(order_id)["orderItems"][0]["orderItemId"]

    API.notify_shipment(world.ctx, world.notice(order_id, lines=((first, 2),)))
    [partly] = API.fetch_orders(world.ctx, [order_id]).orders
    API.notify_shipment(world.ctx, world.notice(order_id, key="ship-2"))
    [wholly] = API.fetch_orders(world.ctx, [order_id]).orders

    assert partly.status is SourceStatus.PARTIALLY_SHIPPED
    assert [line.quantity_shipped for line in partly.lines] == [2, 0]
    assert wholly.status is SourceStatus.SHIPPED
    assert [line.quantity_shipped for line in wholly.lines] == [3, 1]
    assert len(world.order(order_id)["packages"]) == 2


def test_the_same_key_with_another_number_edits_the_package(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)
    line = (world.order(order_id)["orderItems"][0]["orderItemId"], 1)
    API.notify_shipment(world.ctx, world.notice(order_id, lines=(line,)))

    done = API.notify_shipment(
        world.ctx, world.notice(order_id, lines=(line,), tracking_numbers=("5555",))
    )

    assert not done.already
    [package] = world.order(order_id)["packages"]
    assert package["trackingNumber"] == "5555"


def test_an_order_that_somebody_shipped_in_amazons_own_screen_is_done(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)
    API.notify_shipment(world.ctx, world.notice(order_id, key="by-hand"))

    done = API.notify_shipment(world.ctx, world.notice(order_id, tracking_numbers=("9",)))

    assert done.already
    assert len(world.order(order_id)["packages"]) == 1


@pytest.mark.parametrize(
    ("carrier", "name", "code", "told"),
    [
        ("yamato", "", "YAMATO", None),
        ("sagawa", "", "SAGAWA", None),
        ("jp_post", "", "Japan Post", None),
        ("seino", "", "Seino", None),
        ("fukuyama", "", "Other", "福山通運"),
        ("other", "赤帽", "Other", "赤帽"),
    ],
)
def test_a_carrier_has_amazons_code_or_its_name(
    world: World, carrier: str, name: str, code: str, told: str | None
) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)

    API.notify_shipment(world.ctx, world.notice(order_id, carrier=carrier, carrier_name=name))

    detail = world.body("confirmShipment")["packageDetail"]
    assert (detail["carrierCode"], detail.get("carrierName")) == (code, told)


@pytest.mark.parametrize(
    ("day", "sent"),
    [
        (date(2026, 11, 21), "2026-11-21T12:00:00.000Z"),
        (date(2026, 11, 20), "2026-11-20T14:59:59.000Z"),
    ],
)
def test_a_shipment_is_never_in_the_future(world: World, day: date, sent: str) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0 - timedelta(days=3))

    API.notify_shipment(world.ctx, world.notice(order_id, shipped_on=day))

    assert world.body("confirmShipment")["packageDetail"]["shipDate"] == sent


def test_cash_on_delivery_is_collected_by_the_carrier(world: World) -> None:
    [card] = world.mall.sell([(TOTE, 1)], 1, T0)
    door = world.mall.trade.sell_on_delivery(TOTE, 1, T0)
    sent = []
    for order_id in (card, door):
        API.notify_shipment(world.ctx, world.notice(order_id))
        sent.append(world.body("confirmShipment").get("codCollectionMethod"))

    assert sent == [None, "DirectPayment"]


def test_a_shipment_needs_a_tracking_number(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)

    error = refused(
        lambda: API.notify_shipment(world.ctx, world.notice(order_id, tracking_numbers=()))
    )

    assert (error.kind, error.code) == (ErrorKind.INVALID, "no_tracking_number")


@pytest.mark.parametrize("what", ["pending", "by_amazon"])
def test_what_must_not_be_shipped_is_refused(world: World, what: str) -> None:
    if what == "pending":
        order_id = world.mall.trade.sell_pending(TEA, 1, T0)
    else:
        world.mall.goods.items[TEA].by_amazon = 5
        order_id = world.mall.trade.sell_by_amazon(TEA, 1, T0)

    error = refused(lambda: API.notify_shipment(world.ctx, world.notice(order_id)))

    assert error.kind is ErrorKind.INVALID
    assert world.order(order_id)["packages"] == []


# -- cancelling


def feed_of(world: World, done: Done) -> str:
    return str(world.mall.feeds.feeds[done.pending]["processingStatus"])


@pytest.mark.parametrize("status", ["FATAL", "CANCELLED"])
def test_a_feed_that_amazon_drops_is_told(world: World, status: str) -> None:
    [order_id] = world.mall.sell([(TOTE, 3)], 1, T0)
    done = API.cancel_order(world.ctx, order_id, CancelReason.OUT_OF_STOCK)
    world.mall.feeds.feeds[done.pending]["processingStatus"] = status

    with pytest.raises(ChannelError) as error:
        API.check_pending(world.ctx, done.pending)

    assert (error.value.kind, error.value.code) == (ErrorKind.CONFLICT, status)


def test_a_cancellation_waits_for_its_feed_and_gives_the_units_back(world: World) -> None:
    [order_id] = world.mall.sell([(TOTE, 3)], 1, T0)

    done = API.cancel_order(world.ctx, order_id, CancelReason.OUT_OF_STOCK)

    assert (done.already, feed_of(world, done)) == (False, "IN_QUEUE")
    API.check_pending(world.ctx, done.pending)
    assert world.mall.shelf.shown(TOTE) == 237
    world.forward(minutes=1)
    API.check_pending(world.ctx, done.pending)
    assert feed_of(world, done) == "DONE"
    assert world.mall.shelf.shown(TOTE) == 240
    [order] = API.fetch_orders(world.ctx, [order_id]).orders
    assert order.status is SourceStatus.CANCELLED
    assert order.raw_status["cancelledBy"] == "MERCHANT"


# -- notifications


def test_changes_are_told_to_the_queue_that_was_asked_for(world: World) -> None:
    told: list[tuple[str, str]] = []
    world.mall.notices.post = lambda arn, body: told.append((arn, body))
    [before] = world.mall.sell([(TOTE, 1)], 1, T0)
    done = ensure_subscription(world.ctx, QUEUE)
    [order_id] = world.mall.sell([(TOTE, 1)], 1, T0)
    world.mall.trade.ask_to_cancel(order_id, "間違えました", T0)
    world.mall.cancel(order_id)

    assert before != order_id
    assert not done.already
    assert [arn for arn, _ in told] == [QUEUE] * 3
    notes = [read_notification(body.encode()) for _, body in told]
    assert {(note.seller_id, note.order_id) for note in notes if note} == {(SELLER, order_id)}
    assert len({note.notification_id for note in notes if note}) == 3
    for _, body in told:
        assert models.notification_problems(json.loads(body)) == []


def test_a_subscription_is_made_once(world: World) -> None:
    first = ensure_subscription(world.ctx, QUEUE)

    second = ensure_subscription(world.ctx, QUEUE)

    assert (first.already, second.already) == (False, True)
    assert first.remote_id == second.remote_id
    assert len(world.mall.notices.destinations) == 1


def test_the_connection_test_sees_to_the_subscription(world: World) -> None:
    options = {"seller_id": SELLER, "lwa_url": world.mall.url, "notification_queue": QUEUE}
    ctx = context("amazon", world.mall.url, CREDENTIALS, options)
    API.check(world.ctx)
    assert world.mall.notices.subscription is None

    API.check(ctx)
    API.check(ctx)

    assert list(world.mall.notices.destinations.values()) == [QUEUE]
    assert world.mall.notices.subscription is not None


def test_a_subscription_to_another_queue_is_told(world: World) -> None:
    ensure_subscription(world.ctx, QUEUE)

    error = refused(lambda: ensure_subscription(world.ctx, f"{QUEUE}-2"))

    assert (error.kind, error.code) == (ErrorKind.CONFLICT, "other_destination")


# -- it sells by itself


def test_it_sells_what_it_shows_and_nothing_more(world: World) -> None:
    for n in range(400):
        at = world.forward(seconds=30)
        world.mall.sell(None, 1, at)
        world.mall.something_happens(at)
        if n % 40 == 0:
            world.mall.shelf.put(TOTE, 3, at, by="hand")

    shown = world.mall.shelf.all()
    assert min(units for sku, units in shown.items() if sku != "KOKESHI-KOYO") >= 0
    states = {o["fulfillment"]["fulfillmentStatus"] for o in world.mall.book.orders.values()}
    assert states <= {"PENDING", "UNSHIPPED"}
    assert world.mall.count_orders() == 400
    ids = list(world.mall.book.orders)
    assert len(set(ids)) == 400
    for order_id in ids[::20]:
        page = API.fetch_orders(world.ctx, [order_id])
        assert page.failed == ()
        world.forward(seconds=2)


def test_money_of_its_orders_adds_up(world: World) -> None:
    [order_id] = world.mall.sell([("YUNOMI-01", 1)], 1, T0)

    proceeds = world.order(order_id)["proceeds"]

    assert proceeds["grandTotal"] == yen(2200 + 410)
    [order] = API.fetch_orders(world.ctx, [order_id]).orders
    assert (order.money.total, order.money.shipping_total) == (2610, 410)
