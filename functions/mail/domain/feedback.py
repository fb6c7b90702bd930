"""SES event publishing through EventBridge → what became of an attempt.

Wire facts: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes" and
"Monitoring using EventBridge": detail-types `Email Sent`, `Email Delivered`, `Email Bounced`,
`Email Complaint Received`, `Email Rejected`, `Email Rendering Failed`, `Email Delivery Delayed`;
`detail.eventType` says the same; `detail.mail.tags` maps a tag's name to a list of values.
Delivery is best effort, unordered, and may repeat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.clock import from_wire
from mail.domain.job import Entry, Outcome

JOB_TAG = "banto-job"
ATTEMPT_TAG = "banto-attempt"
_DETAIL_MAX = 200


@dataclass(frozen=True, slots=True)
class Feedback:
    """One event. attempt 0: the event does not say which. recipients: whom to suppress."""

    job_id: str
    attempt: int
    message_id: str
    outcome: Outcome | None
    entry: Entry
    reason: str | None = None
    suppress: str | None = None
    recipients: tuple[str, ...] = field(default=(), repr=False)


# eventType → (member of the detail, kind in the job's story, outcome)
_KINDS: dict[str, tuple[str, str, Outcome | None]] = {
    "Send": ("send", "sent", Outcome.SENT),
    "Delivery": ("delivery", "delivered", Outcome.DELIVERED),
    "DeliveryDelay": ("deliveryDelay", "delayed", None),
    "Bounce": ("bounce", "bounced", Outcome.SOFT_BOUNCE),
    "Complaint": ("complaint", "complained", Outcome.COMPLAINT),
    "Reject": ("reject", "rejected", Outcome.REJECTED),
    "Rendering Failure": ("failure", "rendering_failed", Outcome.REJECTED),
}


def parse_feedback(body: Mapping[str, Any]) -> Feedback | None:
    """The feedback of an EventBridge envelope, or of its detail alone.

    None for an event that is not about a job of ours (another sender of the account, an opening).
    Raises KeyError, TypeError or ValueError for one that is, but of an unknown shape.
    """
    detail: Mapping[str, Any] = body.get("detail", body)
    known = _KINDS.get(str(detail.get("eventType")))
    mail = detail.get("mail") or {}
    tags = mail.get("tags") or {}
    if known is None or not tags.get(JOB_TAG):
        return None
    member, kind, outcome = known
    about: Mapping[str, Any] = detail.get(member) or {}
    attempt = next(iter(tags.get(ATTEMPT_TAG) or ["0"]))
    common: dict[str, Any] = {
        "job_id": str(tags[JOB_TAG][0]),
        "attempt": int(attempt),
        "message_id": str(mail["messageId"]),
    }
    at = from_wire(about.get("timestamp") or mail["timestamp"])
    if kind == "bounced":
        return _bounce(about, at, common)
    if kind == "complained":
        return _complaint(about, at, common)
    return Feedback(
        **common,
        outcome=outcome,
        entry=Entry(at, kind, _said(kind, about, common["message_id"])),
        reason=kind if outcome is Outcome.REJECTED else None,
    )


def _said(kind: str, about: Mapping[str, Any], message_id: str) -> str:
    if kind == "sent":
        return message_id
    words = {
        "delivered": about.get("smtpResponse"),
        "delayed": about.get("delayType"),
        "rejected": about.get("reason"),
        "rendering_failed": about.get("errorMessage"),
    }
    return str(words.get(kind) or "")[:_DETAIL_MAX]


def _bounce(about: Mapping[str, Any], at: datetime, common: dict[str, Any]) -> Feedback:
    name = f"{about['bounceType']}/{about.get('bounceSubType', '')}".rstrip("/")
    hard = about["bounceType"] == "Permanent"
    found = about.get("bouncedRecipients") or []
    said = " ".join(str(r.get("diagnosticCode") or r.get("status") or "") for r in found)
    return Feedback(
        **common,
        outcome=Outcome.HARD_BOUNCE if hard else Outcome.SOFT_BOUNCE,
        entry=Entry(at, "bounced", f"{name} {said}".strip()[:_DETAIL_MAX]),
        reason=f"bounce:{name}",
        suppress="bounce" if hard else None,
        recipients=tuple(str(r["emailAddress"]) for r in found),
    )


def _complaint(about: Mapping[str, Any], at: datetime, common: dict[str, Any]) -> Feedback:
    name = str(about.get("complaintFeedbackType") or "unspecified")
    found = about.get("complainedRecipients") or []
    entry = Entry(at, "complained", name[:_DETAIL_MAX])
    if name == "not-spam":
        # The buyer took the mail out of the spam folder: the opposite of a complaint.
        return Feedback(**common, outcome=None, entry=entry)
    return Feedback(
        **common,
        outcome=Outcome.COMPLAINT,
        entry=entry,
        reason=f"complaint:{name[:40]}",
        suppress="complaint",
        recipients=tuple(str(r["emailAddress"]) for r in found),
    )
