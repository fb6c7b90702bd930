"""A file is applied whole or not at all, whatever others do meanwhile, and can be taken back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.dynamo import Table
from common.errors import Conflict
from stock.domain.level import Level, Mode
from stock.domain.views import ImportJob
from stock.repository.catalogue import Catalogue
from stock.repository.imports import Imports
from stock.repository.places import Places
from stock.service.catalogue import get_item
from stock.service.counting import Counting
from stock.service.goods_requests import TransferRequest
from stock.service.placing import Storehouse
from stock.service.requests import Adjustment, Receipt
from tests.dying import Deaths, survive
from tests.stock.builders import NOON, an_order
from tests.stock.files import (
    apply_file,
    begin_file,
    check_file,
    goods_file,
    undo_file,
    warehouse_file,
)
from tests.stock.house import HEADER, WHO, House, counts, make_bucket
from tests.stock.tables import allocate, check, everything, fresh, level, plant, register, story


@pytest.fixture
def house(aws: None, stock_table: Table) -> House:
    make_bucket()
    return House(stock_table)


def storehouse(table: Table) -> Storehouse:
    return Storehouse(Places(table), Catalogue(table), lambda: NOON)


def stock_annex(table: Table, units: int = 3) -> None:
    """A second place, with units of TEA."""
    storehouse(table).save("annex", "別館", None)
    there = TransferRequest(quantity=units, source="main", target="annex")
    storehouse(table).transfer("TEA", there, WHO, "there")


def empty_annex(table: Table) -> None:
    back = TransferRequest(quantity=3, source="annex", target="main")
    storehouse(table).transfer("TEA", back, WHO, "back")


def rename_annex(table: Table) -> None:
    storehouse(table).save("annex", "東館", 1)


def sell(table: Table) -> None:
    allocate(table, an_order("a", TEA=4))


def lose_file(_table: Table) -> None:
    s3 = boto3.client("s3")
    for found in s3.list_objects_v2(Bucket="raw")["Contents"]:
        s3.delete_object(Bucket="raw", Key=found["Key"])


def work_until(house: House, import_id: str, steps: int) -> None:
    """The worker's time is up after so many steps; the rest is for the next one."""
    turns = iter([*[True] * steps, False])
    house.work(import_id, lambda: next(turns))


# Many words are many search tokens, so these need several transactions.
NEW = [f"S{n:02d},商品{n} 大 中 小 赤 青 白 黒,,1\n" for n in range(12)]


# -- a row that was right at the check and is wrong at its turn


@pytest.mark.parametrize(
    ("row", "meanwhile", "column"),
    [
        ("別館,TEA,,3,見本", empty_annex, "減算数量"),
        ("別館,TEA,,3,見本", rename_annex, "拠点名"),
        ("別館,TEA,,3,見本", sell, "減算数量"),
        ("基本拠点,TEA,,2,見本", sell, "減算数量"),
        ("別館,TEA,,3,見本", lose_file, ""),
    ],
)
def test_nothing_of_the_file_stays(
    house: House, row: str, meanwhile: Callable[[Table], None], column: str
) -> None:
    register(house.table, "POT", on_hand=5)
    register(house.table, "TEA", on_hand=5)
    stock_annex(house.table)
    import_id = begin_file(house, warehouse_file("基本拠点,POT,2,,入荷", row))
    meanwhile(house.table)
    before = story(house.table)

    house.work(import_id)

    job = house.desk.view(import_id)
    assert (job.state, job.errors_count, [e.column for e in job.errors]) == ("FAILED", 1, [column])
    assert job.reason.startswith("反映の途中で")
    assert [(r.sku, r.action) for r in job.rows] == [("POT", "change"), ("TEA", "change")]
    assert story(house.table) == before
    with pytest.raises(Conflict):
        house.desk.undo(import_id, WHO, "undo")


def test_rows_that_were_applied_already_are_taken_back(house: House) -> None:
    for n in range(60):
        register(house.table, f"S{n:02d}", on_hand=1)
    rows = [f"基本拠点,S{n:02d},,1,廃棄" for n in range(60)]
    import_id = begin_file(house, warehouse_file(*rows))
    work_until(house, import_id, 1)
    done = house.desk.view(import_id).done
    allocate(house.table, an_order("a", S59=1))

    house.work(import_id)

    job = house.desk.view(import_id)
    assert 0 < done < 59
    assert (job.state, job.undone, job.kept) == ("FAILED", job.changed, 0)
    assert [(e.row, e.value) for e in job.errors] == [(61, "1")]
    assert {level(house.table, f"S{n:02d}").on_hand for n in range(60)} == {1}
    check(house.table)


