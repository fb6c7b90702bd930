from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from mail.domain import changes
from mail.domain.feedback import parse_feedback
from mail.domain.job import LEASE, Draft, Entry, Job, Kind, Outcome, State
from tests.mail.builders import T0, at, ses_event

DRAFT = Draft(to="a@example.net", sender="s@example.jp", subject="s", content="c1")


def queued() -> Job:
    return changes.new_job(
        "j",
        Kind.ORDER_RECEIVED,
        1,
        order=("kissa:1", 1),
        shop_id="kissa",
        draft=DRAFT,
        version=1,
        now=T0,
    )


def sending() -> Job:
    return changes.leased(queued(), "s@example.jp", T0)


def feed(job: Job, *events: str, attempt: int = 1) -> Job:
    for number, kind in enumerate(events):
        soft = {"bounceType": "Transient"} if kind == "soft" else {}
        event = ses_event("Bounce" if soft else kind, attempt=attempt, minutes=1 + number, **soft)
        job = _fed(job, event)
    return job


def _fed(job: Job, event: object) -> Job:
    feedback = parse_feedback(event)  # type: ignore[arg-type]
    assert feedback is not None
    after = changes.settled(
        job,
        feedback.attempt,
        feedback.outcome,
        feedback.entry,
        message_id=feedback.message_id,
        reason=feedback.reason,
    )
    return after or job


def test_a_lease_takes_the_job_for_fifteen_minutes_and_counts_the_attempt() -> None:
    job = sending()
    assert (job.state, job.attempts, job.version) == (State.SENDING, 1, 2)
    assert job.lease_until == T0 + timedelta(minutes=15)
    assert not changes.claimable(job, T0 + LEASE - timedelta(milliseconds=1))
    assert changes.claimable(job, T0 + LEASE)


@pytest.mark.parametrize("state", sorted(set(State) - {State.QUEUED, State.SENDING}))
def test_only_queued_jobs_and_ended_leases_can_be_taken(state: State) -> None:
    assert not changes.claimable(replace(queued(), state=state), at(1000))


def test_the_third_lease_that_ends_without_an_answer_is_given_up() -> None:
    job = sending()
    for lease in (1, 2):
        job = changes.leased(job, "s@example.jp", at(20 * lease))
        assert (job.state, job.attempts, job.expired) == (State.SENDING, lease + 1, lease)
    job = changes.leased(job, "s@example.jp", at(60))
    assert (job.state, job.reason, job.attempts) == (State.FAILED, "outcome_unknown", 3)


def test_an_ended_lease_of_an_order_that_is_gone_is_not_sent_again() -> None:
    job = changes.noted(sending(), 2, gone=True)
    job = changes.leased(job, "s@example.jp", at(20))
    assert (job.state, job.reason, job.attempts) == (State.CANCELLED, "order_cancelled", 1)


def test_a_throttled_mail_is_queued_again_unless_the_order_is_gone() -> None:
    back = changes.put_back(sending(), 1, "TooManyRequestsException", at(1))
    assert back is not None
    assert (back.state, back.queued_at, back.lease_until) == (State.QUEUED, at(1), None)
    gone = changes.put_back(changes.noted(sending(), 2, gone=True), 1, "x", at(1))
    assert gone is not None
    assert (gone.state, gone.reason) == (State.CANCELLED, "order_cancelled")


def test_a_sender_whose_lease_was_taken_over_changes_nothing() -> None:
    other = changes.leased(sending(), "s@example.jp", at(20))
    assert changes.put_back(other, 1, "x", at(21)) is None
    assert changes.refused(other, 1, "refused:x", "x", at(21)) is None


def test_an_answer_and_its_event_make_one_sent_mail_in_either_order() -> None:
    answered = changes.accepted(sending(), 1, "ses-1", at(1))
    assert answered is not None
    both = feed(answered, "Send")
    assert (both.state, both.message_id, both.lease_until) == (State.SENT, "ses-1", None)
    evented = feed(sending(), "Send")
    late = changes.accepted(evented, 1, "ses-1", at(1))
    assert late is not None
    assert replace(late, version=0) == replace(both, version=0)


ALL = ("Send", "DeliveryDelay", "Delivery", "Bounce", "Complaint")


