"""Imports: the check, the changes, and workers that die or meet others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3
import pytest

from common.auth import Actor
from common.dynamo import Table
from common.errors import Conflict, Contended, Invalid, NotFound, TooLarge
from stock.domain.level import Reason
from stock.domain.views import ImportJob
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.repository.imports import ImportFiles, Imports
from stock.service.allocate import Allocator
from stock.service.catalogue import get_item
from stock.service.counting import Counting
from stock.service.imports import ImportDesk
from stock.service.requests import Receipt
from stock.service.run_import import ImportWorker
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Deaths, Refusals, StreamTap, survive
from tests.stock.tables import check, everything, fresh, level, register, story

WHO = Actor("staff", "staff-1", "staff-1")
HEADER = "商品コード,商品名,売価,在庫数\n"


class FakeQueue:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        self.sent += bodies


class House:
    """Desk, queue and worker around one table and bucket."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.queue = FakeQueue()
        self.files = ImportFiles("raw")
        self.desk = ImportDesk(Imports(table), self.files, self.queue, lambda: NOON)

    def work(self, import_id: str, has_time: Callable[[], bool] = lambda: True) -> None:
        ImportWorker(Imports(self.table), self.files, self.queue, lambda: NOON, has_time).run(
            import_id
        )

    def start(self, text: str, key: str = "k") -> str:
        return self.desk.start(text.encode(), "商品.csv", WHO, key)

    def checked(self, text: str, key: str = "k") -> ImportJob:
        import_id = self.start(text, key)
        self.work(import_id)
        return self.desk.view(import_id)

    def applied(self, text: str) -> ImportJob:
        job = self.checked(text)
        self.desk.apply(job.id, WHO, "apply")
        self.work(job.id)
        return self.desk.view(job.id)


@pytest.fixture
def bucket(aws: None) -> None:
    place: Any = {"LocationConstraint": "ap-northeast-1"}
    boto3.client("s3").create_bucket(Bucket="raw", CreateBucketConfiguration=place)


@pytest.fixture
def house(bucket: None, stock_table: Table) -> House:
    return House(stock_table)


def counts(job: ImportJob) -> tuple[str, int, int, int, int, int]:
    return job.state, job.total, job.done, job.created, job.changed, job.unchanged


def test_a_file_is_kept_queued_and_waits_for_its_check(house: House) -> None:
    import_id = house.start(f"{HEADER}TEA,煎茶,,\n")

    assert house.queue.sent == [{"id": import_id}]
    assert counts(house.desk.view(import_id)) == ("CHECKING", 0, 0, 0, 0, 0)
    assert house.files.get(import_id) == f"{HEADER}TEA,煎茶,,\n".encode()


def test_the_check_says_what_each_row_would_do_and_does_nothing(house: House) -> None:
    register(house.table, "TEA", "煎茶", price=500, on_hand=3)
    register(house.table, "POT", "急須")
    tap = StreamTap(house.table)

    job = house.checked(f"{HEADER}TEA,煎茶,600,5\nPOT,,,\nCUP,湯呑,,4\n")

    assert counts(job) == ("READY", 3, 3, 1, 1, 1)
    assert (job.encoding, job.errors_count, job.errors) == ("UTF-8", 0, [])
    assert [row.model_dump() for row in job.rows] == [
        {
            "row": 2,
            "sku": "TEA",
            "action": "change",
            "changes": [
                {"field": "price", "before": 500, "after": 600},
                {"field": "on_hand", "before": 3, "after": 5},
            ],
        },
        {"row": 3, "sku": "POT", "action": "unchanged", "changes": []},
        {
            "row": 4,
            "sku": "CUP",
            "action": "create",
            "changes": [
                {"field": "name", "before": None, "after": "湯呑"},
                {"field": "on_hand", "before": None, "after": 4},
            ],
        },
    ]
    touched = {record["dynamodb"]["Keys"]["pk"]["S"].split("#")[0] for record in tap.records}
    assert touched == {"IMPORT", "IDEM"}


