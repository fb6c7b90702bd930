import pytest

from common.addresses import is_address


@pytest.mark.parametrize(
    "text",
    ["a@example.jp", "hanako.mihon+shop@mail.example.co.jp", "x_1/2=3@a-b.example.com"],
)
def test_plain_addresses_are_taken(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hanako",
        "hanako@example",
        "a@b@example.jp",
        "a@example.jp, b@example.jp",
        "花子@example.jp",
        "a@例え.jp",
        "a b@example.jp",
        "a@example.jp\nBcc: b@example.jp",
        "<a@example.jp>",
        "@example.jp",
        "a@-example.jp",
        f"{'x' * 65}@example.jp",
        f"a@{'b.' * 126}jp",
    ],
)
def test_what_could_be_more_or_less_than_one_address_is_not(text: str) -> None:
    assert not is_address(text)
