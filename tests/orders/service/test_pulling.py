"""Reading orders of a mall: pages, windows, failures, leases, watermarks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.aws import client
from common.canonical import SourceStatus
from common.channels.base import OrderRef
from common.channels.port import Cap, ChannelError, Cursor, ErrorKind, Page
from common.clock import to_wire
from common.dynamo import Table
from common.errors import Unavailable
from common.events import AllocatedLine
from common.locks import Locks
from orders.domain import changes
from orders.repository.deliveries import DeliveryRepository, RawArchive
from orders.repository.orders import OrderRepository
from orders.repository.pulls import PullRepository
from orders.service.pages import Pages
from orders.service.pulling import Pulling
from tests.builders import NOW, goods, report, version
from tests.conftest import REGION
from tests.orders.fake_mall import FakeMall, FakeQueue, FakeShops, FakeTime, a_shop

POLL = {"shop_id": "demo"}


class House:
    """Everything around a poll."""

    def __init__(self, table: Table) -> None:
        client("s3").create_bucket(
            Bucket="raw", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.time = FakeTime()
        self.mall = FakeMall()
        self.queue = FakeQueue()
        self.shops = FakeShops()
        self.orders = OrderRepository(table)
        self.orders.remember_product("MUG-WHITE")
        self.pulls = PullRepository(table)
        self.deliveries = DeliveryRepository(table)
        self.locks = Locks(table, self.time)
        self.pulling = Pulling(
            malls=self.mall,
            shops=self.shops,
            pulls=self.pulls,
            locks=self.locks,
            pages=Pages(
                orders=self.orders,
                deliveries=self.deliveries,
                failures=self.pulls,
                archive=RawArchive("raw"),
                clock=self.time,
            ),
            queue=self.queue,
            clock=self.time,
        )

    def poll(self, **more: object) -> None:
        self.pulling.take(POLL | more)

    def ids(self) -> list[str]:
        return sorted(self.orders.every_id("ALL"))

    def answer(self, order_id: str) -> None:
        """What on_stock does when stock has set the units aside."""
        order = self.orders.get(order_id)
        assert order is not None
        lines = [AllocatedLine(sku=s, wanted=n, allocated=n) for s, n in order.demand.items()]
        after = changes.take_answer(
            order, order_version=order.version, answer_version=9, lines=lines, now=self.time()
        )
        assert after is not None
        self.orders.save(order, after, self.time())

    def watermark(self) -> str | None:
        mark = self.pulls.polls(["demo"])["demo"].watermark
        return to_wire(mark) if mark else None

    def archived(self) -> int:
        found = client("s3").list_objects_v2(Bucket="raw")
        return len(found.get("Contents", []))


@pytest.fixture
def house(orders_table: Table) -> House:
    return House(orders_table)


def unreadable(code: str) -> Page:
    return Page(failed=[(code, "OrderTotal is missing")])


def test_every_page_is_stored_and_the_cursor_follows(house: House) -> None:
    first = Cursor(NOW - timedelta(days=7, minutes=15), NOW + timedelta(hours=1))
    second = first._replace(token="p2")
    house.mall.pages = [Page([report(1)], next=second), Page([report(2)])]
    house.poll()

    assert house.mall.polled[:2] == [first, second]
    assert [cursor.phase for cursor in house.mall.polled] == ["new", "new", "open", "open"]
    assert house.ids() == ["demo:5001", "demo:5002"]
    state = house.pulls.state("demo")
    assert (state.poll, state.last_start, state.swept_at, state.error) == (None, NOW, NOW, None)


def test_what_is_read_again_is_neither_stored_nor_archived_again(house: House) -> None:
    for _ in range(3):
        house.mall.pages = [Page([report(1)])]
        house.poll()

    order = house.orders.get("demo:5001")
    assert order is not None
    assert (order.version, house.archived()) == (1, 1)
    house.mall.pages = [Page([report(1, source_version=version(1), remarks="急ぎ")])]
    house.poll()
    assert house.archived() == 2


def test_a_poll_and_a_webhook_store_the_same_order(house: House) -> None:
    house.mall.pages = [Page([report(1)])]
    house.poll()

    order = house.orders.get("demo:5001")
    assert order is not None
    assert (order.channel, order.last_change.kind, order.raw_key[:27]) == (
        "tests",
        "received",
        "deliveries/demo/2026/11/21/",
    )
    [heard] = house.deliveries.imports(["demo"])
    assert heard.last_order_at == to_wire(NOW)


def test_orders_that_a_page_only_names_are_fetched_in_portions(house: House) -> None:
    house.mall.limit(order_batch=2)
    house.mall.orders = {f"500{n}": report(n) for n in (1, 2, 3)}
    house.mall.pages = [Page(refs=[OrderRef(n) for n in ("5001", "5002", "5003")])]
    house.poll()

    assert house.mall.fetched == [["5001", "5002"], ["5003"]]
    assert house.ids() == ["demo:5001", "demo:5002", "demo:5003"]


def named(version: str, **words: str) -> Page:
    """A page that names the order 5001 and says of it what a list does."""
    return Page(refs=[OrderRef("5001", version, words)])


def test_an_order_that_is_as_the_list_says_is_not_fetched_again(house: House) -> None:
    paid = report(1, raw_status={"OrderStatus": "2", "PayStatus": "1"})
    house.mall.orders = {"5001": paid}
    news = (
        named(paid.source_version, OrderStatus="2"),
        named(paid.source_version, OrderStatus="2", PayStatus="1"),
        named(paid.source_version),
    )
    for page in news:
        house.mall.pages = [page]
        house.poll()
    assert house.mall.fetched == [["5001"]]

    for page in (
        named(version(9), OrderStatus="2"),
        named(paid.source_version, OrderStatus="4"),
        named(paid.source_version, ShipStatus="1"),
        named(""),
    ):
        house.mall.fetched.clear()
        house.mall.pages = [page]
        house.poll()
        assert house.mall.fetched == [["5001"]], page


def test_an_order_that_is_parked_is_fetched_whatever_the_list_says(house: House) -> None:
    house.mall.orders = {"5001": report(1)}
    house.poll()
    house.mall.pages = [named(report(1).source_version)]
    house.poll()
    house.mall.fetch_errors = [ChannelError(ErrorKind.NOT_FOUND)]
    house.pulling.take(POLL | {"order_ids": ["5001"]})
    assert house.pulls.failed("demo").keys() == {"5001"}

    house.mall.pages = [named(report(1).source_version)]
    house.poll()
    assert house.pulls.failed("demo") == {}


def test_an_order_that_cannot_be_read_is_parked_once_and_goes_when_it_can_be(house: House) -> None:
    for _ in range(3):
        house.mall.pages = [unreadable("5001")]
        house.poll()

    [parked] = house.deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.detail, parked.attempts, parked.raw_key, parked.headers) == (
        "wrong_shape",
        "OrderTotal is missing",
        1,
        "",
        {"order_id": "5001"},
    )
    assert house.pulls.state("demo").last_start == NOW
    house.mall.pages = [Page([report(1)])]
    house.poll()
    assert house.deliveries.parked_count() == (0, False)
    assert house.pulls.failed("demo") == {}


def test_an_order_too_large_to_keep_leaves_the_others_of_its_page_fine(house: House) -> None:
    house.mall.pages = [Page([report(1, shop_memo="長" * 100_000), report(2)])]
    house.poll()

    assert house.ids() == ["demo:5002"]
    [parked] = house.deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.headers["order_id"]) == ("too_large", "5001")


@pytest.mark.parametrize("death", ["mall", "store"])
def test_a_page_that_is_not_stored_whole_is_read_again(house: House, death: str) -> None:
    error = ChannelError(ErrorKind.TRANSIENT) if death == "mall" else Unavailable("throttled")
    house.mall.pages = [Page([report(1)], refs=[OrderRef("5002")])]
    house.mall.orders = {"5002": report(2)}
    house.mall.fetch_errors = [error]
    if death == "mall":
        house.poll()
    else:
        with pytest.raises(Unavailable):
            house.poll()
    assert house.pulls.state("demo").last_start is None

    house.time.forward(minutes=1)
    house.mall.pages = [Page([report(1)], refs=[OrderRef("5002")])]
    house.poll()
    assert house.ids() == ["demo:5001", "demo:5002"]
    assert house.pulls.state("demo").last_start == NOW + timedelta(minutes=1)


def test_trouble_is_noted_and_waits_for_its_time_or_for_somebody_who_asks(house: House) -> None:
    house.mall.pages = [ChannelError(ErrorKind.AUTH, code="token_expired")]
    house.poll()
    trouble = house.pulls.state("demo").error
    assert trouble is not None
    assert (trouble.kind, trouble.code, trouble.since, trouble.attempts) == (
        "auth",
        "token_expired",
        NOW,
        1,
    )

    house.poll()
    assert len(house.mall.polled) == 1
    house.poll(now=True)
    assert house.pulls.state("demo").error is None


def test_a_mistake_in_an_adapter_is_noted_and_fails_no_message(house: House) -> None:
    house.mall.pages = [ValueError("佐藤 花子")]
    house.poll()

    trouble = house.pulls.state("demo").error
    assert trouble is not None
    assert (trouble.kind, trouble.code) == ("internal", "ValueError")


def test_one_poll_a_shop_runs_and_a_dead_one_keeps_others_out_for_a_while_only(
    house: House,
) -> None:
    assert house.locks.take("pull#demo", 150) is not None
    house.poll()
    assert house.mall.polled == []

    house.time.forward(seconds=151)
    house.poll()
    assert house.mall.polled
    house.mall.polled.clear()
    house.poll()
    assert house.mall.polled


def test_after_a_minute_the_rest_is_handed_to_the_next_run(house: House) -> None:
    house.mall.limit(max_window=timedelta(days=1))
    house.mall.on_poll = lambda: house.time.forward(seconds=25)
    house.poll()

    assert len(house.mall.polled) == 3
    assert house.queue.taken() == [({"shop_id": "demo"}, 1)]
    house.poll()
    assert [cursor.since for cursor in house.mall.polled[3:6]] == [
        NOW - timedelta(days=4, minutes=15),
        NOW - timedelta(days=3, minutes=15),
        NOW - timedelta(days=2, minutes=15),
    ]


def test_new_orders_are_read_in_the_middle_of_a_long_sweep(house: House) -> None:
    page = Page(next=Cursor(NOW - timedelta(days=60), NOW, "open", "more"))
    house.mall.pages = [Page(), page, page, page]
    house.mall.on_poll = lambda: house.time.forward(seconds=25)
    house.poll()
    assert [cursor.phase for cursor in house.mall.polled] == ["new", "open", "open"]

    house.time.forward(seconds=10)
    house.mall.pages = [Page([report(1)]), Page()]
    house.poll()
    assert [(cursor.phase, cursor.token) for cursor in house.mall.polled[3:]] == [
        ("new", ""),
        ("open", "more"),
    ]
    assert house.ids() == ["demo:5001"]
    state = house.pulls.state("demo")
    assert (state.poll, state.sweep, state.swept_at) == (None, None, NOW)


def test_shops_that_are_off_gone_or_cannot_be_asked_are_left_alone(house: House) -> None:
    house.shops.shops["closed"] = a_shop("closed", enabled=False)
    for shop_id in ("closed", "gone"):
        house.pulling.take({"shop_id": shop_id})
    house.mall.info = replace(house.mall.info, caps=Cap.WEBHOOK)
    house.poll()

    assert house.mall.polled == []


# -- watermarks


def test_a_complete_poll_raises_the_watermark_when_nothing_waits_for_stock(house: House) -> None:
    house.mall.limit(visibility_delay=timedelta(minutes=2))
    house.poll()

    assert house.watermark() == to_wire(NOW - timedelta(minutes=2, seconds=5))
    assert house.queue.taken() == []


def test_it_waits_for_stock_s_answer_to_what_was_imported(house: House) -> None:
    house.mall.pages = [Page([report(1)])]
    house.poll()
    assert house.watermark() is None
    assert house.queue.taken() == [({"shop_id": "demo", "watermark": 1}, 5)]

    house.pulling.take({"shop_id": "demo", "watermark": 1})
    assert house.watermark() is None
    assert house.queue.taken() == [({"shop_id": "demo", "watermark": 2}, 10)]
    house.answer("demo:5001")
    house.pulling.take({"shop_id": "demo", "watermark": 2})
    assert house.watermark() == to_wire(NOW - timedelta(seconds=5))
    assert house.queue.taken() == []


def test_it_waits_for_stock_to_hear_of_an_order_that_came_cancelled(house: House) -> None:
    # Its units came back to the mall, perhaps on top of what it was set to.
    line = goods(quantity_cancelled=1, listing="mug")
    house.mall.pages = [Page([report(1, lines=(line,), status=SourceStatus.CANCELLED)])]
    house.poll()
    assert house.watermark() is None

    house.answer("demo:5001")
    house.pulling.take({"shop_id": "demo", "watermark": 1})
    assert house.watermark() == to_wire(NOW - timedelta(seconds=5))


def test_it_is_looked_at_three_times_and_then_by_the_next_poll(house: House) -> None:
    house.mall.pages = [Page([report(1)])]
    house.poll()
    for looks in (1, 2, 3):
        house.pulling.take({"shop_id": "demo", "watermark": looks})

    assert [delay for _, delay in house.queue.taken()] == [5, 10, 20]
    house.answer("demo:5001")
    house.time.forward(minutes=1)
    house.poll()
    assert house.watermark() == to_wire(NOW + timedelta(seconds=55))


def test_on_a_busy_day_an_older_poll_s_watermark_rises_before_the_newest_s(house: House) -> None:
    house.mall.pages = [Page([report(1)])]
    house.poll()
    house.time.forward(minutes=1)
    house.mall.pages = [Page([report(2)])]
    house.poll()
    house.answer("demo:5001")
    house.pulling.take({"shop_id": "demo", "watermark": 1})

    assert house.watermark() == to_wire(NOW - timedelta(seconds=5))
    house.answer("demo:5002")
    house.pulling.take({"shop_id": "demo", "watermark": 1})
    assert house.watermark() == to_wire(NOW + timedelta(seconds=55))


def test_an_order_that_came_in_after_the_poll_does_not_keep_it_back(house: House) -> None:
    house.mall.pages = [Page([report(1)])]
    house.poll()
    house.answer("demo:5001")
    house.time.forward(seconds=6)
    house.mall.orders = {"5002": report(2)}
    house.pulling.take({"shop_id": "demo", "order_ids": ["5002"]})
    house.pulling.take({"shop_id": "demo", "watermark": 1})

    assert house.watermark() == to_wire(NOW - timedelta(seconds=5))


def test_goods_that_nobody_knows_keep_it_back_for_five_minutes(house: House) -> None:
    house.mall.pages = [Page([report(1, lines=(goods("NEW-1", listing="new/1"),))])]
    house.poll()
    assert house.watermark() is None

    house.time.forward(minutes=5, seconds=1)
    house.pulling.take({"shop_id": "demo", "watermark": 1})
    assert house.watermark() == to_wire(NOW - timedelta(seconds=5))


def test_an_order_that_cannot_be_read_keeps_it_back_until_it_can_be(house: House) -> None:
    house.mall.pages = [unreadable("5001")]
    house.poll()
    house.time.forward(days=1)
    house.poll()
    assert house.watermark() is None

    house.mall.orders = {"5001": report(1)}
    house.pulling.take({"shop_id": "demo", "order_ids": ["5001"]})
    house.answer("demo:5001")
    house.pulling.take({"shop_id": "demo", "watermark": 1})
    assert house.watermark() == to_wire(NOW + timedelta(days=1, seconds=-5))


def test_it_never_goes_back(house: House) -> None:
    assert house.pulls.raise_watermark("demo", NOW)
    assert not house.pulls.raise_watermark("demo", NOW)
    assert not house.pulls.raise_watermark("demo", NOW - timedelta(seconds=1))
    house.time.now = NOW - timedelta(hours=1)
    house.poll()

    assert house.watermark() == to_wire(NOW)


def test_a_poll_that_is_not_complete_proves_nothing(house: House) -> None:
    house.mall.limit(max_window=timedelta(days=1))
    house.mall.pages = [Page(), Page(), ChannelError(ErrorKind.TRANSIENT)]
    house.poll()

    assert house.watermark() is None
    house.time.forward(minutes=10)
    house.poll()
    # The windows of that poll end where it began, and so does what it proves.
    assert house.watermark() == to_wire(NOW - timedelta(seconds=5))


# -- orders by their numbers


def test_orders_that_a_notice_names_are_fetched_and_stored(house: House) -> None:
    house.mall.orders = {"5001": report(1)}
    house.pulling.take({"shop_id": "demo", "order_ids": ["5001", "5404"]})

    assert house.mall.fetched == [["5001"], ["5404"]]
    assert house.ids() == ["demo:5001"]
    assert house.deliveries.parked_count() == (0, False)


def test_a_mall_that_is_silent_is_asked_for_them_again_and_then_they_are_parked(
    house: House,
) -> None:
    message = {"shop_id": "demo", "order_ids": ["5001"]}
    delays = []
    while True:
        house.mall.fetch_errors = [ChannelError(ErrorKind.TRANSIENT, code="503")]
        house.pulling.take(message)
        sent = house.queue.taken()
        if not sent:
            break
        [(message, delay)] = sent
        delays.append(delay)

    assert delays == [20, 40, 80, 160, 320]
    [parked] = house.deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.detail) == ("not_fetched", "transient 503")
    house.mall.orders = {"5001": report(1)}
    house.pulling.take({"shop_id": "demo", "order_ids": ["5001"]})
    assert house.deliveries.parked_count() == (0, False)


def test_orders_that_wait_for_their_turn_are_not_parked_for_a_day(house: House) -> None:
    # In a flash sale Amazon names more orders than it gives out: one in two seconds.
    busy = ChannelError(ErrorKind.RATE, code="own_limit", retry_after=1.9)
    message = {"shop_id": "demo", "order_ids": ["5001"]}
    delays = []
    for _ in range(8):
        house.mall.fetch_errors = [busy]
        house.pulling.take(message)
        [(message, seconds)] = house.queue.taken()
        delays.append(seconds)
        house.time.forward(minutes=2)
    assert delays == [2, 30, 60, 90, 120, 150, 180, 210]
    assert message == {
        "shop_id": "demo",
        "order_ids": ["5001"],
        "attempt": 1,
        "waits_since": to_wire(NOW),
    }
    # Another sort of trouble is counted from the first try on.
    house.mall.fetch_errors = [ChannelError(ErrorKind.TRANSIENT)]
    house.pulling.take(message)
    assert house.queue.taken() == [({"shop_id": "demo", "order_ids": ["5001"], "attempt": 2}, 20)]
    assert house.deliveries.parked_count() == (0, False)

    house.time.now = NOW + timedelta(days=1)
    house.mall.fetch_errors = [busy]
    house.pulling.take(message)
    assert house.queue.taken() == []
    [parked] = house.deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.detail) == ("not_fetched", "rate own_limit")


def test_refused_orders_are_parked_at_once_and_each_try_counts(house: House) -> None:
    for _ in range(2):
        house.mall.fetch_errors = [ChannelError(ErrorKind.AUTH)]
        house.pulling.take({"shop_id": "demo", "order_ids": ["5001"]})
    house.mall.unreadable = {"5001": "no_order_id"}
    house.pulling.take({"shop_id": "demo", "order_ids": ["5001"]})

    [parked] = house.deliveries.parked_page(token=None, limit=10).items
    assert (parked.reason, parked.attempts) == ("no_order_id", 3)


def test_an_order_shipped_before_its_shop_was_connected_takes_no_units(house: House) -> None:
    past = NOW - timedelta(days=3)
    house.mall.pages = [
        Page(
            [
                report(1, ordered_at=past, status=SourceStatus.SHIPPED),
                report(2, ordered_at=past),
                report(3, ordered_at=NOW, status=SourceStatus.SHIPPED),
            ]
        )
    ]
    house.poll()

    found = [house.orders.get(order_id) for order_id in house.ids()]
    assert [order.demand if order else None for order in found] == [
        {},
        {"MUG-WHITE": 1},
        {"MUG-WHITE": 1},
    ]
