"""Working an import off: the check, after a person's yes the changes, and taking them back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from stock.domain.level import Level
from stock.domain.next_engine import component_faults, read_rows, units_fault
from stock.domain.place import MAIN, Lying, Place, main_units
from stock.domain.product import Product
from stock.domain.rows import Row, needs_name
from stock.domain.sheet import Fault, FileFault, read_sheet
from stock.domain.undo import Trace, UndoStep, undo_step
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

    def places(self) -> Sequence[Place]: ...

    def lying(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Lying]: ...

    def traces(self, import_id: str, limit: int, after: int) -> Sequence[Trace]: ...

    def undo(self, before: Job, after: Job, steps: Sequence[UndoStep]) -> None: ...


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
        if job.state is State.UNDOING:
            self._repeat(job, State.UNDOING, self._undo_some)
        if job.state not in (State.CHECKING, State.APPLYING):
            return
        try:
            sheet = read_sheet(self._files.get(import_id))
        except (FileFault, NotFound) as fault:
            self._fail(job, str(fault))
            return
        rows, faults = read_rows(sheet, self._place_codes(sheet.kind))
        if job.state == State.CHECKING:
            # Rows of one set or SKU are one; a file with faults is shown as it came.
            total = len(sheet.rows) if faults else len(rows)
            fresh = job.rechecked(sheet.encoding, sheet.kind, total)
            self._check(job, fresh, rows, faults)
        else:
            self._repeat(job, State.APPLYING, lambda j, most: self._apply_some(j, rows, most))

    def _place_codes(self, kind: Kind) -> Mapping[str, str]:
        if kind is not Kind.NE_WAREHOUSE:
            return {}
        found = self._work.places()
        return {name: place.code for place in found for name in (place.name, place.code)}

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
            seen = self._look(job.kind, rows[start : start + ROWS_A_PROGRESS], faults)
            preview += seen[: PREVIEW_ROWS - len(preview)]
            job = job.counted([row.action for row in seen])
        faults.sort(key=lambda fault: fault.row)
        ready = replace(job, state=State.READY, done=job.total, errors_count=len(faults))
        self._work.save_check(stored, ready, preview, faults)

    def _look(self, kind: Kind, rows: Sequence[Row], faults: list[Fault]) -> list[ImportRow]:
        seen = []
        entries = self._work.entries(row.sku for row in rows)
        lying = self._lying(rows)
        parts = self._work.entries(sku for row in rows for sku in row.components)
        plain = [sku for sku, entry in parts.items() if not entry.product.is_set]
        for row in rows:
            product, level = _both(entries.get(row.sku))
            named = needs_name(kind, row, product)
            wrong = [named] if named else component_faults(row, plain)
            if row.units and level and not named:
                there = _there(row, level, lying)
                short = units_fault(row, level.available - level.waiting, there)
                wrong += [short] if short else []
            if wrong:
                faults += wrong
            else:
                seen.append(look_at(row, product, level))
        return seen

    def _lying(self, rows: Sequence[Row]) -> Mapping[tuple[str, str], Lying]:
        return self._work.lying((row.sku, place) for row in rows for place in row.units)

    # -- applying, and taking back

    def _repeat(self, job: Job, state: State, some: Callable[[Job, int], Job]) -> None:
        """`some` until the job leaves the state, or the time of this worker is up."""
        failures = 0
        while job.state == state:
            if not self._has_time():
                self._queue.send([{"id": job.id}])
                return
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

    def _apply_some(self, job: Job, rows: Sequence[Row], most: int) -> Job:
        batch = rows[job.done : job.done + most]
        entries = self._work.entries(row.sku for row in batch)
        lying = self._lying(batch)
        now = self._clock()
        steps = []
        for row in batch:
            places = [lying[row.sku, place] for place in row.units]
            steps.append(row_step(job, row, *_both(entries.get(row.sku)), now, places))
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
        now = self._clock()
        steps = []
        for trace in traces:
            entry = entries[trace.sku]
            places = [lying[trace.sku, place] for place in trace.units]
            steps.append(undo_step(job, trace, entry.product, entry.level, places, job.actor, now))
        chosen = fitting(steps, MOST_WRITES)
        after = replace(
            job,
            version=job.version + 1,
            state=State.UNDOING if chosen else State.UNDONE,
            undone_to=chosen[-1].trace.row if chosen else job.undone_to,
            undone=job.undone + len(chosen),
            kept=job.kept + sum(not step.is_whole for step in chosen),
        )
        self._work.undo(job, after, chosen)
        return after


def _there(row: Row, level: Level, lying: Mapping[tuple[str, str], Lying]) -> Mapping[str, int]:
    """Good units by the places a row names. What lies elsewhere is not known here, so of the main
    place all is counted that the places named leave."""
    others = {place: lying[row.sku, place].on_hand for place in row.units if place != MAIN}
    return {**others, MAIN: main_units(level.on_hand, sum(others.values()))}


def _both(entry: Entry | None) -> tuple[Product | None, Level | None]:
    return (entry.product, entry.level) if entry else (None, None)
