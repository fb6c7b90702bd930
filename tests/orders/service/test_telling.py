"""Telling malls: once, with patience, and visibly when it is given up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from common.canonical import SourceStatus
from common.channels.port import (
    CancelReason,
    Cap,
    ChannelError,
    Done,
    ErrorKind,
    ShipmentNotice,
)
from common.dynamo import Table
from orders.domain import changes
from orders.domain import tell as rules
from orders.domain.tell import Outcome, Refusal, Shipment, ShippedLine, Tell, TellKind, TellState
from orders.repository.orders import OrderRepository
from orders.repository.tells import TellRepository
from orders.service.telling import Telling
from tests.builders import NOW, TODAY, order, report
from tests.orders.fake_mall import FakeMall, FakeQueue, FakeShops, FakeTime, a_shop

SHIPMENT = Shipment(
    carrier="other",
    carrier_name="赤帽",
    tracking_numbers=("1", "2"),
    shipped_on=TODAY,
    lines=(ShippedLine(line_id="1", quantity=1),),
)
SILENT = ChannelError(ErrorKind.TRANSIENT, "lost", code="timeout", may_be_applied=True)
CANCELLED = report(status=SourceStatus.CANCELLED)
BUSY = ChannelError(ErrorKind.RATE, "wait", code="own_limit", retry_after=1.2)


class House:
    """An order, a mall, and what is to be told."""

    def __init__(self, table: Table) -> None:
        self.time = FakeTime()
        self.mall = FakeMall()
        self.queue = FakeQueue()
        self.pulls = FakeQueue()
        self.shops = FakeShops()
        self.orders = OrderRepository(table)
        self.orders.save(None, order(), NOW)
        self.tells = TellRepository(table)
        self.telling = Telling(
            malls=self.mall,
            shops=self.shops,
            orders=self.orders,
            tells=self.tells,
            queue=self.queue,
            pulls=self.pulls,
            clock=self.time,
        )

    def ask(self, kind: TellKind = TellKind.SHIP) -> dict[str, str]:
        found = self.orders.get("demo:5001")
        assert found is not None
        tell = rules.make(
            found,
            kind,
            actor=changes.SYSTEM,
            now=NOW,
            shipment=SHIPMENT if kind is TellKind.SHIP else None,
            reason=CancelReason.UNPAID if kind is TellKind.CANCEL else None,
        )
        self.tells.save(None, tell, order_version=1)
        return {"order_id": "demo:5001", "tell_id": tell.tell_id}

    def tell(self) -> Tell:
        [tell] = self.tells.of_order("demo:5001")
        return tell

    def timeline(self) -> Sequence[tuple[int, str, object]]:
        items, _ = self.orders.history("demo:5001", token=None, limit=10)
        return [(item["seq"], item["kind"], item["changes"]) for item in items]


@pytest.fixture
def house(orders_table: Table) -> House:
    return House(orders_table)


def test_a_shipment_is_told_with_all_it_says_and_stands_in_the_timeline(house: House) -> None:
    message = house.ask()
    house.mall.answers = [Done(remote_id="F1")]
    house.telling.take(message)

    tell = house.tell()
    assert house.mall.told == [
        ShipmentNotice(
            channel_order_id="5001",
            carrier="other",
            tracking_numbers=("1", "2"),
            shipped_on=TODAY,
            key=f"demo:5001/{tell.tell_id}",
            lines=(("1", 1),),
            carrier_name="赤帽",
        )
    ]
    assert (tell.state, tell.outcome, tell.attempts) == (
        TellState.DONE,
        Outcome(remote_id="F1"),
        1,
    )
    assert house.timeline() == [
        (1, "told_mall", [{"field": "mall.ship", "before": None, "after": "1, 2"}]),
        (1, "received", []),
    ]
    # The mall's own word for it comes by the next look.
    assert house.pulls.taken() == [({"shop_id": "demo", "order_ids": ["5001"]}, 5)]


def test_a_message_that_comes_again_tells_nothing_again(house: House) -> None:
    message = house.ask(TellKind.CONFIRM)
    for _ in range(3):
        house.telling.take(message)

    assert house.mall.told == [("confirm", "5001")]
    assert house.queue.taken() == []


def test_a_cancellation_says_why(house: House) -> None:
    house.telling.take(house.ask(TellKind.CANCEL))

    assert house.mall.told == [("cancel", "5001", CancelReason.UNPAID)]
    assert house.timeline()[0][2] == [{"field": "mall.cancel", "before": None, "after": "unpaid"}]


def test_after_a_lost_answer_the_same_is_asked_under_the_same_key(house: House) -> None:
    message = house.ask()
    house.mall.answers = [SILENT, Done(already=True)]
    house.telling.take(message)
    assert house.queue.taken() == [(message, 30)]
    assert house.tell().state is TellState.QUEUED

    house.telling.take(message)
    first, second = house.mall.told
    assert first == second
    assert (house.tell().state, house.tell().outcome) == (TellState.DONE, Outcome(already=True))


def test_the_second_parcel_of_an_order_that_shows_as_shipped_is_told_all_the_same(
    house: House,
) -> None:
    # The first parcel made it so; only the channel knows whether this one is there already.
    house.mall.orders = {"5001": report(status=SourceStatus.SHIPPED)}
    message = house.ask()
    house.mall.answers = [ChannelError(ErrorKind.TRANSIENT, code="503"), Done(remote_id="F2")]
    house.telling.take(message)
    house.telling.take(message)

    assert len(house.mall.told) == 2
    assert house.tell().outcome == Outcome(remote_id="F2")


def test_patience_ends_and_the_failure_is_listed_until_it_is_told(house: House) -> None:
    message = house.ask(TellKind.CONFIRM)
    delays = []
    house.mall.answers = [ChannelError(ErrorKind.TRANSIENT, "down", code="503")] * 7
    while True:
        house.telling.take(message)
        sent = house.queue.taken()
        if not sent:
            break
        delays.append(sent[0][1])

    assert delays == [30, 60, 120, 240, 480, 900]
    assert house.tell().refusal == Refusal(kind="transient", code="503", detail="down")
    assert house.timeline()[0][1:] == (
        "mall_refused",
        [{"field": "mall.confirm", "before": None, "after": "transient 503"}],
    )
    [failed] = house.tells.failures(token=None, limit=10).items
    assert house.tells.failure(failed.id) == house.tell()
    assert house.tells.failure_count() == (1, False)
    house.telling.take(message)
    assert len(house.mall.told) == 7

    again = house.tells.save(failed.tell, rules.queued(failed.tell), order_version=1)
    house.telling.take(message)
    assert again.state is TellState.QUEUED
    assert house.tell().state is TellState.DONE
    assert house.tells.failures(token=None, limit=10).items == []


@pytest.mark.parametrize(
    "kind", [ErrorKind.INVALID, ErrorKind.AUTH, ErrorKind.NOT_FOUND, ErrorKind.CONFLICT]
)
def test_a_refusal_that_time_does_not_mend_is_given_up_at_once(
    house: House, kind: ErrorKind
) -> None:
    house.mall.answers = [ChannelError(kind, "no")]
    house.telling.take(house.ask())

    assert house.tell().state is TellState.FAILED
    assert house.queue.taken() == []


def test_the_mall_says_when_to_ask_again(house: House) -> None:
    message = house.ask()
    house.mall.answers = [ChannelError(ErrorKind.RATE, retry_after=4.2)]
    house.telling.take(message)

    assert house.queue.taken() == [(message, 5)]


def test_waiting_for_its_turn_is_no_attempt_and_is_done_more_and_more_seldom(house: House) -> None:
    message = house.ask()
    house.mall.answers = [*[BUSY] * 10, SILENT]
    delays = []
    for _ in range(10):
        house.telling.take(message)
        [(_, seconds)] = house.queue.taken()
        delays.append(seconds)
        house.time.forward(minutes=5)
    assert delays == [2, 75, 150, 225, 300, 375, 450, 525, 600, 675]
    waiting = house.tell()
    assert (waiting.state, waiting.attempts, waiting.waits_since) == (TellState.QUEUED, 0, NOW)

    # Another sort of trouble is counted from the first try on.
    house.telling.take(message)
    assert house.queue.taken() == [(message, 30)]
    assert (house.tell().attempts, house.tell().waits_since) == (1, None)
    house.telling.take(message)
    assert house.tell().state is TellState.DONE


def test_nobody_waits_for_its_turn_longer_than_a_day(house: House) -> None:
    message = house.ask()
    house.mall.answers = [BUSY, BUSY, BUSY]
    house.telling.take(message)
    house.time.forward(hours=23, minutes=59)
    house.telling.take(message)
    assert [seconds for _, seconds in house.queue.taken()] == [2, 900]
    house.time.forward(minutes=1)
    house.telling.take(message)

    assert house.queue.taken() == []
    assert house.tell().refusal == Refusal(kind="rate", code="own_limit", detail="wait")
    [failed] = house.tells.failures(token=None, limit=10).items
    queued = house.tells.save(failed.tell, rules.queued(failed.tell), order_version=1)
    assert queued.waits_since is None


# -- what a mall only accepts


def accepted(house: House) -> dict[str, str]:
    message = house.ask(TellKind.CANCEL)
    house.mall.answers = [Done(pending="50000")]
    house.telling.take(message)
    return message


def test_a_cancellation_that_is_accepted_is_done_when_the_order_shows_it(house: House) -> None:
    message = accepted(house)
    tell = house.tell()
    assert (tell.state, tell.outcome) == (TellState.ACCEPTED, Outcome(pending="50000"))
    assert house.queue.taken() == [(message, 30)]
    assert house.pulls.taken() == [({"shop_id": "demo", "order_ids": ["5001"]}, 5)]
    assert [kind for _, kind, _ in house.timeline()] == ["received"]

    house.mall.orders = {"5001": report()}
    house.telling.take(message)
    assert (house.queue.taken(), house.mall.asked_after) == ([(message, 30)], ["50000"])
    house.mall.orders = {"5001": CANCELLED}
    house.telling.take(message)

    assert (house.tell().state, house.tell().outcome) == (
        TellState.DONE,
        Outcome(pending="50000"),
    )
    assert house.timeline()[0][2] == [{"field": "mall.cancel", "before": None, "after": "unpaid"}]
    house.telling.take(message)
    assert (len(house.mall.told), house.queue.taken()) == (1, [])


def test_a_cancellation_that_the_mall_accepted_and_never_did_is_listed(house: House) -> None:
    message = accepted(house)
    house.queue.taken()
    house.mall.orders = {"5001": report()}
    looks = []
    for minutes in (10, 49, 60):
        house.time.forward(minutes=minutes)
        house.telling.take(message)
        looks += [seconds for _, seconds in house.queue.taken()]
    assert looks == [150, 885, 900]
    house.time.forward(minutes=1)
    house.telling.take(message)

    assert house.queue.taken() == []
    assert house.tell().refusal == Refusal(
        kind="remote", code="undone", detail="The mall only accepted it."
    )
    assert house.timeline()[0][1:] == (
        "mall_refused",
        [{"field": "mall.cancel", "before": None, "after": "remote undone"}],
    )
    # Somebody asks for it again, and the mall is asked anew.
    [failed] = house.tells.failures(token=None, limit=10).items
    house.tells.save(failed.tell, rules.queued(failed.tell), order_version=1)
    house.telling.take(message)
    assert len(house.mall.told) == 2


def test_a_cancellation_that_the_mall_gave_up_is_listed_at_once(house: House) -> None:
    message = accepted(house)
    house.queue.taken()
    house.mall.orders = {"5001": report()}
    house.mall.given_up = ChannelError(ErrorKind.CONFLICT, "dropped", code="FATAL")
    house.telling.take(message)

    assert house.queue.taken() == []
    assert house.tell().state is TellState.FAILED
    assert house.tell().refusal == Refusal(kind="conflict", code="FATAL", detail="dropped")


def test_a_mall_that_cannot_be_asked_now_is_looked_at_later(house: House) -> None:
    message = accepted(house)
    house.queue.taken()
    house.mall.fetch_errors = [ChannelError(ErrorKind.TRANSIENT)]
    house.telling.take(message)

    assert house.queue.taken() == [(message, 30)]
    assert house.tell().state is TellState.ACCEPTED


def test_of_anything_else_the_mall_s_promise_is_enough(house: House) -> None:
    house.mall.answers = [Done(pending="job")]
    house.telling.take(house.ask())

    assert (house.tell().state, house.queue.taken()) == (TellState.DONE, [])


def test_a_mistake_in_an_adapter_ends_where_staff_see_it(house: House) -> None:
    message = house.ask()
    house.mall.answers = [KeyError("x")] * 7
    for _ in range(7):
        house.telling.take(message)

    assert house.tell().state is TellState.FAILED
    assert house.tell().refusal == Refusal(
        kind="remote", code="KeyError", detail="A mistake of ours."
    )


def test_who_died_while_telling_keeps_others_from_it_for_three_minutes(house: House) -> None:
    message = house.ask()
    begun = rules.start(house.tell(), house.time())
    assert begun is not None
    house.tells.save(house.tell(), begun, order_version=1)
    house.telling.take(message)
    assert house.mall.told == []
    assert house.queue.taken() == [(message, 181)]

    house.time.forward(seconds=181)
    house.telling.take(message)
    assert len(house.mall.told) == 1
    assert (house.tell().state, house.tell().attempts) == (TellState.DONE, 2)


def test_nothing_is_sent_to_the_mall_of_a_paused_shop_until_it_goes_on(house: House) -> None:
    message = house.ask()
    house.shops.shops["demo"] = a_shop(is_paused=True)
    house.telling.take(message)
    assert house.mall.told == []
    assert house.queue.taken() == [(message, 900)]
    assert house.tell().attempts == 0

    house.shops.shops["demo"] = a_shop()
    house.telling.take(message)
    assert len(house.mall.told) == 1


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_shop_that_is_off_is_a_failure_to_be_seen(house: House, is_gone: bool) -> None:
    house.shops.shops = {} if is_gone else {"demo": a_shop(enabled=False)}
    house.telling.take(house.ask())

    assert house.tell().refusal == Refusal(
        kind="forbidden", code="shop_off", detail="The shop is off."
    )


def test_a_mall_that_is_not_polled_is_not_read_back(house: House) -> None:
    house.mall.info = replace(house.mall.info, caps=Cap.SHIP)
    house.telling.take(house.ask())

    assert house.pulls.taken() == []


def test_what_is_to_be_told_of_an_order_that_is_gone_is_nothing(house: House) -> None:
    house.telling.take({"order_id": "demo:404", "tell_id": "ship-x"})
    house.telling.take({"order_id": "demo:5001", "tell_id": "ship-x"})

    assert house.mall.told == house.queue.taken() == []


def test_the_same_words_have_the_same_id_and_others_another() -> None:
    def id_of(kind: TellKind, **what: object) -> str:
        later = NOW + timedelta(days=1)
        return rules.make(order(), kind, actor=changes.SYSTEM, now=later, **what).tell_id  # type: ignore[arg-type]

    first = id_of(TellKind.SHIP, shipment=SHIPMENT)
    assert first == id_of(TellKind.SHIP, shipment=SHIPMENT)
    assert first != id_of(
        TellKind.SHIP, shipment=SHIPMENT.model_copy(update={"tracking_numbers": ("3",)})
    )
    assert id_of(TellKind.CONFIRM).startswith("confirm-")