def test_the_worker_may_die_at_any_moment_of_giving_back(aws: None) -> None:
    make_bucket()
    ids: list[str] = []

    def world() -> Callable[[], Any]:
        table = fresh()
        house = House(table)
        register(table, "TEA", on_hand=5)
        register(table, "POT", on_hand=2)
        stock_annex(table)
        raw = warehouse_file("基本拠点,POT,,2,廃棄", "別館,TEA,,3,見本")
        ids.append(begin_file(house, raw, f"k{len(ids)}"))
        worker = house.work
        worker(ids[-1], iter([False]).__next__)
        empty_annex(table)
        return lambda: (story(table), house.desk.view(ids[-1]).model_dump(exclude={"id"}))

    ends = survive(Deaths("dynamodb", "s3"), world, lambda: House(Table("stock")).work(ids[-1]))

    assert all(end == ends[-1] for end in ends)
    assert ends[-1][1]["state"] == "FAILED"
    assert ends[-1][0][0] == {"TEA": (5, 0, 5, 0), "POT": (2, 0, 2, 0)}


# -- a person stops it


def test_an_import_that_is_being_applied_can_be_stopped_and_taken_back(house: House) -> None:
    register(house.table, "TEA", on_hand=3)
    job = house.checked(f"{HEADER}TEA,,,9\n{''.join(NEW)}")
    house.desk.apply(job.id, WHO, "apply")
    work_until(house, job.id, 1)
    done = house.desk.view(job.id).done
    house.queue.sent.clear()

    house.desk.undo(job.id, WHO, "stop")

    assert 0 < done < 13
    assert house.desk.view(job.id).state == "UNDOING"
    assert house.queue.sent == [{"id": job.id}]
    house.work(job.id)
    after = house.desk.view(job.id)
    assert (after.state, after.undone, after.kept, after.reason) == ("UNDONE", done, done - 1, "")
    assert level(house.table).on_hand == 3
    assert Catalogue(house.table).entries(["S11"]) == {}


def test_a_worker_that_is_applying_meanwhile_stops(house: House) -> None:
    job = house.checked(HEADER + "".join(NEW))
    house.desk.apply(job.id, WHO, "apply")

    class Stopped(Imports):
        """Somebody takes the import back before the second step's commit."""

        def apply(self, *args: Any) -> None:
            if self.job(job.id).done:
                house.desk.undo(job.id, WHO, "stop")
            super().apply(*args)

    house.work_with(Stopped(house.table), job.id)

    after = house.desk.view(job.id)
    assert (after.state, after.undone) == ("UNDONE", after.done)
    assert 0 < after.done < 12
    assert {level(house.table, row.sku).on_hand for row in after.rows[: after.done]} == {0}


def test_stopping_keeps_up_with_a_worker_that_is_faster(house: House) -> None:
    job = house.checked(HEADER + "".join(NEW))
    house.desk.apply(job.id, WHO, "apply")

    class Faster(Imports):
        def begin(self, *args: Any) -> None:
            if not self.job(job.id).done:
                work_until(house, job.id, 1)
            super().begin(*args)

    desk = house.desk_with(Faster(house.table))
    desk.undo(job.id, WHO, "stop")
    house.work(job.id)

    assert house.desk.view(job.id).state == "UNDONE"


# -- taking back, while others move the same units


