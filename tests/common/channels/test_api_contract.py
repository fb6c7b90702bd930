"""What every channel's API must do, shown against its emulator over real HTTP.

A channel is held to a promise by its capabilities; for what it has not, it must say so.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from common.canonical import CanonicalOrder, SourceStatus
from common.channels import CHANNELS, load, load_api
from common.channels.port import (
    CancelReason,
    Cap,
    ChannelApi,
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    Page,
    ProductDraft,
    ShipmentNotice,
    SkuRow,
    StockOutcome,
    StockResult,
    StockUpdate,
    Unsupported,
)
from malls.http_mall import Faults, HttpMall
from malls.shopify.catalogue import PRODUCTS
from tests.common.channels.channel_cases import ApiCase, api_case_of
from tests.common.channels.contexts import T0, ShopContext

# Goods that every mall has on sale.
TOTE, TEA, CUP = "TOTE-NAT", "SENCHA-100", "YUNOMI-01"
SHOWS = (StockOutcome.APPLIED, StockOutcome.ACCEPTED)
NOT_THERE = (StockOutcome.UNKNOWN_SKU, StockOutcome.REJECTED)
MOST_PAGES = 60


def having(caps: Cap, wanted: Callable[[ApiCase], object] = lambda _: True) -> pytest.MarkDecorator:
    """Parametrises over the channels that have all of `caps`."""
    codes = [
        code
        for code in sorted(CHANNELS)
        if caps in load_api(code).info.caps and wanted(api_case_of(code))
    ]
    return pytest.mark.parametrize("code", codes)


every = pytest.mark.parametrize("code", sorted(CHANNELS))


@dataclass
class Desk:
    """A shop at the emulated mall, and what a worker does for it."""

    case: ApiCase
    mall: HttpMall
    ctx: ShopContext
    api: ChannelApi

    def sell(self, sku: str = TOTE, units: int = 1) -> str:
        [order_id] = self.mall.sell([(sku, units)], 1, self.ctx.now())
        return order_id

    def listing(self, sku: str) -> Listing:
        return self.case.listing(self.mall, sku)

    def shown(self, sku: str) -> int | None:
        self.case.settle(self.mall)
        return self.mall.shelf.shown(self.mall.codes[sku])

    def update(self, sku: str, quantity: int, expected: int | None = None) -> StockUpdate:
        return StockUpdate(
            self.listing(sku), quantity, f"key-{sku}-{quantity}-{expected}", expected
        )

    def push(self, *updates: StockUpdate) -> Sequence[StockResult]:
        """In batches as large as the channel takes."""
        size = self.api.info.limits.stock_batch
        return [
            result
            for n in range(0, len(updates), size)
            for result in self.api.push_stock(self.ctx, updates[n : n + size])
        ]

    def read(self, *listings: Listing) -> dict[str, int | None]:
        self.case.settle(self.mall)
        size = self.api.info.limits.read_batch
        found: dict[str, int | None] = {}
        for n in range(0, len(listings), size):
            found |= self.api.read_stock(self.ctx, listings[n : n + size])
        return found

    def pull(self) -> list[CanonicalOrder]:
        """Every order since an hour before the beginning, as pages bring them."""
        pages = self.pages()
        assert [one for page in pages for one in page.failed] == []
        return [order for page in pages for order in page.orders]

    def pages(self) -> list[Page]:
        """What a poll brings, with the orders that its pages only name."""
        self.ctx.forward(minutes=10)
        cursor: Cursor | None = Cursor(T0 - timedelta(hours=1), self.ctx.now())
        found: list[Page] = []
        while cursor is not None:
            page = self.api.fetch_orders_since(self.ctx, cursor)
            found += [page, *self.fetched(*(ref.channel_order_id for ref in page.refs))]
            cursor = page.next
            assert len(found) <= 2 * MOST_PAGES
        return found

    def fetch(self, *ids: str) -> list[CanonicalOrder]:
        return [order for page in self.fetched(*ids) for order in page.orders]

    def fetched(self, *ids: str) -> list[Page]:
        size = self.api.info.limits.order_batch
        starts = range(0, len(ids), size)
        pages = [self.api.fetch_orders(self.ctx, ids[n : n + size]) for n in starts]
        assert [page.next for page in pages] == [None] * len(pages)
        return pages

    def notice(self, order_id: str, number: str = "4012-3456-7890") -> ShipmentNotice:
        day = self.ctx.now().date()
        [order] = self.fetch(order_id)
        destination = order.destinations[0].id
        return ShipmentNotice(order_id, "yamato", (number,), day, f"ship-{number}", destination)

    def recovers(self) -> None:
        """All is well again, and every rest is over."""
        self.mall.faults = Faults()
        self.ctx.forward(hours=1)


@pytest.fixture
def desk(code: str) -> Iterator[Desk]:
    case = api_case_of(code)
    here: list[ShopContext] = []
    mall = case.mall(lambda: here[0].now() if here else T0)
    with mall:
        here.append(case.context(mall, options=case.options))
        yield Desk(case, mall, here[0], load_api(code))


def refused(call: Callable[[], object]) -> ChannelError:
    with pytest.raises(ChannelError) as error:
        call()
    return error.value


def fate(push: Callable[[], Sequence[StockResult]]) -> object:
    """What became of a push: its outcomes, or the error and whether it may be applied."""
    try:
        return [result.outcome for result in push()]
    except ChannelError as error:
        return error.kind, error.may_be_applied


# -- what a channel says of itself


@every
def test_an_api_says_what_it_is(code: str) -> None:
    info = load_api(code).info

    assert (info.code, info.name) == (code, load(code).name)
    assert isinstance(load_api(code), ChannelApi)
    assert min(info.limits.stock_batch, info.limits.read_batch, info.limits.order_batch) >= 1
    assert set(info.limits.burst) == set(info.limits.rate)
    assert all(rate > 0 for rate in info.limits.rate.values())
    assert api_case_of(code).stem == code


@every
def test_what_a_shop_must_enter_is_what_the_case_enters(code: str) -> None:
    info, case = load_api(code).info, api_case_of(code)

    for fields, given in ((info.credentials, case.credentials), (info.options, case.options)):
        names = {field.name for field in fields}
        assert given.keys() <= names
        needed = {f.name for f in fields if not f.optional and not getattr(f, "default", "")}
        assert needed <= given.keys()


@every
def test_capabilities_fit_together(code: str) -> None:
    caps = load_api(code).info.caps

    assert Cap.STOCK in caps or not caps & (Cap.STOCK_CAS | Cap.STOCK_READ | Cap.STOCK_ASYNC)
    # Where the mall does not say at once what became of a quantity, it must be possible to look.
    assert Cap.STOCK_ASYNC not in caps or Cap.STOCK_READ in caps
    assert Cap.STOCK_CAS not in caps or Cap.STOCK_READ in caps
    if Cap.WEBHOOK_THIN in caps or Cap.QUEUE_IN in caps:
        assert type(load_api(code)).fetch_orders is not Unsupported.fetch_orders


METHODS: dict[str, tuple[Cap, Callable[[Desk], object]]] = {
    "fetch_orders_since": (
        Cap.POLL,
        lambda d: d.api.fetch_orders_since(d.ctx, Cursor(T0 - timedelta(hours=1), T0)),
    ),
    "push_stock": (Cap.STOCK, lambda d: d.api.push_stock(d.ctx, [d.update(TOTE, 1)])),
    "read_stock": (Cap.STOCK_READ, lambda d: d.api.read_stock(d.ctx, [d.listing(TOTE)])),
    "confirm_order": (Cap.CONFIRM, lambda d: d.api.confirm_order(d.ctx, "1")),
    "notify_shipment": (
        Cap.SHIP,
        lambda d: d.api.notify_shipment(d.ctx, ShipmentNotice("1", "yamato", ("1",), T0, "k")),
    ),
    "cancel_order": (Cap.CANCEL, lambda d: d.api.cancel_order(d.ctx, "1", CancelReason.OTHER)),
    "list_skus": (Cap.LIST_SKUS, lambda d: d.api.list_skus(d.ctx)),
    "upsert_product": (
        Cap.PRODUCT_UPSERT,
        lambda d: d.api.upsert_product(d.ctx, ProductDraft("X", "X", "", 1, 1)),
    ),
}
LACKS = [
    (code, method)
    for code in sorted(CHANNELS)
    for method, (cap, _) in METHODS.items()
    if cap not in load_api(code).info.caps
]


@pytest.mark.parametrize(("code", "method"), LACKS)
def test_what_a_channel_lacks_it_says(desk: Desk, method: str) -> None:
    error = refused(lambda: METHODS[method][1](desk))

    assert (error.kind, error.code) == (ErrorKind.UNSUPPORTED, method)
    assert desk.mall.calls == []


@every
def test_what_a_channel_says_it_has_is_there(code: str) -> None:
    api = load_api(code)

    for method, (cap, _) in METHODS.items():
        own = getattr(type(api), method) is not getattr(Unsupported, method)
        assert own == (cap in api.info.caps), method


@every
def test_an_api_needs_no_aws_and_no_http_library(code: str) -> None:
    script = f"""
