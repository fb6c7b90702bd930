from dataclasses import replace

import pytest

from common.auth import Actor
from common.errors import Changed, Conflict, Invalid, NotFound
from mail.domain.job import Outcome, State
from tests.mail.builders import JOB, ORDER, order_event, shop
from tests.mail.fakes import Office

STAFF = Actor("staff", "staff-1", "見本 一郎")


@pytest.fixture
def office() -> Office:
    made = Office()
    made.composer.on_order(order_event())
    return made


def in_state(office: Office, state: State, **changes: object) -> int:
    """Put the job into a state; its version."""
    job = office.job(JOB)
    after = replace(job, state=state, version=job.version + 1, **changes)  # type: ignore[arg-type]
    office.jobs.save(after)
    return after.version


def test_a_list_is_of_a_state_or_of_an_order_or_of_both(office: Office) -> None:
    def ids(state: State | None, order_id: str = "") -> list[str]:
        page = office.desk.list(
            state=state, order_id=order_id, newest_first=True, limit=10, token=None
        )
        return [item.id for item in page.items]

    assert ids(State.QUEUED) == [JOB]
    assert ids(State.SENT) == []
    assert ids(None, ORDER) == [JOB]
    assert ids(State.QUEUED, ORDER) == [JOB]
    assert ids(State.SENT, ORDER) == []
    assert ids(None, "kissa:other") == []
    with pytest.raises(Invalid):
        ids(None)


def test_a_mail_is_shown_with_its_letter_and_its_story(office: Office) -> None:
    office.sender.send(JOB)
    found = office.desk.detail(JOB)
    assert found.text.startswith("見本 花子 様\n")
    assert found.sender == "喫茶の道具店 <order@kissa.example.jp>"
    assert (found.state, found.message_id, found.actions) == (State.SENT, "ses-1", [])
    assert [(e.kind, e.detail) for e in found.events] == [
        ("queued", ""),
        ("sending", "1"),
        ("accepted", "ses-1"),
    ]
    with pytest.raises(NotFound):
        office.desk.detail("unknown")


def test_cancelling_stops_the_mail_and_names_who_did_it(office: Office) -> None:
    found = office.desk.cancel(JOB, version=1, key="k1", actor=STAFF)
    assert (found.state, found.reason, found.version) == (State.CANCELLED, "by_staff", 2)
    assert found.actions == ["retry"]
    assert (found.events[-1].kind, found.events[-1].detail) == ("cancelled", "見本 一郎")
    office.sender.send(JOB)
    assert office.transport.calls == 0


@pytest.mark.parametrize("state", [State.BLOCKED, State.FAILED])
def test_what_hangs_can_be_cancelled(office: Office, state: State) -> None:
    version = in_state(office, state)
    assert office.desk.cancel(JOB, version=version, key="k", actor=STAFF).state is State.CANCELLED


@pytest.mark.parametrize("state", sorted(set(State) - {State.QUEUED, State.BLOCKED, State.FAILED}))
def test_what_went_out_cannot_be_cancelled(office: Office, state: State) -> None:
    version = in_state(office, state)
    with pytest.raises(Conflict):
        office.desk.cancel(JOB, version=version, key="k", actor=STAFF)
    assert office.job(JOB).version == version


def test_an_old_version_is_refused_with_the_mail_as_it_is(office: Office) -> None:
    office.sender.send(JOB)
    with pytest.raises(Changed) as refused:
        office.desk.cancel(JOB, version=1, key="k", actor=STAFF)
    assert refused.value.current["state"] == "SENT"
    assert refused.value.current["from"] == "喫茶の道具店 <order@kissa.example.jp>"


def test_the_same_key_does_it_once(office: Office) -> None:
    first = office.desk.cancel(JOB, version=1, key="k", actor=STAFF)
    again = office.desk.cancel(JOB, version=1, key="k", actor=STAFF)
    assert again == first
    assert office.job(JOB).version == 2
    with pytest.raises(Conflict):
        office.desk.retry(JOB, version=2, key="k", actor=STAFF)


