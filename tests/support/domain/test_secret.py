import base64

import pytest
from standardwebhooks.webhooks import Webhook

from support.domain.secret import secret_error, secret_of


def whsec(length: int) -> str:
    return "whsec_" + base64.b64encode(b"\x01" * length).decode()


@pytest.mark.parametrize("length", [24, 32, 64])
def test_generic_secrets_are_24_to_64_bytes(length: int) -> None:
    assert secret_error("generic", whsec(length)) is None


@pytest.mark.parametrize(
    "text",
    [
        whsec(23),
        whsec(65),
        "",
        "whsec_",
        "whsec_!!!!",
        whsec(32)[6:],
        whsec(32) + "=",
        "test-secret",
    ],
)
def test_another_generic_secret_is_refused(text: str) -> None:
    assert secret_error("generic", text) == "whsec_ and base64 of 24 to 64 bytes."


@pytest.mark.parametrize("text", ["test-secret", "a" * 64, "shpss_" + "0" * 32, "!" * 200])
def test_a_malls_secret_is_text(text: str) -> None:
    assert secret_error("shopify", text) is None


@pytest.mark.parametrize(
    "text", ["", "short", "with space", "秘密の合言葉です", "x" * 201, "abcdefgh\n"]
)
def test_a_malls_secret_has_no_spaces_and_is_not_short(text: str) -> None:
    assert secret_error("shopify", text) is not None


def test_a_secret_of_ours_is_one_that_the_reference_library_takes() -> None:
    made = secret_of(b"\x07" * 32)
    assert made == "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
    assert secret_error("generic", made) is None
    Webhook(made)
    with pytest.raises(ValueError, match="32 bytes"):
        secret_of(b"\x07")
