from dataclasses import replace
from itertools import permutations

import pytest

from common.errors import Contended
from mail.domain.job import State
from tests.mail.builders import BUYER, JOB, ORDER, at, letter, order_event, shop
from tests.mail.fakes import Office


@pytest.fixture
def office() -> Office:
    return Office()


def test_an_active_order_gets_one_queued_mail_with_its_letter(office: Office) -> None:
    office.composer.on_order(order_event())
    job = office.job(JOB)
    assert (job.state, job.reason, job.version) == (State.QUEUED, None, 1)
    assert (job.to, job.sender) == (BUYER, "喫茶の道具店 <order@kissa.example.jp>")
    assert job.subject == "【喫茶の道具店】ご注文ありがとうございます（ご注文番号：A-1001）"
    assert (job.order_id, job.shop_id, job.order_version) == (ORDER, "kissa", 1)
    assert (job.created_at, job.queued_at) == (at(0), at(0))
    content = office.contents.get(JOB, job.content)
    assert content is not None
    assert "青い湯のみ" in content.text
    assert "青い湯のみ" in content.html


def test_composing_twice_is_one_mail(office: Office) -> None:
    for _ in range(3):
        office.composer.on_order(order_event())
    assert len(office.jobs.saved) == 1
    assert len(office.contents.kept) == 1


def test_later_changes_of_the_order_write_no_second_mail(office: Office) -> None:
    office.composer.on_order(order_event())
    office.composer.on_order(order_event(2, change="allocation"))
    job = office.job(JOB)
    assert (job.state, job.order_version) == (State.QUEUED, 2)
    assert len(office.contents.kept) == 1


def test_an_incomplete_order_gets_its_mail_when_it_becomes_active(office: Office) -> None:
    office.composer.on_order(order_event(active=False, demand=True))
    assert office.jobs.get(JOB) is None
    office.composer.on_order(order_event(2, change="activated"))
    assert office.job(JOB).state is State.QUEUED


@pytest.mark.parametrize(
    ("email", "reason"),
    [(None, "no_address"), (" ", "no_address"), ("花子@example.jp", "bad_address")],
)
def test_an_order_without_a_usable_address_is_blocked_and_not_an_error(
    office: Office, email: str | None, reason: str
) -> None:
    office.composer.on_order(order_event(email=email))
    job = office.job(JOB)
    assert (job.state, job.reason) == (State.BLOCKED, reason)
    assert job.subject == "自動受付メール（ご注文番号：A-1001）"
    content = office.contents.get(JOB, job.content)
    assert content is not None
    assert (content.text, content.html) == ("", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"buyer_name": ""}, "variable:buyer_name"),
        ({"lines": []}, "variable:lines"),
        ({"payment_method": ""}, "variable:payment_method"),
        ({"destination": ""}, "variable:destination"),
        ({"number": ""}, "variable:order_number"),
    ],
)
def test_a_blank_variable_of_the_order_blocks_the_mail(
    office: Office, changes: dict[str, object], reason: str
) -> None:
    office.composer.on_order(order_event(**changes))  # type: ignore[arg-type]
    assert (office.job(JOB).state, office.job(JOB).reason) == (State.BLOCKED, reason)


@pytest.mark.parametrize(
    ("of_mail", "reason"),
    [({"signature": ""}, "variable:signature"), ({"from_address": ""}, "variable:from_address")],
)
def test_a_shop_that_is_not_set_up_blocks_the_mail(of_mail: dict[str, str], reason: str) -> None:
    office = Office(shop(**of_mail))
    office.composer.on_order(order_event())
    assert office.job(JOB).reason == reason


def test_an_unknown_shop_blocks_the_mail(office: Office) -> None:
    office.shops.shops.clear()
    office.composer.on_order(order_event())
    assert office.job(JOB).reason == "shop_unknown"


def test_a_letter_too_long_to_store_is_blocked_and_what_it_says_is_kept(office: Office) -> None:
    line = letter().lines[0].model_copy(update={"title": "長" * 60_000})
    office.composer.on_order(order_event(lines=[line]))
    job = office.job(JOB)
    assert (job.state, job.reason) == (State.BLOCKED, "too_long")
    content = office.contents.get(JOB, job.content)
    assert content is not None
    assert (content.text, len(content.source) > 60_000) == ("", True)


def test_a_blocked_mail_goes_out_when_the_order_gets_what_was_missing(office: Office) -> None:
    office.composer.on_order(order_event(email=None))
    office.composer.on_order(order_event(2, change="note", email=None))
    assert office.job(JOB).state is State.BLOCKED
    office.composer.on_order(order_event(3, change="imported"))
    job = office.job(JOB)
    assert (job.state, job.to, job.reason) == (State.QUEUED, BUYER, None)


def test_a_cancelled_order_stops_its_mail_and_a_revived_one_sends_it(office: Office) -> None:
    office.composer.on_order(order_event())
    office.composer.on_order(order_event(2, change="cancelled", active=False))
    job = office.job(JOB)
    assert (job.state, job.reason) == (State.CANCELLED, "order_cancelled")
    office.composer.on_order(order_event(3, change="activated"))
    assert (office.job(JOB).state, office.job(JOB).order_gone) == (State.QUEUED, False)


def test_an_order_that_holds_nothing_any_more_stops_its_mail(office: Office) -> None:
    office.composer.on_order(order_event())
    office.composer.on_order(order_event(2, change="imported", active=False))
    assert office.job(JOB).state is State.CANCELLED


def test_the_order_of_events_does_not_matter() -> None:
    events = [
        order_event(1, active=False, demand=True),
        order_event(2, change="activated"),
        order_event(3, change="cancelled", active=False),
    ]
    for order in permutations(events):
        office = Office()
        for event in (*order, *order):
            office.composer.on_order(event)
        job = office.jobs.get(JOB)
        assert job is None or job.state is State.CANCELLED
        assert office.jobs.slot(JOB).order_version == 3


def test_a_cancellation_that_overtakes_the_order_leaves_no_mail(office: Office) -> None:
    office.composer.on_order(order_event(2, change="cancelled", active=False))
    office.composer.on_order(order_event(1))
    assert office.jobs.get(JOB) is None
    assert office.jobs.saved == []


def test_a_faster_writer_is_read_again(office: Office) -> None:
    office.composer.on_order(order_event())

    def staff_was_faster() -> None:
        job = office.job(JOB)
        office.jobs.save(replace(job, version=2, state=State.CANCELLED, reason="by_staff"))

    office.jobs.before_save = staff_was_faster
    office.composer.on_order(order_event(2, change="cancelled", active=False))
    job = office.job(JOB)
    assert (job.state, job.reason, job.order_version) == (State.CANCELLED, "by_staff", 2)
    assert job.order_gone


def test_a_job_that_keeps_changing_makes_the_event_come_again(office: Office) -> None:
    def always_somebody() -> None:
        slot = office.jobs.slot(JOB)
        office.jobs.slots[JOB] = replace(slot, version=slot.version + 1)
        office.jobs.before_save = always_somebody

    office.jobs.before_save = always_somebody
    with pytest.raises(Contended):
        office.composer.on_order(order_event())