@pytest.mark.parametrize("events", [ALL, ("Send", "soft", "Delivery"), ("Send", "Reject")])
def test_events_in_any_order_and_repeated_end_in_the_same_state(events: tuple[str, ...]) -> None:
    first = sending()
    stamped = [
        ses_event(
            "Bounce" if kind == "soft" else kind,
            minutes=number,
            **({"bounceType": "Transient"} if kind == "soft" else {}),
        )
        for number, kind in enumerate(events, 1)
    ]
    ends = set()
    for order in permutations(stamped):
        job = first
        for event in (*order, *reversed(order)):
            job = _fed(job, event)
        ends.add(replace(job, version=0))
    assert len(ends) == 1
    end = ends.pop()
    assert (
        end.state
        is {
            ALL: State.COMPLAINED,
            ("Send", "soft", "Delivery"): State.DELIVERED,
            ("Send", "Reject"): State.FAILED,
        }[events]
    )
    assert end.sent_at == at(1)


def test_two_events_of_one_kind_leave_the_reason_of_the_earlier_one() -> None:
    early = ses_event("Bounce", minutes=2, bounceSubType="NoEmail")
    late = ses_event("Bounce", minutes=3, bounceSubType="General")
    for order in permutations((early, late)):
        job = sending()
        for event in order:
            job = _fed(job, event)
        assert job.reason == "bounce:Permanent/NoEmail"


@pytest.mark.parametrize("news", ["Delivery", "Bounce", "Complaint"])
def test_a_state_never_goes_backwards(news: str) -> None:
    once = feed(sending(), news)
    assert feed(once, "Send").state is once.state


def test_an_event_repeated_changes_nothing_at_all() -> None:
    job = feed(sending(), "Send")
    assert feed(job, "Send") is job


def test_a_delay_is_told_and_changes_no_state() -> None:
    job = feed(sending(), "DeliveryDelay")
    assert job.state is State.SENDING
    assert job.entries[-1] == Entry(at(1), "delayed", "MailboxFull")


def test_news_of_a_round_before_the_retry_is_kept_and_changes_nothing() -> None:
    failed = changes.refused(sending(), 1, "refused:MessageRejected", "no", at(1))
    assert failed is not None
    again = changes.retried(failed, DRAFT, "見本 一郎", at(2))
    assert (again.state, again.closed_attempts, again.outcome) == (State.QUEUED, 1, None)
    late = feed(again, "Bounce", attempt=1)
    assert (late.state, late.reason) == (State.QUEUED, None)
    assert sorted(e.kind for e in late.entries) == [
        "bounced",
        "queued",
        "queued",
        "refused",
        "retried",
        "sending",
    ]
    taken = changes.leased(late, "s@example.jp", at(3))
    assert feed(taken, "Delivery", attempt=2).state is State.DELIVERED


def test_an_event_wins_over_what_we_believed() -> None:
    # SES said it was throttled, and yet the mail went out: it must not be sent again.
    back = changes.put_back(sending(), 1, "ServiceUnavailable", at(1))
    assert back is not None
    assert feed(back, "Send").state is State.SENT


@pytest.mark.parametrize(
    ("state", "outcome", "gone", "may"),
    [
        (State.FAILED, None, False, True),
        (State.BLOCKED, None, False, True),
        (State.CANCELLED, None, False, True),
        (State.CANCELLED, None, True, False),
        (State.BOUNCED, Outcome.SOFT_BOUNCE, False, True),
        (State.BOUNCED, Outcome.HARD_BOUNCE, False, False),
        (State.COMPLAINED, Outcome.COMPLAINT, False, False),
        (State.SUPPRESSED, None, False, False),
        (State.QUEUED, None, False, False),
        (State.SENDING, None, False, False),
        (State.SENT, Outcome.SENT, False, False),
        (State.DELIVERED, Outcome.DELIVERED, False, False),
    ],
)
def test_which_mails_may_be_sent_again(
    state: State, outcome: Outcome | None, gone: bool, may: bool
) -> None:
    job = replace(queued(), state=state, outcome=outcome, order_gone=gone)
    assert (changes.retry_refusal(job) is None) is may


def test_a_new_job_without_a_letter_is_blocked_and_says_why() -> None:
    job = changes.new_job(
        "j",
        Kind.ORDER_RECEIVED,
        1,
        order=("kissa:1", 1),
        shop_id="kissa",
        draft=Draft(reason="no_address"),
        version=1,
        now=T0,
    )
    assert (job.state, job.reason, job.queued_at) == (State.BLOCKED, "no_address", None)
    assert job.entries == (Entry(T0, "blocked", "no_address"),)