def test_taking_back_may_die_at_any_moment(aws: None) -> None:
    make_bucket()
    jobs: list[ImportJob] = []

    def world() -> Callable[[], Any]:
        table = fresh()
        house = House(table)
        register(table, "TEA", "煎茶", on_hand=3)
        raw = goods_file(
            {"syohin_code": "TEA", "syohin_name": "新茶", "zaiko_su": "9"},
            {"syohin_code": "POT", "syohin_name": "急須 大 中 小", "zaiko_su": "2"},
        )
        jobs.append(apply_file(house, raw, f"k{len(jobs)}"))
        Counting(Catalogue(table), lambda: NOON).receive("TEA", Receipt(quantity=5), WHO, "r")
        house.desk.undo(jobs[-1].id, WHO, f"u{len(jobs)}")

        def look() -> Any:
            after = house.desk.view(jobs[-1].id)
            tea = get_item(Catalogue(table), "TEA")
            return story(table), tea.name, (after.state, after.undone, after.kept)

        return look

    def work() -> None:
        House(Table("stock")).work(jobs[-1].id)

    ends = survive(Deaths("dynamodb"), world, work)

    assert all(end == ends[-1] for end in ends)
    assert ends[-1][0][0] == {"TEA": (8, 0, 8, 0), "POT": (0, 0, 0, 0)}
    assert ends[-1][1:] == ("煎茶", ("UNDONE", 2, 1))


moved = st.lists(st.integers(-9, 30), max_size=4)
quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(at_first=st.integers(0, 20), counted=st.integers(0, 40), since=moved, ordered=moved)
def test_what_moved_since_stays_exactly(
    house: House, at_first: int, counted: int, since: list[int], ordered: list[int]
) -> None:
    """Before + all that others did; never below nothing, and then it is said that it is so."""
    house = House(fresh())
    register(house.table, on_hand=at_first)
    job = apply_file(house, f"{HEADER}TEA,,,{counted}\n".encode())
    for n, units in enumerate(since):
        change(house.table, max(-level(house.table).on_hand, units), f"c{n}")
    allocate(house.table, *(an_order(f"o{n}", TEA=abs(units)) for n, units in enumerate(ordered)))
    wanted = level(house.table).on_hand - (counted - at_first)

    after = undo_file(house, job)

    assert (after.state, after.kept) == ("UNDONE", 0 if wanted >= 0 else 1)
    assert level(house.table).on_hand == max(0, wanted)
    check(house.table)


def change(table: Table, units: int, key: str) -> None:
    """Signed units more, by a count."""
    now = level(table)
    adjustment = Adjustment(on_hand=now.on_hand + units, reason="CORRECTION")
    Counting(Catalogue(table), lambda: NOON).adjust("TEA", adjustment, now.version, WHO, key)


def test_in_strict_mode_units_that_shops_show_become_a_debt_and_no_exposure_changes(
    house: House,
) -> None:
    register(house.table, "TEA", on_hand=2)
    job = apply_file(house, f"{HEADER}TEA,,,10\n".encode())
    strict: Level = replace(
        level(house.table), mode=Mode.STRICT, is_strict=True, exposures={"a": 4, "b": 3}
    )
    plant(house.table, strict)

    undo_file(house, job)

    after = level(house.table)
    assert (after.on_hand, after.pool, after.debt) == (2, -5, 5)
    assert after.exposures == {"a": 4, "b": 3}
    assert not after.is_guaranteed
    [stored] = [item for item in everything(house.table) if item["sk"] == "LEVEL"]
    assert stored["pool"] == -5


def test_a_wrong_row_at_the_check_keeps_all_of_the_file_out(house: House) -> None:
    register(house.table, "TEA", on_hand=9_999_999)
    job = check_file(house, warehouse_file("基本拠点,TEA,1,,入荷", "基本拠点,TEA,2,,入荷"))

    assert [(e.row, e.column, e.value) for e in job.errors] == [(3, "加算数量", "2")]
    assert counts(job)[:1] == ("READY",)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (["基本拠点,TEA,,3,x"], (2, "3", "この拠点の在庫は2個です")),
        (["基本拠点,TEA,,1,x", "基本拠点,TEA,,2,x"], (3, "2", "合計3個は減らせません")),
        (["基本拠点,TEA,,3,x", "基本拠点,TEA,1,,x"], None),
        (["別館,TEA,,3,x", "基本拠点,TEA,,3,x"], (3, "3", "引当のない在庫は5個です")),
    ],
)
def test_what_is_taken_away_must_lie_in_that_place(
    house: House, rows: list[str], fault: tuple[int, str, str] | None
) -> None:
    register(house.table, "TEA", on_hand=5)
    stock_annex(house.table)

    job = check_file(house, warehouse_file(*rows))

    if fault is None:
        assert job.errors == []
        return
    [found] = job.errors
    assert (found.row, found.column, found.value) == (fault[0], "減算数量", fault[1])
    assert fault[2] in found.reason
