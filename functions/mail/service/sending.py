"""Sending: lease, hand over once, record what is known.

What may go wrong, and what follows:
- the process dies before the call, or after it: the lease ends; if SES had taken the mail, its
  event has settled the job by then, otherwise it is sent again;
- SES does not take it now: queued again, the message comes back after a while;
- SES refuses it: FAILED, a person decides;
- nobody knows (the answer was lost): as if the process had died.
"""

from collections.abc import Callable
from datetime import datetime

from common.clock import Clock
from common.errors import Contended
from common.observability import logger
from common.shops import Shops
from mail.domain import changes
from mail.domain.address import mailbox
from mail.domain.job import CONTENT_MISSING, SHOP_UNKNOWN, Job, State
from mail.domain.outgoing import NotTaken, OutcomeUnknown, Outgoing, Refused
from mail.service.ports import Contents, Jobs, Suppressions, Transport
from mail.service.senders import sender_of
from mail.service.update import update

_TRIES = 5


class Sender:
    """Sends one job at a time."""

    def __init__(
        self,
        jobs: Jobs,
        contents: Contents,
        suppressions: Suppressions,
        shops: Shops,
        transport: Transport,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._contents = contents
        self._suppressions = suppressions
        self._shops = shops
        self._transport = transport
        self._clock = clock

    def send(self, job_id: str) -> None:
        """Send the job if it waits. Raises NotTaken when the message has to come back, Contended
        when the job kept changing."""
        for _ in range(_TRIES):
            job = self._jobs.get(job_id)
            now = self._clock()
            if job is None or not changes.claimable(job, now):
                return
            after, mail = self._prepare(job, now)
            try:
                self._jobs.save(after)
            except Contended:
                # Another sender, staff or an event was faster: look again.
                continue
            if mail is not None:
                self._hand_over(mail)
            else:
                fields = {"job": job_id, "mail_state": after.state, "reason": after.reason}
                logger().warning("mail not sent", extra=fields)
            return
        raise Contended("the mail job kept changing")

    def _prepare(self, job: Job, now: datetime) -> tuple[Job, Outgoing | None]:
        """The leased job and its mail, or the job stopped in another state and None."""
        shop = self._shops.get(job.shop_id)
        content = self._contents.get(job.id, job.content)
        html = self._contents.html(job.id, job.content)
        why = self._suppressions.why(job.to)
        if why is not None:
            return changes.suppressed(job, why, now), None
        if shop is None:
            return changes.blocked(job, SHOP_UNKNOWN, now), None
        name, address = sender_of(shop)
        if not address:
            return changes.blocked(job, "variable:from_address", now), None
        if content is None or html is None:
            return changes.blocked(job, CONTENT_MISSING, now), None
        leased = changes.leased(job, mailbox(name, address), now)
        if leased.state is not State.SENDING:
            return leased, None
        mail = Outgoing(
            job_id=job.id,
            attempt=leased.attempts,
            to=job.to,
            from_name=name,
            from_address=address,
            reply_to=shop.mail.reply_to,
            subject=job.subject,
            text=content.text,
            html=html,
        )
        return leased, mail

    def _hand_over(self, mail: Outgoing) -> None:
        fields = {"job": mail.job_id, "attempt": mail.attempt}
        try:
            message_id = self._transport.send(mail)
        except NotTaken as error:
            why = error.why
            self._record(mail, lambda job, now: changes.put_back(job, mail.attempt, why, now))
            logger().warning("mail not taken now", extra=fields | {"why": why})
            raise
        except Refused as error:
            reason, said = f"refused:{error.why}", error.said
            self._record(
                mail, lambda job, now: changes.refused(job, mail.attempt, reason, said, now)
            )
            logger().error("mail refused", extra=fields | {"why": error.why})
        except OutcomeUnknown as error:
            # The lease stays: an event settles the job, or it is sent again after the lease.
            logger().warning("mail outcome unknown", extra=fields | {"why": error.why})
        else:
            self._record(
                mail, lambda job, now: changes.accepted(job, mail.attempt, message_id, now)
            )
            logger().info("mail sent", extra=fields | {"message_id": message_id})

    def _record(self, mail: Outgoing, change: Callable[[Job, datetime], Job | None]) -> None:
        now = self._clock()
        update(self._jobs, mail.job_id, lambda job: change(job, now))
