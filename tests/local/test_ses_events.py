"""What SES publishes about a mail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from local.ses_events import Mail, events_of

AT = datetime(2026, 11, 21, 12, 0, 5, 123_000, tzinfo=UTC)
REQUEST: Mapping[str, Any] = {
    "FromEmailAddress": "番頭デモ店 <orders@demo-shop.example>",
    "Destination": {"ToAddresses": ["taro.mihon@example.com"]},
    "ConfigurationSetName": "banto-local",
    "EmailTags": [{"Name": "banto-job", "Value": "job-1"}],
    "Content": {"Simple": {"Subject": {"Data": "ご注文ありがとうございます"}}},
}


def mail_to(*addresses: str) -> Mail:
    return Mail({**REQUEST, "Destination": {"ToAddresses": list(addresses)}}, "m-1", AT)


def test_an_accepted_mail_is_sent_and_delivered() -> None:
    sent, delivered = events_of(Mail(REQUEST, "m-1", AT))
    assert sent["source"] == delivered["source"] == "aws.ses"
    assert (sent["detail-type"], delivered["detail-type"]) == ("Email Sent", "Email Delivered")
    assert sent["time"] == "2026-11-21T12:00:05Z"
    assert sent["detail"]["eventType"] == "Send"
    assert sent["detail"]["send"] == {}
    assert delivered["detail"]["eventType"] == "Delivery"
    assert delivered["detail"]["delivery"]["recipients"] == ["taro.mihon@example.com"]
    assert delivered["detail"]["delivery"]["timestamp"] == "2026-11-21T12:00:05.423Z"


def test_every_event_says_which_mail_it_is_about() -> None:
    for event in events_of(Mail(REQUEST, "m-1", AT)):
        mail = event["detail"]["mail"]
        assert mail["messageId"] == "m-1"
        assert mail["timestamp"] == "2026-11-21T12:00:05.123Z"
        assert mail["destination"] == ["taro.mihon@example.com"]
        assert mail["commonHeaders"]["subject"] == "ご注文ありがとうございます"
        assert mail["tags"] == {
            "ses:configuration-set": ["banto-local"],
            "banto-job": ["job-1"],
        }


def test_events_have_ids_of_their_own() -> None:
    assert len({event["id"] for event in events_of(Mail(REQUEST, "m-1", AT))}) == 2


@pytest.mark.parametrize("address", ["bounce@example.com", "見本 <BOUNCE@example.com>"])
def test_bounce_bounces(address: str) -> None:
    sent, bounced = events_of(mail_to(address))
    assert sent["detail-type"] == "Email Sent"
    assert bounced["detail-type"] == "Email Bounced"
    assert bounced["detail"]["bounce"]["bounceType"] == "Permanent"
    assert bounced["detail"]["bounce"]["bouncedRecipients"][0]["emailAddress"] == address


def test_complaint_complains_after_it_got_the_mail() -> None:
    kinds = [event["detail-type"] for event in events_of(mail_to("complaint@example.com"))]
    assert kinds == ["Email Sent", "Email Delivered", "Email Complaint Received"]


def test_every_recipient_has_a_fate_of_their_own() -> None:
    kinds = [event["detail-type"] for event in events_of(mail_to("a@example.com", "bounce@x.jp"))]
    assert kinds == ["Email Sent", "Email Delivered", "Email Bounced"]


def test_a_raw_mail_has_no_subject_to_tell() -> None:
    raw = Mail({**REQUEST, "Content": {"Raw": {"Data": "UGFzcw=="}}}, "m-1", AT)
    assert next(events_of(raw))["detail"]["mail"]["commonHeaders"]["subject"] is None
