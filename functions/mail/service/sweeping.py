"""Nothing waits for ever: jobs whose message got lost are told to the senders again."""

from datetime import datetime, timedelta

from common.clock import Clock
from common.observability import logger
from mail.domain.changes import claimable
from mail.domain.job import Job, State
from mail.service.ports import Jobs, Wakeups

# A queued job is sent within seconds; after this its message is taken for lost. Telling twice is
# harmless: the lease lets one sender through.
OVERDUE = timedelta(minutes=5)
# One run tells of at most so many of each state, the oldest first; the next run goes on.
_MOST = 1000
_PAGE = 250


class Sweeper:
    """Looks for queued jobs that nobody took, and for leases that ended."""

    def __init__(self, jobs: Jobs, wakeups: Wakeups, clock: Clock) -> None:
        self._jobs = jobs
        self._wakeups = wakeups
        self._clock = clock

    def sweep(self) -> int:
        """Wake the senders up; the number of jobs. Raises Unavailable when the queue did not take
        them all: the next run does."""
        now = self._clock()
        due = [
            job.id
            for state in (State.SENDING, State.QUEUED)
            for job in self._oldest(state)
            if _overdue(job, now)
        ]
        self._wakeups.send(due)
        if due:
            logger().warning("mail jobs were overdue", extra={"jobs": len(due)})
        return len(due)

    def _oldest(self, state: State) -> list[Job]:
        found: list[Job] = []
        token: str | None = None
        while len(found) < _MOST:
            page = self._jobs.in_state(state, limit=_PAGE, token=token, newest_first=False)
            found += page.jobs
            token = page.next
            if token is None:
                break
        return found[:_MOST]


def _overdue(job: Job, now: datetime) -> bool:
    if job.state is State.QUEUED:
        return job.queued_at is None or now - job.queued_at >= OVERDUE
    return claimable(job, now)
