"""Stock's answers, new products and the calendar, on fakes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from common.errors import Contended
from common.events import (
    AllocatedLine,
    ListingMapped,
    ProductRegistered,
    StockAllocated,
    StockAnswered,
    StockShort,
)
from orders.domain import changes
from orders.domain.facets import Hold
from orders.domain.order import Order
from orders.domain.views import lists_of, row_of
from orders.service.news import News
from tests.builders import NOW, goods, order, report

TOMORROW = NOW + timedelta(days=1)


class FakeOrders:
    """Orders in a dictionary, listed as the repository lists them."""

    def __init__(self) -> None:
        self.stored: dict[str, Order] = {}
        self.remembered: list[str] = []
        self.busy: dict[str, int] = {}
        self.jans: dict[str, str] = {}
        self.saves = 0

    def get(self, order_id: str) -> Order | None:
        return self.stored.get(order_id)

    def save(self, before: Order | None, after: Order, now: datetime) -> Order:
        self.saves += 1
        if self.busy.get(after.order_id, 0) > 0:
            self.busy[after.order_id] -= 1
            raise Contended
        today = (now + timedelta(hours=9)).date()
        listed = after.model_copy(update={"listed_in": lists_of(after, row_of(after, today))})
        self.stored[after.order_id] = listed
        return listed

    def remember_product(self, sku: str, jan: str = "", at: str = "") -> None:
        self.remembered.append(sku)

    def remember_listing(self, shop_id: str, listing: str, sku: str, at: str) -> str:
        self.remembered.append(f"{shop_id}/{listing}={sku}@{at}")
        return sku

    def products_with(self, jans: Iterable[str]) -> dict[str, str]:
        return {jan: self.jans[jan] for jan in jans if jan in self.jans}

    def waiting_for_jan(self, jan: str) -> list[str]:
        return sorted(self.stored)

    def waiting_for_listing(self, shop_id: str, listing: str) -> list[str]:
        return sorted(self.stored)

    def waiting_for(self, code: str) -> list[str]:
        return sorted(self.stored)

    def every_id(self, name: str) -> Iterator[str]:
        for made in self.stored.values():
            if name in made.listed_in:
                yield made.order_id


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def answer(kind: type[StockAnswered], number: int, *lines: tuple[str, int, int]) -> StockAnswered:
    return kind(
        event_id=f"answer#demo:5001#{number}",
        at=NOW,
        order_id="demo:5001",
        order_version=1,
        answer_version=number,
        lines=[AllocatedLine(sku=sku, wanted=w, allocated=a) for sku, w, a in lines],
    )


def held(seed: int, until: date | None) -> Order:
    after = changes.edit(
        order(report(seed)), actor=changes.SYSTEM, now=NOW, hold=Hold(until=until, reason="出張")
    )
    assert after is not None
    return after


def test_an_answer_is_taken_over_once(orders: FakeOrders) -> None:
    orders.save(None, order(), NOW)
    news = News(orders, at(NOW))
    news.stock_answered(answer(StockAllocated, 2, ("MUG-WHITE", 1, 1)))
    news.stock_answered(answer(StockAllocated, 2, ("MUG-WHITE", 1, 1)))
    news.stock_answered(answer(StockShort, 1, ("MUG-WHITE", 1, 0)))

    made = orders.stored["demo:5001"]
    assert (made.version, made.is_allocated, orders.saves) == (2, True, 2)


def test_an_answer_about_an_order_that_is_not_there_is_nothing(orders: FakeOrders) -> None:
    News(orders, at(NOW)).stock_answered(answer(StockShort, 1, ("MUG-WHITE", 1, 0)))

    assert orders.saves == 0


@pytest.mark.parametrize(("rounds", "is_taken"), [(5, True), (6, False)])
def test_a_lost_race_is_run_again_six_times_at_most(
    orders: FakeOrders, rounds: int, is_taken: bool
) -> None:
    orders.save(None, order(), NOW)
    orders.busy["demo:5001"] = rounds
    news = News(orders, at(NOW))

    def take() -> Any:
        news.stock_answered(answer(StockAllocated, 1, ("MUG-WHITE", 1, 1)))

    if is_taken:
        take()
    else:
        with pytest.raises(Contended):
            take()
    assert orders.stored["demo:5001"].is_allocated is is_taken


def test_a_registered_product_is_remembered_before_anybody_is_freed(orders: FakeOrders) -> None:
    orders.save(None, order(report(lines=(goods("NEW-1"),))), NOW)
    orders.save(None, order(report(2)), NOW)
    registered = ProductRegistered(event_id="p", at=NOW, sku="NEW-1", name="新商品")
    News(orders, at(NOW)).product_registered(registered)

    assert orders.remembered == ["NEW-1"]
    assert [made.version for made in orders.stored.values()] == [2, 1]


@pytest.mark.parametrize(("alone", "freed"), [(True, [2]), (False, [1])])
def test_a_product_frees_those_who_call_it_by_its_jan_if_no_other_has_it(
    orders: FakeOrders, alone: bool, freed: list[int]
) -> None:
    orders.save(None, order(report(lines=(goods("4-9", jan="4900000000017"),))), NOW)
    orders.jans = {"4900000000017": "TEA"} if alone else {}
    registered = ProductRegistered(event_id="p", at=NOW, sku="TEA", name="茶", jan="4900000000017")
    News(orders, at(NOW)).product_registered(registered)

    assert [made.version for made in orders.stored.values()] == freed


def test_a_mapped_listing_frees_the_orders_that_call_their_goods_so(orders: FakeOrders) -> None:
    orders.save(None, order(report(lines=(goods("?", listing="tea/1"),))), NOW)
    orders.save(None, order(report(2, lines=(goods("?", listing="tea/2"),))), NOW)
    mapped = ListingMapped(event_id="m", at=NOW, shop_id="demo", code="tea/1", sku="TEA")
    News(orders, at(NOW)).listing_mapped(mapped)

    assert orders.remembered == ["demo/tea/1=TEA@2026-11-21T03:00:00.000Z"]
    assert [made.version for made in orders.stored.values()] == [2, 1]
    assert orders.stored["demo:5001"].demand == {"TEA": 1}


def test_on_the_day_a_hold_ends_the_order_goes(orders: FakeOrders) -> None:
    orders.save(None, held(1, date(2026, 11, 22)), NOW)
    orders.save(None, held(2, date(2026, 11, 23)), NOW)
    orders.save(None, held(3, None), NOW)

    assert News(orders, at(NOW)).day_came() == 0
    assert News(orders, at(TOMORROW)).day_came() == 1
    assert [made.facets.schedule.hold is None for made in orders.stored.values()] == [
        True,
        False,
        False,
    ]
    assert News(orders, at(TOMORROW)).day_came() == 0


def test_the_day_of_japan_counts(orders: FakeOrders) -> None:
    orders.save(None, held(1, date(2026, 11, 22)), NOW)
    midnight = datetime(2026, 11, 21, 15, 0, tzinfo=NOW.tzinfo)

    assert News(orders, at(midnight - timedelta(seconds=1))).day_came() == 0
    assert News(orders, at(midnight)).day_came() == 1


def test_one_busy_order_does_not_keep_the_others_back(orders: FakeOrders) -> None:
    for seed in (1, 2, 3):
        orders.save(None, held(seed, date(2026, 11, 22)), NOW)
    orders.busy["demo:5001"] = 6

    with pytest.raises(Contended, match="1 orders were busy"):
        News(orders, at(TOMORROW)).day_came()
    assert [made.facets.schedule.hold is None for made in orders.stored.values()] == [
        False,
        True,
        True,
    ]
    assert News(orders, at(TOMORROW)).day_came() == 1
