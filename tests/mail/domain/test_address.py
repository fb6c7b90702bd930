from mail.domain.address import address_digest, mailbox


def test_an_address_is_remembered_without_regard_to_case() -> None:
    assert address_digest(" Hanako@Example.NET ") == address_digest("hanako@example.net")
    assert "hanako" not in address_digest("hanako@example.net")


def test_a_mailbox_is_written_for_people() -> None:
    assert mailbox("喫茶の道具店", "a@example.jp") == "喫茶の道具店 <a@example.jp>"
    assert mailbox("", "a@example.jp") == "a@example.jp"
