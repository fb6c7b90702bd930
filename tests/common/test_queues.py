"""How full queues are, as the health screen shows it."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from common.aws import client
from common.errors import Unavailable
from common.queues import Queue, watched


def url(name: str) -> str:
    return boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]


def test_a_queue_is_shown_with_its_dead_letters() -> None:
    urls = {"inbound": url("inbound"), "inbound-dead": url("inbound-dead")}
    Queue(urls["inbound"]).send([{"n": 1}, {"n": 2}, {"n": 3}])
    Queue(urls["inbound-dead"]).send([{"n": 4}])
    boto3.client("sqs").receive_message(QueueUrl=urls["inbound"], MaxNumberOfMessages=1)
    assert watched(json.dumps(urls)) == [
        {"name": "inbound", "waiting": 2, "in_flight": 1, "dead": 1}
    ]


def test_the_dead_letters_of_a_stream_are_shown_without_a_queue() -> None:
    urls = {"publish_events-dead": url("publish_events-dead"), "allocate": url("allocate")}
    Queue(urls["publish_events-dead"]).send([{"n": 1}])
    assert watched(json.dumps(urls)) == [
        {"name": "allocate", "waiting": 0, "in_flight": 0, "dead": 0},
        {"name": "publish_events", "waiting": 0, "in_flight": 0, "dead": 1},
    ]


def bodies(queue_url: str) -> list[str]:
    """The messages of a queue, as they went over the wire."""
    found: list[str] = []
    while True:
        answer = boto3.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        if not answer.get("Messages"):
            return found
        found += [message["Body"] for message in answer["Messages"]]


def test_messages_are_json_and_arrive_whole() -> None:
    inbound = url("inbound")
    sent = [{"n": n, "text": "茶\uffff\x00\"'"} for n in range(23)]

    Queue(inbound).send(sent)

    found = bodies(inbound)
    assert sorted((json.loads(text) for text in found), key=lambda body: body["n"]) == sent
    assert all(text.isascii() for text in found)


def test_nothing_to_send_is_no_call() -> None:
    with Stubber(client("sqs")) as stub:
        Queue("https://q").send([])
        stub.assert_no_pending_responses()


def sizes(sent: list[dict[str, Any]]) -> list[int]:
    """How many messages went in each call."""
    calls: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        calls.append(len(json.loads(params["body"])["Entries"]))

    inbound = url("inbound")
    client("sqs").meta.events.register("before-call.sqs.SendMessageBatch", note)
    Queue(inbound).send(sent)
    return calls


def test_ten_messages_go_in_one_call() -> None:
    assert sizes([{"n": n} for n in range(23)]) == [10, 10, 3]


def test_large_messages_go_in_smaller_batches() -> None:
    assert sizes([{"body": "x" * 100_000}] * 5) == [2, 2, 1]


def test_a_delay_is_passed_on() -> None:
    with Stubber(client("sqs")) as stub:
        entry = {"Id": "0", "MessageBody": '{"n": 1}', "DelaySeconds": 7}
        stub.add_response(
            "send_message_batch",
            {"Successful": [], "Failed": []},
            {"QueueUrl": "https://q", "Entries": [entry]},
        )
        Queue("https://q").send([{"n": 1}], delay_seconds=7)


def test_a_refused_message_or_a_lost_queue_is_unavailable() -> None:
    refused = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    with Stubber(client("sqs")) as stub:
        stub.add_response("send_message_batch", {"Successful": [], "Failed": [refused]})
        stub.add_client_error("send_message_batch", "AWS.SimpleQueueService.NonExistentQueue")
        for complaint in ("refused 1 messages", "did not answer"):
            with pytest.raises(Unavailable, match=complaint):
                Queue("https://q").send([{"n": 1}])
