"""The one address in front of everything."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.headers import security_headers
from local.aws import Emulated
from local.client import Answer, request
from local.cognito import SignInPages
from local.gateway import Behind, Gateway
from local.proxy import MOST_BYTES
from tests.local.conftest import Upstream, say

API_HOST = "abc123.execute-api.localhost:4580"


@pytest.fixture
def admin(tmp_path: Path) -> Path:
    folder = tmp_path / "admin"
    (folder / "lib").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Banto</title>番頭")
    (folder / "lib" / "api.js").write_text("export {};")
    (folder / "api.d.ts").write_text("// types")
    (folder / ".hidden.js").write_text("// no")
    (folder / "notes.md").write_text("no")
    (folder / "strange.exe").write_text("no")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "outside.js").symlink_to(tmp_path / "secret.js")
    return folder


@pytest.fixture
def gateway(admin: Path, upstream: Upstream) -> Iterator[Gateway]:
    pages = SignInPages(Emulated(f"http://127.0.0.1:{upstream.port}"), "client-1")
    made = Gateway(0, admin, Behind(upstream.port, API_HOST, pages))
    made.open()
    yield made
    made.close()


def ask(gateway: Gateway, method: str, target: str, **more: object) -> Answer:
    return request(gateway.origin, method, target, **more)  # type: ignore[arg-type]


def test_the_page_comes_with_every_security_header(gateway: Gateway) -> None:
    answer = ask(gateway, "GET", "/")
    assert answer.status == 200
    assert answer.body.decode().endswith("番頭")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    for name, value in security_headers().items():
        assert answer.headers[name.lower()] == value


def test_scripts_have_the_type_that_nosniff_asks_for(gateway: Gateway) -> None:
    answer = ask(gateway, "GET", "/lib/api.js")
    assert (answer.status, answer.body) == (200, b"export {};")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_file_that_the_browser_has_is_not_sent_again(gateway: Gateway, admin: Path) -> None:
    tag = ask(gateway, "GET", "/lib/api.js").headers["etag"]
    again = ask(gateway, "GET", "/lib/api.js", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    (admin / "lib" / "api.js").write_text("export { x };")
    changed = ask(gateway, "GET", "/lib/api.js", headers={"If-None-Match": tag})
    assert (changed.status, changed.body) == (200, b"export { x };")


def test_the_sign_in_page_has_the_icon_of_the_page(gateway: Gateway, admin: Path) -> None:
    (admin / "favicon.svg").write_text("<svg/>")
    answer = ask(gateway, "GET", "/favicon.ico")
    assert (answer.body, answer.headers["content-type"]) == (b"<svg/>", "image/svg+xml")


def test_head_has_the_headers_and_no_body(gateway: Gateway) -> None:
    answer = ask(gateway, "HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_the_page_is_told_where_api_and_sign_in_are(gateway: Gateway) -> None:
    assert ask(gateway, "GET", "/config.json").json == {
        "api": "/api",
        "auth": {"base": "", "client_id": "client-1"},
        "stage": "local",
    }


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.js",
        "/lib/../../secret.js",
        "/%2e%2e/secret.js",
        "/..%2fsecret.js",
        "/lib/%2e%2e%2f%2e%2e%2fsecret.js",
        "//etc/passwd",
        "/outside.js",
        "/index.html%00.js",
        "/api.d.ts",
        "/.hidden.js",
        "/notes.md",
        "/strange.exe",
        "/lib",
        "/lib/",
        "/nothing.js",
        "/api",
    ],
)
def test_nothing_but_the_page_is_served(gateway: Gateway, upstream: Upstream, target: str) -> None:
    answer = ask(gateway, "GET", target)
    assert answer.status == 404
    assert b"secret" not in answer.body
    assert upstream.asked == []


def test_the_page_takes_no_posts(gateway: Gateway) -> None:
    assert ask(gateway, "POST", "/", body=b"x").status == 405


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/api/orders?queue=ALL&limit=100"),
        ("PATCH", "/api/orders/demo%3A1"),
        ("DELETE", "/api/x"),
        ("POST", "/webhooks/demo"),
    ],
)
def test_the_api_gets_the_request_as_it_was(
    gateway: Gateway, upstream: Upstream, method: str, target: str
) -> None:
    upstream.answer = lambda _: (
        412,
        {
            "ETag": '"4"',
            "Content-Type": "application/problem+json",
            "Access-Control-Allow-Origin": "*",
        },
        "問題".encode(),
    )
    body = None if method == "GET" else bytes(range(256))
    sent = {"Authorization": "Bearer t", "If-Match": '"3"', "X-Shopify-Topic": "orders/create"}
    answer = ask(gateway, method, target, body=body, headers=sent)
    (asked,) = upstream.asked
    assert (asked.method, asked.target, asked.body) == (method, target, body or b"")
    assert asked.headers["host"] == API_HOST
    assert asked.headers["x-forwarded-for"] == "127.0.0.1"
    assert {name: asked.headers[name.lower()] for name in sent} == sent
    assert (answer.status, answer.body.decode()) == (412, "問題")
    assert answer.headers["etag"] == '"4"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in answer.headers


def test_the_sign_in_pages_are_cognitos(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer = lambda _: (302, {"Location": "http://localhost/?code=c"}, b"")
    answer = ask(gateway, "POST", "/login", body=b"username=admin")
    (asked,) = upstream.asked
    assert (asked.target, asked.body) == ("/login", b"username=admin")
    assert asked.headers["host"] == f"127.0.0.1:{upstream.port}"
    assert (answer.status, answer.headers["location"]) == (302, "http://localhost/?code=c")


def test_a_code_is_exchanged_by_the_emulator_itself(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer = lambda _: say({"access_token": "a"})
    form = b"grant_type=authorization_code&code=c"
    assert ask(gateway, "POST", "/oauth2/token", body=form).json == {"access_token": "a"}
    assert upstream.asked[0].target == "/oauth2/token"


def test_a_refresh_goes_the_way_that_keeps_the_groups(gateway: Gateway, upstream: Upstream) -> None:
    result = {"AccessToken": "a", "IdToken": "i", "ExpiresIn": 1800, "TokenType": "Bearer"}
    upstream.answer = lambda _: say({"AuthenticationResult": result})
    form = b"grant_type=refresh_token&refresh_token=r%2B1&client_id=client-1"
    answer = ask(gateway, "POST", "/oauth2/token", body=form)
    assert answer.json == {
        "access_token": "a",
        "id_token": "i",
        "expires_in": 1800,
        "token_type": "Bearer",
    }
    (asked,) = upstream.asked
    assert asked.operation.endswith(".GetTokensFromRefreshToken")
    assert asked.json == {"RefreshToken": "r+1", "ClientId": "client-1"}


def test_a_refresh_that_is_refused_is_an_invalid_grant(
    gateway: Gateway, upstream: Upstream
) -> None:
    upstream.answer = lambda _: say({"__type": "NotAuthorizedException"}, 400)
    answer = ask(gateway, "POST", "/oauth2/token", body=b"grant_type=refresh_token")
    assert (answer.status, answer.json) == (400, {"error": "invalid_grant"})


def test_a_token_is_revoked_by_cognitos_own_call(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer = lambda _: say({})
    answer = ask(gateway, "POST", "/oauth2/revoke", body=b"token=r&client_id=client-1")
    assert (answer.status, answer.body) == (200, b"")
    (asked,) = upstream.asked
    assert asked.operation.endswith(".RevokeToken")
    assert asked.json == {"Token": "r", "ClientId": "client-1"}


def test_a_body_that_api_gateway_would_refuse_is_not_read(
    gateway: Gateway, upstream: Upstream
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    connection.putrequest("POST", "/webhooks/demo")
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.getheader("Connection") == "close"
    connection.close()
    assert upstream.asked == []


def test_a_large_body_goes_through(gateway: Gateway, upstream: Upstream) -> None:
    body = b"x" * (4 * 1024 * 1024)
    assert ask(gateway, "POST", "/api/stock/imports", body=body).status == 200
    assert upstream.asked[0].body == body


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Transfer-Encoding", "chunked", 411),
        ("Content-Length", "-1", 400),
        ("Content-Length", "ten", 400),
    ],
)
def test_a_body_of_unknown_length_is_refused(
    gateway: Gateway, upstream: Upstream, header: str, value: str, status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    connection.putrequest("POST", "/webhooks/demo")
    connection.putheader(header, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()
    assert upstream.asked == []


def test_several_requests_use_one_connection(gateway: Gateway) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    for target in ("/", "/api/orders", "/lib/api.js", "/config.json"):
        connection.request("GET", target)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        assert answer.getheader("Connection") is None
    connection.close()


def test_an_engine_that_does_not_answer_is_a_bad_gateway(admin: Path) -> None:
    pages = SignInPages(Emulated("http://127.0.0.1:1"), "client-1")
    made = Gateway(0, admin, Behind(1, API_HOST, pages))
    made.open()
    try:
        answer = ask(made, "GET", "/api/orders")
    finally:
        made.close()
    assert answer.status == 502
    assert b"does not answer" in answer.body


def test_closing_twice_is_closing_once(admin: Path) -> None:
    pages = SignInPages(Emulated("http://127.0.0.1:1"), "client-1")
    never_opened = Gateway(0, admin, Behind(1, API_HOST, pages))
    never_opened.close()
    never_opened.close()
