"""stock.allocate: batches, draining, and messages that must not be lost or done twice."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from common.dynamo import Table
from stock.handlers.allocate import MOST_ORDERS, Env, handler
from tests.conftest import FakeContext
from tests.dying import Deaths, survive
from tests.stock.builders import a_level, envelope, order_event
from tests.stock.hooks import Refusals, StreamTap
from tests.stock.tables import check, fresh, level, plant, story


@pytest.fixture
def queue(aws: None, monkeypatch: pytest.MonkeyPatch) -> str:
    url = boto3.client("sqs").create_queue(QueueName="allocate")["QueueUrl"]
    monkeypatch.setenv("STOCK_TABLE", "stock")
    monkeypatch.setenv("ALLOCATE_QUEUE", url)
    return str(url)


@pytest.fixture
def table(queue: str, stock_table: Table) -> Table:
    return stock_table


def record(message_id: str, body: Any) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def orders(first: int, last: int, sku: str = "TEA") -> list[dict[str, Any]]:
    """Envelopes of orders for one unit each."""
    return [
        envelope(order_event(f"shop:{n:04d}", ordered=n, demand={sku: 1}))
        for n in range(first, last)
    ]


def send(queue: str, bodies: list[dict[str, Any]]) -> None:
    sqs = boto3.client("sqs")
    for start in range(0, len(bodies), 10):
        entries = [
            {"Id": str(n), "MessageBody": json.dumps(body)}
            for n, body in enumerate(bodies[start : start + 10])
        ]
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)


def deliver(queue: str) -> dict[str, Any] | None:
    """What Lambda does with a queue, once: hand over up to ten messages, delete those that did
    not fail. None when the queue had none."""
    sqs = boto3.client("sqs")
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    if not found:
        return None
    records = [record(message["MessageId"], message["Body"]) for message in found]
    answer = handler({"Records": records}, FakeContext())
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for message in found:
        if message["MessageId"] not in failed:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return answer


def left(queue: str) -> tuple[int, int]:
    """Messages (visible, in flight)."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return int(found["Attributes"][names[0]]), int(found["Attributes"][names[1]])


def test_the_environment_is_what_infra_gives() -> None:
    assert sorted(Env.fields()) == ["allocate_queue", "stock_table"]


def test_a_full_batch_takes_the_queue_behind_it_into_one_commit(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=100))
    tap = StreamTap(table)
    send(queue, orders(0, 60))

    assert deliver(queue) == {"batchItemFailures": []}

    assert tap.hot_writes("TEA") == 1
    assert level(table).allocated == 60
    assert left(queue) == (0, 0)
    check(table)


def test_a_burst_needs_at_most_a_twentieth_of_a_hot_write_an_order(
    table: Table, queue: str
) -> None:
    plant(table, a_level(on_hand=100))
    tap = StreamTap(table)
    send(queue, orders(0, 120))

    deliveries = 0
    while deliver(queue) is not None:
        deliveries += 1

    assert deliveries == 2
    assert tap.hot_writes("TEA") == 2
    assert tap.hot_writes("TEA") <= 120 * 0.05
    assert (level(table).allocated, level(table).waiting) == (100, 20)
    assert left(queue) == (0, 0)
    check(table)


def test_no_more_is_taken_than_fits_a_transaction(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=200))
    send(queue, orders(0, 120))

    deliver(queue)

    assert level(table).allocated == MOST_ORDERS
    assert left(queue) == (30, 0)


def test_a_lone_order_is_not_made_to_wait_for_more(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=5))
    send(queue, orders(1, 3))
    receives = Refusals("sqs", "ReceiveMessage")

    answer = handler({"Records": [record("m", orders(0, 1)[0])]}, FakeContext())

    assert answer == {"batchItemFailures": []}
    assert receives.calls == 0
    assert level(table).allocated == 1


