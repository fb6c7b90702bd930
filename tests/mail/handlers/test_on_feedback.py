from mail.domain.job import State
from mail.handlers import compose, on_feedback, send
from tests.conftest import FakeContext
from tests.mail.builders import JOB, order_event, ses_event
from tests.mail.lambda_events import bus_envelope, sqs_event
from tests.mail.stack import Stack


def test_events_settle_the_job_whole_or_as_their_detail(stack: Stack, context: FakeContext) -> None:
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    stack.ses.answers = ["hang up"]
    send.handler(sqs_event({"job_id": JOB}), context)
    event = sqs_event(ses_event("Delivery", minutes=2), ses_event("Send")["detail"])
    assert on_feedback.handler(event, context) == {"batchItemFailures": []}
    assert (stack.job(JOB).state, stack.job(JOB).message_id) == (State.DELIVERED, "ses-1")


def test_a_bounce_suppresses_the_address_for_the_next_order(
    stack: Stack, context: FakeContext
) -> None:
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    send.handler(sqs_event({"job_id": JOB}), context)
    on_feedback.handler(sqs_event(ses_event("Bounce")), context)
    compose.handler(sqs_event(bus_envelope(order_event(order_id="kissa:2"))), context)
    second = stack.jobs.of_order("kissa:2", limit=1, token=None).jobs[0].id
    send.handler(sqs_event({"job_id": second}), context)
    assert stack.job(JOB).state is State.BOUNCED
    assert stack.job(second).state is State.SUPPRESSED
    assert len(stack.ses.requests) == 1


def test_an_event_of_unknown_shape_goes_to_the_dead_letters_and_others_are_let_go(
    stack: Stack, context: FakeContext
) -> None:
    broken = ses_event("Bounce")
    del broken["detail"]["bounce"]["bounceType"]
    event = sqs_event(broken, {"detail-type": "Email Opened", "detail": {"eventType": "Open"}})
    assert on_feedback.handler(event, context) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
