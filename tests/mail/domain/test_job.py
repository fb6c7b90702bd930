from datetime import timedelta

from mail.domain.job import Entry, Kind, Outcome, State, job_id, with_entries
from tests.mail.builders import T0


def test_the_id_is_the_same_for_the_same_three_and_safe_as_a_tag() -> None:
    found = job_id("kissa:1001", Kind.ORDER_RECEIVED, 1)
    assert found == "order-received-1-6li5evlpov6hn4uz5hf33dztgi"
    assert found == job_id("kissa:1001", Kind.ORDER_RECEIVED, 1)
    others = {
        job_id("kissa:1001", Kind.ORDER_RECEIVED, 2),
        job_id("kissa:1002", Kind.ORDER_RECEIVED, 1),
        job_id("kissa:\u3042\n/#", Kind.ORDER_RECEIVED, 1),
    }
    assert len(others | {found}) == 4
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert all(set(each) <= allowed and len(each) < 256 for each in others)


def test_a_story_keeps_its_first_ten_and_last_forty_lines_in_whatever_order_they_come() -> None:
    lines = [Entry(T0 + timedelta(seconds=n), "sending", str(n)) for n in range(60)]
    forwards: tuple[Entry, ...] = ()
    for line in lines:
        forwards = with_entries(forwards, line)
    backwards: tuple[Entry, ...] = ()
    for line in reversed(lines):
        backwards = with_entries(backwards, line)
    assert forwards == backwards == (*lines[:10], *lines[20:])


def test_a_line_that_comes_twice_is_kept_once() -> None:
    line = Entry(T0, "sent", "ses-1")
    assert with_entries((line,), line) == (line,)


def test_every_outcome_has_a_state_and_the_worst_news_ranks_highest() -> None:
    assert [(each.name, each.state) for each in sorted(Outcome)] == [
        ("SENT", State.SENT),
        ("SOFT_BOUNCE", State.BOUNCED),
        ("DELIVERED", State.DELIVERED),
        ("REJECTED", State.FAILED),
        ("HARD_BOUNCE", State.BOUNCED),
        ("COMPLAINT", State.COMPLAINED),
    ]


def test_addresses_are_not_in_the_repr_of_a_line() -> None:
    assert "someone" not in repr(Entry(T0, "bounced", "someone@example.net"))
