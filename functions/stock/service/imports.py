"""Taking files in, and looking at what became of them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Conflict, Contended, Invalid
from common.ids import ulid
from stock.domain.job import SHOWN_ERRORS, Job, State
from stock.domain.once import Once
from stock.domain.packed import unpacked
from stock.domain.report import errors_csv
from stock.domain.sheet import Fault
from stock.domain.views import (
    ImportJob,
    ImportPage,
    ImportRow,
    ImportSummary,
    Person,
    RowError,
)

# Next Engine's files have up to 5 MB.
MOST_BYTES = 10_000_000
FILE_NAME_MAX = 200
# An import that is being applied changes several times a second.
TRIES = 12


class Jobs(Protocol):
    """Port: imports. Writes raise Contended when somebody was faster."""

    def job(self, import_id: str) -> Job: ...

    def page(self, limit: int, token: str | None) -> tuple[list[Job], str | None]: ...

    def preview(self, import_id: str) -> list[ImportRow]: ...

    def faults(self, import_id: str, chunks: int | None = None) -> Iterator[Fault]: ...

    def earlier_answer(self, once: Once) -> dict[str, Any] | None: ...

    def create(self, job: Job, once: Once) -> None: ...

    def begin(self, before: Job, after: Job, once: Once, now: datetime) -> None: ...


class Files(Protocol):
    """Port: the uploaded files."""

    def put(self, import_id: str, raw: bytes) -> None: ...

    def get(self, import_id: str) -> bytes: ...


class Sender(Protocol):
    """Port: the queue of jobs."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class ImportDesk:
    """What staff do with imports. A repeated request also puts the job on its queue again, in
    case the first one died before that; workers take repeats."""

    def __init__(self, jobs: Jobs, files: Files, queue: Sender, clock: Clock) -> None:
        self._jobs = jobs
        self._files = files
        self._queue = queue
        self._clock = clock

    def start(self, raw: bytes, file_name: str, actor: Actor, key: str) -> str:
        """Keep the file and have it checked; returns the import's id. raw: the file, or the file
        packed by gzip. Raises Invalid, TooLarge."""
        raw = unpacked(raw, MOST_BYTES)
        if not raw:
            raise Invalid("ファイルが空です")
        name = file_name[:FILE_NAME_MAX] or "import.csv"
        request = {"do": "import", "file": name, "sha256": hashlib.sha256(raw).hexdigest()}
        once = Once(key, request)
        earlier = self._jobs.earlier_answer(once) or self._create(raw, name, actor, once)
        if self._jobs.job(earlier["id"]).state == State.CHECKING:
            self._queue.send([earlier])
        return str(earlier["id"])

    def _create(self, raw: bytes, name: str, actor: Actor, once: Once) -> Mapping[str, Any]:
        now = self._clock()
        job = Job(ulid(now), name, now, actor=actor)
        # The file first: a job without its file could not be worked off, a file without a job
        # is taken away by the bucket's lifecycle.
        self._files.put(job.id, raw)
        try:
            self._jobs.create(job, once)
        except Contended:
            earlier = self._jobs.earlier_answer(once)
            if earlier is None:
                raise
            return earlier
        return {"id": job.id}

    def apply(self, import_id: str, actor: Actor, key: str) -> None:
        """Have a checked file applied. Raises NotFound, Conflict unless it is READY and without
        errors."""
        once = Once(key, {"do": "apply", "id": import_id})
        if not self._jobs.earlier_answer(once):
            self._begin(import_id, actor, once)
        if self._jobs.job(import_id).state == State.APPLYING:
            self._queue.send([{"id": import_id}])

    def _begin(self, import_id: str, actor: Actor, once: Once) -> None:
        job = self._jobs.job(import_id)
        if job.errors_count:
            raise Conflict("エラーのある行を直してから、もう一度読み込んでください")
        if job.state != State.READY:
            raise Conflict("この取込は、いま反映できる状態ではありません")
        try:
            self._jobs.begin(job, job.begun(actor), once, self._clock())
        except Contended:
            if not self._jobs.earlier_answer(once):
                raise

    def undo(self, import_id: str, actor: Actor, key: str) -> None:
        """Have a file taken back whole, also one that is being applied: its worker stops.

        Raises NotFound, Conflict when nothing was applied, Contended.
        """
        once = Once(key, {"do": "undo", "id": import_id})
        for _ in range(TRIES):
            if self._jobs.earlier_answer(once):
                break
            job = self._jobs.job(import_id)
            if job.state not in (State.DONE, State.APPLYING):
                raise Conflict("反映した取込、または反映中の取込だけを元に戻せます")
            after = replace(job.moved_to(State.UNDOING), actor=actor)
            try:
                self._jobs.begin(job, after, once, self._clock())
            except Contended:
                # The worker was faster with its next rows.
                continue
        else:
            raise Contended("the import kept changing")
        if self._jobs.job(import_id).state == State.UNDOING:
            self._queue.send([{"id": import_id}])

    def page(self, limit: int, token: str | None) -> ImportPage:
        """What was taken in, newest first."""
        jobs, following = self._jobs.page(limit, token)
        items = [ImportSummary(**_summary_fields(job)) for job in jobs]
        return ImportPage(items=items, next=following)

    def view(self, import_id: str) -> ImportJob:
        """The job with its first rows and errors. Raises NotFound."""
        job = self._jobs.job(import_id)
        faults = list(self._jobs.faults(import_id, chunks=1))[:SHOWN_ERRORS]
        return ImportJob(
            **_summary_fields(job),
            rows=self._jobs.preview(import_id),
            errors=[RowError(**fault._asdict()) for fault in faults],
        )

    def errors_file(self, import_id: str) -> str:
        """The wrong rows as CSV. Raises NotFound, also when the file is no longer kept."""
        self._jobs.job(import_id)
        faults = list(self._jobs.faults(import_id))
        return errors_csv(self._files.get(import_id), faults)


def _summary_fields(job: Job) -> dict[str, Any]:
    names = ImportSummary.model_fields.keys() - {"actor"}
    person = Person(**job.actor.to_dict())
    return {**{name: getattr(job, name) for name in names}, "actor": person}
