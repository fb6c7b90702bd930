import json
from typing import Any

import pytest

from mail.domain.job import State
from mail.handlers import api, compose, send
from tests.conftest import FakeContext
from tests.http import body_of, http_event
from tests.mail.builders import JOB, ORDER, order_event
from tests.mail.lambda_events import bus_envelope, sqs_event
from tests.mail.stack import Stack

ALL = ("admin", "staff", "support", "viewer")


@pytest.fixture
def mail(stack: Stack, context: FakeContext) -> Stack:
    """A stack with one queued mail."""
    compose.handler(sqs_event(bus_envelope(order_event())), context)
    return stack


def get(path: str, **options: Any) -> dict[str, Any]:
    return api.handler(http_event("GET", f"/api/mail{path}", **options), FakeContext())


def post(path: str, *, version: int | None = 1, key: str | None = "k", **options: Any) -> Any:
    headers = {}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    if key is not None:
        headers["Idempotency-Key"] = key
    event = http_event("POST", f"/api/mail{path}", headers=headers, **options)
    return api.handler(event, FakeContext())


def test_the_list_shows_rows(mail: Stack) -> None:
    answer = get("/jobs", query={"state": "QUEUED"})
    assert answer["statusCode"] == 200
    created = body_of(answer)["items"][0].pop("created_at")
    assert created.endswith("Z")
    body = body_of(answer)
    del body["items"][0]["created_at"]
    assert body == {
        "items": [
            {
                "id": JOB,
                "kind": "ORDER_RECEIVED",
                "order_id": ORDER,
                "shop_id": "kissa",
                "to": "hanako.mihon@example.net",
                "subject": "【喫茶の道具店】ご注文ありがとうございます（ご注文番号：A-1001）",
                "state": "QUEUED",
                "attempts": 0,
                "sent_at": None,
                "reason": None,
                "version": 1,
                "actions": ["cancel"],
            }
        ],
        "next": None,
    }


def test_the_list_is_by_state_or_order(mail: Stack) -> None:
    assert len(body_of(get("/jobs", query={"order": ORDER}))["items"]) == 1
    assert body_of(get("/jobs", query={"state": "SENT"}))["items"] == []
    missing = get("/jobs")
    assert missing["statusCode"] == 422
    assert body_of(missing)["errors"] == [
        {"field": "state", "message": "Give a state or an order."}
    ]
    assert get("/jobs", query={"state": "NONSENSE"})["statusCode"] == 422


def test_one_mail_has_its_text_its_story_and_its_version_as_etag(mail: Stack) -> None:
    answer = get(f"/jobs/{JOB}")
    assert answer["headers"]["etag"] == '"1"'
    assert answer["headers"]["cache-control"] == "no-store"
    body = body_of(answer)
    assert body["from"] == "喫茶の道具店 <order@kissa.example.jp>"
    assert body["text"].startswith("見本 花子 様\n")
    assert body["message_id"] is None
    assert [(e["kind"], e["detail"]) for e in body["events"]] == [("queued", "")]
    assert get("/jobs/unknown")["statusCode"] == 404


def test_the_html_has_a_signed_address(mail: Stack) -> None:
    url = body_of(get(f"/jobs/{JOB}/html"))["url"]
    assert f"/mails/{JOB}-{mail.job(JOB).content}.html?" in url
    assert "X-Amz-Expires=300" in url


def test_counts_and_health(mail: Stack) -> None:
    counts = body_of(get("/counts"))["counts"]
    assert set(counts) == {state.value for state in State}
    assert counts["QUEUED"] == {"count": 1, "capped": False}
    assert counts["SENT"] == {"count": 0, "capped": False}
    health = body_of(get("/health"))
    assert health["queues"] == [{"name": "outbox", "waiting": 0, "in_flight": 0, "dead": 0}]
    assert health["unsent"]["count"] == 1
    assert health["unsent"]["oldest_at"].endswith("Z")
    assert health["failed"] == {"count": 0, "capped": False}


