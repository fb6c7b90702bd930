"""Queries: pages that are full, counts that stop, and tokens that cannot be forged."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.dynamo import Table
from common.errors import Invalid

BY_STATE = ("by_state", "state", "created_at")


class Spy:
    """The real (fake) client, remembering the limits it was asked with."""

    def __init__(self) -> None:
        self._real = boto3.client("dynamodb")
        self.limits: list[int] = []

    def query(self, **request: Any) -> Any:
        self.limits.append(request["Limit"])
        return self._real.query(**request)


def _fill(table: Table, count: int, pk: str = "P", **more: Any) -> None:
    table.put_many({"pk": pk, "sk": f"{n:04d}", "n": n, **more} for n in range(count))


def _walk(table: Table, **query: Any) -> Iterator[list[int]]:
    token = None
    while True:
        page = table.query("P", token=token, **query)
        yield [item["n"] for item in page.items]
        token = page.next
        if token is None:
            return


def _token(key: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def test_pages_follow_one_another_without_gap_or_repeat(stock_table: Table) -> None:
    _fill(stock_table, 7)

    assert list(_walk(stock_table, limit=3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(_walk(stock_table, limit=3, newest_first=True)) == [[6, 5, 4], [3, 2, 1], [0]]


def test_a_query_reads_only_the_range_asked_for(stock_table: Table) -> None:
    stock_table.put_many({"pk": "P", "sk": sk} for sk in ("A#1", "B#1", "B#2", "C#1"))

    assert [i["sk"] for i in stock_table.query("P", begins_with="B#").items] == ["B#1", "B#2"]
    assert stock_table.query("nobody").items == []


def test_every_reads_all_pages(stock_table: Table) -> None:
    _fill(stock_table, 230)

    assert [item["n"] for item in stock_table.every("P")] == list(range(230))


def test_a_filtered_page_is_filled_and_nothing_is_skipped(stock_table: Table) -> None:
    stock_table.put_many(
        {"pk": "P", "sk": f"{n:04d}", "n": n, "shop": "a" if n % 5 else "b"} for n in range(500)
    )

    pages = list(_walk(stock_table, limit=30, where={"shop": "b"}))

    assert [len(page) for page in pages] == [30, 30, 30, 10]
    assert [n for page in pages for n in page] == list(range(0, 500, 5))


def test_a_filter_does_not_shrink_the_reads_to_what_is_missing(stock_table: Table) -> None:
    _fill(stock_table, 300, shop="a")
    stock_table.put_many([{"pk": "P", "sk": "9999", "n": 300, "shop": "b"}])
    spy = Spy()

    page = Table("stock", spy).query("P", limit=1, where={"shop": "b"})  # type: ignore[arg-type]

    assert [item["n"] for item in page.items] == [300]
    assert spy.limits == [100, 100, 100, 100]


def test_a_filter_for_none_finds_what_lacks_the_attribute(stock_table: Table) -> None:
    stock_table.put_many([{"pk": "P", "sk": "1", "n": 1, "x": 1}, {"pk": "P", "sk": "2", "n": 2}])

    assert [i["n"] for i in stock_table.query("P", where={"x": None}).items] == [2]


def test_an_index_is_paged_with_tokens_of_its_own(mail_table: Table) -> None:
    mail_table.put_many(
        {"pk": f"MAIL#{n}", "sk": "JOB", "state": "QUEUED", "created_at": f"t{n}"} for n in range(3)
    )

    first = mail_table.query("QUEUED", index=BY_STATE, limit=2)
    second = mail_table.query("QUEUED", index=BY_STATE, limit=2, token=first.next)

    assert [item["pk"] for item in (*first.items, *second.items)] == ["MAIL#0", "MAIL#1", "MAIL#2"]
    assert second.next is None
    with pytest.raises(Invalid):
        mail_table.query("SENT", index=BY_STATE, token=first.next)


def test_a_token_of_another_partition_or_range_is_refused(stock_table: Table) -> None:
    _fill(stock_table, 3)
    _fill(stock_table, 3, pk="Q")
    token = stock_table.query("Q", limit=1).next

    with pytest.raises(Invalid):
        stock_table.query("P", token=token)
    with pytest.raises(Invalid):
        stock_table.query("Q", begins_with="9", token=token)


FORGED = [
    "x",
    "%%%",
    "日本",
    _token({"pk": "P"}),
    _token({"pk": "P", "sk": ""}),
    _token({"pk": "P", "sk": 7}),
    _token({"pk": "P", "sk": None}),
    _token({"pk": "P", "sk": "1", "more": "x"}),
    _token({"pk": "P", "sk": "x" * 1025}),
    _token({"pk": "P", "sk": "\ud800"}),
    base64.urlsafe_b64encode(b"[" * 1400).decode(),
    base64.urlsafe_b64encode(b'["pk"]').decode(),
    base64.urlsafe_b64encode(b"null").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode(),
]


def test_a_forged_token_is_a_wrong_value_not_an_error_of_ours(stock_table: Table) -> None:
    for token in FORGED:
        with pytest.raises(Invalid):
            stock_table.query("P", token=token)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=60))
def test_any_text_is_a_token_or_refused(stock_table: Table, token: str) -> None:
    try:
        assert stock_table.query("P", token=token).items == []
    except Invalid:
        assert token


def test_a_token_of_a_long_japanese_key_stays_below_what_the_api_takes(stock_table: Table) -> None:
    stock_table.put_many({"pk": "PRODUCT", "sk": f"{'桜' * 300}{n}"} for n in range(2))

    token = stock_table.query("PRODUCT", limit=1).next

    assert token is not None
    assert len(token) < 2000
    assert len(stock_table.query("PRODUCT", token=token).items) == 1


def test_counting_stops_at_the_cap(stock_table: Table) -> None:
    _fill(stock_table, 12)

    assert stock_table.count("P", cap=20) == (12, False)
    assert stock_table.count("P", cap=12) == (12, False)
    assert stock_table.count("P", cap=11) == (11, True)
    assert stock_table.count("nobody", cap=11) == (0, False)


def test_an_index_is_counted_too(mail_table: Table) -> None:
    mail_table.put_many(
        {"pk": f"MAIL#{n}", "sk": "JOB", "state": "QUEUED", "created_at": f"t{n}"} for n in range(4)
    )

    assert mail_table.count("QUEUED", cap=3, index=("by_state", "state")) == (3, True)
