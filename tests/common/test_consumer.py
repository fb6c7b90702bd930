"""Batches with partial failure, streams in order, handlers that fail without a word."""

import json
import time
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs import sqs_backends

from common.consumer import (
    Change,
    HandlerFailed,
    Message,
    bus_event,
    changes,
    each,
    messages,
    pause_before,
    reported,
)
from common.errors import Invalid, Unavailable
from common.events import OrderChanged, ProductRegistered, StockAllocated
from tests.conftest import REGION
from tests.logs import caught_logs


def sqs(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m{n}", "body": body, "attributes": {"ApproximateReceiveCount": "2"}}
            for n, body in enumerate(bodies)
        ]
    }


def test_messages_are_parsed_and_counted() -> None:
    found = list(messages(sqs('{"a": 1}', "no json", "[1]")))

    assert found == [Message("m0", {"a": 1}, 2), Message("m1", "no json", 2), Message("m2", [1], 2)]
    assert next(messages({"Records": [{"messageId": "m", "body": "1"}]})).receive_count == 1


def test_the_records_of_a_stream_have_before_and_after() -> None:
    def image(n: str) -> dict[str, Any]:
        return {"pk": {"S": "P"}, "n": {"N": n}}

    event = {
        "Records": [
            {"dynamodb": {"SequenceNumber": "1", "NewImage": image("1")}},
            {"dynamodb": {"SequenceNumber": "2", "OldImage": image("1"), "NewImage": image("2")}},
            {"dynamodb": {"SequenceNumber": "3", "OldImage": image("2")}},
        ]
    }

    made, changed, gone = changes(event)

    assert made == Change("1", None, {"pk": "P", "n": 1})
    assert changed == Change("2", {"pk": "P", "n": 1}, {"pk": "P", "n": 2})
    assert gone == Change("3", {"pk": "P", "n": 2}, None)
    assert [c.item["n"] for c in (made, changed, gone)] == [1, 2, 2]
    assert Change("4", None, None).item == {}


def test_what_failed_comes_back_after_a_while_and_not_after_the_visibility_time_out() -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "5400"})[
        "QueueUrl"
    ]
    for body in ("0", "1", "2"):
        client.send_message(QueueUrl=url, MessageBody=body)
    taken = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    tries = {"0": "1", "1": "1", "2": "3"}
    records = [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "eventSourceARN": arn["QueueArn"],
            "body": message["Body"],
            "attributes": {"ApproximateReceiveCount": tries[message["Body"]]},
        }
        for message in taken
    ]

    def work(message: Message) -> None:
        if message.body:
            raise Unavailable("DynamoDB throttled")

    with caught_logs():
        each(messages({"Records": records}), work)

    seconds = {
        message.body: round(message.visible_at / 1000 - time.time(), -1)
        for message in sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues["work"]._messages
    }
    assert seconds == {"0": 5400, "1": 0, "2": 80}


@pytest.mark.parametrize(
    ("receive_count", "seconds"), [(1, 5), (2, 20), (3, 80), (4, 320), (5, 600), (500, 600)]
)
def test_each_failure_makes_a_message_wait_longer(receive_count: int, seconds: int) -> None:
    assert pause_before(receive_count) == seconds


def test_a_queue_that_does_not_answer_lets_messages_come_back_late() -> None:
    body = {
        "messageId": "m",
        "receiptHandle": "r",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:gone",
        "body": "1",
    }

    def work(_message: Message) -> None:
        raise Unavailable("DynamoDB throttled")

    with caught_logs() as logs:
        answer = each(messages({"Records": [body]}), work)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    lines = [json.loads(line)["message"] for line in logs.getvalue().splitlines()]
    assert lines == ["will be tried again", "comes back late"]


def test_a_bad_message_does_not_stop_its_neighbours() -> None:
    done: list[str] = []

    def work(message: Message) -> None:
        if message.body == 1:
            raise ValueError("山田")
        if message.body == 2:
            raise Unavailable("DynamoDB throttled")
        done.append(message.id)

    with caught_logs() as logs:
        answer = each(messages(sqs("0", "1", "2", "3")), work)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]}
    assert done == ["m0", "m3"]
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert [(line["level"], line["item"], line["error"]) for line in lines] == [
        ("ERROR", "m1", "ValueError"),
        ("WARNING", "m2", "Unavailable"),
    ]
    assert "山田" not in lines[0]["exception"].replace('ValueError("山田")', "")


def test_when_all_is_well_nothing_is_sent_again_or_logged() -> None:
    with caught_logs() as logs:
        assert each(messages(sqs("0")), lambda _message: None) == {"batchItemFailures": []}
    assert logs.getvalue() == ""


def test_a_handler_fails_without_repeating_what_it_was_about() -> None:
    @reported
    def handler(event: Any, context: Any) -> None:
        raise ValueError(event["name"])

    with caught_logs() as logs, pytest.raises(HandlerFailed) as failed:
        handler({"name": "山田"}, None)

    assert str(failed.value) == "ValueError"
    assert failed.value.__suppress_context__
    assert json.loads(logs.getvalue())["error"] == "ValueError"
    assert "山田" not in logs.getvalue()


def test_errors_of_ours_leave_a_handler_as_they_are() -> None:
    for error in (Unavailable("the bus did not answer"), Invalid("no")):

        @reported
        def handler(event: Any, context: Any, error: Exception = error) -> None:
            raise error

        with caught_logs() as logs, pytest.raises(type(error)) as failed:
            handler({}, None)
        assert failed.value is error
        assert len(logs.getvalue().splitlines()) == 1


def test_a_handler_that_works_answers_as_before() -> None:
    @reported
    def handler(event: Any, context: Any) -> dict[str, Any]:
        """Does it."""
        return {"got": event, "in": context}

    assert handler(1, 2) == {"got": 1, "in": 2}
    assert (handler.__name__, handler.__doc__) == ("handler", "Does it.")


ENVELOPE = {
    "detail-type": "ProductRegistered",
    "source": "banto.stock",
    "detail": {"event_id": "e", "at": "2026-11-21T12:00:00.000Z", "sku": "A", "name": "茶"},
}


def test_an_event_of_the_bus_is_of_the_kind_its_type_names() -> None:
    event = bus_event(ENVELOPE, StockAllocated, ProductRegistered)

    assert isinstance(event, ProductRegistered)
    assert (event.sku, event.name) == ("A", "茶")


def test_another_kind_or_shape_is_an_error_that_does_not_quote() -> None:
    with pytest.raises(ValueError, match="unexpected detail type 'ProductRegistered'"):
        bus_event(ENVELOPE, OrderChanged)
    with pytest.raises(ValueError, match="validation error") as failed:
        bus_event(ENVELOPE | {"detail": {"sku": ["山田"]}}, ProductRegistered)
    assert "山田" not in str(failed.value)
