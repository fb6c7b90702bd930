from contextlib import suppress
from dataclasses import replace

import pytest

from common.errors import Contended
from mail.domain.job import State
from mail.domain.outgoing import NotTaken
from tests.mail.builders import BUYER, JOB, at, order_event, ses_event, shop
from tests.mail.fakes import Office, ProcessDied


@pytest.fixture
def office() -> Office:
    made = Office()
    made.composer.on_order(order_event())
    return made


def test_a_queued_mail_is_sent_once_with_all_it_needs(office: Office) -> None:
    office.sender.send(JOB)
    job = office.job(JOB)
    assert (job.state, job.message_id, job.attempts) == (State.SENT, "ses-1", 1)
    assert (job.sent_at, job.lease_until) == (at(0), None)
    (mail,) = office.transport.taken
    assert (mail.job_id, mail.attempt, mail.to) == (JOB, 1, BUYER)
    assert (mail.from_name, mail.from_address) == ("喫茶の道具店", "order@kissa.example.jp")
    assert mail.reply_to == "desk@kissa.example.jp"
    assert mail.subject == job.subject
    assert mail.text.startswith("見本 花子 様\n")
    assert mail.html.startswith("<!doctype html>")


def test_a_message_that_comes_again_sends_nothing(office: Office) -> None:
    for _ in range(5):
        office.sender.send(JOB)
    assert office.transport.calls == 1


def test_a_message_about_no_job_is_forgotten(office: Office) -> None:
    office.sender.send("order-received-1-unknown")
    assert office.transport.calls == 0


@pytest.mark.parametrize("state", sorted(set(State) - {State.QUEUED, State.SENDING}))
def test_a_job_that_does_not_wait_is_not_sent(office: Office, state: State) -> None:
    office.jobs.save(replace(office.job(JOB), state=state, version=2))
    office.sender.send(JOB)
    assert office.transport.calls == 0


def test_of_two_senders_at_once_one_wins(office: Office) -> None:
    office.jobs.before_save = lambda: office.sender.send(JOB)
    office.sender.send(JOB)
    assert office.transport.calls == 1
    assert (office.job(JOB).state, office.job(JOB).attempts) == (State.SENT, 1)


def test_of_two_senders_after_an_ended_lease_one_wins(office: Office) -> None:
    office.transport.next = ["die before"]
    with pytest.raises(ProcessDied):
        office.sender.send(JOB)
    office.clock.forward(minutes=16)
    office.jobs.before_save = lambda: office.sender.send(JOB)
    office.sender.send(JOB)
    assert (office.transport.calls, office.job(JOB).attempts) == (2, 2)


def test_a_process_that_dies_before_the_call_is_made_up_for_after_the_lease(
    office: Office,
) -> None:
    office.transport.next = ["die before"]
    with pytest.raises(ProcessDied):
        office.sender.send(JOB)
    office.sender.send(JOB)
    assert office.transport.calls == 1
    office.clock.forward(minutes=15)
    office.sender.send(JOB)
    assert len(office.transport.taken) == 1
    assert (office.job(JOB).state, office.job(JOB).attempts) == (State.SENT, 2)


@pytest.mark.parametrize("fate", ["die after", "lose answer"])
def test_a_mail_whose_answer_was_lost_is_settled_by_its_event_and_not_sent_again(
    office: Office, fate: str
) -> None:
    office.transport.next = [fate]
    with suppress(ProcessDied):
        office.sender.send(JOB)
    assert office.job(JOB).state is State.SENDING
    office.settler.on_event(ses_event("Send"))
    assert (office.job(JOB).state, office.job(JOB).message_id) == (State.SENT, "ses-1")
    office.clock.forward(minutes=60)
    office.sender.send(JOB)
    assert len(office.transport.taken) == 1


def test_a_store_that_fails_after_the_call_is_made_up_for_by_the_event(office: Office) -> None:
    def fail_at_the_second_write() -> None:
        def fail() -> None:
            raise ProcessDied

        office.jobs.before_save = fail

    office.jobs.before_save = fail_at_the_second_write
    with pytest.raises(ProcessDied):
        office.sender.send(JOB)
    assert (office.job(JOB).state, len(office.transport.taken)) == (State.SENDING, 1)
    office.sender.send(JOB)
    office.settler.on_event(ses_event("Delivery"))
    office.clock.forward(minutes=60)
    office.sender.send(JOB)
    assert (office.job(JOB).state, len(office.transport.taken)) == (State.DELIVERED, 1)


