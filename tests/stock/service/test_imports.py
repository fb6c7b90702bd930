"""Taking files in, and what the check finds, without any change of stock."""

import boto3
import pytest

from common.dynamo import Table
from common.errors import Conflict, Invalid, NotFound, TooLarge
from tests.stock.builders import NOON
from tests.stock.hooks import StreamTap
from tests.stock.house import HEADER, WHO, House, counts, make_bucket
from tests.stock.tables import everything, register


@pytest.fixture
def house(aws: None, stock_table: Table) -> House:
    make_bucket()
    return House(stock_table)


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
    assert touched == {"IMPORT", "IMPORTS", "IDEM"}


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
    with pytest.raises(TooLarge, match="10MB"):
        house.desk.start(b"x" * 10_000_001, "a.csv", WHO, "k")
    with pytest.raises(NotFound):
        house.desk.view("NONE")
    with pytest.raises(NotFound):
        house.work("NONE")


def test_jobs_are_forgotten_after_ninety_days(house: House) -> None:
    house.checked(f"{HEADER}TEA,煎茶,x,5\n")

    found = [i for i in everything(house.table) if i["pk"].startswith("IMPORT#")]

    assert len(found) == 3
    assert {i["expires_at"] for i in found} == {int(NOON.timestamp()) + 90 * 24 * 3600}
