"""The order desk at every mall that can be polled: the emulator over real HTTP, the real adapter,
the real table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from common.auth import SYSTEM
from common.aws import client
from common.channels import CHANNELS, load_api
from common.channels.port import Cap, ChannelApi, Context, Cursor, Page, Unsupported
from common.dynamo import Table
from common.events import AllocatedLine
from common.locks import Locks
from common.shops import Shop
from malls.http_mall import HttpMall
from orders.domain import changes
from orders.domain import tell as rules
from orders.domain.order import Order, order_id_of
from orders.domain.tell import Shipment, TellKind, TellState
from orders.repository.deliveries import DeliveryRepository, RawArchive
from orders.repository.orders import OrderRepository
from orders.repository.pulls import PullRepository
from orders.repository.tells import TellRepository
from orders.service.pages import Mall, Pages
from orders.service.pulling import Pulling
from orders.service.telling import Telling
from tests.common.channels.channel_cases import ApiCase, api_case_of
from tests.common.channels.contexts import T0, ShopContext
from tests.conftest import REGION
from tests.orders.fake_mall import FakeQueue, FakeShops, a_shop

TOTE, TEA = "TOTE-NAT", "SENCHA-100"


def having(caps: Cap) -> pytest.MarkDecorator:
    codes = [code for code in sorted(CHANNELS) if caps in load_api(code).info.caps]
    return pytest.mark.parametrize("code", codes)


class Slow(Unsupported):
    """A mall whose every page takes a while."""

    def __init__(self, api: ChannelApi, ctx: ShopContext) -> None:
        self.info = api.info
        self.pages = 0
        self._api, self._ctx = api, ctx

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        self.pages += 1
        page = self._api.fetch_orders_since(ctx, cursor)
        self._ctx.forward(milliseconds=300)
        return page

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        return self._api.fetch_orders(ctx, ids)


@dataclass
class House:
    """A shop at an emulated mall, and our desk."""

    case: ApiCase
    mall: HttpMall
    ctx: ShopContext
    table: Table

    def __post_init__(self) -> None:
        self.api: ChannelApi = load_api(self.case.stem)
        self.orders, self.tells = OrderRepository(self.table), TellRepository(self.table)
        self.pulls, self.deliveries = PullRepository(self.table), DeliveryRepository(self.table)
        self.shops, self.queue = FakeShops(), FakeQueue()
        self.shops.shops = {"kissa": a_shop("kissa", channel=self.case.stem)}
        clock = self.ctx.now
        self.pages = Pages(
            orders=self.orders,
            deliveries=self.deliveries,
            failures=self.pulls,
            archive=RawArchive("raw"),
            clock=clock,
        )
        client("s3").create_bucket(
            Bucket="raw", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.pulling = Pulling(
            malls=self,
            shops=self.shops,
            pulls=self.pulls,
            locks=Locks(self.table, clock),
            pages=self.pages,
            queue=self.queue,
            clock=clock,
        )
        self.telling = Telling(
            malls=self,
            shops=self.shops,
            orders=self.orders,
            tells=self.tells,
            queue=self.queue,
            pulls=self.queue,
            clock=clock,
        )

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]:
        return self.api, self.ctx

    def sell(self, *lines: tuple[str, int]) -> str:
        [order_id] = self.mall.sell(list(lines), 1, self.ctx.now())
        return order_id

    def poll(self) -> None:
        """Until it is complete."""
        self.pulling.take({"shop_id": "kissa", "now": True})
        for _ in range(20):
            state = self.pulls.state("kissa")
            assert state.error is None, state.error
            if state.poll is None:
                return
            self.pulling.take({"shop_id": "kissa"})
        raise AssertionError("the poll does not end")

    def order(self, channel_order_id: str) -> Order:
        found = self.orders.get(order_id_of("kissa", channel_order_id))
        assert found is not None
        return found

    def all_answered(self) -> None:
        """Stock answers whatever waits for it."""
        for order_id in list(self.orders.every_id("UNANSWERED")):
            order = self.orders.get(order_id)
            assert order is not None
            lines = [AllocatedLine(sku=s, wanted=n, allocated=n) for s, n in order.demand.items()]
            after = changes.take_answer(
                order,
                order_version=order.version,
                answer_version=order.stock.answer_version + 1,
                lines=lines,
                now=self.ctx.now(),
            )
            assert after is not None
            self.orders.save(order, after, self.ctx.now())

    def tell(self, order: Order, kind: TellKind) -> TellState:
        shipment = Shipment(
            carrier="yamato", tracking_numbers=("123456789012",), shipped_on=T0.date()
        )
        tell = rules.make(
            order,
            kind,
            actor=SYSTEM,
            now=self.ctx.now(),
            shipment=shipment if kind is TellKind.SHIP else None,
        )
        self.tells.save(None, tell, order_version=order.version)
        for _ in range(2):
            self.telling.take({"order_id": order.order_id, "tell_id": tell.tell_id})
            # What a mall only accepts it does meanwhile.
            self.case.settle(self.mall)
        stored = self.tells.get(order.order_id, tell.tell_id)
        assert stored is not None
        return stored.state


@pytest.fixture
def house(orders_table: Table) -> Iterator[Callable[[str], House]]:
    served: list[HttpMall] = []

    def serve(code: str) -> House:
        case = api_case_of(code)
        contexts: list[ShopContext] = []
        mall = case.mall(lambda: contexts[0].now() if contexts else T0)
        served.append(mall.start())
        contexts.append(case.context(mall, options=case.options))
        return House(case, mall, contexts[0], orders_table)

    yield serve
    for mall in served:
        mall.stop()


@having(Cap.POLL)
def test_what_a_mall_sold_is_taken_in_by_its_listings_once(
    house: Callable[[str], House], code: str
) -> None:
    desk = house(code)
    desk.orders.remember_listing("kissa", desk.mall.codes[TOTE], "OUR-TOTE", "2026")
    sold = desk.sell((TOTE, 2))
    desk.sell((TEA, 1))
    desk.ctx.forward(hours=1)
    desk.poll()

    order = desk.order(sold)
    assert order.demand == {"OUR-TOTE": 2}
    assert desk.orders.count("ALL") == (2, False)
    assert desk.deliveries.parked_count() == (0, False)
    desk.ctx.forward(minutes=1)
    desk.poll()
    assert desk.order(sold).version == order.version


@having(Cap.POLL)
def test_reports_that_come_twice_or_too_late_change_nothing(
    house: Callable[[str], House], code: str
) -> None:
    desk = house(code)
    desk.orders.remember_listing("kissa", desk.mall.codes[TOTE], TOTE, "2026")
    sold = desk.sell((TOTE, 2))
    desk.ctx.forward(minutes=1)
    [before] = desk.api.fetch_orders(desk.ctx, [sold]).orders
    desk.ctx.forward(minutes=1)
    desk.mall.cancel(sold)
    desk.ctx.forward(minutes=1)
    [after] = desk.api.fetch_orders(desk.ctx, [sold]).orders
    here = Mall(desk.shops.shops["kissa"], desk.api, desk.ctx)

    desk.pages.store(here, Page([before]))
    desk.ctx.forward(seconds=1)
    desk.pages.store(here, Page([before]))
    first = desk.order(sold)
    desk.pages.store(here, Page([after]))
    second = desk.order(sold)
    for reports in ([before], [after], [after, before], [before, after]):
        desk.ctx.forward(seconds=1)
        desk.pages.store(here, Page(reports))

    assert (first.version, first.demand) == (1, {TOTE: 2})
    assert (second.version, second.demand) == (2, {})
    assert desk.order(sold) == second


def test_yahoo_is_asked_for_an_order_once_and_again_when_it_has_changed(
    house: Callable[[str], House],
) -> None:
    # It gives out one order a call, 50,000 calls a day; a poll a minute lists half a day.
    desk = house("yahoo")
    first, _ = desk.sell((TEA, 1)), desk.sell((TEA, 1))
    desk.ctx.forward(hours=1)

    def asked() -> int:
        before = [call.operation for call in desk.mall.calls].count("orderInfo")
        desk.ctx.forward(minutes=61)
        desk.poll()
        return [call.operation for call in desk.mall.calls].count("orderInfo") - before

    # Each poll goes over what is new and over what is open.
    assert asked() == 2
    assert asked() == 0
    desk.mall.cancel(first)
    assert asked() == 1
    assert desk.order(first).facets.lifecycle.value == "CANCELLED"
    assert asked() == 0


@having(Cap.POLL)
def test_a_poll_ends_although_time_goes_on_while_it_reads(
    house: Callable[[str], House], code: str
) -> None:
    desk = house(code)
    desk.sell((TEA, 1))
    desk.ctx.forward(hours=1)
    slow = desk.api = Slow(desk.api, desk.ctx)
    desk.poll()

    assert desk.orders.count("ALL") == (1, False)
    # What is new, by one time and by another, and what is open: in a few windows at most.
    assert slow.pages <= 8


@having(Cap.POLL)
def test_the_watermark_of_a_mall_follows_its_polls_and_stock(
    house: Callable[[str], House], code: str
) -> None:
    desk = house(code)
    desk.orders.remember_product(TOTE)
    desk.orders.remember_listing("kissa", desk.mall.codes[TOTE], TOTE, "2026")
    desk.sell((TOTE, 1))
    desk.ctx.forward(hours=1)
    before = desk.ctx.now()
    desk.poll()
    assert desk.pulls.polls(["kissa"])["kissa"].watermark is None

    desk.all_answered()
    desk.pulling.take({"shop_id": "kissa", "watermark": 1})
    mark = desk.pulls.polls(["kissa"])["kissa"].watermark
    assert mark == before - desk.api.info.limits.visibility_delay - timedelta(seconds=5)


@having(Cap.POLL | Cap.SHIP)
def test_a_shipment_told_to_a_mall_comes_back_as_the_order_s_state(
    house: Callable[[str], House], code: str
) -> None:
    desk = house(code)
    sold = desk.sell((TOTE, 1))
    desk.ctx.forward(hours=1)
    desk.poll()
    if Cap.CONFIRM in desk.api.info.caps:
        assert desk.tell(desk.order(sold), TellKind.CONFIRM) is TellState.DONE

    assert desk.tell(desk.order(sold), TellKind.SHIP) is TellState.DONE
    if desk.case.shipments is not None:
        assert desk.case.shipments(desk.mall, sold) == 1
    desk.ctx.forward(hours=1)
    desk.poll()
    assert desk.order(sold).facets.lifecycle.value in ("SHIPPED", "COMPLETED")


@having(Cap.POLL | Cap.CANCEL)
def test_a_cancellation_told_to_a_mall_frees_the_units(
    house: Callable[[str], House], code: str
) -> None:
    desk = house(code)
    desk.orders.remember_listing("kissa", desk.mall.codes[TOTE], TOTE, "2026")
    sold = desk.sell((TOTE, 1))
    desk.ctx.forward(hours=1)
    desk.poll()
    assert desk.order(sold).demand == {TOTE: 1}

    assert desk.tell(desk.order(sold), TellKind.CANCEL) is TellState.DONE
    assert desk.case.is_cancelled is not None
    assert desk.case.is_cancelled(desk.mall, sold)
    desk.ctx.forward(hours=1)
    desk.poll()
    assert desk.order(sold).demand == {}
