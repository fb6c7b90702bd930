"""From a change of a level to what the malls show."""

from dataclasses import replace

import pytest

from common.channels.port import Cap, ChannelError, ErrorKind, StockOutcome
from common.dynamo import Table
from stock.domain.lag import lags_of
from stock.domain.listing import State
from stock.domain.sync_state import OPEN
from stock.service.pushing import LEASE
from tests.stock.builders import NOON, minute
from tests.stock.fake_mall import CAPS, FakeMall, an_info, outage
from tests.stock.hooks import Refusals
from tests.stock.sync_world import World, a_shop


def two_shops(table: Table, **fields: int) -> World:
    world = World(table, a_shop("kissa"), a_shop("yaoya"))
    world.stock("TEA", 10, **fields)
    world.offer("TEA", "kissa")
    world.offer("TEA", "yaoya")
    return world


def test_every_shop_shows_what_is_free(stock_table: Table) -> None:
    world = two_shops(stock_table, safety=2)

    world.sync("TEA")

    assert world.mall.shown == {("kissa", "tea-kissa"): 8, ("yaoya", "tea-yaoya"): 8}
    assert world.waiting("kissa") == world.waiting("yaoya") == []
    assert world.wakes == []


def test_what_is_shown_already_is_not_sent_again(stock_table: Table) -> None:
    world = two_shops(stock_table)
    world.sync("TEA")

    world.sync("TEA")

    assert len(world.mall.pushed) == 2


def test_a_burst_is_one_push_a_shop(stock_table: Table) -> None:
    world = two_shops(stock_table)
    for left in range(9, -1, -1):
        world.stock("TEA", left)
        world.tell("TEA")

    world.drain()

    assert world.mall.pushed == [("kissa", {"tea-kissa": 0}), ("yaoya", {"tea-yaoya": 0})]


def test_a_shop_is_asked_at_most_twice_a_second(stock_table: Table) -> None:
    world = World(stock_table, mall=FakeMall(an_info(stock_batch=1)))
    for n in range(5):
        world.stock(f"S{n}")
        world.offer(f"S{n}")

    world.sync(*(f"S{n}" for n in range(5)))

    assert len(world.mall.pushed) == 5
    assert world.time.sleeps == [0.5] * 4


def test_a_mall_that_allows_less_is_asked_less_often(stock_table: Table) -> None:
    info = an_info(stock_batch=1)
    slow = replace(info, limits=replace(info.limits, rate={"push": 1.0}))
    world = World(stock_table, mall=FakeMall(slow))
    for n in range(3):
        world.stock(f"S{n}")
        world.offer(f"S{n}")

    world.sync(*(f"S{n}" for n in range(3)))

    assert world.time.sleeps == [1.0] * 2


def test_what_is_sent_after_waiting_for_a_turn_is_looked_up_after_it(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10)
    world.offer("TEA")
    world.sync("TEA")
    world.stock("TEA", 9)

    def sell_while_it_waits(seconds: float) -> None:
        world.time.forward(seconds=seconds)
        world.stock("TEA", 4)

    world.time.sleep = sell_while_it_waits  # type: ignore[method-assign]
    world.sync("TEA")

    assert [updates for _, updates in world.mall.pushed] == [{"tea-kissa": 10}, {"tea-kissa": 4}]


def test_half_a_second_passes_from_an_answer_to_the_next_request(stock_table: Table) -> None:
    world = World(stock_table, mall=FakeMall(an_info(stock_batch=1)))
    for sku in ("SLOW", "TEA"):
        world.stock(sku)
        world.offer(sku)
    # The first request takes long to arrive.
    world.mall.before_push = lambda: world.time.forward(seconds=0.4)

    world.sync("SLOW", "TEA")

    assert len(world.mall.pushed) == 2
    assert world.time.sleeps == [0.5]


def test_a_sale_takes_few_calls_of_the_table(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10)
    world.offer("TEA")
    world.sync("TEA")
    world.time.forward(minutes=1)
    world.stock("TEA", 9)
    operations = ("BatchGetItem", "GetItem", "Query", "BatchWriteItem", "PutItem", "DeleteItem")
    counts = {name: Refusals("dynamodb", name) for name in operations}
    until_sent: dict[str, int] = {}
    world.mall.before_push = lambda: until_sent.update(
        {name: one.calls for name, one in counts.items()}
    )

    world.sync("TEA")

    # Level and listings; marks that wait; outlook; the listing again when the publish begins.
    assert until_sent == {
        "Query": 1,
        "BatchGetItem": 3,
        "GetItem": 0,
        "BatchWriteItem": 1,  # marks
        "PutItem": 2,  # lease, publish
        "DeleteItem": 0,
    }
    assert sum(one.calls for one in counts.values()) == 16


