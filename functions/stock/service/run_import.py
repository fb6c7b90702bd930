"""Working an import off: the check, and after a person's yes the changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from common.clock import Clock
from common.errors import Contended, NotFound
from stock.domain.job import (
    PREVIEW_ROWS,
    Job,
    RowStep,
    State,
    fitting,
    look_at,
    row_step,
)
from stock.domain.level import Level
from stock.domain.product import Product
from stock.domain.rows import Row, needs_name, read_rows
from stock.domain.sheet import Fault, FileFault, read_sheet
from stock.domain.views import ImportRow
from stock.service.catalogue import Entry
from stock.service.imports import Files, Sender

# 50 SKUs are 100 keys: one read. What they write must leave room for the job itself.
ROWS_A_READ = 50
ROWS_A_PROGRESS = 500
MOST_WRITES = 95
TRIES = 12


class Work(Protocol):
    """Port: jobs and what they change. Writes raise Contended when somebody was faster."""

    def job(self, import_id: str) -> Job: ...

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...

    def save(self, before: Job, after: Job) -> None: ...

    def save_check(
        self, before: Job, after: Job, rows: Sequence[ImportRow], faults: Sequence[Fault]
    ) -> None: ...

    def apply(self, before: Job, after: Job, steps: Sequence[RowStep]) -> None: ...


class ImportWorker:
    """Works one job off. Any step may be repeated: the check only reads, and rows are applied in
    one transaction with the cursor behind them, so that none is applied twice."""

    def __init__(
        self,
        work: Work,
        files: Files,
        queue: Sender,
        clock: Clock,
        has_time: Callable[[], bool],
    ) -> None:
        self._work = work
        self._files = files
        self._queue = queue
        self._clock = clock
        self._has_time = has_time

    def run(self, import_id: str) -> None:
        """Do what the job's state asks for. Raises Contended, Unavailable; run it again then."""
        job = self._work.job(import_id)
        if job.state not in (State.CHECKING, State.APPLYING):
            return
        try:
            sheet = read_sheet(self._files.get(import_id))
        except (FileFault, NotFound) as fault:
            self._fail(job, str(fault))
            return
        rows, faults = read_rows(sheet)
        if job.state == State.CHECKING:
            fresh = job.rechecked(sheet.encoding, len(sheet.rows))
            self._check(job, fresh, rows, faults)
        else:
            self._apply(job, rows)

    def _fail(self, job: Job, reason: str) -> None:
        fault = Fault(0, "", "", reason)
        failed = replace(job.moved_to(State.FAILED, reason=reason), errors_count=1)
        self._work.save_check(job, failed, [], [fault])

    # -- checking

    def _check(self, stored: Job, job: Job, rows: Sequence[Row], faults: list[Fault]) -> None:
        preview: list[ImportRow] = []
        for start in range(0, len(rows), ROWS_A_PROGRESS):
            if start:
                self._work.save(stored, job)
                stored = job
            seen = self._look(rows[start : start + ROWS_A_PROGRESS], faults)
            preview += seen[: PREVIEW_ROWS - len(preview)]
            job = job.counted([row.action for row in seen])
        faults.sort(key=lambda fault: fault.row)
        ready = replace(job, state=State.READY, done=job.total, errors_count=len(faults))
        self._work.save_check(stored, ready, preview, faults)

    def _look(self, rows: Sequence[Row], faults: list[Fault]) -> list[ImportRow]:
        seen = []
        entries = self._work.entries(row.sku for row in rows)
        for row in rows:
            product, level = _both(entries.get(row.sku))
            fault = needs_name(row, product)
            if fault:
                faults.append(fault)
            else:
                seen.append(look_at(row, product, level))
        return seen

    # -- applying

    def _apply(self, job: Job, rows: Sequence[Row]) -> None:
        failures = 0
        while job.state == State.APPLYING:
            if not self._has_time():
                self._queue.send([{"id": job.id}])
                return
            try:
                # After a failure rows are applied one by one, so that a busy SKU does not hold
                # up the others.
                job = self._apply_some(job, rows, 1 if failures else ROWS_A_READ)
                failures = 0
            except Contended:
                failures += 1
                if failures == TRIES:
                    raise
                job = self._work.job(job.id)

    def _apply_some(self, job: Job, rows: Sequence[Row], most: int) -> Job:
        batch = rows[job.done : job.done + most]
        entries = self._work.entries(row.sku for row in batch)
        now = self._clock()
        steps = [row_step(job, row, *_both(entries.get(row.sku)), now) for row in batch]
        chosen = fitting(steps, MOST_WRITES)
        after = job.counted([step.action for step in chosen])
        if after.done >= len(rows):
            after = replace(after, state=State.DONE)
        self._work.apply(job, after, chosen)
        return after


def _both(entry: Entry | None) -> tuple[Product | None, Level | None]:
    return (entry.product, entry.level) if entry else (None, None)