def test_wrong_rows_are_named_and_nothing_can_be_applied(house: House) -> None:
    job = house.checked(f"{HEADER}TEA,煎茶,x,1\nNEW,,,1\nPOT,急須,,1\n")

    assert counts(job) == ("READY", 3, 3, 1, 0, 0)
    assert job.errors_count == 2
    assert [(e.row, e.column, e.value, e.reason) for e in job.errors] == [
        (2, "売価", "x", "整数で入力してください"),
        (3, "商品名", "", "新しい商品には商品名が必要です"),
    ]
    with pytest.raises(Conflict, match="エラーのある行"):
        house.desk.apply(job.id, WHO, "apply")
    assert "TEA,煎茶,x,1,売価: 整数で入力してください" in house.desk.errors_file(job.id)


def test_only_the_first_rows_and_errors_are_shown_but_all_are_in_the_file(house: House) -> None:
    bad = "".join(f"S{n},名前,x,\n" for n in range(250))
    good = "".join(f"G{n},名前,1,\n" for n in range(60))

    job = house.checked(f"{HEADER}{bad}{good}")

    assert (len(job.rows), len(job.errors), job.errors_count) == (50, 200, 250)
    assert len(house.desk.errors_file(job.id).splitlines()) == 251


def test_a_file_that_cannot_be_read_fails_with_the_reason(house: House) -> None:
    job = house.checked("name\nx\n")

    assert (job.state, job.reason) == ("FAILED", "見出し「商品コード」がありません")
    assert [(e.row, e.reason) for e in job.errors] == [(0, "見出し「商品コード」がありません")]
    with pytest.raises(Conflict):
        house.desk.apply(job.id, WHO, "apply")


def test_a_file_that_is_gone_fails_the_job(house: House) -> None:
    import_id = house.start(f"{HEADER}TEA,煎茶,,\n")
    boto3.client("s3").delete_object(Bucket="raw", Key=f"imports/{import_id}.csv")

    house.work(import_id)

    assert house.desk.view(import_id).state == "FAILED"


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


def test_requests_repeated_with_their_key_are_once(house: House) -> None:
    text = f"{HEADER}TEA,煎茶,,5\n"
    first = house.start(text)
    assert house.start(text) == first
    with pytest.raises(Invalid, match="another request"):
        house.start(f"{text}POT,急須,,1\n")
    # The check is asked for again as long as it is not done: the first asker may have died.
    assert house.queue.sent == [{"id": first}] * 2
    house.work(first)
    house.start(text)
    assert len(house.queue.sent) == 2

    house.desk.apply(first, WHO, "apply")
    house.desk.apply(first, WHO, "apply")
    assert house.queue.sent[2:] == [{"id": first}] * 2
    with pytest.raises(Conflict, match="反映できる状態ではありません"):
        house.desk.apply(first, WHO, "another")


def test_empty_and_large_files_and_unknown_jobs_are_refused(house: House) -> None:
    with pytest.raises(Invalid, match="空"):
        house.desk.start(b"", "a.csv", WHO, "k")
    with pytest.raises(TooLarge):
        house.desk.start(b"x" * 4_000_001, "a.csv", WHO, "k")
    with pytest.raises(NotFound):
        house.desk.view("NONE")
    with pytest.raises(NotFound):
        house.work("NONE")


def test_jobs_are_forgotten_after_ninety_days(house: House) -> None:
    house.checked(f"{HEADER}TEA,煎茶,x,5\n")

    found = [i for i in everything(house.table) if i["pk"].startswith("IMPORT#")]

    assert len(found) == 3
    assert {i["expires_at"] for i in found} == {int(NOON.timestamp()) + 90 * 24 * 3600}


def test_the_worker_may_die_at_any_moment_and_applies_no_row_twice(bucket: None) -> None:
    # Every word is a search token and so a write; these rows need two transactions.
    words = "大 中 小 赤 青 白 黒"
    text = f"{HEADER}TEA,新茶,,5\n" + "".join(f"S{n},商品{n} {words},,1\n" for n in range(9))
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


def test_the_check_may_die_at_any_moment(bucket: None) -> None:
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