def test_news_are_sent_before_lost_answers_are_asked_for(stock_table: Table) -> None:
    world = World(stock_table)
    for sku in ("LOST", "TEA"):
        world.stock(sku)
        world.offer(sku)
    world.mall.answers = {"lost-kissa": [StockOutcome.ACCEPTED]}
    world.sync("LOST")
    world.time.forward(seconds=81)

    world.sync("TEA")
    assert (len(world.mall.pushed), world.mall.reads) == (2, [])

    world.drain()
    assert world.mall.reads == [["lost-kissa"]]


def test_listings_go_out_in_batches_of_the_channel(stock_table: Table) -> None:
    world = World(stock_table, mall=FakeMall(an_info(stock_batch=3)))
    for n in range(7):
        world.stock(f"S{n}")
        world.offer(f"S{n}")

    world.sync(*(f"S{n}" for n in range(7)))

    assert sorted(len(updates) for _, updates in world.mall.pushed) == [1, 3, 3]
    assert len(world.mall.shown) == 7


def test_the_last_units_go_out_first_and_more_units_last(stock_table: Table) -> None:
    world = World(stock_table, mall=FakeMall(an_info(stock_batch=1)))
    for sku, before in (("MANY", 50), ("FEW", 50), ("MORE", 1)):
        world.stock(sku, before)
        world.offer(sku)
    world.sync("MANY", "FEW", "MORE")
    world.mall.pushed.clear()
    for sku, after in (("MORE", 20), ("MANY", 40), ("FEW", 1)):
        world.stock(sku, after)

    world.sync("MORE", "MANY", "FEW")

    assert [updates for _, updates in world.mall.pushed] == [
        {"few-kissa": 1},
        {"many-kissa": 40},
        {"more-kissa": 20},
    ]


def test_a_change_while_the_request_is_on_its_way_follows_it(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10)
    one = world.offer("TEA")

    def sell() -> None:
        world.mall.before_push = lambda: None
        assert world.listing(one).state is State.SENT
        world.stock("TEA", 7)
        # Another function hears of it, and finds the listing busy and the shop taken.
        world.sync("TEA")
        assert len(world.mall.pushed) == 1

    world.mall.before_push = sell
    world.sync("TEA")

    assert [updates for _, updates in world.mall.pushed] == [{"tea-kissa": 10}, {"tea-kissa": 7}]
    assert len(set(world.mall.keys)) == 2
    assert world.waiting() == []


# -- how long it took