import sys
from common.channels import load_api
load_api({code!r})
found = sorted(n for n in sys.modules if n.startswith(("boto", "urllib3", "aws_lambda_powertools")))
assert not found, found
"""
    subprocess.run([sys.executable, "-c", script], check=True)


# -- the connection


@every
def test_the_connection_test_passes(code: str, desk: Desk) -> None:
    before = desk.mall.shelf.all()

    desk.api.check(desk.ctx)

    assert desk.mall.calls
    assert (desk.mall.shelf.all(), desk.mall.count_orders()) == (before, 0)


@every
def test_wrong_and_missing_credentials_are_told(code: str, desk: Desk) -> None:
    wrong = desk.case.context(desk.mall, credentials=desk.case.wrong, options=desk.case.options)
    none = desk.case.context(desk.mall, credentials={}, options=desk.case.options)

    assert refused(lambda: desk.api.check(wrong)).kind in (ErrorKind.AUTH, ErrorKind.FORBIDDEN)
    assert refused(lambda: desk.api.check(none)).kind is ErrorKind.AUTH


@having(Cap(0), lambda case: case.renews)
def test_a_token_that_ended_is_renewed_and_the_call_made_again(code: str, desk: Desk) -> None:
    desk.api.check(desk.ctx)
    for name, call in _calls(desk).items():
        issued = desk.mall.tokens.issued
        desk.mall.expire_tokens()

        call()

        assert desk.mall.tokens.issued == issued + 1, name
        desk.ctx.forward(minutes=1)
    assert desk.shown(TOTE) == PUSHED


@having(Cap(0), lambda case: not case.renews)
def test_a_key_that_ended_must_be_renewed_by_a_person(code: str, desk: Desk) -> None:
    desk.api.check(desk.ctx)
    shown = desk.shown(TOTE)
    desk.mall.expire_tokens()

    calls = _calls(desk)
    if desk.case.vague:
        # It refuses the quantity and does not say why; only the connection test can tell.
        calls.pop("push")
        assert fate(lambda: desk.push(desk.update(TOTE, PUSHED))) == [StockOutcome.RETRY]
    for name, call in calls.items():
        error = refused(call)

        assert error.kind is ErrorKind.AUTH, name
        assert not error.is_temporary
        assert not error.may_be_applied
    assert desk.shown(TOTE) == shown


# -- trouble

PUSHED = 3


def _calls(desk: Desk) -> dict[str, Callable[[], object]]:
    """One call of each kind that a worker makes all day."""
    day: dict[str, tuple[Cap, Callable[[], object]]] = {
        "check": (Cap(0), lambda: desk.api.check(desk.ctx)),
        "poll": (Cap.POLL, lambda: METHODS["fetch_orders_since"][1](desk)),
        "push": (Cap.STOCK, lambda: desk.push(desk.update(TOTE, PUSHED))),
        "read": (Cap.STOCK_READ, lambda: desk.read(desk.listing(TOTE))),
    }
    return {name: call for name, (cap, call) in day.items() if cap in desk.api.info.caps}


@every
@pytest.mark.parametrize("seconds", [7.0, None])
def test_too_often_is_told_with_when_to_come_back(
    code: str, desk: Desk, seconds: float | None
) -> None:
    for name, call in _calls(desk).items():
        desk.mall.faults = Faults(rate_429=1, retry_after=seconds)
        error = refused(call)

        assert (error.kind, error.retry_after) == (ErrorKind.RATE, seconds), name
        assert error.is_temporary
        assert not error.may_be_applied
        desk.recovers()
        call()


@every
def test_a_mall_that_fails_is_asked_again_and_then_reported(code: str, desk: Desk) -> None:
    calls = _calls(desk)
    if Cap.STOCK_CAS not in desk.api.info.caps:
        # Its own test is below. A mall that cannot be asked anything else is checked by a push.
        calls.pop("push", None)
        if Cap.STOCK_READ not in desk.api.info.caps and Cap.POLL not in desk.api.info.caps:
            calls.pop("check")
    for name, call in calls.items():
        desk.mall.faults = Faults(error_500=1, times=1)
        call()
        desk.mall.faults = Faults(error_500=1)
        before = len(desk.mall.calls)

        error = refused(call)

        assert error.kind is ErrorKind.TRANSIENT, name
        assert len(desk.mall.calls) - before == 3, name
        desk.recovers()


# -- orders come in


@having(Cap.POLL, lambda case: case.page)
def test_a_poll_brings_every_order_once_from_all_pages(code: str, desk: Desk) -> None:
    assert desk.case.page is not None
    desk.case.page(desk.mall)
    sold = []
    for n in range(5):
        sold.append(desk.sell(TOTE, 1 + n % 2))
        desk.ctx.forward(seconds=61)

    pulled = desk.pull()

    assert sorted(order.channel_order_id for order in pulled) == sorted(sold)
    assert [line.listing for order in pulled for line in order.lines] == [desk.mall.codes[TOTE]] * 5
    assert sum(line.quantity for order in pulled for line in order.lines) == 7


@having(Cap.POLL)
def test_a_poll_without_news_brings_nothing(code: str, desk: Desk) -> None:
    assert desk.pull() == []


@having(Cap.POLL)
def test_amounts_are_whole_yen_and_add_up(code: str, desk: Desk) -> None:
    desk.sell(CUP, 2)

    [order] = desk.pull()

    money = order.money
    [line] = order.lines
    assert (money.currency, line.unit_price, line.line_total) == ("JPY", 2200, 4400)
    assert money.goods_total == 4400
    fees = (money.shipping_total, money.cod_fee, money.payment_fee, money.gift_fee)
    assert money.total == 4400 + sum(fee or 0 for fee in (*fees, money.other_fees)) - (
        money.discount_total or 0
    ) + (0 if money.tax_included else money.tax_total or 0)


@having(Cap.POLL)
def test_an_order_is_the_same_by_poll_and_by_id(code: str, desk: Desk) -> None:
    desk.sell(TEA)
    other = desk.sell(TOTE)
    [pulled] = [order for order in desk.pull() if order.channel_order_id == other]

    [fetched] = desk.fetch(other)

    assert fetched == pulled
    assert fetched.lines[0].sku_candidates[0] == TOTE


@having(Cap.POLL)
def test_an_order_that_is_not_there_spoils_no_others(code: str, desk: Desk) -> None:
    there = desk.sell()
    nowhere = there[:-1] + ("1" if there[-1] != "1" else "2")

    assert desk.fetch(nowhere) == []
    assert [order.channel_order_id for order in desk.fetch(there, nowhere)] == [there]


@having(Cap.POLL, lambda case: case.strange)
def test_a_status_nobody_knows_is_unknown_and_stops_nothing(code: str, desk: Desk) -> None:
    assert desk.case.strange is not None
    odd, plain = desk.sell(), desk.sell()
    desk.case.strange(desk.mall, odd)

    found = {order.channel_order_id: order.status for order in desk.pull()}

    assert found[odd] is SourceStatus.UNKNOWN
    assert found[plain] is not SourceStatus.UNKNOWN


@having(Cap.POLL)
def test_an_order_that_cannot_be_read_is_named_and_spoils_no_others(code: str, desk: Desk) -> None:
    assert desk.case.spoil is not None
    first, bad, last = desk.sell(), desk.sell(TEA), desk.sell(CUP)
    desk.case.spoil(desk.mall, bad)

    pages = desk.pages()
    by_id = desk.fetched(first, bad, last)

    for found in (pages, by_id):
        orders = {order.channel_order_id for page in found for order in page.orders}
        failed = {order_id: reason for page in found for order_id, reason in page.failed}
        assert (orders, failed.keys()) == ({first, last}, {bad})
        assert failed[bad]


@having(Cap.POLL)
def test_a_cancelled_order_is_seen_when_it_is_read_again(code: str, desk: Desk) -> None:
    order_id = desk.sell()
    [before] = desk.fetch(order_id)
    desk.ctx.forward(minutes=1)
    desk.mall.cancel(order_id)

    [after] = desk.fetch(order_id)

    assert before.status is not SourceStatus.CANCELLED
    assert after.status is SourceStatus.CANCELLED
    assert after.source_version > before.source_version


# -- stock goes out


@having(Cap.STOCK)
def test_a_quantity_is_shown_and_zero_too(code: str, desk: Desk) -> None:
    for quantity in (7, 0, 12):
        [result] = desk.push(desk.update(TOTE, quantity))
        assert (result.code, result.outcome in SHOWS) == (desk.mall.codes[TOTE], True)
        assert desk.shown(TOTE) == quantity
        desk.ctx.forward(minutes=1)
    assert desk.shown(TEA) == next(p.on_hand for p in PRODUCTS if p.sku == TEA)


@having(Cap.STOCK)
def test_the_same_update_twice_shows_the_same(code: str, desk: Desk) -> None:
    desk.push(desk.update(TOTE, 7))
    desk.ctx.forward(minutes=1)
    [result] = desk.push(desk.update(TOTE, 7))

    assert result.outcome in SHOWS
    assert desk.shown(TOTE) == 7


@having(Cap.STOCK)
def test_one_bad_listing_leaves_the_others_alone(code: str, desk: Desk) -> None:
    bad = StockUpdate(desk.case.unknown, 5, "key-bad")

    results = desk.push(desk.update(TOTE, 8), bad, desk.update(TEA, 9))

    assert [result.code for result in results] == [
        desk.mall.codes[TOTE],
        desk.case.unknown.code,
        desk.mall.codes[TEA],
    ]
    assert results[0].outcome in SHOWS
    assert results[2].outcome in SHOWS
    wrong = {
        *NOT_THERE,
        *(SHOWS if desk.case.silent else ()),
        *((StockOutcome.RETRY,) if desk.case.vague else ()),
    }
    assert results[1].outcome in wrong
    assert (desk.shown(TOTE), desk.shown(TEA)) == (8, 9)


@having(Cap.STOCK)
def test_a_quantity_may_show_though_the_answer_was_lost(code: str, desk: Desk) -> None:
    desk.mall.faults = Faults(lose_answer=1, only=desk.case.push)

    assert fate(lambda: desk.push(desk.update(TOTE, 7))) in (
        (ErrorKind.TRANSIENT, True),
        [StockOutcome.UNKNOWN],
    )

    assert desk.shown(TOTE) == 7
    desk.recovers()
    if Cap.STOCK_READ in desk.api.info.caps:
        assert desk.read(desk.listing(TOTE)) == {desk.mall.codes[TOTE]: 7}
    [again] = desk.push(desk.update(TOTE, 7))
    assert again.outcome in SHOWS
    assert desk.shown(TOTE) == 7


@having(Cap.STOCK)
def test_a_quantity_is_not_set_twice_by_itself(code: str, desk: Desk) -> None:
    # Set again, it would put on sale once more what was sold in between. A mall that compares
    # first and knows the key of an update does no such thing.
    if Cap.STOCK_CAS in desk.api.info.caps:
        return
    desk.push(desk.update(TOTE, 3))
    desk.mall.faults = Faults(error_500=1, only=desk.case.push)
    before = len(desk.mall.calls)

    assert fate(lambda: desk.push(desk.update(TOTE, 7))) in (
        (ErrorKind.TRANSIENT, True),
        [StockOutcome.UNKNOWN],
    )

    assert len(desk.mall.calls) - before == 1


@having(Cap.STOCK_CAS)
def test_a_sale_in_between_makes_an_update_stale_and_only_that(code: str, desk: Desk) -> None:
    tote, tea = desk.shown(TOTE), desk.shown(TEA)
    assert tote is not None
    desk.sell(TOTE, 2)

    stale, fine = desk.push(desk.update(TOTE, 1, tote), desk.update(TEA, 9, tea))

    assert (stale.outcome, stale.observed) == (StockOutcome.STALE, tote - 2)
    assert fine.outcome in SHOWS
    assert (desk.shown(TOTE), desk.shown(TEA)) == (tote - 2, 9)
    desk.ctx.forward(minutes=1)
    [again] = desk.push(desk.update(TOTE, 1, tote - 2))
    assert (again.outcome in SHOWS, desk.shown(TOTE)) == (True, 1)


@having(Cap.STOCK_READ)
def test_what_the_mall_shows_is_read_back(code: str, desk: Desk) -> None:
    desk.mall.shelf.put(desk.mall.codes[TOTE], 4, T0, by="hand")

    found = desk.read(desk.listing(TOTE), desk.case.unknown, desk.listing(TEA))

    assert found == {
        desk.mall.codes[TOTE]: 4,
        desk.case.unknown.code: None,
        desk.mall.codes[TEA]: desk.shown(TEA),
    }


@having(Cap.LIST_SKUS)
def test_every_listing_is_listed_once_from_all_pages(code: str, desk: Desk) -> None:
    if desk.case.page is not None:
        desk.case.page(desk.mall)
    found: list[SkuRow] = []
    token = ""
    for _ in range(MOST_PAGES):
        page = desk.api.list_skus(desk.ctx, token)
        desk.ctx.forward(minutes=1)
        found += page.rows
        if page.next is None:
            break
        token = page.next

    assert {row.sku: row.listing.code for row in found} == desk.mall.codes
    assert len(found) == len(desk.mall.codes)
    [tote] = [row for row in found if row.sku == TOTE]
    assert tote.listing == desk.listing(TOTE)
    assert "帆布トート" in tote.title
    assert tote.quantity in (None, desk.shown(TOTE))


@having(Cap.PRODUCT_UPSERT)
def test_a_product_is_made_once_and_changed_afterwards(code: str, desk: Desk) -> None:
    draft = ProductDraft("FUROSHIKI", "風呂敷", "2000000000992", 1980, 5, desk.case.draft_extra)

    for name in ("風呂敷", "風呂敷 大"):
        done = desk.api.upsert_product(desk.ctx, draft._replace(name=name))
        assert done.remote_id
        desk.case.settle(desk.mall)
        desk.ctx.forward(minutes=1)

    assert "FUROSHIKI" in desk.mall.codes
    assert desk.shown("FUROSHIKI") == 5


# -- news of orders goes out


@having(Cap.SHIP)
def test_a_shipment_is_told_once_however_often_it_is_asked(code: str, desk: Desk) -> None:
    assert desk.case.shipments is not None
    order_id = desk.sell()
    notice = desk.notice(order_id)

    first = desk.api.notify_shipment(desk.ctx, notice)
    desk.ctx.forward(minutes=1)
    second = desk.api.notify_shipment(desk.ctx, notice)

    assert (first.already, second.already) == (False, True)
    assert desk.case.shipments(desk.mall, order_id) == 1
    [order] = desk.fetch(order_id)
    assert order.status in (SourceStatus.SHIPPED, SourceStatus.COMPLETED)


@having(Cap.SHIP)
def test_a_shipment_whose_answer_was_lost_is_not_told_twice(code: str, desk: Desk) -> None:
    assert desk.case.shipments is not None
    order_id = desk.sell()
    notice = desk.notice(order_id)
    desk.mall.faults = Faults(lose_answer=1, only=desk.case.ship)

    error = refused(lambda: desk.api.notify_shipment(desk.ctx, notice))
    assert (error.kind, error.may_be_applied) == (ErrorKind.TRANSIENT, True)
    desk.recovers()
    desk.api.notify_shipment(desk.ctx, notice)

    assert desk.case.shipments(desk.mall, order_id) == 1


@having(Cap.SHIP)
def test_a_shipment_of_an_order_that_is_not_there_is_refused(code: str, desk: Desk) -> None:
    order_id = desk.sell()
    nowhere = order_id[:-1] + ("1" if order_id[-1] != "1" else "2")
    notice = desk.notice(order_id)._replace(channel_order_id=nowhere)

    error = refused(lambda: desk.api.notify_shipment(desk.ctx, notice))

    assert error.kind in (ErrorKind.NOT_FOUND, ErrorKind.INVALID, ErrorKind.CONFLICT)
    assert not error.may_be_applied


@having(Cap.CONFIRM)
def test_an_order_is_confirmed_once(code: str, desk: Desk) -> None:
    assert desk.case.is_confirmed is not None
    order_id = desk.sell()
    assert not desk.case.is_confirmed(desk.mall, order_id)

    first = desk.api.confirm_order(desk.ctx, order_id)
    desk.ctx.forward(minutes=1)
    second = desk.api.confirm_order(desk.ctx, order_id)

    assert desk.case.is_confirmed(desk.mall, order_id)
    assert (first.already, second.already) == (False, True)


@having(Cap.CANCEL)
def test_an_order_is_cancelled_once(code: str, desk: Desk) -> None:
    assert desk.case.is_cancelled is not None
    order_id = desk.sell()

    first = desk.api.cancel_order(desk.ctx, order_id, CancelReason.OUT_OF_STOCK)
    desk.case.settle(desk.mall)
    desk.ctx.forward(minutes=1)
    second = desk.api.cancel_order(desk.ctx, order_id, CancelReason.OUT_OF_STOCK)

    assert desk.case.is_cancelled(desk.mall, order_id)
    assert (first.already, second.already) == (False, True)


@having(Cap.CONFIRM)
def test_an_order_whose_confirmation_got_no_answer_is_confirmed_once(code: str, desk: Desk) -> None:
    assert desk.case.is_confirmed is not None
    order_id = desk.sell()
    desk.mall.faults = Faults(lose_answer=1, only=desk.case.confirm)

    error = refused(lambda: desk.api.confirm_order(desk.ctx, order_id))
    assert (error.kind, error.may_be_applied) == (ErrorKind.TRANSIENT, True)
    assert desk.case.is_confirmed(desk.mall, order_id)
    desk.recovers()

    assert desk.api.confirm_order(desk.ctx, order_id).already
    [order] = desk.fetch(order_id)
    assert order.status is not SourceStatus.NEW


@having(Cap.CANCEL)
def test_a_cancellation_that_got_no_answer_gives_the_units_back_once(code: str, desk: Desk) -> None:
    assert desk.case.is_cancelled is not None
    order_id = desk.sell(TOTE, 2)
    desk.mall.faults = Faults(lose_answer=1, only=desk.case.cancel)

    error = refused(lambda: desk.api.cancel_order(desk.ctx, order_id, CancelReason.CUSTOMER))
    assert (error.kind, error.may_be_applied) == (ErrorKind.TRANSIENT, True)
    desk.recovers()
    desk.api.cancel_order(desk.ctx, order_id, CancelReason.CUSTOMER)
    shown = desk.shown(TOTE)
    again = desk.api.cancel_order(desk.ctx, order_id, CancelReason.CUSTOMER)

    assert desk.case.is_cancelled(desk.mall, order_id)
    assert (again.already, desk.shown(TOTE)) == (True, shown)
