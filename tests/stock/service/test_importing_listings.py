"""Taking over what a shop has on sale: matches, what is left, and workers that die."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from common.channels.port import Cap, ChannelError, ErrorKind, SkuRow
from common.channels.port import Listing as MallListing
from common.dynamo import Table
from common.errors import NotFound, Unavailable, UnsupportedByChannel
from stock.domain.listing_job import PATIENCE, How, JobState, ListingJob, codes_of, matched_sku
from stock.repository.catalogue import Catalogue
from stock.repository.mapping import MappingBook
from stock.service.importing_listings import ListingDesk, ListingWorker
from tests.dying import Deaths, survive
from tests.stock.builders import NOON
from tests.stock.fake_mall import CAPS, FakeMall, outage
from tests.stock.house import WHO, FakeQueue
from tests.stock.sync_world import World
from tests.stock.tables import everything, fresh, register

JAN = "4901234567894"


def row(code: str, sku: str = "", jan: str = "", title: str = "題", **keys: str) -> SkuRow:
    return SkuRow(MallListing(code, keys), sku, jan, title, 3)


class Job:
    """A shop with a list in a mall, and who takes it over."""

    def __init__(self, table: Table, *pages: list[SkuRow]) -> None:
        self.world = World(table, mall=FakeMall(pages=list(pages)))
        self.book = MappingBook(table)
        self.queue = FakeQueue()
        self.times = [True] * 99

    def start(self, key: str = "k") -> str:
        desk = ListingDesk(self.world, self.book, self.queue, self.world.time)
        return desk.start("kissa", CAPS, WHO, key)

    def work(self, job_id: str) -> ListingJob:
        world = self.world
        ListingWorker(
            world,
            self.book,
            world.listings,
            Catalogue(world.table),
            world,
            self.queue,
            world.time,
            lambda: self.times.pop(0),
        ).run("kissa", job_id)
        job = self.book.job("kissa")
        assert job is not None
        return job

    def mapped(self) -> dict[str, str]:
        page = self.world.listings.of_shop("kissa", 99)
        return {code: ref.sku for ref, code in page.refs}

    def unmapped(self) -> list[str]:
        return [one.listing.code for one in self.book.unmapped("kissa", 99, None).rows]


def counts(job: ListingJob) -> tuple[JobState, int, int, int, int]:
    return job.state, job.seen, job.known, job.matched, job.unmapped


def test_listings_are_found_by_code_and_then_by_jan(stock_table: Table) -> None:
    register(stock_table)
    register(stock_table, "POT", "急須", jan=JAN)
    rows = [
        row("m/1", sku="TEA", inventory="99"),
        row("TEA"),
        row("m/2", sku="other", jan=JAN),
        row("m/3", sku="none"),
    ]
    job = Job(stock_table, rows)

    done = job.work(job.start())

    assert counts(done) == (JobState.DONE, 4, 0, 3, 1)
    assert done.ended_at == NOON
    assert job.mapped() == {"TEA": "TEA", "m/1": "TEA", "m/2": "POT"}
    assert job.unmapped() == ["m/3"]
    ref = job.world.listings.by_code("kissa", "m/1")
    assert ref is not None
    one = job.world.listings.get_many([ref])[ref]
    assert (one.keys, one.title, one.mapped_at) == ({"inventory": "99"}, "題", NOON)


def test_two_products_with_one_jan_are_no_match(stock_table: Table) -> None:
    for sku in ("A", "B"):
        register(stock_table, sku, sku, jan=JAN)
    job = Job(stock_table, [row("m/1", jan=JAN)])

    job.work(job.start())

    assert (job.mapped(), job.unmapped()) == ({}, ["m/1"])


def test_a_second_run_takes_over_new_names_and_what_has_a_product_now(stock_table: Table) -> None:
    register(stock_table)
    job = Job(stock_table, [row("TEA", title="旧"), row("POT")])
    job.work(job.start("first"))
    register(stock_table, "POT", "急須")
    job.world.mall.pages = [[row("TEA", title="新", variant="8"), row("POT")]]

    done = job.work(job.start("second"))

    assert counts(done) == (JobState.DONE, 2, 1, 1, 0)
    assert (job.mapped(), job.unmapped()) == ({"POT": "POT", "TEA": "TEA"}, [])
    ref = job.world.listings.by_code("kissa", "TEA")
    assert ref is not None
    one = job.world.listings.get_many([ref])[ref]
    assert (one.title, one.keys, one.version) == ("新", {"variant": "8"}, 1)


def test_a_long_list_is_handed_on_and_goes_on_where_it_stopped(stock_table: Table) -> None:
    job = Job(stock_table, [row("a")], [row("b")], [row("c")])
    job.times = [True, False, True, True]
    job_id = job.start()

    half = job.work(job_id)

    assert counts(half) == (JobState.RUNNING, 1, 0, 0, 1)
    assert job.queue.sent[-1] == {"shop_id": "kissa", "job": job_id}
    assert counts(job.work(job_id)) == (JobState.DONE, 3, 0, 0, 3)


def test_a_new_job_ends_the_one_before(stock_table: Table) -> None:
    job = Job(stock_table, [row("a")])
    old, new = job.start("first"), job.start("second")

    assert job.work(old).seen == 0
    assert counts(job.work(new)) == (JobState.DONE, 1, 0, 0, 1)


def test_a_mall_that_does_not_answer_is_asked_again(stock_table: Table) -> None:
    job = Job(stock_table, [row("a")])
    job.world.mall.failures = [outage()]
    job_id = job.start()

    with pytest.raises(Unavailable):
        job.work(job_id)
    waits = job.book.job("kissa")
    assert waits is not None
    assert (waits.state, waits.error) == (JobState.RUNNING, "transient")

    done = job.work(job_id)
    assert counts(done) == (JobState.DONE, 1, 0, 0, 1)
    assert done.error == ""


def test_a_mall_that_stays_silent_ends_the_job_so_that_a_person_can_try_again(
    stock_table: Table,
) -> None:
    job = Job(stock_table, [row("a")], [row("b")])
    job.times = [True, False, True, True, True, True]
    job_id = job.start()
    job.world.time.now += timedelta(minutes=3)
    assert counts(job.work(job_id)) == (JobState.RUNNING, 1, 0, 0, 1)
    job.world.mall.failures = [outage(), outage()]

    job.world.time.now += PATIENCE
    with pytest.raises(Unavailable):
        job.work(job_id)
    job.world.time.now += timedelta(seconds=1)
    ended = job.work(job_id)

    assert counts(ended) == (JobState.FAILED, 1, 0, 0, 1)
    assert (ended.error, ended.heard_at) == ("transient", NOON + timedelta(minutes=3))
    assert counts(job.work(job.start("again"))) == (JobState.DONE, 2, 0, 0, 2)


def test_a_mall_that_refuses_ends_the_job_with_its_reason(stock_table: Table) -> None:
    job = Job(stock_table, [row("a")])
    job.world.mall.failures = [ChannelError(ErrorKind.AUTH, code="E401")]

    done = job.work(job.start())

    assert (done.state, done.error, done.detail) == (JobState.FAILED, "auth", "E401")


def test_what_cannot_be_begun(stock_table: Table) -> None:
    world = World(stock_table)
    desk = ListingDesk(world, MappingBook(stock_table), FakeQueue(), world.time)

    with pytest.raises(UnsupportedByChannel):
        desk.start("kissa", Cap.STOCK, WHO, "k")
    with pytest.raises(NotFound):
        desk.start("nobody", CAPS, WHO, "k")


def test_the_worker_may_die_at_any_moment(aws: None) -> None:
    jobs: list[tuple[Job, str]] = []

    def world() -> Callable[[], Any]:
        table = fresh()
        register(table)
        job = Job(table, [row("TEA"), row("x")], [row("y", sku="TEA")])
        jobs[:] = [(job, job.start())]
        return lambda: (job.mapped(), job.unmapped(), job.book.job("kissa").state)  # type: ignore[union-attr]

    def work() -> None:
        job, job_id = jobs[0]
        job.work(job_id)

    ends = survive(Deaths("dynamodb"), world, work)

    assert len(ends) > 20
    assert ends == [ends[-1]] * len(ends)
    assert ends[-1] == ({"TEA": "TEA", "y": "TEA"}, ["x"], JobState.DONE)
    assert all(item["version"] >= 0 for item in everything(Table("stock")) if "version" in item)


def test_a_match_by_code_comes_before_one_by_jan() -> None:
    candidates = list(codes_of("m/1", " SKU-1 "))

    assert candidates == ["SKU-1", "m/1"]
    assert matched_sku(candidates, JAN, {"m/1", "B"}, {JAN: ["B"]}) == ("m/1", How.CODE)
    assert matched_sku(candidates, JAN, {"B"}, {JAN: ["B"]}) == ("B", How.JAN)
    assert matched_sku(candidates, "", {"B"}, {"": ["B"]}) is None
