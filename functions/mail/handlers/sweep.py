"""Every five minutes: queued jobs that nobody took and leases that ended, back to the queue."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import reported
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from mail.repository.jobs import DynamoJobs
from mail.repository.wakeups import OutboxQueue
from mail.service.sweeping import Sweeper


class Env(Settings):
    mail_table: str
    outbox_queue: str


@cold_start
def sweeper() -> Sweeper:
    env = Env.load()
    jobs = DynamoJobs(Table(env.mail_table), utc_now)
    return Sweeper(jobs, OutboxQueue(Queue(env.outbox_queue)), utc_now)


@reported
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A schedule; the answer is for whoever calls it by hand."""
    return {"jobs": sweeper().sweep()}
