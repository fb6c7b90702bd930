"""POST /webhooks/{shop}, from API Gateway's event to the queue."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from benchmarks._fake_aws import SECRET as FAKE_SECRET
from benchmarks._fake_aws import FakeAws
from orders.handlers.receive_webhook import handler
from tests.builders import generic_body, generic_headers, report, shopify_headers
from tests.conftest import ROOT
from tests.http import http_event
from tests.orders.handlers.shop_world import ShopWorld

BODY = generic_body(report())


def now() -> datetime:
    return datetime.now(UTC)


def signed(body: bytes = BODY, **given: Any) -> dict[str, str]:
    return generic_headers(body, at=given.pop("at", now()), **given)


def post(shop_id: str, body: bytes | str, headers: dict[str, str]) -> dict[str, Any]:
    """The answer to a delivery. Text goes in as it is, bytes as base64, as API Gateway does."""
    event = http_event(
        "POST",
        f"/webhooks/{shop_id}",
        body=body if isinstance(body, bytes) else None,
        headers=headers,
        path_parameters={"shop": shop_id},
    )
    if isinstance(body, str):
        event["body"] = body
    del event["requestContext"]["authorizer"]
    return handler(event, None)


def problem(status: int, title: str, detail: str, code: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "test-request",
    }


NOT_FOUND = problem(404, "Not found", "There is no such address.", "not_found")
REFUSED = problem(401, "Sign in again", "The signature is not valid.", "unauthenticated")


def refused(answer: dict[str, Any], world: ShopWorld) -> dict[str, Any]:
    """The problem of a refusal that left nothing behind."""
    assert answer["headers"] == {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
    }
    assert world.queued() == []
    assert world.archived() == {}
    body: dict[str, Any] = json.loads(answer["body"])
    assert body["status"] == answer["statusCode"]
    return body


@pytest.mark.parametrize("as_base64", [False, True])
def test_a_genuine_delivery_is_answered_and_queued(world: ShopWorld, as_base64: bool) -> None:
    answer = post("demo", BODY if as_base64 else BODY.decode(), signed())

    assert answer == {
        "statusCode": 202,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": '{"request_id": "test-request"}',
    }
    (message,) = world.queued()
    queued = json.loads(message["body"])
    assert base64.b64decode(queued["body"]) == BODY
    assert queued["shop_id"] == "demo"
    assert queued["delivery_id"] == "msg_1"


def test_the_trial_of_a_new_webhook_gets_200_and_nothing_is_queued(world: ShopWorld) -> None:
    world.shop("woo", "woocommerce", ["/banto/test/shops/demo/1"])

    assert post("woo", b"webhook_id=142", {})["statusCode"] == 200
    assert world.queued() == []


def test_header_names_are_read_in_any_case(world: ShopWorld) -> None:
    headers = {name.title(): value for name, value in signed().items()}
    event = http_event("POST", "/webhooks/demo", body=BODY, path_parameters={"shop": "demo"})
    event["headers"] = headers

    assert handler(event, None)["statusCode"] == 202


def test_bytes_that_are_no_utf_8_are_queued_for_the_importer_to_park(world: ShopWorld) -> None:
    body = b'{"id": "\xff"}'

    assert post("cart", body, shopify_headers(body))["statusCode"] == 202
    assert base64.b64decode(json.loads(world.queued()[0]["body"])["body"]) == body


def test_a_large_delivery_goes_through_the_archive(world: ShopWorld) -> None:
    body = b" " * 200_000

    assert post("cart", body, shopify_headers(body))["statusCode"] == 202
    queued = json.loads(world.queued()[0]["body"])
    assert world.archived() == {queued["raw_key"]: body}


def test_wrong_proofs_are_told_the_same_and_leave_nothing(world: ShopWorld) -> None:
    tampered = post("demo", BODY.replace(b"2050", b"2051"), signed())
    stale = post("demo", BODY, signed(at=now() - timedelta(minutes=6)))
    bare = post("demo", BODY, {})
    no_secret = post("bare", BODY, signed())

    for answer in (tampered, stale, bare, no_secret):
        assert refused(answer, world) == REFUSED


def test_unknown_and_switched_off_shops_are_told_the_same(world: ShopWorld) -> None:
    for shop_id in ("unknown", "closed", "", "x" * 2000):
        answer = post(shop_id, BODY, signed())
        assert refused(answer, world) == NOT_FOUND, shop_id


def test_a_body_over_one_megabyte_is_too_large_also_unsigned(world: ShopWorld) -> None:
    assert refused(post("demo", b" " * 1_000_001, {}), world) == problem(
        413, "Too large", "A delivery may have at most 1000000 bytes.", "too_large"
    )


def test_when_sqs_is_down_the_sender_is_asked_to_come_again(
    world: ShopWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOUND_QUEUE", world.queues["inbound"] + "-gone")

    assert refused(post("demo", BODY, signed()), world) == problem(
        503, "A service did not answer", "the queue did not answer", "unavailable"
    )
    monkeypatch.setenv("INBOUND_QUEUE", world.queues["inbound"])
    assert post("demo", BODY, signed())["statusCode"] == 202
    assert len(world.queued()) == 1


def test_when_shops_cannot_be_looked_up_the_sender_is_asked_to_come_again(
    world: ShopWorld,
) -> None:
    boto3.client("dynamodb").delete_table(TableName="settings")

    body = refused(post("demo", BODY, signed()), world)
    assert (body["status"], body["detail"]) == (500, "Deliver again later.")


def test_while_a_secret_is_changed_both_are_good(world: ShopWorld) -> None:
    newest = "whsec_" + base64.b64encode(b"a newer secret of 24 byte").decode()
    world.secret("/banto/test/shops/demo/2", newest)
    world.shop("demo", "generic", ["/banto/test/shops/demo/2", "/banto/test/shops/demo/1"])

    assert post("demo", BODY, signed())["statusCode"] == 202
    assert post("demo", BODY, signed(secret=newest))["statusCode"] == 202


def test_a_refusal_is_logged_by_its_code_only(
    world: ShopWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    post("demo", BODY, {})
    post("unknown-shop", BODY, {})

    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            "level": "WARNING",
            "message": "refused",
            "code": "unauthenticated",
            "request_id": "test-request",
            "shop_id": "demo",
        },
        {
            "level": "WARNING",
            "message": "refused",
            "code": "not_found",
            "request_id": "test-request",
        },
    ]


_FIRST_REQUEST = """
import json, sys
from orders.handlers.receive_webhook import handler
answer = handler(json.load(sys.stdin), None)
heavy = ("pydantic", "aws_lambda_powertools", "common.canonical", "orders.domain.order")
print(json.dumps([answer["statusCode"], [name for name in heavy if name in sys.modules]]))
"""


def test_a_first_request_loads_neither_pydantic_nor_powertools() -> None:
    body = b'{"id": 1, "line_items": []}'
    headers = shopify_headers(body, secret=FAKE_SECRET)
    event = http_event(
        "POST", "/webhooks/demo", body=body, headers=headers, path_parameters={"shop": "demo"}
    )
    with FakeAws() as aws:
        environment = {
            **{n: v for n, v in os.environ.items() if not n.startswith("AWS_")},
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "ap-northeast-1",
            "SETTINGS_TABLE": "settings",
            "INBOUND_QUEUE": f"{aws.url}/000000000000/inbound",
            "RAW_BUCKET": "raw",
        }
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_REQUEST],
            input=json.dumps(event),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=environment,
        )

    assert json.loads(done.stdout) == [202, []]
