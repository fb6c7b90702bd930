import pytest

from mail.domain.wakeup import became_queued


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, "QUEUED", True),
        ("BLOCKED", "QUEUED", True),
        ("FAILED", "QUEUED", True),
        ("CANCELLED", "QUEUED", True),
        ("QUEUED", "QUEUED", False),
        ("SENDING", "QUEUED", False),
        ("QUEUED", "SENDING", False),
        (None, "BLOCKED", False),
        (None, None, False),
        ("QUEUED", None, False),
    ],
)
def test_senders_are_told_of_jobs_that_newly_wait(
    before: str | None, after: str | None, told: bool
) -> None:
    assert became_queued(before, after) is told
