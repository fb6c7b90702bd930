"""stock.publish_events and stock.record_moves: what is stored is what is told, and explained."""

from typing import Any

import boto3
import pytest

from common.auth import SYSTEM
from common.aws import client
from common.dynamo import Key, Table
from common.errors import Unavailable
from stock.domain.level import Reason
from stock.handlers import publish_events, record_moves
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.repository.ledger import Ledger
from stock.service.allocate import Allocator
from stock.service.catalogue import change_item
from stock.service.counting import Counting
from stock.service.fill_waiting import fill_waiting
from stock.service.requests import Adjustment, ItemChange, Receipt
from tests.conftest import FakeContext
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Refusals, StreamTap
from tests.stock.tables import check, check_ledger, everything, register


class Bus:
    """Everything that is put on the bus, seen where it leaves."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        client("events").meta.events.register("provide-client-params.events.PutEvents", self._note)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.entries += params["Entries"]


@pytest.fixture
def tap(stock_table: Table, monkeypatch: pytest.MonkeyPatch) -> StreamTap:
    boto3.client("events").create_event_bus(Name="bus")
    monkeypatch.setenv("EVENT_BUS", "bus")
    monkeypatch.setenv("STOCK_TABLE", "stock")
    return StreamTap(stock_table)


def told(tap: StreamTap) -> list[Any]:
    bus = Bus()
    assert publish_events.handler(tap.event(), FakeContext()) == {"batchItemFailures": []}
    assert {entry["EventBusName"] for entry in bus.entries} <= {"bus"}
    assert {entry["Source"] for entry in bus.entries} <= {"banto.stock"}
    return [(entry["DetailType"], entry["Detail"]) for entry in bus.entries]


def busy_day(table: Table) -> None:
    """Receipts, orders, waiting, filling, cancellation and a count."""
    register(table, on_hand=3)
    register(table, "POT", "急須")
    book, counting = StockBook(table), Counting(Catalogue(table), lambda: NOON)

    def allocate(*orders: Any) -> None:
        assert Allocator(book, lambda: NOON).run(orders) == {}

    allocate(an_order("a", TEA=2, POT=1), an_order("b", ordered=1, TEA=2))
    allocate(an_order("c", ordered=2, TEA=1))
    counting.receive("TEA", Receipt(quantity=4), SYSTEM, "r1")
    fill_waiting(book, lambda: NOON, "TEA")
    allocate(an_order("a", version=2, TEA=1), an_order("d", ordered=3, TEA=1))
    version = book.levels(["TEA"])["TEA"].version
    counting.adjust("TEA", Adjustment(on_hand=2, reason="DAMAGE"), version, SYSTEM, "k1")
    version = book.levels(["TEA"])["TEA"].version
    change_item(Catalogue(table), lambda: NOON, "TEA", ItemChange(safety=1), version, SYSTEM)


def test_the_environments_are_what_infra_gives() -> None:
    assert sorted(publish_events.Env.fields()) == ["event_bus"]
    assert sorted(record_moves.Env.fields()) == ["stock_table"]


def test_a_new_product_is_announced_with_its_level(stock_table: Table, tap: StreamTap) -> None:
    register(stock_table, on_hand=2)

    assert told(tap) == [
        (
            "ProductRegistered",
            '{"event_id":"product#TEA#1","at":"2026-11-21T03:00:00.000Z","sku":"TEA",'
            '"name":"煎茶","jan":""}',
        ),
        (
            "StockLevelChanged",
            '{"event_id":"level#TEA#1","at":"2026-11-21T03:00:00.000Z","sku":"TEA","on_hand":2,'
            '"allocated":0,"available":2,"waiting":0,"safety":0,"version":1,"fillable":false,'
            '"mode":"shared"}',
        ),
    ]


def test_orders_are_answered_as_allocated_or_short(stock_table: Table, tap: StreamTap) -> None:
    register(stock_table, on_hand=1)
    tap.records.clear()
    orders = [an_order("a", TEA=1), an_order("b", ordered=1, TEA=2)]
    Allocator(StockBook(stock_table), lambda: NOON).run(orders)

    answers = {kind: detail for kind, detail in told(tap) if kind != "StockLevelChanged"}

    assert answers == {
        "StockAllocated": (
            '{"event_id":"answer#a#1","at":"2026-11-21T03:00:00.000Z","order_id":"a",'
            '"order_version":1,"answer_version":1,'
            '"lines":[{"sku":"TEA","wanted":1,"allocated":1}]}'
        ),
        "StockShort": (
            '{"event_id":"answer#b#1","at":"2026-11-21T03:00:00.000Z","order_id":"b",'
            '"order_version":1,"answer_version":1,'
            '"lines":[{"sku":"TEA","wanted":2,"allocated":0}]}'
        ),
    }


def test_units_that_came_free_while_orders_wait_are_called_fillable(
    stock_table: Table, tap: StreamTap
) -> None:
    register(stock_table)
    Allocator(StockBook(stock_table), lambda: NOON).run([an_order("a", TEA=1)])
    tap.records.clear()
    Counting(Catalogue(stock_table), lambda: NOON).receive("TEA", Receipt(quantity=1), SYSTEM, "k")

    [(kind, detail)] = told(tap)

    assert kind == "StockLevelChanged"
    assert '"available":1,"waiting":1,"safety":0,"version":3,"fillable":true' in detail


def test_the_order_taking_an_answer_over_is_told_to_nobody(
    stock_table: Table, tap: StreamTap
) -> None:
    register(stock_table, on_hand=1)
    book = StockBook(stock_table)
    Allocator(book, lambda: NOON).run([an_order("a", TEA=1)])
    tap.records.clear()

    Allocator(book, lambda: NOON).run([an_order("a", version=2, TEA=1)])

    assert len(tap.records) == 1
    assert told(tap) == []


def test_queues_lists_tokens_and_deletions_are_told_to_nobody(
    stock_table: Table, tap: StreamTap
) -> None:
    busy_day(stock_table)
    for item in everything(stock_table):
        if item["sk"] in ("LEVEL", "ALLOC") or item["pk"] == "PRODUCT":
            stock_table.commit(stock_table.delete(Key(item["pk"], item["sk"])))

    tap.records = [record for record in tap.records if _is_aside(record)]

    assert len(tap.records) > 10
    assert told(tap) == []


def _is_aside(record: dict[str, Any]) -> bool:
    keys = record["dynamodb"]["Keys"]
    is_spoken_of = keys["sk"]["S"] in ("LEVEL", "ALLOC") or keys["pk"]["S"] == "PRODUCT"
    return record["eventName"] == "REMOVE" or not is_spoken_of


def test_a_bus_that_refuses_makes_the_stream_deliver_again(
    stock_table: Table, tap: StreamTap
) -> None:
    register(stock_table)
    Refusals("events", "PutEvents").always("InternalFailure")

    with pytest.raises(Unavailable):
        publish_events.handler(tap.event(), FakeContext())


def test_the_moves_of_a_busy_day_add_up_to_the_counters(stock_table: Table, tap: StreamTap) -> None:
    busy_day(stock_table)

    answer = record_moves.handler(tap.event(sk="LEVEL"), FakeContext())

    assert answer == {"batchItemFailures": []}
    check(stock_table)
    check_ledger(stock_table)


def test_records_that_come_again_write_the_same_moves(stock_table: Table, tap: StreamTap) -> None:
    busy_day(stock_table)
    event = tap.event(sk="LEVEL")
    record_moves.handler(event, FakeContext())
    before = everything(stock_table)

    record_moves.handler({"Records": event["Records"][3:]}, FakeContext())
    record_moves.handler(tap.event(), FakeContext())

    assert everything(stock_table) == before


def test_the_ledger_explains_each_number(stock_table: Table, tap: StreamTap) -> None:
    busy_day(stock_table)
    record_moves.handler(tap.event(sk="LEVEL"), FakeContext())
    ledger = Ledger(stock_table)

    moves = ledger.moves("TEA", 100, None).items
    said = [
        (m.version, m.reason, m.on_hand_after, m.allocated_after, m.waiting_after, m.orders)
        for m in reversed(moves)
    ]

    assert said == [
        (1, Reason.INITIAL, 3, 0, 0, 0),
        (2, Reason.ALLOCATE, 3, 2, 2, 2),
        (3, Reason.WAIT, 3, 2, 3, 1),
        (4, Reason.RECEIVE, 7, 2, 3, 0),
        (5, Reason.FILL, 7, 5, 0, 2),
        (6, Reason.ALLOCATE, 7, 5, 0, 2),
        (7, Reason.DAMAGE, 2, 5, 0, 0),
        (8, Reason.SETTINGS, 2, 5, 0, 0),
    ]
    assert moves[1].actor.kind == "system"
    assert [(o.order_id, o.quantity, o.waiting) for o in ledger.orders("TEA", 2)] == [
        ("a", 2, 0),
        ("b", 0, 2),
    ]
    assert [(o.order_id, o.quantity, o.waiting) for o in ledger.orders("TEA", 3)] == [("c", 0, 1)]
    assert [(o.order_id, o.quantity) for o in ledger.orders("TEA", 6)] == [("a", -1), ("d", 1)]
    assert ledger.orders("TEA", 4) == []


def test_a_ledger_that_cannot_be_written_makes_the_stream_deliver_again(
    stock_table: Table, tap: StreamTap
) -> None:
    register(stock_table)
    Refusals("dynamodb", "BatchWriteItem").always("ThrottlingException")

    with pytest.raises(Unavailable):
        record_moves.handler(tap.event(sk="LEVEL"), FakeContext())
