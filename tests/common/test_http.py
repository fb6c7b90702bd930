import gzip
import itertools
import socket
from collections.abc import Iterator

import pytest

from common.channels.port import ChannelError, ErrorKind, Request
from common.http import Http
from tests.common.servers import ScriptedServer, Told, free_port, serving


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http()
    yield made
    made.close()


def failure(http: Http, request: Request, timeout: float = 5.0) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        http(request, timeout)
    # What urllib3 says has the address in it, so it must not come along.
    error = raised.value
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    return error


def test_a_request_goes_out_as_it_is_and_the_answer_comes_back_in_lower_case(
    server: ScriptedServer, http: Http
) -> None:
    server.tell(Told(201, b"\x00made", {"X-Request-Id": "r1", "Link": "<a>"}))

    answer = http(Request("POST", f"{server.url}/orders?x=%20y", {"X-Token": "t"}, b"\xff"))

    assert (answer.status, answer.body) == (201, b"\x00made")
    assert (answer.headers["x-request-id"], answer.headers["link"]) == ("r1", "<a>")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/orders?x=%20y", b"\xff")
    assert (asked.headers["x-token"], asked.headers["user-agent"]) == ("t", "Banto/1")


def test_an_adapter_may_say_who_it_is(server: ScriptedServer, http: Http) -> None:
    http(Request("GET", server.url, {"User-Agent": "Shop/2"}))

    assert server.asked[0].headers["user-agent"] == "Shop/2"


@pytest.mark.parametrize("status", [204, 301, 307, 400, 401, 404, 429, 500, 503])
def test_every_status_is_an_answer_and_no_redirect_is_followed(
    server: ScriptedServer, http: Http, status: int
) -> None:
    body = b"" if status == 204 else b"{}"
    server.tell(Told(status, body, {"Location": f"{server.url}/elsewhere"}))

    assert http(Request("GET", server.url)).status == status
    assert len(server.asked) == 1


def test_a_packed_answer_is_unpacked(server: ScriptedServer, http: Http) -> None:
    server.tell(Told(200, gzip.compress("注文".encode()), {"Content-Encoding": "gzip"}))

    assert http(Request("GET", server.url)).body.decode() == "注文"


def test_a_refused_connection_was_never_sent(http: Http) -> None:
    error = failure(http, Request("GET", f"http://127.0.0.1:{free_port()}/"))

    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, "no_connection")
    assert error.may_be_applied is False


def test_an_answer_that_does_not_come_may_have_been_applied(
    server: ScriptedServer, http: Http
) -> None:
    server.tell(Told(drop=True))

    error = failure(http, Request("POST", server.url, {}, b"{}"))

    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, "connection_lost")
    assert error.may_be_applied is True


def test_an_answer_that_ends_too_early_is_lost(server: ScriptedServer, http: Http) -> None:
    server.tell(Told(act=lambda out: out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")))

    assert failure(http, Request("GET", server.url)).code == "connection_lost"


def test_a_slow_answer_is_a_time_out_that_may_have_been_applied() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        error = failure(Http(), Request("GET", url), timeout=0.05)

    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, "timeout")
    assert error.may_be_applied is True


def test_an_answer_that_trickles_ends_with_the_time(server: ScriptedServer) -> None:
    seconds = itertools.count(0, 15)
    http = Http(tick=lambda: float(next(seconds)))
    server.tell(Told(200, b"x" * 500_000))

    error = failure(http, Request("GET", server.url), timeout=20)

    assert error.code == "timeout"
    http.close()


def test_an_answer_larger_than_allowed_is_not_read_to_its_end(server: ScriptedServer) -> None:
    http = Http(max_bytes=1000)
    server.tell(Told(200, b"x" * 1001), Told(200, b"y" * 1000))

    error = failure(http, Request("GET", server.url))

    assert (error.kind, error.code, error.may_be_applied) == (ErrorKind.REMOTE, "too_large", True)
    assert http(Request("GET", server.url)).body == b"y" * 1000
    http.close()


def test_what_is_packed_counts_by_what_it_unpacks_to(server: ScriptedServer) -> None:
    http = Http(max_bytes=100_000)
    packed = gzip.compress(b"0" * 5_000_000)
    server.tell(Told(200, packed, {"Content-Encoding": "gzip"}))

    assert failure(http, Request("GET", server.url)).code == "too_large"
    http.close()


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "not an address"),
        Request("GET", "ftp://127.0.0.1/"),
        Request("GET", "http:///nowhere"),
        Request("GET", "http://127.0.0.1:99999/"),
        Request("GET", "http://127.0.0.1/", {"X-Token": "s3cret\nX-Other: 1"}),
        Request("GET", "http://127.0.0.1/", {"X-Token": "s3cret秘密"}),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_said_without_quoting_it(
    server: ScriptedServer, http: Http, request_: Request
) -> None:
    url = request_.url.replace("http://127.0.0.1/", server.url)
    error = failure(http, request_._replace(url=url))

    assert (error.kind, error.code) == (ErrorKind.INVALID, "bad_request")
    assert error.may_be_applied is False
    assert "s3cret" not in repr(error) + error.detail
    assert server.asked == []


def test_tls_that_fails_is_no_answer(server: ScriptedServer, http: Http) -> None:
    error = failure(http, Request("GET", server.url.replace("http:", "https:")))

    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, "tls")
    assert server.asked == []


def test_connections_are_kept(server: ScriptedServer, http: Http) -> None:
    for _ in range(3):
        http(Request("GET", server.url))

    assert len({asked.peer for asked in server.asked}) == 1
