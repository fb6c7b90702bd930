"""Marks, lags, states and leases in the table."""

from datetime import datetime, timedelta

import pytest

from common.dynamo import Table
from common.errors import Contended
from stock.domain.lag import Lags, lags_of
from stock.domain.mark import Mark, Urgency
from stock.domain.sync_state import OPEN, Lease, Outlook
from stock.repository.lags import LagBook
from stock.repository.listings import Listings
from stock.repository.marks import Marks
from stock.repository.sync import SyncBook
from tests.stock.builders import NOON, minute
from tests.stock.hooks import Refusals
from tests.stock.tables import everything

MINUTE = timedelta(minutes=1)


def a_mark(
    listing: str = "l1",
    urgency: Urgency = Urgency.LESS,
    since: datetime = NOON,
    stamp: str = "t1",
    shop: str = "shop",
) -> Mark:
    return Mark(shop, listing, f"SKU-{listing}", f"code-{listing}", since, urgency, stamp)


# -- marks


def test_a_mark_comes_back_as_it_was_written(stock_table: Table) -> None:
    marks = Marks(stock_table)

    marks.add([a_mark()])

    assert marks.waiting("shop", 10) == [a_mark()]
    assert marks.of_listings([("shop", "l1"), ("shop", "l2")]) == {("shop", "l1"): a_mark()}


def test_last_units_come_first(stock_table: Table) -> None:
    marks = Marks(stock_table)
    urgent = a_mark("l9", Urgency.LAST_UNITS)

    marks.add([a_mark("l1", Urgency.MORE), a_mark("l5"), urgent])

    assert [mark.listing_id for mark in marks.waiting("shop", 10)] == ["l9", "l5", "l1"]
    assert marks.waiting("shop", 1) == [urgent]
    assert marks.count("shop", 10) == (3, False)
    assert marks.count("shop", 2) == (2, True)


def test_shops_wait_apart(stock_table: Table) -> None:
    marks = Marks(stock_table)

    marks.add([a_mark(shop="a"), a_mark(shop="b")])

    assert [mark.shop_id for mark in marks.waiting("a", 10)] == ["a"]


def test_a_listing_has_one_mark_with_the_oldest_time_and_the_greatest_urgency(
    stock_table: Table,
) -> None:
    marks = Marks(stock_table)
    marks.add([a_mark(urgency=Urgency.MORE, since=minute(1), stamp="t1")])

    marks.add([a_mark(urgency=Urgency.LAST_UNITS, since=minute(2), stamp="t2")])
    marks.add([a_mark(urgency=Urgency.LESS, since=minute(3), stamp="t3")])

    assert marks.waiting("shop", 10) == [
        a_mark(urgency=Urgency.LAST_UNITS, since=minute(1), stamp="t3")
    ]
    assert len(everything(stock_table)) == 1


def test_a_listing_marked_again_meanwhile_keeps_its_mark(stock_table: Table) -> None:
    marks = Marks(stock_table)
    marks.add([a_mark(stamp="t1")])
    marks.add([a_mark(stamp="t2")])

    assert marks.remove(a_mark(stamp="t1")) is False
    assert marks.waiting("shop", 10) == [a_mark(stamp="t2")]
    assert marks.remove(a_mark(stamp="t2")) is True
    assert marks.waiting("shop", 10) == []


def test_many_marks_are_a_few_calls(stock_table: Table) -> None:
    writes = Refusals("dynamodb", "BatchWriteItem")

    Marks(stock_table).add(a_mark(f"l{n:02d}") for n in range(30))

    assert writes.calls == 2
    assert Marks(stock_table).count("shop", 100) == (30, False)


# -- lags


def test_lags_add_up_in_their_minute(stock_table: Table) -> None:
    book = LagBook(stock_table)

    book.add("shop", lags_of([100, 200], NOON))
    book.add("shop", lags_of([900], NOON + timedelta(seconds=59)))
    book.add("shop", lags_of([50], minute(1)))
    book.add("shop", Lags())

    assert book.minutes("shop", NOON) == [
        (NOON, lags_of([100, 200, 900], NOON + timedelta(seconds=59))),
        (minute(1), lags_of([50], minute(1))),
    ]
    assert book.minutes("shop", minute(1)) == [(minute(1), lags_of([50], minute(1)))]
    assert book.last("shop") == minute(1)
    assert book.last("other") is None


def test_lags_are_forgotten_after_a_week(stock_table: Table) -> None:
    LagBook(stock_table).add("shop", lags_of([100], NOON))

    [item] = everything(stock_table)
    assert item["expires_at"] == int((NOON + timedelta(days=7)).timestamp())


def test_a_lag_that_cannot_be_written_is_tried_five_times(stock_table: Table) -> None:
    refusals = Refusals("dynamodb", "PutItem")
    refusals.always("ConditionalCheckFailedException")

    with pytest.raises(Contended):
        LagBook(stock_table).add("shop", lags_of([100], NOON))

    assert refusals.calls == 5


# -- states and leases


def test_a_state_is_kept_while_the_way_is_disturbed(stock_table: Table) -> None:
    book = SyncBook(stock_table)
    failing = OPEN.failed(NOON, "auth", detail="E401")

    assert book.state("shop") == OPEN
    book.save("shop", failing)
    assert book.state("shop") == failing
    book.save("shop", OPEN)
    assert book.state("shop") == OPEN
    assert everything(stock_table) == []


def test_one_works_for_a_shop_at_a_time(stock_table: Table) -> None:
    book = SyncBook(stock_table)

    assert book.take("shop", "a", NOON, MINUTE) is True
    assert book.take("shop", "b", NOON, MINUTE) is False
    assert book.take("other", "b", NOON, MINUTE) is True
    book.give_back("shop", "b")
    assert book.take("shop", "b", NOON, MINUTE) is False
    book.give_back("shop", "a")
    assert book.take("shop", "b", NOON, MINUTE) is True


def test_all_that_is_to_be_known_of_shops_comes_in_one_call(stock_table: Table) -> None:
    book = SyncBook(stock_table)
    failing = OPEN.failed(NOON, "auth")
    book.save("a", failing)
    book.take("b", "me", NOON, MINUTE)
    Listings(stock_table).save_watermark("b", minute(-3))
    gets = Refusals("dynamodb", "BatchGetItem")

    assert book.look(["a", "b", "c"]) == {
        "a": Outlook(failing),
        "b": Outlook(OPEN, Lease("me", minute(1)), minute(-3)),
        "c": Outlook(),
    }
    assert gets.calls == 1


def test_a_lease_is_not_taken_by_an_outlook_that_is_old(stock_table: Table) -> None:
    book = SyncBook(stock_table)
    before = book.look(["shop"])["shop"]
    book.take("shop", "a", NOON, MINUTE)
    during = book.look(["shop"])["shop"]
    book.take("shop", "b", minute(1), MINUTE)

    assert book.take("shop", "c", minute(2), MINUTE, before) is False
    assert book.take("shop", "c", minute(2), MINUTE, during) is False
    assert book.take("shop", "c", minute(2), MINUTE, book.look(["shop"])["shop"]) is True


def test_the_lease_of_one_that_died_ends_by_itself(stock_table: Table) -> None:
    book = SyncBook(stock_table)
    book.take("shop", "a", NOON, MINUTE)

    assert book.take("shop", "b", minute(1), MINUTE) is True
    book.give_back("shop", "a")
    assert book.take("shop", "c", minute(1), MINUTE) is False
