from datetime import timedelta

import pytest

from mail.domain.due import Step, order_received
from mail.domain.job import Job, Kind, Slot, State
from tests.mail.builders import T0


def slot(state: State, reason: str | None = None, order_version: int = 3) -> Slot:
    job = Job(
        id="j",
        kind=Kind.ORDER_RECEIVED,
        sequence=1,
        order_id="kissa:1",
        order_version=order_version,
        shop_id="kissa",
        state=state,
        created_at=T0,
        version=2,
        reason=reason,
    )
    return Slot(2, order_version, job)


def step(found: Slot, version: int, *, active: bool, gone: bool, hours: float = 0) -> Step:
    now = T0 + timedelta(hours=hours)
    return order_received(found, version, active=active, gone=gone, now=now)


def test_the_first_active_version_makes_the_mail_due_and_an_inactive_one_is_noted() -> None:
    assert step(Slot(), 1, active=True, gone=False) is Step.COMPOSE
    assert step(Slot(), 1, active=False, gone=False) is Step.NOTE
    assert step(Slot(), 1, active=False, gone=True) is Step.NOTE


def test_an_older_or_repeated_version_changes_nothing_even_before_there_is_a_job() -> None:
    noted = Slot(version=1, order_version=3)
    assert step(noted, 3, active=True, gone=False) is Step.NOTHING
    assert step(noted, 2, active=True, gone=False) is Step.NOTHING
    assert step(noted, 4, active=True, gone=False) is Step.COMPOSE


@pytest.mark.parametrize("state", [State.QUEUED, State.BLOCKED, State.FAILED])
def test_a_cancelled_order_drops_a_mail_that_was_not_sent(state: State) -> None:
    assert step(slot(state), 4, active=False, gone=True) is Step.DROP
    assert step(slot(state), 3, active=False, gone=True) is Step.NOTHING


def test_a_mail_in_the_hands_of_a_sender_remembers_that_the_order_is_gone() -> None:
    assert step(slot(State.SENDING), 4, active=False, gone=True) is Step.NOTE


@pytest.mark.parametrize(
    "state",
    [State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED, State.SUPPRESSED],
)
def test_what_was_sent_stays_whatever_becomes_of_the_order(state: State) -> None:
    assert step(slot(state), 4, active=False, gone=True) is Step.NOTHING
    assert step(slot(state), 4, active=True, gone=False) is Step.NOTHING


def test_an_order_that_comes_back_gets_its_mail_but_not_against_the_will_of_staff() -> None:
    dropped = slot(State.CANCELLED, "order_cancelled")
    assert step(dropped, 4, active=True, gone=False) is Step.REDRAFT
    stopped = slot(State.CANCELLED, "by_staff")
    assert step(stopped, 4, active=True, gone=False) is Step.NOTE


def test_a_blocked_mail_is_written_again_with_newer_data_for_three_days() -> None:
    blocked = slot(State.BLOCKED, "no_address")
    assert step(blocked, 4, active=True, gone=False, hours=71.9) is Step.REDRAFT
    assert step(blocked, 4, active=True, gone=False, hours=72) is Step.NOTE


def test_a_queued_mail_is_not_written_again_when_the_order_changes() -> None:
    assert step(slot(State.QUEUED), 4, active=True, gone=False) is Step.NOTE
    assert step(slot(State.QUEUED), 4, active=False, gone=False) is Step.NOTE
