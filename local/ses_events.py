"""What SES publishes about a mail, in the shape in which EventBridge hands it on. Pure but for ids.

As with SES's mailbox simulator, bounce@… bounces and complaint@… complains; all others arrive.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.ministack import ACCOUNT, REGION

# Milliseconds from the call until a mail has arrived.
DELIVERY_TAKES = 300

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mail:
    """An accepted SendEmail. at: aware."""

    request: Mapping[str, Any]
    message_id: str
    at: datetime

    @property
    def recipients(self) -> list[str]:
        destination = self.request.get("Destination") or {}
        lists = ("ToAddresses", "CcAddresses", "BccAddresses")
        return [address for name in lists for address in destination.get(name) or ()]

    @property
    def configuration_set(self) -> str | None:
        """None: SES publishes nothing about this mail."""
        return self.request.get("ConfigurationSetName")


def events_of(mail: Mail) -> Iterator[Event]:
    """What SES publishes about a mail, in the order in which it happens."""
    stamp = _stamp(mail.at + timedelta(milliseconds=DELIVERY_TAKES))
    yield _event("Email Sent", mail, "Send", "send", {})
    for address in mail.recipients:
        local_part = address.rsplit("<", 1)[-1].split("@", 1)[0].lower()
        if local_part == "bounce":
            yield _event("Email Bounced", mail, "Bounce", "bounce", _bounce(address, stamp))
            continue
        yield _event("Email Delivered", mail, "Delivery", "delivery", _delivery(address, stamp))
        if local_part == "complaint":
            detail = _complaint(address, stamp)
            yield _event("Email Complaint Received", mail, "Complaint", "complaint", detail)


def _event(detail_type: str, mail: Mail, kind: str, name: str, what: Mapping[str, Any]) -> Event:
    tags = {tag["Name"]: [tag["Value"]] for tag in mail.request.get("EmailTags") or ()}
    sender = str(mail.request.get("FromEmailAddress", ""))
    content = mail.request.get("Content") or {}
    subject = ((content.get("Simple") or {}).get("Subject") or {}).get("Data")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": ACCOUNT,
        "time": mail.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{mail.configuration_set}"],
        "detail": {
            "eventType": kind,
            "mail": {
                "timestamp": _stamp(mail.at),
                "source": sender,
                "sendingAccountId": ACCOUNT,
                "messageId": mail.message_id,
                "destination": mail.recipients,
                "headersTruncated": False,
                "headers": [],
                "commonHeaders": {
                    "from": [sender],
                    "to": mail.recipients,
                    "messageId": mail.message_id,
                    "subject": subject,
                },
                "tags": {"ses:configuration-set": [mail.configuration_set], **tags},
            },
            name: what,
        },
    }


def _delivery(address: str, stamp: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "processingTimeMillis": DELIVERY_TAKES,
        "recipients": [address],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "a0-0.smtp-out.amazonses.com",
    }


def _bounce(address: str, stamp: str) -> dict[str, Any]:
    return {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": address,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": stamp,
        "feedbackId": str(uuid.uuid4()),
        "reportingMTA": "dsn; a0-0.smtp-out.amazonses.com",
    }


def _complaint(address: str, stamp: str) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": address}],
        "timestamp": stamp,
        "feedbackId": str(uuid.uuid4()),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": stamp,
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
