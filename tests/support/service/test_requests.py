from typing import Any

import pytest
from pydantic import ValidationError

from common.channels import CHANNELS
from support.service.requests import SecretRequest
from tests.support.fakes import wanted


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_channel_can_be_chosen(channel: str) -> None:
    assert wanted(channel=channel).channel == channel


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "a\nb"}, ("name",)),
        ({"name": "x" * 61}, ("name",)),
        ({"channel": "ebay"}, ("channel",)),
        ({"currency": "yen"}, ("currency",)),
        ({"enabled": "yes"}, ("enabled",)),
        ({"mail": {"from_address": "店@example.jp"}}, ("mail", "from_address")),
        ({"mail": {"from_address": "a@b.jp\nBcc: c@d.jp"}}, ("mail", "from_address")),
        ({"mail": {"reply_to": "no"}}, ("mail", "reply_to")),
        ({"mail": {"from_name": "a\r\nBcc: x"}}, ("mail", "from_name")),
        ({"mail": {"signature": "x" * 2001}}, ("mail", "signature")),
        ({"secret": "x"}, ("secret",)),
        ({"mail": {"bcc": "x@example.jp"}}, ("mail", "bcc")),
    ],
)
def test_a_wrong_value_is_refused_by_its_field(
    changes: dict[str, Any], field: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        wanted(**changes)
    assert [error["loc"] for error in refused.value.errors()] == [field]


def test_mail_settings_may_be_left_for_later() -> None:
    found = wanted(mail={}).mail.settings()
    assert (found.from_address, found.signature) == ("", "")


def test_a_secret_is_in_no_repr_and_no_error() -> None:
    assert "hidden" not in repr(SecretRequest(secret="hidden-secret"))
    with pytest.raises(ValidationError) as refused:
        SecretRequest(secret="hidden" * 50)
    assert "hidden" not in str(refused.value)
