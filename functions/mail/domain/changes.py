"""Every change of a job, as pure functions: job → job with the next version.

A function that finds nothing to do returns None; the caller then stores nothing.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from mail.domain.job import (
    BY_STAFF,
    LEASE,
    LEASES_MAX,
    ORDER_CANCELLED,
    OUTCOME_UNKNOWN,
    Draft,
    Entry,
    Job,
    Kind,
    Outcome,
    State,
    with_entries,
)

CANCELLABLE = frozenset({State.QUEUED, State.BLOCKED, State.FAILED})


def changed(job: Job, entry: Entry | None = None, **fields: Any) -> Job:
    """The job with other fields, one more line in its story, and the next version."""
    entries = with_entries(job.entries, entry) if entry else job.entries
    return replace(job, version=job.version + 1, entries=entries, **fields)


def _drafted(draft: Draft, now: datetime) -> dict[str, Any]:
    blocked = draft.reason is not None
    return {
        "state": State.BLOCKED if blocked else State.QUEUED,
        "reason": draft.reason,
        "to": draft.to,
        "sender": draft.sender,
        "subject": draft.subject,
        "content": draft.content,
        "queued_at": None if blocked else now,
        "lease_until": None,
    }


def _outcome_of_drafting(draft: Draft, now: datetime) -> Entry:
    if draft.reason is not None:
        return Entry(now, "blocked", draft.reason)
    return Entry(now, "queued")


def new_job(
    id: str,
    kind: Kind,
    sequence: int,
    *,
    order: tuple[str, int],
    shop_id: str,
    draft: Draft,
    version: int,
    now: datetime,
) -> Job:
    """A job, QUEUED or BLOCKED. order: id and version of the order."""
    return Job(
        id=id,
        kind=kind,
        sequence=sequence,
        order_id=order[0],
        order_version=order[1],
        shop_id=shop_id,
        created_at=now,
        version=version,
        entries=(_outcome_of_drafting(draft, now),),
        **_drafted(draft, now),
    )


def redrafted(job: Job, draft: Draft, order_version: int, now: datetime) -> Job:
    """The letter written again because the order changed before it was sent."""
    return changed(
        job,
        _outcome_of_drafting(draft, now),
        order_version=order_version,
        order_gone=False,
        **_drafted(draft, now),
    )


def noted(job: Job, order_version: int, *, gone: bool) -> Job:
    """A newer version of the order was seen."""
    return changed(job, order_version=order_version, order_gone=gone)


def dropped(job: Job, order_version: int, now: datetime) -> Job:
    """The order was cancelled before the mail was sent."""
    return changed(
        job,
        Entry(now, "cancelled", ORDER_CANCELLED),
        state=State.CANCELLED,
        reason=ORDER_CANCELLED,
        order_version=order_version,
        order_gone=True,
        lease_until=None,
    )


def claimable(job: Job, now: datetime) -> bool:
    """True when a sender may take the job: it is queued, or the sender before lost it."""
    if job.state is State.SENDING:
        return job.lease_until is None or job.lease_until <= now
    return job.state is State.QUEUED


def leased(job: Job, sender: str, now: datetime) -> Job:
    """Taken by a sender for LEASE. An ended lease is given up instead when it is the last one
    allowed, or when the order is gone: whether that mail went out is not known."""
    if job.state is State.SENDING:
        expired = job.expired + 1
        if job.order_gone:
            return dropped(job, job.order_version, now)
        if expired >= LEASES_MAX:
            return changed(
                job,
                Entry(now, "failed", OUTCOME_UNKNOWN),
                state=State.FAILED,
                reason=OUTCOME_UNKNOWN,
                expired=expired,
                lease_until=None,
            )
        job = replace(job, expired=expired)
    attempt = job.attempts + 1
    return changed(
        job,
        Entry(now, "sending", str(attempt)),
        state=State.SENDING,
        sender=sender,
        attempts=attempt,
        reason=None,
        lease_until=now + LEASE,
    )


def held_by(job: Job, attempt: int) -> bool:
    """True while the job is in the hands of the sender that made this attempt."""
    return job.state is State.SENDING and job.attempts == attempt


def accepted(job: Job, attempt: int, message_id: str, now: datetime) -> Job | None:
    """SES took the mail and answered."""
    entry = Entry(now, "accepted", message_id)
    return settled(job, attempt, Outcome.SENT, entry, message_id=message_id, reason=None)


def settled(
    job: Job,
    attempt: int,
    outcome: Outcome | None,
    entry: Entry,
    *,
    message_id: str,
    reason: str | None,
) -> Job | None:
    """What became of an attempt, from SES's answer or from an event, in any order and repeated.

    outcome None: only a line for the story.
    """
    entries = with_entries(job.entries, entry)
    after = replace(job, entries=entries)
    if outcome is not None and attempt > job.closed_attempts:
        if outcome is not Outcome.REJECTED:
            sent_at = min(job.sent_at, entry.at) if job.sent_at else entry.at
            after = replace(after, sent_at=sent_at)
        after = replace(after, message_id=job.message_id or message_id)
        if _weight(outcome, entry.at) > _weight(job.outcome, job.outcome_at):
            after = replace(
                after,
                state=outcome.state,
                outcome=outcome,
                outcome_at=entry.at,
                reason=reason,
                lease_until=None,
            )
    return None if after == job else replace(after, version=job.version + 1)


def _weight(outcome: Outcome | None, at: datetime | None) -> tuple[int, float]:
    # Of two events of one kind the earlier one counts.
    return (outcome or 0, -at.timestamp() if at else 0.0)


def refused(job: Job, attempt: int, reason: str, detail: str, now: datetime) -> Job | None:
    """SES said no, for good."""
    if not held_by(job, attempt):
        return None
    return changed(
        job, Entry(now, "refused", detail), state=State.FAILED, reason=reason, lease_until=None
    )


def put_back(job: Job, attempt: int, why: str, now: datetime) -> Job | None:
    """SES did not take the mail now; it is queued again, unless the order is gone meanwhile."""
    if not held_by(job, attempt):
        return None
    if job.order_gone:
        return dropped(job, job.order_version, now)
    return changed(
        job, Entry(now, "put_back", why), state=State.QUEUED, queued_at=now, lease_until=None
    )


def blocked(job: Job, reason: str, now: datetime) -> Job:
    """The mail cannot go out as it is; somebody has to mend something and try again."""
    return changed(
        job, Entry(now, "blocked", reason), state=State.BLOCKED, reason=reason, lease_until=None
    )


def suppressed(job: Job, why: str, now: datetime) -> Job:
    """The address is on the suppression list."""
    return changed(
        job,
        Entry(now, "suppressed", why),
        state=State.SUPPRESSED,
        reason=f"suppressed:{why}",
        lease_until=None,
    )


def cancelled(job: Job, who: str, now: datetime) -> Job:
    """Stopped by staff."""
    return changed(
        job, Entry(now, "cancelled", who), state=State.CANCELLED, reason=BY_STAFF, lease_until=None
    )


def retry_refusal(job: Job) -> str | None:
    """Why this job may not be sent again; None when it may."""
    if job.order_gone:
        return "The order was cancelled. The mail is written by itself if the order comes back."
    if job.state is State.BOUNCED and job.outcome is Outcome.SOFT_BOUNCE:
        return None
    if job.state in (State.FAILED, State.BLOCKED, State.CANCELLED):
        return None
    if job.state in (State.BOUNCED, State.COMPLAINED, State.SUPPRESSED):
        return "The address does not take our mail. Ask the buyer for another one."
    return "This mail is on its way or was sent."


def retried(job: Job, draft: Draft, who: str, now: datetime) -> Job:
    """A new round: the letter is written again with what the shop is called today, and queued."""
    after = changed(
        job,
        Entry(now, "retried", who),
        closed_attempts=job.attempts,
        expired=0,
        sent_at=None,
        message_id=None,
        outcome=None,
        outcome_at=None,
        **_drafted(draft, now),
    )
    return replace(after, entries=with_entries(after.entries, _outcome_of_drafting(draft, now)))
