import pytest

from support.domain.address import api_url_error


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://shop.example.jp",
        "https://shop.example.jp:8443/admin/api",
        "http://127.0.0.1:9101",
        "http://localhost:9101/mall",
        "http://[::1]:9101",
    ],
)
def test_an_address_of_an_api_is_https_or_on_this_machine(text: str) -> None:
    assert api_url_error(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "shop.example.jp",
        "ftp://shop.example.jp",
        "https://",
        "https:///path",
        "http://shop.example.jp",
        "http://localhost.example.jp",
        "http://127.0.0.1.example.jp",
        "https://user:pass@shop.example.jp",
        "http://127.0.0.1@evil.example",
        "https://shop.example.jp?x=1",
        "https://shop.example.jp/?",
        "https://shop.example.jp#top",
        "https://shop.example.jp:99999",
        "https://shop.example.jp:0",
        "https://shop.example.jp\\@evil.example",
        "https://店.example.jp",
        "https://shop example.jp",
        "https://[::1",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    assert api_url_error(text) is not None