def test_templates_and_previews(mail: Stack) -> None:
    (template,) = body_of(get("/templates"))["items"]
    assert (template["kind"], template["name"]) == ("ORDER_RECEIVED", "自動受付メール")
    answer = get("/templates/ORDER_RECEIVED/preview", query={"shop": "kissa"})
    assert body_of(answer)["subject"].startswith("【喫茶の道具店】")
    assert get("/templates/ORDER_RECEIVED/preview", query={"shop": "no"})["statusCode"] == 404
    assert get("/templates/OTHER/preview")["statusCode"] == 422


def test_cancel_and_retry(mail: Stack) -> None:
    cancelled = post(f"/jobs/{JOB}/cancel")
    assert (cancelled["statusCode"], cancelled["headers"]["etag"]) == (200, '"2"')
    assert body_of(cancelled)["state"] == "CANCELLED"
    again = post(f"/jobs/{JOB}/cancel")
    assert body_of(again) == body_of(cancelled)
    retried = post(f"/jobs/{JOB}/retry", version=2, key="k2")
    assert (body_of(retried)["state"], retried["headers"]["etag"]) == ("QUEUED", '"3"')
    assert mail.job(JOB).state is State.QUEUED


def test_a_write_needs_its_preconditions(mail: Stack) -> None:
    assert post(f"/jobs/{JOB}/cancel", version=None)["statusCode"] == 428
    assert post(f"/jobs/{JOB}/cancel", key=None)["statusCode"] == 428
    stale = post(f"/jobs/{JOB}/cancel", version=7)
    assert stale["statusCode"] == 412
    assert body_of(stale)["current"]["version"] == 1
    assert stale["headers"]["Content-Type"] == "application/problem+json"
    assert mail.job(JOB).version == 1


def test_what_is_not_possible_now_is_a_conflict(mail: Stack, context: FakeContext) -> None:
    send.handler(sqs_event({"job_id": JOB}), context)
    version = mail.job(JOB).version
    for action in ("cancel", "retry"):
        answer = post(f"/jobs/{JOB}/{action}", version=version)
        assert answer["statusCode"] == 409
        assert body_of(answer)["request_id"] == "test-request"
    assert mail.job(JOB).state is State.SENT


@pytest.mark.parametrize("group", ALL)
def test_everybody_signed_in_may_read(mail: Stack, group: str) -> None:
    paths = ["/jobs?x", f"/jobs/{JOB}", f"/jobs/{JOB}/html", "/counts", "/health", "/templates"]
    for path in [*paths, "/templates/ORDER_RECEIVED/preview"]:
        bare = path.split("?")[0]
        assert get(bare, query={"state": "QUEUED"}, groups=(group,))["statusCode"] == 200


@pytest.mark.parametrize("path", ["/jobs", f"/jobs/{JOB}", "/counts", "/health", "/templates"])
def test_who_is_in_no_group_may_not_read(mail: Stack, path: str) -> None:
    assert get(path, query={"state": "QUEUED"}, groups=())["statusCode"] == 403


@pytest.mark.parametrize(
    ("group", "status"), [("admin", 200), ("staff", 200), ("support", 200), ("viewer", 403)]
)
def test_writing_needs_staff_or_support(mail: Stack, group: str, status: int) -> None:
    answer = post(f"/jobs/{JOB}/cancel", groups=(group,))
    assert answer["statusCode"] == status
    after = State.CANCELLED if status == 200 else State.QUEUED
    assert mail.job(JOB).state is after
    answer = post(f"/jobs/{JOB}/retry", version=2, key="k2", groups=(group,))
    assert answer["statusCode"] == status


def test_an_unknown_address_is_a_problem(mail: Stack) -> None:
    answer = get("/nothing/here")
    assert (answer["statusCode"], body_of(answer)["code"]) == (404, "not_found")


def test_the_description_names_the_answers() -> None:
    described = json.loads(api.app.get_openapi_json_schema(title="Banto", version="1"))
    detail = described["components"]["schemas"]["MailDetail"]
    assert {"from", "text", "events", "message_id"} <= set(detail["properties"])
    assert "sender" not in detail["properties"]
