"""stock.fill_waiting: free units reach the orders that wait."""

import json
from typing import Any

import pytest

from common.dynamo import Table
from common.events import StockLevelChanged
from stock.handlers.fill_waiting import Env, handler
from tests.conftest import FakeContext
from tests.stock.builders import NOON, a_level, an_allocation, envelope
from tests.stock.hooks import Refusals
from tests.stock.tables import check, level, plant, story


@pytest.fixture
def table(stock_table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("STOCK_TABLE", "stock")
    return stock_table


def record(sku: str) -> dict[str, Any]:
    event = StockLevelChanged(
        event_id=f"level#{sku}#2",
        at=NOON,
        sku=sku,
        on_hand=2,
        allocated=0,
        available=2,
        waiting=3,
        safety=0,
        version=2,
        fillable=True,
    )
    return {"messageId": f"m-{sku}", "body": json.dumps(envelope(event))}


def test_the_environment_is_what_infra_gives() -> None:
    assert sorted(Env.fields()) == ["stock_table"]


def test_the_oldest_orders_get_theirs_and_a_repetition_changes_nothing(table: Table) -> None:
    waiting = [an_allocation(f"o{n}", ordered=n, TEA=(1, 0)) for n in range(3)]
    plant(table, a_level(on_hand=2, waiting=3), allocations=waiting)

    assert handler({"Records": [record("TEA")]}, FakeContext()) == {"batchItemFailures": []}
    once = story(table)
    assert handler({"Records": [record("TEA")]}, FakeContext()) == {"batchItemFailures": []}

    assert (level(table).allocated, level(table).waiting) == (2, 1)
    assert [key for _, key, _ in story(table)[2]] == ["2026-11-21T03:02:00.000Z#o2"]
    assert story(table) == once
    check(table)


def test_a_sku_that_nobody_knows_or_waits_for_is_no_error(table: Table) -> None:
    plant(table, a_level(on_hand=2))

    answer = handler({"Records": [record("TEA"), record("NONE")]}, FakeContext())

    assert answer == {"batchItemFailures": []}
    assert level(table).version == 1


def test_a_message_whose_sku_stays_busy_comes_back(table: Table) -> None:
    plant(table, a_level(on_hand=2, waiting=1), allocations=[an_allocation("a", TEA=(1, 0))])
    Refusals("dynamodb", "TransactWriteItems").always(
        "TransactionCanceledException", "ConditionalCheckFailed", "None"
    )

    answer = handler({"Records": [record("TEA")]}, FakeContext())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-TEA"}]}
    assert level(table).allocated == 0
