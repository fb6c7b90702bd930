from dataclasses import replace
from datetime import date, timedelta

import pytest

from support.domain.shop import (
    Credential,
    Difference,
    MailSettings,
    StoredShop,
    differences,
    id_error,
    with_credentials,
    with_secret,
)
from tests.support.fakes import T0

SHOP = StoredShop(id="kissa", name="店", channel="generic", currency="JPY", enabled=True)


@pytest.mark.parametrize("text", ["ab", "kissa", "kissa-2", "0" * 32, "--"])
def test_ids_are_short_and_plain(text: str) -> None:
    assert id_error(text) is None


@pytest.mark.parametrize("text", ["", "a", "0" * 33, "Kissa", "喫茶", "a b", "a/b", "a_b", "ab\n"])
def test_what_does_not_fit_an_address_is_no_id(text: str) -> None:
    assert id_error(text) == "2 to 32 characters of a-z, 0-9 and hyphen."


def test_the_address_of_the_page_for_a_new_shop_is_no_id() -> None:
    assert id_error("new") == "This id is taken by Banto itself."


def test_the_first_secret_has_no_predecessor() -> None:
    after, dropped = with_secret(SHOP, "s1", T0)
    assert (after.secrets, after.previous_until, after.version) == (("s1",), None, 2)
    assert dropped == ()


def test_the_secret_before_stays_for_a_day_and_only_one_of_them() -> None:
    first, _ = with_secret(SHOP, "s1", T0)
    second, dropped = with_secret(first, "s2", T0)
    assert (second.secrets, second.previous_until) == (("s2", "s1"), T0 + timedelta(hours=24))
    assert dropped == ()
    third, dropped = with_secret(second, "s3", T0 + timedelta(hours=1))
    assert (third.secrets, dropped) == (("s3", "s2"), ("s1",))
    assert third.previous_until == T0 + timedelta(hours=25)


def test_changes_are_told_field_by_field_and_secrets_by_their_names() -> None:
    after = replace(
        SHOP, name="新店", enabled=False, mail=MailSettings(signature="署名"), secrets=("s1",)
    )
    assert differences(SHOP, after) == [
        Difference("name", "店", "新店"),
        Difference("enabled", before=True, after=False),
        Difference("mail.signature", "", "署名"),
        Difference("webhook_secret", None, "s1"),
    ]
    assert differences(SHOP, SHOP) == []


def test_of_a_new_shop_everything_is_told() -> None:
    assert [each.field for each in differences(None, SHOP)] == [
        "name",
        "channel",
        "currency",
        "enabled",
        "is_paused",
        "api_url",
        "mail.from_address",
        "mail.from_name",
        "mail.reply_to",
        "mail.signature",
    ]


def test_what_a_credential_was_is_deleted_by_the_change_after_the_next() -> None:
    one = Credential("/p/1", T0, date(2027, 1, 1))
    first, unused = with_credentials(SHOP, {"key": one})
    assert (first.credentials, first.stale, unused, first.version) == ({"key": one}, (), (), 2)
    second, unused = with_credentials(first, {"key": Credential("/p/2", T0)})
    assert (second.stale, unused) == (("/p/1",), ())
    third, unused = with_credentials(second, {"key": None})
    assert (third.credentials, third.stale, unused) == ({}, ("/p/2",), ("/p/1",))


def test_another_expiry_of_a_credential_replaces_nothing() -> None:
    one = Credential("/p/1", T0, date(2027, 1, 1))
    shop = replace(SHOP, credentials={"key": one}, stale=("/p/0",))
    after, unused = with_credentials(shop, {"key": one._replace(expires_on=None)})
    assert (after.stale, unused) == (("/p/0",), ())
    assert differences(shop, after) == [Difference("expires_at.key", "2027-01-01", None)]


def test_credentials_are_told_by_the_names_of_their_parameters() -> None:
    after = replace(SHOP, credentials={"key": Credential("/p/1", T0, date(2027, 1, 1))})
    assert differences(SHOP, after) == [
        Difference("credentials.key", None, "/p/1"),
        Difference("expires_at.key", None, "2027-01-01"),
    ]
    assert differences(after, SHOP) == [
        Difference("credentials.key", "/p/1", None),
        Difference("expires_at.key", "2027-01-01", None),
    ]
