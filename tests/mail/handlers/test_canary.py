"""Nothing personal in any log: every log line of the whole path is searched for the buyer."""

import json
from typing import Any

import pytest

from mail.handlers import api, compose, dispatch, on_feedback, send, sweep
from tests.conftest import FakeContext
from tests.http import http_event
from tests.mail.builders import BUYER, JOB, letter, order_event, ses_event
from tests.mail.lambda_events import bus_envelope, sqs_event, stream_event
from tests.mail.stack import Stack

CANARIES = [
    *("カナリア", "canary", "かなりあ町", "黄色い小鳥の餌", "0612345678", "06-1234-5678"),
    *("kissa.example", "喫茶の道具店", "hanako", "見本"),
]
PERSON: dict[str, Any] = {
    "buyer_name": "カナリア 太郎",
    "email": "canary@example.net",
    "destination": "〒530-0001\n大阪府大阪市かなりあ町1-2-3\nカナリア 太郎 様 06-1234-5678",
    "lines": [letter().lines[0].model_copy(update={"title": "黄色い小鳥の餌"})],
}


def _canaries_in(output: str) -> list[str]:
    return [word for word in CANARIES if word in output]


def test_the_whole_path_and_its_failures_log_ids_only(
    stack: Stack, context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    envelope = bus_envelope(order_event(**PERSON))
    invalid = bus_envelope(order_event(order_id="kissa:bad", **PERSON))
    invalid["detail"]["letter"]["lines"] = [{"title": "黄色い小鳥の餌", "quantity": "カナリア"}]
    del invalid["detail"]["letter"]["number"]
    no_mail = bus_envelope(order_event(order_id="kissa:3", **(PERSON | {"email": None})))
    assert compose.handler(sqs_event(envelope, invalid, no_mail), context) == {
        "batchItemFailures": [{"itemIdentifier": "m1"}]
    }
    item = stack.mail.get(f"MAIL#{JOB}", "JOB")
    assert item is not None
    assert item["to"] == "canary@example.net"
    dispatch.handler(stream_event((None, item)), context)
    stack.ses.answers = [
        (429, "TooManyRequestsException", "slow down, canary@example.net"),
        "hang up",
    ]
    for _ in range(2):
        send.handler(sqs_event({"job_id": JOB}), context)
    bounced = {"emailAddress": "canary@example.net", "diagnosticCode": "550 canary@example.net"}
    broken = ses_event("Bounce", bouncedRecipients=[{"diagnosticCode": "canary"}], attempt=2)
    events = [
        ses_event("Send", attempt=2),
        ses_event("Bounce", attempt=2, bouncedRecipients=[bounced]),
        broken,
    ]
    on_feedback.handler(sqs_event(*events), context)
    sweep.handler({}, context)
    _call_the_api(context)
    _refuse_one(stack, context)
    output = capsys.readouterr()
    lines = [json.loads(line) for line in output.out.splitlines()]
    told = {line["message"] for line in lines}
    assert {"mail job", "mail not taken now", "mail outcome unknown", "mail event"} <= told
    assert {"failed", "mail refused"} <= told
    assert _canaries_in(output.out + output.err) == []


def _call_the_api(context: FakeContext) -> None:
    for path in ("/jobs", f"/jobs/{JOB}", f"/jobs/{JOB}/html", "/counts", "/nowhere"):
        api.handler(http_event("GET", f"/api/mail{path}", query={"state": "BOUNCED"}), context)
    api.handler(
        http_event(
            "POST",
            f"/api/mail/jobs/{JOB}/retry",
            headers={"If-Match": '"1"', "Idempotency-Key": "k"},
        ),
        context,
    )


def _refuse_one(stack: Stack, context: FakeContext) -> None:
    person = PERSON | {"email": "canary.two@example.net"}
    compose.handler(sqs_event(bus_envelope(order_event(order_id="kissa:4", **person))), context)
    second = stack.jobs.of_order("kissa:4", limit=1, token=None).jobs[0].id
    stack.ses.answers = [(400, "MessageRejected", "not verified: canary.two@example.net")]
    send.handler(sqs_event({"job_id": second}), context)


def test_the_canaries_would_be_found() -> None:
    assert _canaries_in(f"to={BUYER}") == ["hanako"]
    assert _canaries_in(json.dumps(PERSON["buyer_name"], ensure_ascii=False)) == ["カナリア"]
