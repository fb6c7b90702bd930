"""Applying imports, and workers that die or meet others."""

from collections.abc import Callable
from typing import Any

import pytest

from common.dynamo import Table
from common.errors import Contended
from stock.domain.level import Reason
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.repository.imports import Imports
from stock.service.allocate import Allocator
from stock.service.catalogue import get_item
from stock.service.counting import Counting
from stock.service.requests import Receipt
from stock.service.run_import import ImportWorker
from tests.dying import Deaths, survive
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Refusals
from tests.stock.house import HEADER, WHO, House, counts, make_bucket
from tests.stock.tables import check, fresh, level, register, story


@pytest.fixture
def house(aws: None, stock_table: Table) -> House:
    make_bucket()
    return House(stock_table)


def test_applying_makes_and_changes_and_explains(house: House) -> None:
    register(house.table, "TEA", "煎茶", on_hand=3)
    register(house.table, "POT", "急須", on_hand=1)

    job = house.applied(f"{HEADER}TEA,煎茶,600,5\nPOT,,,\nCUP,湯呑,,4\n")

    assert counts(job) == ("DONE", 3, 3, 1, 1, 1)
    tea, cup = get_item(Imports(house.table), "TEA"), get_item(Imports(house.table), "CUP")
    assert (tea.price, tea.on_hand, tea.version) == (600, 5, 2)
    assert (cup.name, cup.on_hand, cup.version) == ("湯呑", 4, 1)
    assert level(house.table, "POT").version == 1
    change = level(house.table).last_change
    assert change is not None
    assert (change.reason, change.actor, change.reference) == (Reason.IMPORT, WHO, job.id)
    assert (change.id, change.note) == (f"{job.id}#2", "商品.csv")


def test_quantities_are_absolute_also_when_they_moved_since_the_check(house: House) -> None:
    register(house.table, on_hand=3)
    job = house.checked(f"{HEADER}TEA,,,5\n")
    house.desk.apply(job.id, WHO, "apply")
    Counting(Catalogue(house.table), lambda: NOON).receive("TEA", Receipt(quantity=9), WHO, "r")
    assert Allocator(StockBook(house.table), lambda: NOON).run([an_order("a", TEA=6)]) == {}

    house.work(job.id)

    stored = level(house.table)
    assert (stored.on_hand, stored.allocated, stored.available) == (5, 6, -1)
    check(house.table)


def test_a_row_that_became_true_meanwhile_is_left_alone(house: House) -> None:
    register(house.table, on_hand=3)
    job = house.checked(f"{HEADER}TEA,,,5\n")
    house.desk.apply(job.id, WHO, "apply")
    Counting(Catalogue(house.table), lambda: NOON).receive("TEA", Receipt(quantity=2), WHO, "r")

    house.work(job.id)

    assert counts(house.desk.view(job.id)) == ("DONE", 1, 1, 0, 0, 1)
    assert level(house.table).version == 2


def test_a_long_job_hands_itself_the_rest_before_its_time_is_up(house: House) -> None:
    text = HEADER + "".join(f"S{n:03d},商品 大 中 小 {n},,{n}\n" for n in range(20))
    job = house.checked(text)
    house.desk.apply(job.id, WHO, "apply")
    house.queue.sent.clear()
    answers = iter([True, False])

    house.work(job.id, lambda: next(answers))

    between = house.desk.view(job.id)
    assert between.state == "APPLYING"
    assert 0 < between.done < 20
    assert house.queue.sent == [{"id": job.id}]
    house.work(job.id)
    assert counts(house.desk.view(job.id)) == ("DONE", 20, 20, 20, 0, 0)
    assert level(house.table, "S019").on_hand == 19


def test_a_busy_sku_does_not_hold_up_the_job(house: House) -> None:
    register(house.table, on_hand=3)
    job = house.checked(f"{HEADER}TEA,,,5\nPOT,急須,,2\n")
    house.desk.apply(job.id, WHO, "apply")
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.add("TransactionCanceledException", "None", "ConditionalCheckFailed")

    house.work(job.id)

    assert counts(house.desk.view(job.id)) == ("DONE", 2, 2, 1, 1, 0)
    assert refusals.calls == 3


def test_a_job_that_never_gets_through_comes_back(house: House) -> None:
    job = house.checked(f"{HEADER}POT,急須,,2\n")
    house.desk.apply(job.id, WHO, "apply")
    Refusals("dynamodb", "TransactWriteItems").always(
        "TransactionCanceledException", "ConditionalCheckFailed"
    )

    with pytest.raises(Contended):
        house.work(job.id)

    assert house.desk.view(job.id).done == 0


def test_a_message_that_comes_again_does_nothing_more(house: House) -> None:
    job = house.applied(f"{HEADER}TEA,煎茶,,5\n")
    Counting(Catalogue(house.table), lambda: NOON).receive("TEA", Receipt(quantity=2), WHO, "r")

    house.work(job.id)

    assert level(house.table).on_hand == 7


def test_the_worker_may_die_at_any_moment_and_applies_no_row_twice(aws: None) -> None:
    # Every word is a search token and so a write; these rows need two transactions.
    words = "大 中 小 赤 青 白 黒"
    text = f"{HEADER}TEA,新茶,,5\n" + "".join(f"S{n},商品{n} {words},,1\n" for n in range(9))
    make_bucket()
    ids: list[str] = []

    def world() -> Callable[[], Any]:
        table = fresh()
        register(table, on_hand=1)
        house = House(table)
        job = house.checked(text, f"k{len(ids)}")
        house.desk.apply(job.id, WHO, f"a{len(ids)}")
        ids.append(job.id)
        return lambda: (story(table), level(table).version, counts(house.desk.view(job.id)))

    ends = survive(Deaths("dynamodb", "s3"), world, lambda: House(Table("stock")).work(ids[-1]))

    # The job, the file, and twice reading and committing.
    assert len(ends) == 13
    assert all(end == ends[-1] for end in ends)
    assert ends[-1][2] == ("DONE", 10, 10, 9, 1, 0)
    assert ends[-1][1] == 2


def test_the_check_may_die_at_any_moment(aws: None) -> None:
    make_bucket()
    ids: list[str] = []

    def world() -> Callable[[], Any]:
        house = House(fresh())
        ids.append(house.start(f"{HEADER}TEA,煎茶,x,5\nPOT,急須,,2\n", f"k{len(ids)}"))
        return lambda: (counts(house.desk.view(ids[-1])), house.desk.view(ids[-1]).errors)

    ends = survive(Deaths("dynamodb", "s3"), world, lambda: House(Table("stock")).work(ids[-1]))

    assert len(ends) == 11
    assert all(end == ends[-1] for end in ends)
    assert ends[-1][0] == ("READY", 2, 2, 1, 0, 0)


def test_two_workers_at_once_apply_each_row_once(house: House) -> None:
    job = house.checked(HEADER + "".join(f"S{n},商品{n},,1\n" for n in range(3)))
    house.desk.apply(job.id, WHO, "apply")

    class Interrupted(Imports):
        """Another worker does all of it before this one's first commit."""

        def apply(self, *args: Any) -> None:
            if house.desk.view(job.id).state == "APPLYING":
                house.work(job.id)
            super().apply(*args)

    ImportWorker(
        Interrupted(house.table), house.files, house.queue, lambda: NOON, lambda: True
    ).run(job.id)

    assert counts(house.desk.view(job.id)) == ("DONE", 3, 3, 3, 0, 0)
    assert [level(house.table, f"S{n}").version for n in range(3)] == [1, 1, 1]