def test_messages_that_say_nothing_useful_fail_alone(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=5))
    [good] = orders(0, 1)
    negative = envelope(order_event("shop:bad", demand={"TEA": -1}))
    records = [
        record("text", "not json"),
        record("other", {**good, "detail-type": "StockShort"}),
        record("empty", {**good, "detail": {}}),
        record("negative", negative),
        record("unknown", envelope(order_event("shop:unknown", demand={"NONE": 1}))),
        record("good", good),
    ]

    answer = handler({"Records": records}, FakeContext())

    failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failed == ["text", "other", "empty", "negative", "unknown"]
    assert level(table).allocated == 1
    assert list(story(table)[1]) == ["shop:0000"]


def test_a_drained_message_that_fails_stays_in_the_queue(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=50))
    bad = envelope(order_event("shop:unknown", demand={"NONE": 1}))
    send(queue, [*orders(0, 10), bad, *orders(10, 14)])

    assert deliver(queue) == {"batchItemFailures": []}

    assert level(table).allocated == 14
    assert left(queue) == (0, 1)


def test_the_same_event_twice_in_a_batch_counts_once(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=5))
    [body] = orders(0, 1)

    answer = handler({"Records": [record("m1", body), record("m2", body)]}, FakeContext())

    assert answer == {"batchItemFailures": []}
    assert level(table).allocated == 1


def test_an_answer_that_orders_took_over_is_not_answered_again(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=5))
    first = envelope(order_event(version=1, demand={"TEA": 1}))
    echo = envelope(order_event(version=2, change="allocation", demand={"TEA": 1}))
    handler({"Records": [record("m1", first)]}, FakeContext())
    tap = StreamTap(table)

    handler({"Records": [record("m2", echo)]}, FakeContext())

    [change] = tap.records
    images = change["dynamodb"]
    assert images["Keys"]["sk"] == {"S": "ALLOC"}
    assert images["NewImage"]["answer_version"] == images["OldImage"]["answer_version"]
    assert images["NewImage"]["order_version"] == {"N": "2"}


def test_a_queue_that_does_not_answer_costs_no_order(table: Table, queue: str) -> None:
    plant(table, a_level(on_hand=5))
    Refusals("sqs", "ReceiveMessage").always("ServiceUnavailable")
    first, second = orders(0, 2)

    answer = handler({"Records": [record("m1", first), record("m2", second)]}, FakeContext())

    assert answer == {"batchItemFailures": []}
    assert level(table).allocated == 2


def test_a_message_that_could_not_be_deleted_changes_nothing_when_it_comes_again(
    table: Table, queue: str
) -> None:
    plant(table, a_level(on_hand=50))
    send(queue, orders(0, 12))
    refusals = Refusals("sqs", "DeleteMessageBatch")
    refusals.always("ServiceUnavailable")

    deliver(queue)
    again = handler({"Records": [record("again", orders(11, 12)[0])]}, FakeContext())

    assert refusals.calls >= 1
    assert left(queue) == (0, 2)
    assert again == {"batchItemFailures": []}
    assert level(table).allocated == 12
    check(table)


def test_the_function_may_die_at_any_moment(queue: str) -> None:
    """What was handed in or drained comes again, also what had been deleted, and it ends alike."""
    handed = [record(f"m{n}", body) for n, body in enumerate(orders(0, 2))]

    def world() -> Callable[[], Any]:
        table = fresh()
        plant(table, a_level(on_hand=3))
        return lambda: (check(table), story(table))[1]

    def work() -> None:
        sqs = boto3.client("sqs")
        sqs.delete_queue(QueueUrl=queue)
        assert sqs.create_queue(QueueName="allocate")["QueueUrl"] == queue
        send(queue, orders(2, 4))
        assert handler({"Records": handed}, FakeContext()) == {"batchItemFailures": []}

    ends = survive(Deaths("dynamodb", "sqs"), world, work)

    # Two receives, two reads, the commit, the deletion; and once without death.
    assert len(ends) == 13
    assert all(end == ends[-1] for end in ends)
    assert ends[-1][0]["TEA"] == (3, 3, 0, 1)
    assert left(queue) == (0, 0)
