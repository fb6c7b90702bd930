"""The client that signs in as the admin page does."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from local.client import ApiClient, ApiFailed, SignInFailed, request
from tests.local.conftest import Answer, Asked, Upstream, say


class Site:
    """Sign-in pages that check PKCE, and an API that says who is there."""

    def __init__(self, upstream: Upstream, lifetime: int = 1800) -> None:
        self.lifetime = lifetime
        self.challenge = ""
        self.sign_ins = 0
        self.origin = f"http://localhost:{upstream.port}"
        upstream.answer = self

    def __call__(self, asked: Asked) -> Answer:
        url = urlsplit(asked.target)
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        match url.path:
            case "/oauth2/authorize":
                self.challenge = parse_qs(url.query)["code_challenge"][0]
                return 200, {}, b"<form>"
            case "/login":
                if form["password"] != "right":
                    return 200, {}, b"<form>Incorrect"
                return 302, {"Location": f"{form['redirect_uri']}?code=c"}, b""
            case "/oauth2/token":
                digest = hashlib.sha256(form["code_verifier"].encode()).digest()
                assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
                assert form["redirect_uri"] == f"{self.origin}/"
                self.sign_ins += 1
                return say({"access_token": f"t{self.sign_ins}", "expires_in": self.lifetime})
            case "/api/echo":
                return say(
                    {
                        "authorization": asked.headers["authorization"],
                        "query": url.query,
                        "key": asked.headers.get("idempotency-key"),
                        "body": asked.body.decode(),
                    }
                )
        return say({"title": "Not Found"}, 404)


@pytest.fixture
def site(upstream: Upstream) -> Site:
    return Site(upstream)


def client(site: Site, password: str = "right") -> ApiClient:  # noqa: S107
    return ApiClient(site.origin, "client-1", "admin", password)


def test_it_signs_in_once_and_then_calls(site: Site) -> None:
    admin = client(site)
    for _ in range(3):
        assert admin.get("/api/echo", q="あ")["authorization"] == "Bearer t1"
    assert site.sign_ins == 1


def test_a_token_near_its_end_is_replaced(site: Site) -> None:
    site.lifetime = 30
    admin = client(site)
    assert [admin.get("/api/echo")["authorization"] for _ in range(2)] == ["Bearer t1", "Bearer t2"]


def test_a_wrong_password_is_not_let_in(site: Site) -> None:
    with pytest.raises(SignInFailed, match="admin was not let in"):
        client(site, "wrong").get("/api/echo")


def test_a_post_has_a_key_of_its_own_or_the_given_one(site: Site) -> None:
    admin = client(site)
    first, second = (admin.post("/api/echo", {"名": 1}).json for _ in range(2))
    assert first["body"] == '{"名": 1}'
    assert first["key"] != second["key"]
    assert admin.post("/api/echo", key="k").json["key"] == "k"


def test_an_unexpected_answer_is_told_with_what_was_said(site: Site) -> None:
    with pytest.raises(ApiFailed, match=r"HTTP 404 instead of \(200,\): .*Not Found"):
        client(site).get("/api/nothing")


def test_nobody_there_is_an_os_error() -> None:
    with pytest.raises(OSError, match="refused"):
        request("http://127.0.0.1:1", "GET", "/")