def test_a_lag_is_from_the_change_to_the_answer(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    one = world.offer("TEA")
    world.time.forward(seconds=2)

    world.sync("TEA", since=NOON)

    assert world.lags.minutes("kissa", NOON) == [(NOON, lags_of([2000], world.time.now))]
    assert world.lags.of_listings([("kissa", one.id)]) == {("kissa", one.id): 2000}


def test_of_several_changes_the_oldest_counts(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    world.offer("TEA")
    world.tell("TEA", since=minute(-2))
    world.tell("TEA", since=minute(-1))

    world.drain()

    [(_, lags)] = world.lags.minutes("kissa", minute(-9))
    assert (lags.count, lags.worst) == (1, 120_000)


# -- answers that are none


@pytest.mark.parametrize("answer", [StockOutcome.UNKNOWN_SKU, StockOutcome.REJECTED])
def test_a_refusal_is_shown_and_the_others_go_out(stock_table: Table, answer: StockOutcome) -> None:
    world = World(stock_table)
    for sku in ("BAD", "GOOD"):
        world.stock(sku)
    bad, good = world.offer("BAD"), world.offer("GOOD")
    world.mall.answers = {"bad-kissa": [answer] * 9}

    world.sync("BAD", "GOOD")

    assert world.listing(bad).fault == f"because of {answer}"
    assert world.listing(good).fault == ""
    assert world.mall.shown == {("kissa", "good-kissa"): 10}
    assert len(world.mall.pushed) == 1
    assert world.waiting() == []


def test_a_mall_that_wants_it_later_gets_it_later(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    world.offer("TEA")
    world.mall.answers = {"tea-kissa": [StockOutcome.RETRY]}

    world.sync("TEA")

    assert world.waiting() == ["tea-kissa"]
    assert world.wakes == [({"shop_id": "kissa"}, 5)]
    world.drain()
    assert world.mall.shown == {("kissa", "tea-kissa"): 10}
    assert world.waiting() == []


def test_what_a_mall_only_accepted_is_sent_once_and_read_back(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    one = world.offer("TEA")
    world.mall.answers = {"tea-kissa": [StockOutcome.ACCEPTED]}

    world.sync("TEA")

    assert len(world.mall.pushed) == 1
    assert world.waiting() == []
    assert world.listing(one).state is State.UNKNOWN
    world.time.forward(seconds=81)
    world.drain()
    assert world.mall.reads == [["tea-kissa"]]
    assert (world.listing(one).state, world.listing(one).known) == (State.IDLE, 10)


def test_a_mall_that_shows_something_else_is_asked_again_for_the_right_number(
    stock_table: Table,
) -> None:
    world = World(stock_table, mall=FakeMall(an_info(CAPS | Cap.STOCK_CAS)))
    world.stock("TEA", 10, mode="strict", is_strict=True)
    one = world.offer("TEA")
    world.sync("TEA")
    assert world.mall.shown == {("kissa", "tea-kissa"): 10}
    world.time.forward(minutes=2)
    assert world.publisher.release("kissa", world.time.now) == ["TEA"]
    world.mall.shown["kissa", "tea-kissa"] = 9  # sold, and we do not know
    world.mall.pushed.clear()
    world.stock("TEA", 30, mode="strict", is_strict=True, exposures={one.id: 10})

    world.sync("TEA")

    assert world.mall.pushed == [("kissa", {"tea-kissa": 30}), ("kissa", {"tea-kissa": 29})]
    assert world.mall.shown == {("kissa", "tea-kissa"): 29}
    assert world.waiting() == []


# -- lost answers and deaths


def test_a_lost_answer_is_asked_for_when_nothing_can_come_late(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10)
    one = world.offer("TEA")
    world.mall.failures = [outage(applied=True)]

    world.sync("TEA")

    assert world.listing(one).state is State.UNKNOWN
    assert world.states.state("kissa").error == "transient"
    assert world.wakes == [({"shop_id": "kissa"}, 5)]
    assert world.waiting() == ["tea-kissa"]
    world.time.forward(seconds=81)
    world.drain()
    assert world.mall.reads == [["tea-kissa"]]
    assert world.listing(one).state is State.IDLE
    assert world.mall.shown == {("kissa", "tea-kissa"): 10}
    assert world.waiting() == []
    assert world.states.state("kissa") == OPEN


def test_a_publish_whose_sender_died_is_taken_up_again(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10)
    one = world.offer("TEA")
    world.tell("TEA")
    [push] = world.publisher.plan(["TEA"])
    world.publisher.begin(push)

    world.drain()
    assert world.mall.pushed == []
    assert world.waiting() == ["tea-kissa"]
    world.time.forward(seconds=71)
    world.drain()
    assert world.listing(one).state is State.UNKNOWN
    world.drain()

    assert world.mall.shown == {("kissa", "tea-kissa"): 10}
    assert world.listing(one).state is State.IDLE


def test_while_one_works_for_a_shop_others_leave_it_alone(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    world.offer("TEA")
    world.states.take("kissa", "somebody", world.time.now, LEASE)

    world.sync("TEA")

    assert world.mall.pushed == []
    assert world.waiting() == ["tea-kissa"]
    world.states.give_back("kissa", "somebody")
    world.drain()
    assert len(world.mall.pushed) == 1


# -- outages


def test_during_an_outage_raises_wait_and_lowers_are_tried(stock_table: Table) -> None:
    world = World(stock_table)
    for sku in ("DOWN", "UP"):
        world.stock(sku, 10)
        world.offer(sku)
    world.sync("DOWN", "UP")
    world.mall.pushed.clear()
    world.states.save("kissa", OPEN.failed(minute(-1), "transient"))
    world.mall.failures = [outage()]
    world.stock("DOWN", 4)
    world.stock("UP", 20)

    world.sync("DOWN", "UP")

    assert world.mall.pushed == [("kissa", {"down-kissa": 4})]
    assert sorted(world.waiting()) == ["down-kissa", "up-kissa"]
    state = world.states.state("kissa")
    assert (state.since, state.attempts) == (minute(-1), 2)
    assert world.wakes == [({"shop_id": "kissa"}, 10)]


def test_a_shop_that_fails_is_not_asked_before_its_time(stock_table: Table) -> None:
    world = two_shops(stock_table)
    world.states.save("kissa", OPEN.failed(NOON, "auth"))

    world.sync("TEA")

    assert [shop for shop, _ in world.mall.pushed] == ["yaoya"]
    assert world.waiting("kissa") == ["tea-kissa"]
    assert world.wakes == []


def test_when_a_lower_quantity_gets_through_the_raises_follow_at_once(stock_table: Table) -> None:
    world = World(stock_table)
    for sku in ("DOWN", "UP"):
        world.stock(sku, 10)
        world.offer(sku)
    world.sync("DOWN", "UP")
    world.states.save("kissa", OPEN.failed(minute(-1), "transient"))
    world.stock("DOWN", 4)
    world.stock("UP", 20)

    world.sync("DOWN", "UP")

    assert world.mall.shown == {("kissa", "down-kissa"): 4, ("kissa", "up-kissa"): 20}
    assert world.states.state("kissa") == OPEN
    assert world.waiting() == []


def test_where_nothing_is_to_be_lowered_a_question_tells_whether_the_mall_is_back(
    stock_table: Table,
) -> None:
    world = World(stock_table)
    world.stock("UP", 10)
    world.offer("UP")
    world.states.save("kissa", OPEN.failed(minute(-1), "transient"))
    world.mall.failures = [outage()]
    world.sync("UP")
    assert (world.mall.checks, world.mall.pushed) == (1, [])
    world.time.forward(seconds=20)

    world.drain()

    assert world.mall.checks == 2
    assert world.mall.shown == {("kissa", "up-kissa"): 10}
    assert world.states.state("kissa") == OPEN


def test_while_orders_are_behind_a_shop_is_offered_no_more(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA", 10)
    world.offer("TEA")
    world.publisher.release("kissa", minute(-11))

    world.sync("TEA")

    assert world.mall.pushed == []
    assert world.waiting() == ["tea-kissa"]
    assert world.wakes == []
    world.publisher.release("kissa", minute(-1))
    world.drain()
    assert world.mall.shown == {("kissa", "tea-kissa"): 10}


def test_a_refused_key_waits_for_a_person_and_says_so(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    world.offer("TEA")
    world.mall.failures = [ChannelError(ErrorKind.AUTH, code="E401")]

    world.sync("TEA")

    state = world.states.state("kissa")
    assert (state.error, state.detail, state.attempts) == ("auth", "E401", 1)
    assert world.waiting() == ["tea-kissa"]


# -- pauses, time, and shops that take nothing


def test_a_paused_shop_keeps_its_marks_and_catches_up(stock_table: Table) -> None:
    world = two_shops(stock_table)
    world.shops["kissa"] = a_shop("kissa", is_paused=True)

    world.sync("TEA")

    assert [shop for shop, _ in world.mall.pushed] == ["yaoya"]
    assert world.waiting("kissa") == ["tea-kissa"]
    world.shops["kissa"] = a_shop("kissa")
    world.drain("kissa")
    assert world.mall.shown["kissa", "tea-kissa"] == 10


def test_a_shop_that_is_switched_off_is_not_marked(stock_table: Table) -> None:
    world = two_shops(stock_table)
    world.shops["kissa"] = a_shop("kissa", enabled=False)

    world.sync("TEA")

    assert [shop for shop, _ in world.mall.pushed] == ["yaoya"]
    assert world.waiting("kissa") == []


def test_a_channel_that_takes_no_quantities_is_left_alone(stock_table: Table) -> None:
    world = World(stock_table, mall=FakeMall(an_info(Cap.POLL)))
    world.stock("TEA")
    world.offer("TEA")

    world.sync("TEA")

    assert (world.mall.pushed, world.waiting()) == ([], [])


def test_when_time_is_up_the_rest_is_handed_on(stock_table: Table) -> None:
    world = two_shops(stock_table)
    world.has_time = False

    world.sync("TEA")

    assert world.mall.pushed == []
    assert world.wakes == [({"shop_id": "kissa"}, 0), ({"shop_id": "yaoya"}, 0)]
    assert world.waiting("kissa") == ["tea-kissa"]


def test_news_of_one_shop_mark_that_shop_only(stock_table: Table) -> None:
    world = two_shops(stock_table)

    world.tell("TEA", shop="yaoya")

    assert world.waiting("kissa") == []
    assert world.waiting("yaoya") == ["tea-yaoya"]


def test_a_set_follows_its_components(stock_table: Table) -> None:
    world = World(stock_table)
    for sku, on_hand in (("CUP", 7), ("POT", 2), ("SET", 0)):
        world.stock(sku, on_hand)
    world.offer("SET", units={"CUP": 3, "POT": 1})
    world.offer("CUP")

    world.sync("CUP")
    assert world.mall.shown == {("kissa", "set-kissa"): 2, ("kissa", "cup-kissa"): 7}
    world.stock("CUP", 5)
    world.sync("CUP")

    assert world.mall.shown == {("kissa", "set-kissa"): 1, ("kissa", "cup-kissa"): 5}


def test_a_retired_listing_goes_to_0_and_is_let_go_of(stock_table: Table) -> None:
    world = World(stock_table)
    world.stock("TEA")
    one = world.offer("TEA")
    world.sync("TEA")
    world.publisher.retire(one.ref)

    world.sync("TEA")

    assert world.mall.shown == {("kissa", "tea-kissa"): 0}
    assert world.listings.get_many([one.ref]) == {}
    assert world.waiting() == []
