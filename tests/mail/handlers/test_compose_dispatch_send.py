from typing import Any

import boto3
import pytest

from common.errors import Unavailable
from mail.domain.job import State
from mail.handlers import compose, dispatch, send, sweep
from tests.conftest import FakeContext
from tests.mail.builders import JOB, order_event
from tests.mail.lambda_events import bus_envelope, sqs_event, stream_event
from tests.mail.stack import Stack

NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


def test_an_order_becomes_a_queued_mail(stack: Stack, context: FakeContext) -> None:
    event = sqs_event(bus_envelope(order_event()), bus_envelope(order_event()))
    assert compose.handler(event, context) == NONE_FAILED
    assert stack.job(JOB).state is State.QUEUED
    objects = boto3.client("s3").list_objects_v2(Bucket="raw")["Contents"]
    assert [each["Key"] for each in objects] == [f"mails/{JOB}-{stack.job(JOB).content}.html"]


def test_one_bad_message_does_not_fail_its_neighbours(stack: Stack, context: FakeContext) -> None:
    bad = {"detail-type": "OrderReceived", "detail": {"order_id": "kissa:1"}}
    event = sqs_event(bad, bus_envelope(order_event()), "not json")
    assert compose.handler(event, context) == {
        "batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m2"}]
    }
    assert stack.job(JOB).state is State.QUEUED


def test_a_job_that_became_queued_is_told_to_the_senders(
    stack: Stack, context: FakeContext
) -> None:
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    item = stack.mail.get(f"MAIL#{JOB}", "JOB")
    assert item is not None
    sending = item | {"state": "SENDING"}
    blocked = item | {"state": "BLOCKED"}
    dispatch.handler(
        stream_event((None, item), (item, sending), (sending, item), (blocked, item)), context
    )
    assert stack.waiting() == [{"job_id": JOB}, {"job_id": JOB}]


def test_changes_without_a_queued_job_send_nothing(stack: Stack, context: FakeContext) -> None:
    note = {"pk": f"MAIL#{JOB}", "sk": "JOB", "order_version": 1, "version": 1}
    dispatch.handler(stream_event((None, note), (note, None)), context)
    assert stack.waiting() == []


def test_a_queue_that_does_not_answer_makes_the_stream_come_again(
    stack: Stack, context: FakeContext
) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=stack.queue_url)
    with pytest.raises(Unavailable):
        dispatch.handler(stream_event((None, {"id": JOB, "state": "QUEUED"})), context)


def test_a_message_of_the_outbox_sends_the_mail(stack: Stack, context: FakeContext) -> None:
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    event = sqs_event({"job_id": JOB}, {"job_id": JOB})
    assert send.handler(event, context) == NONE_FAILED
    assert (stack.job(JOB).state, stack.job(JOB).message_id) == (State.SENT, "ses-1")
    (request,) = stack.ses.requests
    assert request["Destination"] == {"ToAddresses": ["hanako.mihon@example.net"]}
    assert request["ConfigurationSetName"] == "banto-test"


def test_a_throttled_mail_goes_back_to_the_queue_and_its_neighbour_is_sent(
    stack: Stack, context: FakeContext
) -> None:
    other = order_event(order_id="kissa:2")
    compose.handler(sqs_event(bus_envelope(order_event()), bus_envelope(other)), context)
    second = stack.jobs.of_order("kissa:2", limit=1, token=None).jobs[0].id
    stack.ses.answers = [(429, "TooManyRequestsException", "Maximum sending rate exceeded.")]
    event = sqs_event({"job_id": JOB}, {"job_id": second})
    assert send.handler(event, context) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert stack.job(JOB).state is State.QUEUED
    assert stack.job(second).state is State.SENT
    assert send.handler(sqs_event({"job_id": JOB}), context) == NONE_FAILED
    assert stack.job(JOB).state is State.SENT


def test_an_unknown_outcome_is_not_a_failed_message(stack: Stack, context: FakeContext) -> None:
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    stack.ses.answers = ["hang up"]
    assert send.handler(sqs_event({"job_id": JOB}), context) == NONE_FAILED
    assert stack.job(JOB).state is State.SENDING
    assert send.handler(sqs_event({"job_id": JOB}), context) == NONE_FAILED
    assert len(stack.ses.requests) == 1


def test_a_sweep_tells_of_old_jobs_only(stack: Stack, context: FakeContext) -> None:
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    assert sweep.handler({}, context) == {"jobs": 0}
    assert stack.waiting() == []
    item = stack.mail.get(f"MAIL#{JOB}", "JOB")
    assert item is not None
    stack.mail.commit(stack.mail.put(item | {"queued_at": "2026-01-01T00:00:00.000Z"}))
    assert sweep.handler({}, context) == {"jobs": 1}
    assert stack.waiting() == [{"job_id": JOB}]
