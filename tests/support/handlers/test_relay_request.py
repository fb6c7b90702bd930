"""The function with the fixed address, and a mall on loopback."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.handlers.relay_request import handler
from tests.common.servers import ScriptedServer, Told, serving
from tests.conftest import FakeContext
from tests.logs import caught_logs


@pytest.fixture
def mall() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


def event(url: str, body: bytes = b"") -> dict[str, Any]:
    return {
        "method": "POST",
        "url": url,
        "headers": {"Authorization": "Bearer s3cret"},
        "body": base64.b64encode(body).decode(),
        "timeout": 5.0,
    }


def test_a_request_is_sent_and_only_host_and_status_are_logged(
    monkeypatch: pytest.MonkeyPatch,
    context: FakeContext,
    mall: ScriptedServer,
) -> None:
    monkeypatch.setenv("STAGE", "local")
    mall.tell(Told(201, "注文".encode(), {"X-Id": "s3cret"}))

    with caught_logs() as lines:
        answer = handler(event(f"{mall.url}/orders?key=s3cret", b"s3cret"), context)

    assert (answer["status"], base64.b64decode(answer["body"])) == (201, "注文".encode())
    (asked,) = mall.asked
    assert (asked.path, asked.body) == ("/orders?key=s3cret", b"s3cret")
    line = json.loads(lines.getvalue())
    assert (line["message"], line["host"], line["status"]) == ("relayed", "127.0.0.1", 201)
    assert "s3cret" not in lines.getvalue()
    assert "orders" not in lines.getvalue()


def test_in_the_cloud_nothing_goes_out_that_is_not_encrypted(
    monkeypatch: pytest.MonkeyPatch, context: FakeContext, mall: ScriptedServer
) -> None:
    monkeypatch.setenv("STAGE", "prod")

    answer = handler(event(mall.url), context)

    assert answer["error"] == {
        "kind": "invalid",
        "code": "bad_request",
        "detail": "Only https is relayed.",
        "may_be_applied": False,
    }
    assert mall.asked == []


@pytest.mark.parametrize("url", ["https://[s3cret", "s3cret"])
def test_an_address_that_is_none_is_refused_and_not_logged(context: FakeContext, url: str) -> None:
    with caught_logs() as lines:
        assert handler(event(url), context)["error"]["code"] == "bad_request"
    assert json.loads(lines.getvalue())["host"] == ""
    assert "s3cret" not in lines.getvalue()
