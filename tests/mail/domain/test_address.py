import pytest

from mail.domain.address import address_digest, is_address, mailbox


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


def test_an_address_is_remembered_without_regard_to_case() -> None:
    assert address_digest(" Hanako@Example.NET ") == address_digest("hanako@example.net")
    assert "hanako" not in address_digest("hanako@example.net")


def test_a_mailbox_is_written_for_people() -> None:
    assert mailbox("喫茶の道具店", "a@example.jp") == "喫茶の道具店 <a@example.jp>"
    assert mailbox("", "a@example.jp") == "a@example.jp"
