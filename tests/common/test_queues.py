"""How full queues are, as the health screen shows it."""

import json

import boto3

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
