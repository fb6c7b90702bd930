"""Both ends of the relay, over real HTTP: a Lambda service on loopback, and a mall behind it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from common.channels.port import ChannelError, ErrorKind, Request
from common.http import READ_SECONDS, Http
from common.relay import MAX_BYTES, LambdaRelay, relayed
from tests.common.servers import ScriptedServer, Told, free_port, serving

INVOKED = "/2015-03-31/functions/banto-test-relay/invocations"
PLAIN = ("https", "http")


@pytest.fixture
def mall() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """Plays Lambda's Invoke."""
    with serving() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", running.url)
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http(max_bytes=MAX_BYTES)
    yield made
    made.close()


def packed(service: ScriptedServer, request: Request, timeout: float = 5.0) -> dict[str, Any]:
    """What arrives at the function."""
    service.tell(Told(500, b"{}"))
    with pytest.raises(ChannelError):
        LambdaRelay("banto-test-relay")(request, timeout)
    found: dict[str, Any] = json.loads(service.asked[-1].body)
    return found


def failure(request: Request) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        LambdaRelay("banto-test-relay")(request, 5.0)
    return raised.value


def test_a_request_goes_to_the_mall_as_it_is_and_so_does_the_answer_come_back(
    service: ScriptedServer, mall: ScriptedServer, http: Http
) -> None:
    mall.tell(Told(422, b"\xff\x00no", {"X-Reason": "sold out"}))
    request = Request("POST", f"{mall.url}/orders?x=%20y", {"X-Token": "t"}, b"\x00\xfe")
    event = packed(service, request)
    answer = relayed(event, http, PLAIN)
    service.tell(Told(200, json.dumps(answer).encode()))

    found = LambdaRelay("banto-test-relay")(request, 5.0)

    assert (found.status, found.body, found.headers["x-reason"]) == (422, b"\xff\x00no", "sold out")
    (asked,) = mall.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/orders?x=%20y", b"\x00\xfe")
    assert asked.headers["x-token"] == "t"
    assert {one.path for one in service.asked} == {INVOKED}


def test_what_went_wrong_at_the_mall_comes_back_as_it_was(
    service: ScriptedServer, http: Http
) -> None:
    request = Request("GET", f"http://127.0.0.1:{free_port()}/?key=s3cret")
    answer = relayed(packed(service, request), http, PLAIN)
    assert answer == {
        "error": {
            "kind": "transient",
            "code": "no_connection",
            "detail": "The mall did not answer.",
            "may_be_applied": False,
        }
    }
    service.tell(Told(200, json.dumps(answer).encode()))

    error = failure(request)

    assert (error.kind, error.code, error.may_be_applied, error.detail) == (
        ErrorKind.TRANSIENT,
        "no_connection",
        False,
        "The mall did not answer.",
    )


def test_an_answer_lost_between_relay_and_mall_may_have_been_applied(
    service: ScriptedServer, mall: ScriptedServer, http: Http
) -> None:
    mall.tell(Told(drop=True))
    request = Request("POST", mall.url, {}, b"{}")
    answer = relayed(packed(service, request), http, PLAIN)
    service.tell(Told(200, json.dumps(answer).encode()))

    error = failure(request)

    assert (error.code, error.may_be_applied) == ("connection_lost", True)


def test_the_largest_answer_fits_into_what_lambda_passes_on(
    mall: ScriptedServer, http: Http
) -> None:
    event = {"method": "GET", "url": mall.url, "headers": {}, "body": "", "timeout": 5.0}
    mall.tell(Told(200, b"x" * MAX_BYTES), Told(200, b"x" * (MAX_BYTES + 1)))

    assert len(json.dumps(relayed(event, http, PLAIN))) < 6_000_000
    error = relayed(event, http, PLAIN)["error"]
    assert (error["kind"], error["code"], error["may_be_applied"]) == ("remote", "too_large", True)


def test_a_request_that_lambda_would_not_pass_on_is_not_sent(service: ScriptedServer) -> None:
    error = failure(Request("POST", "https://mall.example", {}, b"x" * (MAX_BYTES + 1)))

    assert (error.kind, error.code, error.may_be_applied) == (
        ErrorKind.INVALID,
        "too_large",
        False,
    )
    assert service.asked == []


@pytest.mark.parametrize("url", ["http://mall.example/", "file:///etc/hosts", "https://[", "x"])
def test_nothing_but_https_is_relayed(url: str) -> None:
    def never(request: Request, timeout: float = 0) -> Any:
        raise AssertionError("it was sent")

    event = {"method": "GET", "url": url, "headers": {}, "body": "", "timeout": 5.0}
    error = relayed(event, never)["error"]
    assert (error["kind"], error["code"], error["may_be_applied"]) == (
        "invalid",
        "bad_request",
        False,
    )


def test_nobody_waits_longer_than_the_relay_may_run(mall: ScriptedServer) -> None:
    waited: list[float] = []

    def transport(request: Request, timeout: float = 0) -> Any:
        waited.append(timeout)
        raise ChannelError(ErrorKind.TRANSIENT)

    event = {"method": "GET", "url": "https://x.example", "headers": {}, "body": ""}
    relayed(event | {"timeout": 4.0}, transport)
    relayed(event | {"timeout": 600.0}, transport)
    assert waited == [4.0, READ_SECONDS]


@pytest.mark.parametrize(
    ("told", "code", "may_be_applied"),
    [
        (Told(429, b'{"Reason":"ConcurrentInvocationLimitExceeded"}'), "no_relay", False),
        (Told(404, b"{}"), "no_relay", False),
        (Told(403, b"{}"), "no_relay", False),
        (Told(500, b"{}"), "no_relay", True),
        (Told(drop=True), "relay_lost", True),
        (
            Told(act=lambda out: out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")),
            "relay_lost",
            True,
        ),
        (
            Told(200, b'{"errorType":"Sandbox.Timedout"}', {"X-Amz-Function-Error": "Unhandled"}),
            "relay_failed",
            True,
        ),
    ],
    ids=["throttled", "not there", "not allowed", "failed", "lost", "cut", "died"],
)
def test_a_relay_that_does_not_answer_is_asked_once_and_only_a_lost_answer_may_be_applied(
    service: ScriptedServer, told: Told, code: str, may_be_applied: bool
) -> None:
    service.tell(told)

    error = failure(Request("POST", "https://mall.example/?key=s3cret", {"X-Token": "s3cret"}))

    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, code)
    assert error.may_be_applied is may_be_applied
    assert "s3cret" not in repr(error) + error.detail
    assert len(service.asked) == 1


def test_a_lambda_service_that_is_not_there_was_never_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{free_port()}")

    error = failure(Request("POST", "https://mall.example"))

    assert (error.code, error.may_be_applied) == ("no_relay", False)
