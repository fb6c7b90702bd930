"""An import: a job that is checked, looked at by a person, and applied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from common.auth import SYSTEM, Actor
from stock.domain.formats import Kind
from stock.domain.level import LastChange, Level, LevelMove, Reason, set_level
from stock.domain.place import Lying
from stock.domain.product import Product, parts_changed, search_tokens
from stock.domain.rows import Row, differences, product_after, units_after
from stock.domain.views import FieldChange, ImportRow

PREVIEW_ROWS = 50
SHOWN_ERRORS = 200


class State(StrEnum):
    """Where an import stands."""

    CHECKING = "CHECKING"
    READY = "READY"
    APPLYING = "APPLYING"
    DONE = "DONE"
    FAILED = "FAILED"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


@dataclass(frozen=True, slots=True)
class Job:
    """An import. version: +1 every write, what writers compare.

    done: rows worked off in the present state; while applying it is the cursor, written in the
    same transaction as the rows before it. created, changed, unchanged: what the rows would do,
    and from APPLYING on what they did. actor: who had it applied. While undoing, undone_to is the
    row up to which all are taken back, undone counts them, and kept those that could not be
    wholly, because somebody changed them since, or because a SKU once known stays known. reason:
    why the import failed; while undoing it says that nobody asked for that, and how it will end.
    """

    id: str
    file_name: str
    created_at: datetime
    state: State = State.CHECKING
    version: int = 1
    total: int = 0
    done: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    errors_count: int = 0
    encoding: str = ""
    reason: str = ""
    actor: Actor = SYSTEM
    kind: Kind = Kind.PLAIN
    undone_to: int = 0
    undone: int = 0
    kept: int = 0

    def counted(self, actions: Sequence[str]) -> "Job":
        """With these rows' actions added."""
        return replace(
            self,
            version=self.version + 1,
            done=self.done + len(actions),
            created=self.created + actions.count("create"),
            changed=self.changed + actions.count("change"),
            unchanged=self.unchanged + actions.count("unchanged"),
        )

    def moved_to(self, state: State, *, reason: str = "") -> "Job":
        return replace(self, version=self.version + 1, state=state, reason=reason)

    def given_back(self, reason: str, errors_count: int) -> "Job":
        """From APPLYING to UNDOING, because a row turned out wrong after all: what was applied
        before it must not stay."""
        wrong = self.moved_to(State.UNDOING, reason=reason)
        return replace(wrong, errors_count=errors_count)

    def taken_back(self, undone_to: int, undone: int, kept: int) -> "Job":
        """With so many rows more taken back, up to this one; none: it is over."""
        end = State.FAILED if self.reason else State.UNDONE
        return replace(
            self,
            version=self.version + 1,
            state=State.UNDOING if undone else end,
            undone_to=undone_to,
            undone=self.undone + undone,
            kept=self.kept + kept,
        )

    def rechecked(self, encoding: str, kind: Kind, total: int) -> "Job":
        """At the start of a check, also of one that starts again."""
        return replace(
            self,
            version=self.version + 1,
            encoding=encoding,
            kind=kind,
            total=total,
            done=0,
            created=0,
            changed=0,
            unchanged=0,
        )

    def begun(self, actor: Actor) -> "Job":
        """From READY to APPLYING: counting starts again, of what is really done."""
        return replace(
            self.moved_to(State.APPLYING), actor=actor, done=0, created=0, changed=0, unchanged=0
        )


@dataclass(frozen=True, slots=True)
class RowStep:
    """What applying one row writes; product_after None: product data stay as they are. lying:
    places before and after."""

    row: Row
    action: str
    product_before: Product | None = None
    product_after: Product | None = None
    move: LevelMove | None = None
    lying: Sequence[tuple[Lying, Lying]] = ()

    @property
    def writes(self) -> int:
        """How many items a transaction writes for it, at most."""
        if self.product_after is None:
            # The level, its place in the short list, and what undoing it needs.
            return 3 + len(self.lying) if self.move else 0
        old = search_tokens(self.product_before) if self.product_before else []
        tokens = len(set(old) ^ set(search_tokens(self.product_after)))
        parts = parts_changed(self.product_before, self.product_after)
        return 5 + tokens + len(self.lying) + len(parts)


def look_at(row: Row, product: Product | None, level: Level | None) -> ImportRow:
    """What a row would do to the present values."""
    changes = [
        FieldChange(field=d.field, before=d.before, after=d.after)
        for d in differences(row, product, level)
    ]
    if product is None:
        return ImportRow(row=row.number, sku=row.sku, action="create", changes=changes)
    action = "change" if changes else "unchanged"
    return ImportRow.model_validate(
        {"row": row.number, "sku": row.sku, "action": action, "changes": changes}
    )


def row_step(
    job: Job,
    row: Row,
    product: Product | None,
    level: Level | None,
    now: datetime,
    lying: Sequence[Lying] = (),
) -> RowStep:
    """What applying a row writes, against the values as they are now: quantities are absolute, so
    whatever changed since the check is taken into account. lying: of the places the row names."""
    seen = look_at(row, product, level)
    if seen.action == "unchanged" and not any(row.units.values()):
        return RowStep(row, seen.action)
    before = level or Level(row.sku)
    change = LastChange(
        f"{job.id}#{row.number}", Reason.IMPORT, now, job.actor, job.id, job.file_name
    )
    on_hand = units_after(row, level)
    move = set_level(
        before,
        change,
        on_hand=before.on_hand if on_hand is None else max(0, on_hand),
        safety=before.safety if row.safety is None else row.safety,
        is_count=row.on_hand is not None,
    )
    moved = [(one, one.moved(on_hand=row.units[one.place])) for one in lying if not one.is_main]
    if all(difference.field == "on_hand" for difference in seen.changes) and product:
        return RowStep(row, seen.action, product, None, move, moved)
    after = replace(
        product_after(row, product),
        version=(product.version if product else 0) + 1,
        level_version=move.after.version,
        at=now,
    )
    return RowStep(row, seen.action, product, after, move, moved)


class Sized(Protocol):
    """A step that knows how many items it writes, at most."""

    @property
    def writes(self) -> int: ...


S = TypeVar("S", bound=Sized)


def fitting(steps: Sequence[S], most: int) -> Sequence[S]:
    """The first steps that together write at most `most` items; always one."""
    writes = 0
    for n, step in enumerate(steps):
        writes += step.writes
        if n and writes > most:
            return steps[:n]
    return steps
