"""Ports of the mail area in memory, as strict as the real ones, and a mail service that fails on
demand."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from common.errors import Contended
from common.shops import Shop
from mail.domain.address import address_digest
from mail.domain.job import Job, Slot, State
from mail.domain.outgoing import NotTaken, OutcomeUnknown, Outgoing, Refused
from mail.domain.stored import Content, Count, JobPage, Once
from mail.service.composing import Composer
from mail.service.desk import Desk
from mail.service.drafting import Drafter
from mail.service.sending import Sender
from mail.service.settling import Settler
from mail.service.sweeping import Sweeper
from tests.mail.builders import T0, shop


class ProcessDied(BaseException):
    """The Lambda process is gone: nothing after this line runs."""


class FakeClock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class MemoryJobs:
    """`before_save` is called before each write: a test lets somebody else be faster there."""

    def __init__(self) -> None:
        self.slots: dict[str, Slot] = {}
        self.keys: dict[str, str] = {}
        self.saved: list[Job] = []
        self.before_save: Callable[[], None] = lambda: None

    def slot(self, job_id: str) -> Slot:
        return self.slots.get(job_id, Slot())

    def get(self, job_id: str) -> Job | None:
        return self.slot(job_id).job

    def save(self, job: Job, *, once: Once | None = None) -> None:
        hook, self.before_save = self.before_save, lambda: None
        hook()
        if self.slot(job.id).version != job.version - 1:
            raise Contended
        if once is not None:
            if once.key in self.keys:
                raise Contended
            self.keys[once.key] = once.meaning
        self.slots[job.id] = Slot(job.version, job.order_version, job)
        self.saved.append(job)

    def note(self, job_id: str, order_version: int, *, version: int) -> None:
        if self.slot(job_id).version != version - 1:
            raise Contended
        self.slots[job_id] = Slot(version, order_version)

    def used(self, key: str) -> str | None:
        return self.keys.get(key)

    def _all(self, wanted: Callable[[Job], bool]) -> list[Job]:
        jobs = [slot.job for slot in self.slots.values() if slot.job]
        return sorted(filter(wanted, jobs), key=lambda job: job.created_at)

    def in_state(
        self, state: State, *, limit: int, token: str | None, newest_first: bool
    ) -> JobPage:
        found = self._all(lambda job: job.state is state)
        if newest_first:
            found.reverse()
        start = int(token or 0)
        end = start + limit
        return JobPage(found[start:end], str(end) if end < len(found) else None)

    def of_order(self, order_id: str, *, limit: int, token: str | None) -> JobPage:
        return JobPage(self._all(lambda job: job.order_id == order_id)[::-1], None)

    def count(self, state: State, *, cap: int) -> Count:
        found = len(self._all(lambda job: job.state is state))
        return Count(min(found, cap), found > cap)


class MemoryContents:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Content] = {}

    def put(self, job_id: str, content: Content, *, now: datetime) -> None:
        self.kept[job_id, content.digest] = content

    def get(self, job_id: str, digest: str) -> Content | None:
        return self.kept.get((job_id, digest))

    def html(self, job_id: str, digest: str) -> str | None:
        found = self.kept.get((job_id, digest))
        return found.html if found and found.html else None

    def html_url(self, job_id: str, digest: str, *, seconds: int) -> str | None:
        if self.html(job_id, digest) is None:
            return None
        return f"https://bucket.example/{job_id}/{digest}?seconds={seconds}"


class MemorySuppressions:
    def __init__(self) -> None:
        self.listed: dict[str, str] = {}

    def add(self, address: str, why: str, job_id: str, now: datetime) -> None:
        self.listed.setdefault(address_digest(address), why)

    def why(self, address: str) -> str | None:
        return self.listed.get(address_digest(address))


class FakeShops:
    def __init__(self, *shops: Shop) -> None:
        self.shops = {each.id: each for each in shops}

    def get(self, shop_id: str) -> Shop | None:
        return self.shops.get(shop_id)

    def all(self) -> Sequence[Shop]:
        return list(self.shops.values())


class FakeTransport:
    """A mail service. `next` is what happens to the coming mails; afterwards all are taken.

    taken: mails the service took, whatever the sender came to know.
    """

    def __init__(self) -> None:
        self.next: list[str] = []
        self.taken: list[Outgoing] = []
        self.calls = 0

    def send(self, mail: Outgoing) -> str:
        self.calls += 1
        step = self.next.pop(0) if self.next else "take"
        if step == "die before":
            raise ProcessDied
        if step == "throttle":
            raise NotTaken("TooManyRequestsException")
        if step == "refuse":
            raise Refused("MessageRejected", "Email address is not verified: someone@example.net")
        if step == "lose request":
            raise OutcomeUnknown("ReadTimeoutError")
        self.taken.append(mail)
        if step == "lose answer":
            raise OutcomeUnknown("ReadTimeoutError")
        if step == "die after":
            raise ProcessDied
        return f"ses-{len(self.taken)}"


class MemoryWakeups:
    def __init__(self) -> None:
        self.told: list[str] = []

    def send(self, job_ids: Sequence[str]) -> None:
        self.told += job_ids


class Office:
    """The whole area in memory."""

    def __init__(self, *shops: Shop) -> None:
        self.clock = FakeClock()
        self.jobs = MemoryJobs()
        self.contents = MemoryContents()
        self.suppressions = MemorySuppressions()
        self.shops = FakeShops(*(shops or (shop(),)))
        self.transport = FakeTransport()
        self.wakeups = MemoryWakeups()
        drafter = Drafter(self.shops)
        self.composer = Composer(self.jobs, self.contents, drafter, self.clock)
        self.sender = Sender(
            self.jobs, self.contents, self.suppressions, self.shops, self.transport, self.clock
        )
        self.settler = Settler(self.jobs, self.suppressions, self.clock)
        self.sweeper = Sweeper(self.jobs, self.wakeups, self.clock)
        self.desk = Desk(self.jobs, self.contents, drafter, self.clock)

    def job(self, job_id: str) -> Job:
        found = self.jobs.get(job_id)
        assert found is not None
        return found
