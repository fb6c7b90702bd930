from dataclasses import replace

import pytest

from mail.domain.job import State
from tests.mail.builders import JOB, order_event
from tests.mail.fakes import Office, ProcessDied


@pytest.fixture
def office() -> Office:
    made = Office()
    made.composer.on_order(order_event())
    return made


def test_a_job_queued_for_five_minutes_is_told_of_again(office: Office) -> None:
    office.clock.forward(minutes=4, seconds=59)
    assert office.sweeper.sweep() == 0
    office.clock.forward(seconds=1)
    assert office.sweeper.sweep() == 1
    assert office.wakeups.told == [JOB]


def test_a_lease_is_left_alone_until_it_ends(office: Office) -> None:
    office.transport.next = ["die before"]
    with pytest.raises(ProcessDied):
        office.sender.send(JOB)
    office.clock.forward(minutes=14)
    assert office.sweeper.sweep() == 0
    office.clock.forward(minutes=1)
    assert office.sweeper.sweep() == 1
    assert office.wakeups.told == [JOB]


@pytest.mark.parametrize("state", sorted(set(State) - {State.QUEUED, State.SENDING}))
def test_nothing_else_is_swept(office: Office, state: State) -> None:
    office.jobs.save(replace(office.job(JOB), state=state, version=2))
    office.clock.forward(days=2)
    assert office.sweeper.sweep() == 0


def test_a_run_tells_of_the_oldest_thousand(office: Office) -> None:
    for number in range(1100):
        office.clock.forward(seconds=1)
        office.composer.on_order(order_event(order_id=f"kissa:x{number}"))
    office.clock.forward(minutes=10)
    assert office.sweeper.sweep() == 1000
    assert office.wakeups.told[0] == JOB
    assert len(set(office.wakeups.told)) == 1000
