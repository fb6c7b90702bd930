import pytest

from mail.domain.feedback import Feedback, parse_feedback
from mail.domain.job import Entry, Outcome
from tests.mail.builders import BUYER, JOB, at, ses_event


def parsed(kind: str, **about: object) -> Feedback:
    found = parse_feedback(ses_event(kind, **about))  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "outcome", "entry", "reason"),
    [
        ("Send", Outcome.SENT, Entry(at(1), "sent", "ses-1"), None),
        ("Delivery", Outcome.DELIVERED, Entry(at(1), "delivered", "250 ok"), None),
        ("DeliveryDelay", None, Entry(at(1), "delayed", "MailboxFull"), None),
        ("Reject", Outcome.REJECTED, Entry(at(1), "rejected", "Bad content"), "rejected"),
        (
            "Rendering Failure",
            Outcome.REJECTED,
            Entry(at(1), "rendering_failed", "no such template"),
            "rendering_failed",
        ),
    ],
)
def test_each_kind_of_event_is_read(
    kind: str, outcome: Outcome | None, entry: Entry, reason: str | None
) -> None:
    assert parsed(kind) == Feedback(JOB, 1, "ses-1", outcome, entry, reason)


def test_a_permanent_bounce_names_the_address_to_suppress() -> None:
    assert parsed("Bounce") == Feedback(
        JOB,
        1,
        "ses-1",
        Outcome.HARD_BOUNCE,
        Entry(at(1), "bounced", "Permanent/General smtp; 550 5.1.1 user unknown"),
        "bounce:Permanent/General",
        "bounce",
        (BUYER,),
    )


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_another_bounce_suppresses_nobody(kind: str) -> None:
    found = parsed("Bounce", bounceType=kind, bounceSubType="MailboxFull")
    assert (found.outcome, found.suppress) == (Outcome.SOFT_BOUNCE, None)
    assert found.reason == f"bounce:{kind}/MailboxFull"


def test_a_complaint_suppresses_and_its_opposite_does_not() -> None:
    found = parsed("Complaint")
    assert (found.outcome, found.suppress, found.reason, found.recipients) == (
        Outcome.COMPLAINT,
        "complaint",
        "complaint:abuse",
        (BUYER,),
    )
    unspecified = parsed("Complaint", complaintFeedbackType=None)
    assert unspecified.reason == "complaint:unspecified"
    rescued = parsed("Complaint", complaintFeedbackType="not-spam")
    assert (rescued.outcome, rescued.suppress, rescued.recipients) == (None, None, ())


def test_the_detail_alone_is_read_as_the_whole_envelope() -> None:
    event = ses_event("Delivery")
    assert parse_feedback(event["detail"]) == parse_feedback(event)


def test_an_event_without_an_attempt_is_about_whichever_is_current() -> None:
    found = parse_feedback(ses_event("Send", attempt=None))
    assert found is not None
    assert found.attempt == 0


def test_events_of_other_senders_and_of_other_kinds_are_not_ours() -> None:
    foreign = ses_event("Send")
    del foreign["detail"]["mail"]["tags"]["banto-job"]
    assert parse_feedback(foreign) is None
    opened = ses_event("Send")
    opened["detail"]["eventType"] = "Open"
    assert parse_feedback(opened) is None
    assert parse_feedback({"detail": {"anything": 1}}) is None


def test_an_event_of_ours_in_an_unknown_shape_is_an_error() -> None:
    event = ses_event("Bounce")
    del event["detail"]["bounce"]["bounceType"]
    with pytest.raises(KeyError):
        parse_feedback(event)


def test_a_long_diagnosis_is_cut() -> None:
    recipient = {"emailAddress": BUYER, "diagnosticCode": "x" * 500}
    assert len(parsed("Bounce", bouncedRecipients=[recipient]).entry.detail) == 200
