"""The relay between the functions and the emulator's SES."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.aws import Emulated
from local.client import request
from local.ses_relay import SEND_EMAIL, Relay
from tests.local.conftest import Answer, Asked, Upstream, say

PATTERN = '{"source":["aws.ses"]}'
SEND = {
    "FromEmailAddress": "orders@demo-shop.example",
    "Destination": {"ToAddresses": ["taro.mihon@example.com"]},
    "ConfigurationSetName": "banto-local",
    "EmailTags": [{"Name": "banto-job", "Value": "job-1"}],
    "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {}}},
}


def emulator(asked: Asked) -> Answer:
    """SES, EventBridge and SQS, as far as the relay asks them."""
    match asked.operation.rsplit(".", 1)[-1]:
        case "ListRules":
            rules = [
                {"Name": "timer", "State": "ENABLED", "ScheduleExpression": "rate(5 minutes)"},
                {"Name": "off", "State": "DISABLED", "EventPattern": PATTERN},
                {"Name": "feedback", "State": "ENABLED", "EventPattern": PATTERN},
            ]
            return say({"Rules": rules})
        case "ListTargetsByRule":
            queue = "arn:aws:sqs:ap-northeast-1:000000000000:feedback"
            function = "arn:aws:lambda:ap-northeast-1:000000000000:function:other"
            return say({"Targets": [{"Id": "1", "Arn": queue}, {"Id": "2", "Arn": function}]})
        case "TestEventPattern":
            return say({"Result": asked.json["EventPattern"] == PATTERN})
        case "GetQueueUrl":
            return say({"QueueUrl": f"http://localhost/{asked.json['QueueName']}"})
        case "SendMessage":
            return say({"MessageId": "x", "MD5OfMessageBody": "x"})
    if asked.target == SEND_EMAIL and asked.json.get("FromEmailAddress") == "nobody@example.com":
        return say({"message": "not verified"}, 400)
    return say({"MessageId": "m-1"}) if asked.target == SEND_EMAIL else say({})


def published(upstream: Upstream) -> list[dict[str, Any]]:
    calls = [a for a in upstream.asked if a.operation.endswith(".SendMessage")]
    assert {call.json["QueueUrl"] for call in calls} <= {"http://localhost/feedback"}
    return [json.loads(call.json["MessageBody"]) for call in calls]


@pytest.fixture
def relay(upstream: Upstream) -> Iterator[Relay]:
    upstream.answer = emulator
    made = Relay(Emulated(f"http://127.0.0.1:{upstream.port}"), upstream.port)
    made.open()
    yield made
    made.close()


def send(relay: Relay, body: object, method: str = "POST", target: str = SEND_EMAIL) -> Any:
    return request(relay.url, method, target, body=json.dumps(body).encode())


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def test_the_call_goes_through_unchanged(relay: Relay, upstream: Upstream) -> None:
    answer = send(relay, SEND)
    assert (answer.status, answer.json) == (200, {"MessageId": "m-1"})
    first = upstream.asked[0]
    assert (first.method, first.target, first.json) == ("POST", SEND_EMAIL, SEND)


def test_an_accepted_mail_is_told_to_the_queue_of_the_matching_rule(
    relay: Relay, upstream: Upstream
) -> None:
    send(relay, SEND)
    wait_for(lambda: len(published(upstream)) == 2)
    told = published(upstream)
    assert [event["detail-type"] for event in told] == ["Email Sent", "Email Delivered"]
    assert [event["detail"]["mail"]["tags"]["banto-job"] for event in told] == [["job-1"]] * 2
    assert told[0]["detail"]["mail"]["messageId"] == "m-1"


def test_a_refused_mail_is_told_to_nobody(relay: Relay, upstream: Upstream) -> None:
    assert send(relay, {**SEND, "FromEmailAddress": "nobody@example.com"}).status == 400
    relay.close()
    assert published(upstream) == []


def test_a_mail_without_a_configuration_set_is_told_to_nobody(
    relay: Relay, upstream: Upstream
) -> None:
    send(relay, {k: v for k, v in SEND.items() if k != "ConfigurationSetName"})
    relay.close()
    assert published(upstream) == []


def test_other_calls_of_ses_are_only_passed_on(relay: Relay, upstream: Upstream) -> None:
    assert send(relay, {}, "GET", "/v2/email/account").status == 200
    relay.close()
    assert [asked.target for asked in upstream.asked] == ["/v2/email/account"]


def test_what_was_accepted_is_told_before_the_relay_closes(
    relay: Relay, upstream: Upstream
) -> None:
    for _ in range(3):
        send(relay, SEND)
    relay.close()
    assert len(published(upstream)) == 6


def test_an_event_that_cannot_be_put_is_tried_again(relay: Relay, upstream: Upstream) -> None:
    failures = iter([say({"__type": "InternalFailure"}, 400)] * 2)

    def shaky(asked: Asked) -> Answer:
        if asked.operation.endswith(".TestEventPattern"):
            return next(failures, None) or emulator(asked)
        return emulator(asked)

    upstream.answer = shaky
    send(relay, SEND)
    wait_for(lambda: len(published(upstream)) == 2)


def test_a_relay_that_was_never_opened_can_be_closed() -> None:
    Relay(Emulated("http://127.0.0.1:1"), 1).close()
