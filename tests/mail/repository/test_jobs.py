from dataclasses import replace
from datetime import timedelta

import pytest

from common.dynamo import Table
from common.errors import Contended, Invalid
from mail.domain import changes
from mail.domain.job import KEPT, Draft, Job, Kind, Outcome, Slot, State
from mail.domain.stored import Count, Once
from mail.repository.jobs import DynamoJobs
from tests.mail.builders import T0, at


@pytest.fixture
def jobs(mail_table: Table) -> DynamoJobs:
    return DynamoJobs(mail_table, lambda: T0)


def job(id: str = "j1", *, minutes: float = 0, order_id: str = "kissa:1") -> Job:
    return changes.new_job(
        id,
        Kind.ORDER_RECEIVED,
        1,
        order=(order_id, 3),
        shop_id="kissa",
        draft=Draft("a@example.net", "店 <s@example.jp>", "件名", "c1"),
        version=1,
        now=at(minutes),
    )


def test_a_job_comes_back_as_it_was_stored(jobs: DynamoJobs) -> None:
    jobs.save(job())
    assert jobs.get("j1") == job()
    taken = changes.leased(job(), "店 <s@example.jp>", at(1))
    jobs.save(taken)
    sent = changes.accepted(taken, 1, "ses-1", at(2))
    assert sent is not None
    full = replace(sent, reason="bounce:x", expired=1, order_gone=True, closed_attempts=1)
    jobs.save(full)
    assert jobs.get("j1") == full
    assert full.outcome is Outcome.SENT
    assert jobs.slot("j1") == Slot(3, 3, full)


def test_a_job_is_forgotten_after_400_days(jobs: DynamoJobs, mail_table: Table) -> None:
    jobs.save(job())
    item = mail_table.get("MAIL#j1", "JOB")
    assert item is not None
    assert item["expires_at"] == int((T0 + timedelta(days=400)).timestamp())
    assert timedelta(days=400) == KEPT


def test_only_the_next_version_can_be_stored(jobs: DynamoJobs) -> None:
    jobs.save(job())
    with pytest.raises(Contended):
        jobs.save(job())
    jobs.save(replace(job(), version=2))
    with pytest.raises(Contended):
        jobs.save(replace(job(), version=2, reason="x"))
    with pytest.raises(Contended):
        jobs.save(replace(job("j2"), version=2))
    assert jobs.get("j2") is None


def test_nothing_is_an_empty_slot(jobs: DynamoJobs) -> None:
    assert jobs.slot("j1") == Slot()
    assert jobs.get("j1") is None


def test_a_note_is_no_job_and_in_no_list(jobs: DynamoJobs, mail_table: Table) -> None:
    jobs.note("j1", 4, version=1)
    assert jobs.slot("j1") == Slot(1, 4)
    assert jobs.get("j1") is None
    assert set(mail_table.get("MAIL#j1", "JOB") or {}) == {
        "pk",
        "sk",
        "order_version",
        "version",
        "expires_at",
    }
    with pytest.raises(Contended):
        jobs.note("j1", 5, version=1)
    jobs.note("j1", 5, version=2)
    jobs.save(replace(job(), version=3))
    assert jobs.get("j1") == replace(job(), version=3)


def test_jobs_are_listed_by_state_and_time_with_pages(jobs: DynamoJobs) -> None:
    for number in range(5):
        jobs.save(job(f"j{number}", minutes=number))
    jobs.save(replace(job("b"), state=State.BLOCKED))
    page = jobs.in_state(State.QUEUED, limit=2, token=None, newest_first=True)
    assert [each.id for each in page.jobs] == ["j4", "j3"]
    page = jobs.in_state(State.QUEUED, limit=2, token=page.next, newest_first=True)
    assert [each.id for each in page.jobs] == ["j2", "j1"]
    oldest = jobs.in_state(State.QUEUED, limit=1, token=None, newest_first=False)
    assert [each.id for each in oldest.jobs] == ["j0"]
    with pytest.raises(Invalid):
        jobs.in_state(State.SENT, limit=2, token=page.next, newest_first=True)


def test_jobs_of_an_order_come_newest_first(jobs: DynamoJobs) -> None:
    jobs.save(job("j1", minutes=1))
    jobs.save(job("j2", minutes=2))
    jobs.save(job("j3", order_id="kissa:2"))
    page = jobs.of_order("kissa:1", limit=10, token=None)
    assert [each.id for each in page.jobs] == ["j2", "j1"]


def test_states_are_counted_up_to_a_cap(jobs: DynamoJobs) -> None:
    for number in range(3):
        jobs.save(job(f"j{number}"))
    assert jobs.count(State.QUEUED, cap=3) == Count(3, capped=False)
    assert jobs.count(State.QUEUED, cap=2) == Count(2, capped=True)
    assert jobs.count(State.SENT, cap=2) == Count(0, capped=False)


def test_a_key_is_used_up_by_the_write_it_came_with(jobs: DynamoJobs, mail_table: Table) -> None:
    once = Once("staff-1#k", "cancel j1")
    jobs.save(job())
    assert jobs.used(once.key) is None
    jobs.save(replace(job(), version=2), once=once)
    assert jobs.used(once.key) == "cancel j1"
    item = mail_table.get("IDEM#staff-1#k", "IDEM")
    assert item is not None
    assert item["expires_at"] == int((T0 + timedelta(hours=24)).timestamp())
    with pytest.raises(Contended):
        jobs.save(replace(job(), version=3), once=once)
    assert jobs.slot("j1").version == 2


def test_a_key_is_not_used_up_by_a_write_that_failed(jobs: DynamoJobs) -> None:
    jobs.save(job())
    with pytest.raises(Contended):
        jobs.save(replace(job(), version=5), once=Once("k", "cancel j1"))
    assert jobs.used("k") is None