def test_a_lost_request_is_sent_after_the_lease_because_no_event_came(office: Office) -> None:
    office.transport.next = ["lose request"]
    office.sender.send(JOB)
    assert office.job(JOB).state is State.SENDING
    office.clock.forward(minutes=16)
    office.sender.send(JOB)
    assert len(office.transport.taken) == 1
    assert office.job(JOB).state is State.SENT


def test_a_mail_that_keeps_being_lost_is_left_to_a_person(office: Office) -> None:
    office.transport.next = ["lose request"] * 3
    for _ in range(5):
        office.sender.send(JOB)
        office.clock.forward(minutes=16)
    assert (office.job(JOB).state, office.job(JOB).reason) == (State.FAILED, "outcome_unknown")
    assert office.transport.calls == 3


def test_an_event_that_comes_before_the_answer_is_stored_is_not_undone(office: Office) -> None:
    def event_before_the_answer() -> None:
        office.jobs.before_save = lambda: office.settler.on_event(ses_event("Delivery"))

    office.jobs.before_save = event_before_the_answer
    office.sender.send(JOB)
    job = office.job(JOB)
    assert (job.state, job.message_id) == (State.DELIVERED, "ses-1")
    assert [entry.kind for entry in job.entries] == ["queued", "sending", "accepted", "delivered"]


def test_throttling_puts_the_job_back_and_the_message_comes_again(office: Office) -> None:
    office.transport.next = ["throttle", "throttle"]
    for _ in range(2):
        with pytest.raises(NotTaken):
            office.sender.send(JOB)
        assert (office.job(JOB).state, office.job(JOB).lease_until) == (State.QUEUED, None)
    office.sender.send(JOB)
    assert (office.job(JOB).state, office.job(JOB).attempts) == (State.SENT, 3)
    assert len(office.transport.taken) == 1


def test_an_order_cancelled_while_its_mail_was_throttled_gets_none(office: Office) -> None:
    def cancelled_meanwhile() -> None:
        gone = order_event(2, change="cancelled", active=False)
        office.jobs.before_save = lambda: office.composer.on_order(gone)

    office.jobs.before_save = cancelled_meanwhile
    office.transport.next = ["throttle"]
    with pytest.raises(NotTaken):
        office.sender.send(JOB)
    assert (office.job(JOB).state, office.job(JOB).reason) == (State.CANCELLED, "order_cancelled")
    office.sender.send(JOB)
    assert office.transport.taken == []


def test_a_refusal_fails_the_mail_and_keeps_what_ses_said(office: Office) -> None:
    office.transport.next = ["refuse"]
    office.sender.send(JOB)
    job = office.job(JOB)
    assert (job.state, job.reason) == (State.FAILED, "refused:MessageRejected")
    assert job.entries[-1].detail == "Email address is not verified: someone@example.net"
    office.sender.send(JOB)
    assert office.transport.calls == 1


def test_a_suppressed_address_is_not_written_to(office: Office) -> None:
    office.suppressions.add(BUYER.upper(), "bounce", "another", at(0))
    office.sender.send(JOB)
    assert (office.job(JOB).state, office.job(JOB).reason) == (
        State.SUPPRESSED,
        "suppressed:bounce",
    )
    assert office.transport.calls == 0


def test_the_sender_is_who_the_shop_is_now(office: Office) -> None:
    office.shops.shops["kissa"] = shop(from_address="new@kissa.example.jp", from_name="")
    office.sender.send(JOB)
    (mail,) = office.transport.taken
    assert (mail.from_name, mail.from_address) == ("喫茶の道具店", "new@kissa.example.jp")
    assert office.job(JOB).sender == "喫茶の道具店 <new@kissa.example.jp>"


def test_a_shop_without_a_sender_or_a_lost_letter_blocks(office: Office) -> None:
    office.shops.shops["kissa"] = shop(from_address="")
    office.sender.send(JOB)
    assert office.job(JOB).reason == "variable:from_address"
    other = Office()
    other.composer.on_order(order_event())
    other.contents.kept.clear()
    other.sender.send(JOB)
    assert (other.job(JOB).state, other.job(JOB).reason) == (State.BLOCKED, "content_missing")
    third = Office()
    third.composer.on_order(order_event())
    third.shops.shops.clear()
    third.sender.send(JOB)
    assert third.job(JOB).reason == "shop_unknown"
    assert office.transport.calls + other.transport.calls + third.transport.calls == 0


def test_a_job_that_keeps_changing_makes_the_message_come_again(office: Office) -> None:
    def always_somebody() -> None:
        office.jobs.save(replace(office.job(JOB), version=office.job(JOB).version + 1))
        office.jobs.before_save = always_somebody

    office.jobs.before_save = always_somebody
    with pytest.raises(Contended):
        office.sender.send(JOB)
    assert office.transport.calls == 0
