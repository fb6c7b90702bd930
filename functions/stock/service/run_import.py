"""Working an import off: the check, after a person's yes the changes, and taking them back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from common.clock import Clock
from common.errors import Contended, NotFound
from stock.domain.formats import Kind
from stock.domain.job import (
    PREVIEW_ROWS,
    Job,
    RowStep,
    State,
    fitting,
    look_at,
    row_step,
)
from stock.domain.next_engine import read_rows
from stock.domain.place import MAIN, Lying, Place
from stock.domain.product import Product
from stock.domain.row_check import Present, row_faults
from stock.domain.rows import Row
from stock.domain.sheet import Fault, FileFault, Sheet, read_sheet
from stock.domain.undo import Now, Trace, UndoStep, undo_step
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

    def listed(self, skus: Iterable[str]) -> Collection[str]: ...

    def save(self, before: Job, after: Job) -> None: ...

    def save_check(
        self,
        before: Job,
        after: Job,
        faults: Sequence[Fault],
        rows: Sequence[ImportRow] | None = None,
    ) -> None: ...

    def apply(self, before: Job, after: Job, steps: Sequence[RowStep]) -> None: ...

    def places(self) -> Sequence[Place]: ...

    def lying(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Lying]: ...

    def traces(self, import_id: str, limit: int, after: int) -> Sequence[Trace]: ...

    def undo(self, before: Job, after: Job, steps: Sequence[UndoStep]) -> None: ...


# What people read when rows that were right at the check cannot be applied any more.
GIVEN_BACK = "反映の途中で取り込めない行が見つかりました。反映済みの行は元に戻しました"


class ImportWorker:
    """Works one job off. Any step may be repeated: the check only reads, and rows are applied in
    one transaction with the cursor behind them, so that none is applied twice. A row that was
    right at the check and is wrong when its turn comes ends the job: all before it is taken back.
    """

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
        self._places: Sequence[str] = ()

    def run(self, import_id: str) -> None:
        """Do what the job's state asks for. Raises Contended, Unavailable; run it again then."""
        job = self._work.job(import_id)
        if job.state is State.CHECKING:
            self._check(job)
        elif job.state is State.APPLYING:
            job = self._apply(job)
        self._repeat(job, State.UNDOING, self._undo_some)

    def _read(self, job: Job) -> tuple[Sheet, list[Row], list[Fault]]:
        """The rows of the job's file. Raises FileFault, NotFound."""
        sheet = read_sheet(self._files.get(job.id))
        places = self._work.places() if sheet.kind is Kind.NE_WAREHOUSE else ()
        self._places = [place.code for place in places if not place.is_main]
        codes = {name: place.code for place in places for name in (place.name, place.code)}
        return sheet, *read_rows(sheet, codes)

    # -- checking

    def _check(self, stored: Job) -> None:
        try:
            sheet, rows, faults = self._read(stored)
        except (FileFault, NotFound) as fault:
            failed = replace(stored.moved_to(State.FAILED, reason=str(fault)), errors_count=1)
            self._work.save_check(stored, failed, [Fault(0, "", "", str(fault))], [])
            return
        # Rows of one set or SKU are one; a file with faults is shown as it came.
        total = len(sheet.rows) if faults else len(rows)
        job = stored.rechecked(sheet.encoding, sheet.kind, total)
        preview: list[ImportRow] = []
        for start in range(0, len(rows), ROWS_A_PROGRESS):
            if start:
                self._work.save(stored, job)
                stored = job
            seen = self._look(job.kind, rows[start : start + ROWS_A_PROGRESS], faults)
            preview += seen[: PREVIEW_ROWS - len(preview)]
            job = job.counted([row.action for row in seen])
        faults.sort(key=lambda fault: fault.row)
        ready = replace(job, state=State.READY, done=job.total, errors_count=len(faults))
        self._work.save_check(stored, ready, faults, preview)

    def _look(self, kind: Kind, rows: Sequence[Row], faults: list[Fault]) -> list[ImportRow]:
        seen = []
        for row, present, _ in self._present(rows):
            wrong = row_faults(kind, row, present)
            faults += wrong
            if not wrong:
                seen.append(look_at(row, present.product, present.level))
        return seen

    def _present(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Present, Sequence[Lying]]]:
        """Each row with what there is of its SKU, and with what lies in the places it names."""
        entries = self._work.entries(row.sku for row in rows)
        parts = self._parts(sku for row in rows for sku in row.components)
        lying = self._work.lying((row.sku, at) for row in rows for at in self._named(row))
        listed = self._work.listed(row.sku for row in rows if row.components)
        for row in rows:
            entry = entries.get(row.sku)
            elsewhere = {at: lying[row.sku, at].on_hand for at in self._named(row) if at != MAIN}
            present = Present(
                entry.product if entry else None,
                entry.level if entry else None,
                {sku: parts[sku] for sku in row.components if sku in parts},
                elsewhere,
                is_listed=row.sku in listed,
            )
            yield row, present, [lying[row.sku, at] for at in row.units]

    def _named(self, row: Row) -> Sequence[str]:
        """Places to look into: the main one has what all the others leave."""
        places = [*row.units]
        if row.units.get(MAIN, 0) < 0:
            places += [place for place in self._places if place not in row.units]
        return places

    def _parts(self, skus: Iterable[str]) -> Mapping[str, Product]:
        return {sku: entry.product for sku, entry in self._work.entries(skus).items()}

    # -- applying, and taking back

    def _apply(self, job: Job) -> Job:
        try:
            sheet, rows, faults = self._read(job)
        except (FileFault, NotFound) as fault:
            return self._give_back(job, [Fault(0, "", "", str(fault))])
        if faults:
            # A place has another name now.
            return self._give_back(job, faults)
        kind = sheet.kind
        return self._repeat(
            job, State.APPLYING, lambda now, most: self._apply_some(now, kind, rows, most)
        )

    def _give_back(self, job: Job, faults: Sequence[Fault]) -> Job:
        after = job.given_back(GIVEN_BACK, len(faults))
        self._work.save_check(job, after, faults)
        return after

    def _repeat(self, job: Job, state: State, some: Callable[[Job, int], Job]) -> Job:
        """`some` until the job leaves the state, or the time of this worker is up."""
        failures = 0
        while job.state == state:
            if not self._has_time():
                self._queue.send([{"id": job.id}])
                return job
            try:
                # After a failure rows are done one by one, so that a busy SKU does not hold up
                # the others.
                job = some(job, 1 if failures else ROWS_A_READ)
                failures = 0
            except Contended:
                failures += 1
                if failures == TRIES:
                    raise
                job = self._work.job(job.id)
        return job

    def _apply_some(self, job: Job, kind: Kind, rows: Sequence[Row], most: int) -> Job:
        now = self._clock()
        steps = []
        for row, present, lying in self._present(rows[job.done : job.done + most]):
            if wrong := row_faults(kind, row, present):
                return self._give_back(job, wrong)
            steps.append(row_step(job, row, present.product, present.level, now, lying))
        chosen = fitting(steps, MOST_WRITES)
        after = job.counted([step.action for step in chosen])
        if after.done >= len(rows):
            after = replace(after, state=State.DONE)
        self._work.apply(job, after, chosen)
        return after

    def _undo_some(self, job: Job, most: int) -> Job:
        traces = self._work.traces(job.id, most, job.undone_to)
        entries = self._work.entries(trace.sku for trace in traces)
        lying = self._work.lying((t.sku, place) for t in traces for place in t.units)
        befores = [trace.product_before for trace in traces]
        parts = self._parts(sku for before in befores if before for sku in before.components)
        listed = self._work.listed(
            entry.product.sku
            for trace, entry in ((trace, entries[trace.sku]) for trace in traces)
            if trace.product_before and trace.product_before.components != entry.product.components
        )
        now = self._clock()
        steps = []
        for trace in traces:
            entry = entries[trace.sku]
            places = [lying[trace.sku, place] for place in trace.units]
            there = Now(entry.product, entry.level, places, parts, trace.sku in listed)
            steps.append(undo_step(job, trace, there, now))
        chosen = fitting(steps, MOST_WRITES)
        undone_to = chosen[-1].trace.row if chosen else job.undone_to
        kept = sum(not step.is_whole for step in chosen)
        after = job.taken_back(undone_to, len(chosen), kept)
        self._work.undo(job, after, chosen)
        return after
