"""The promise of the outbox, tried with everything going wrong at once.

A random story delivers messages again and again, lets senders die before and after the call, loses
requests and answers, throttles, repeats and shuffles SES's events; events come before the lease
ends. Whatever the story: in the end the buyer has exactly one mail.
"""

import random
from contextlib import suppress

import pytest

from mail.domain.job import State
from mail.domain.outgoing import NotTaken
from tests.mail.builders import JOB, order_event, ses_event
from tests.mail.fakes import Office, ProcessDied

FATES = ["take", "die before", "die after", "lose request", "lose answer", "throttle"]


def _fates(dice: random.Random) -> list[str]:
    """What happens to the first tries. At most two end without SES having the mail and without
    anybody knowing: after a third, a person has to look."""
    fates = dice.choices(FATES, k=5)
    lost = [n for n, fate in enumerate(fates) if fate in ("die before", "lose request")]
    return [fate for n, fate in enumerate(fates) if n not in lost[2:]]


def _deliver_events(office: Office, dice: random.Random, told: int) -> int:
    """SES tells of every mail it took, in any order and more than once."""
    for number, mail in enumerate(office.transport.taken[told:], told + 1):
        events = [
            ses_event(kind, attempt=mail.attempt, message_id=f"ses-{number}", minutes=number)
            for kind in ("Send", "Delivery", "Send")
        ]
        dice.shuffle(events)
        for event in events:
            office.settler.on_event(event)
    return len(office.transport.taken)


@pytest.mark.parametrize("seed", range(200))
def test_whatever_happens_there_is_one_mail(seed: int) -> None:
    dice = random.Random(seed)
    office = Office()
    office.composer.on_order(order_event())
    office.transport.next = _fates(dice)
    told = 0
    for _ in range(40):
        with suppress(ProcessDied, NotTaken):
            office.sender.send(JOB)
        if dice.random() < 0.5:
            office.composer.on_order(order_event(dice.randint(1, 3), change="note"))
        told = _deliver_events(office, dice, told)
        office.clock.forward(minutes=dice.choice([0, 1, 5, 16]))
        office.sweeper.sweep()
    assert len(office.transport.taken) == 1
    assert office.job(JOB).state is State.DELIVERED


@pytest.mark.parametrize("fate", ["die after", "lose answer"])
def test_without_any_event_a_lost_answer_may_become_a_second_mail(fate: str) -> None:
    # The one class that is left: SES took the mail, the answer is lost, and no event comes within
    # the lease. Nothing in SES's interface could tell; the README says so.
    office = Office()
    office.composer.on_order(order_event())
    office.transport.next = [fate]
    with suppress(ProcessDied):
        office.sender.send(JOB)
    office.clock.forward(minutes=16)
    office.sender.send(JOB)
    assert len(office.transport.taken) == 2
    assert office.job(JOB).attempts == 2
