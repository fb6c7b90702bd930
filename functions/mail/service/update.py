"""Changing a stored job: read, change, save, and again when somebody else was faster."""

from collections.abc import Callable

from common.errors import Contended
from mail.domain.job import Job
from mail.service.ports import Jobs

_TRIES = 7

Change = Callable[[Job], Job | None]


def update(jobs: Jobs, job_id: str, change: Change) -> Job | None:
    """Apply a pure change to the job as it is stored now. None when there is no such job, or the
    change found nothing to do. Raises Contended when others kept winning."""
    for _ in range(_TRIES):
        job = jobs.get(job_id)
        after = change(job) if job else None
        if after is None:
            return None
        try:
            jobs.save(after)
        except Contended:
            continue
        return after
    raise Contended("the mail job kept changing")