def test_the_same_request_twice_at_once_does_it_once(office: Office) -> None:
    office.jobs.before_save = lambda: (
        office.desk.cancel(JOB, version=1, key="k", actor=STAFF) and None
    )
    found = office.desk.cancel(JOB, version=1, key="k", actor=STAFF)
    assert (found.state, found.version) == (State.CANCELLED, 2)


def test_a_sender_that_is_faster_than_staff_wins(office: Office) -> None:
    office.jobs.before_save = lambda: office.sender.send(JOB)
    with pytest.raises(Changed):
        office.desk.cancel(JOB, version=1, key="k", actor=STAFF)
    assert office.job(JOB).state is State.SENT


def test_a_retry_writes_the_letter_again_with_the_shops_settings_of_now() -> None:
    office = Office(shop(signature=""))
    office.composer.on_order(order_event())
    assert office.job(JOB).reason == "variable:signature"
    still = office.desk.retry(JOB, version=1, key="k1", actor=STAFF)
    assert (still.state, still.reason, still.version) == (State.BLOCKED, "variable:signature", 2)
    office.shops.shops["kissa"] = shop()
    found = office.desk.retry(JOB, version=2, key="k2", actor=STAFF)
    assert (found.state, found.reason) == (State.QUEUED, None)
    assert "order@kissa.example.jp" in found.text
    office.sender.send(JOB)
    assert office.job(JOB).state is State.SENT


def test_a_failed_mail_is_sent_again_as_a_new_round(office: Office) -> None:
    office.transport.next = ["refuse"]
    office.sender.send(JOB)
    version = office.job(JOB).version
    found = office.desk.retry(JOB, version=version, key="k", actor=STAFF)
    assert (found.state, found.attempts) == (State.QUEUED, 1)
    office.sender.send(JOB)
    assert (office.job(JOB).state, office.job(JOB).attempts) == (State.SENT, 2)
    assert office.job(JOB).closed_attempts == 1


def test_what_must_not_be_sent_again_is_refused(office: Office) -> None:
    version = in_state(office, State.BOUNCED, outcome=Outcome.HARD_BOUNCE)
    with pytest.raises(Conflict):
        office.desk.retry(JOB, version=version, key="k", actor=STAFF)
    version = in_state(office, State.CANCELLED, order_gone=True)
    with pytest.raises(Conflict):
        office.desk.retry(JOB, version=version, key="k", actor=STAFF)
    assert office.transport.calls == 0


def test_a_letter_whose_source_is_gone_cannot_be_written_again(office: Office) -> None:
    version = in_state(office, State.FAILED)
    office.contents.kept.clear()
    with pytest.raises(Conflict):
        office.desk.retry(JOB, version=version, key="k", actor=STAFF)


def test_the_html_has_an_address_for_five_minutes(office: Office) -> None:
    digest = office.job(JOB).content
    assert office.desk.html(JOB).url == f"https://bucket.example/{JOB}/{digest}?seconds=300"
    blocked = Office(shop(signature=""))
    blocked.composer.on_order(order_event())
    with pytest.raises(NotFound):
        blocked.desk.html(JOB)


def test_counts_and_health_tell_what_waits_and_what_hangs(office: Office) -> None:
    office.clock.forward(minutes=1)
    office.composer.on_order(order_event(order_id="kissa:2", email=None))
    counts = office.desk.counts().counts
    assert {state.value: count.count for state, count in counts.items() if count.count} == {
        "QUEUED": 1,
        "BLOCKED": 1,
    }
    queue = {"name": "outbox", "waiting": 1, "in_flight": 0, "dead": 0}
    health = office.desk.health([queue])
    assert health.model_dump() == {
        "queues": [queue],
        "unsent": {"count": 1, "capped": False, "oldest_at": "2026-11-21T12:00:00.000Z"},
        "failed": {"count": 1, "capped": False},
    }


def test_an_empty_office_is_healthy() -> None:
    assert Office().desk.health([]).unsent.model_dump() == {
        "count": 0,
        "capped": False,
        "oldest_at": None,
    }
