import random
from dataclasses import replace

import pytest

from mail.domain.job import Job, State
from tests.mail.builders import BUYER, JOB, order_event, ses_event
from tests.mail.fakes import Office


def sent() -> Office:
    office = Office()
    office.composer.on_order(order_event())
    office.sender.send(JOB)
    return office


def test_a_hard_bounce_shows_on_the_job_and_suppresses_the_address() -> None:
    office = sent()
    office.settler.on_event(ses_event("Bounce"))
    assert (office.job(JOB).state, office.job(JOB).reason) == (
        State.BOUNCED,
        "bounce:Permanent/General",
    )
    assert office.suppressions.why(BUYER) == "bounce"


def test_a_soft_bounce_shows_and_suppresses_nobody() -> None:
    office = sent()
    office.settler.on_event(
        ses_event("Bounce", bounceType="Transient", bounceSubType="MailboxFull")
    )
    assert office.job(JOB).state is State.BOUNCED
    assert office.suppressions.listed == {}


def test_a_complaint_suppresses_and_the_next_order_is_not_written_to() -> None:
    office = sent()
    office.settler.on_event(ses_event("Complaint"))
    office.composer.on_order(order_event(order_id="kissa:1002"))
    second = office.jobs.of_order("kissa:1002", limit=1, token=None).jobs[0]
    office.sender.send(second.id)
    assert office.job(second.id).state is State.SUPPRESSED
    assert len(office.transport.taken) == 1


def test_the_first_reason_for_suppressing_stays() -> None:
    office = sent()
    office.settler.on_event(ses_event("Bounce"))
    office.settler.on_event(ses_event("Complaint"))
    assert office.suppressions.why(BUYER) == "bounce"


@pytest.mark.parametrize("seed", range(30))
def test_shuffled_and_repeated_events_end_in_the_same_state(seed: int) -> None:
    kinds = ["Send", "DeliveryDelay", "Delivery", "Bounce", "Complaint"]
    events = [ses_event(kind, minutes=n) for n, kind in enumerate(kinds, 1)] * 3
    random.Random(seed).shuffle(events)
    office = sent()
    for event in events:
        office.settler.on_event(event)
    straight = sent()
    for n, kind in enumerate(kinds, 1):
        straight.settler.on_event(ses_event(kind, minutes=n))

    def end(found: Job) -> Job:
        return replace(found, version=0)

    assert end(office.job(JOB)) == end(straight.job(JOB))
    assert office.job(JOB).state is State.COMPLAINED


def test_an_event_of_another_sender_or_of_a_forgotten_job_is_let_go() -> None:
    office = sent()
    before = office.job(JOB)
    foreign = ses_event("Bounce")
    foreign["detail"]["mail"]["tags"] = {"campaign": ["spring"]}
    office.settler.on_event(foreign)
    office.settler.on_event(ses_event("Delivery", job_id="order-received-1-gone"))
    assert office.job(JOB) == before
    assert office.suppressions.listed == {}


def test_an_event_that_does_not_name_the_attempt_counts_for_the_current_one() -> None:
    office = sent()
    office.settler.on_event(ses_event("Delivery", attempt=None))
    assert office.job(JOB).state is State.DELIVERED


def test_an_event_meets_a_faster_writer() -> None:
    office = sent()
    office.jobs.before_save = lambda: office.settler.on_event(ses_event("Bounce", minutes=2))
    office.settler.on_event(ses_event("Delivery"))
    assert office.job(JOB).state is State.BOUNCED
    assert [e.kind for e in office.job(JOB).entries][-2:] == ["delivered", "bounced"]
