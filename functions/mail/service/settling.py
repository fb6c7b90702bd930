"""What SES tells of mails, applied to their jobs."""

from collections.abc import Mapping
from typing import Any

from common.clock import Clock
from common.observability import logger
from mail.domain import changes
from mail.domain.feedback import Feedback, parse_feedback
from mail.domain.job import Job
from mail.service.ports import Jobs, Suppressions
from mail.service.update import update


class Settler:
    """Takes SES events, in any order and as often as they come."""

    def __init__(self, jobs: Jobs, suppressions: Suppressions, clock: Clock) -> None:
        self._jobs = jobs
        self._suppressions = suppressions
        self._clock = clock

    def on_event(self, body: Mapping[str, Any]) -> None:
        """Apply one event. Raises ValueError or KeyError for a shape nobody knows: the message
        ends in the dead-letter queue."""
        feedback = parse_feedback(body)
        if feedback is None:
            return
        # First: a crash in between repeats the event, and an address suppressed twice is one.
        self._suppress(feedback)
        job = update(self._jobs, feedback.job_id, lambda job: _settle(job, feedback))
        fields = {"job": feedback.job_id, "event": feedback.entry.kind}
        if job is not None:
            fields["mail_state"] = job.state
        logger().info("mail event", extra=fields)

    def _suppress(self, feedback: Feedback) -> None:
        if feedback.suppress is None:
            return
        for address in feedback.recipients:
            self._suppressions.add(address, feedback.suppress, feedback.job_id, self._clock())


def _settle(job: Job, feedback: Feedback) -> Job | None:
    return changes.settled(
        job,
        feedback.attempt or job.attempts,
        feedback.outcome,
        feedback.entry,
        message_id=feedback.message_id,
        reason=feedback.reason,
    )
