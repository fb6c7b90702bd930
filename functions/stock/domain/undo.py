"""Taking a whole import back.

Counters are taken back as differences, so that what was sold or came in since stays right; product
data are given back only where nobody changed them since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from common.errors import Conflict
from stock.domain.job import Job, RowStep
from stock.domain.level import LastChange, Level, LevelMove, Reason, set_level
from stock.domain.place import Lying
from stock.domain.product import Product, parts_changed, search_tokens


@dataclass(frozen=True, slots=True)
class Trace:
    """What one row of an import did. product_before: None for a SKU that it made. product_version:
    the version it gave the product, 0 when it left product data alone. on_hand: signed units.
    units: signed units by place."""

    row: int
    sku: str
    product_before: Product | None = None
    product_version: int = 0
    on_hand: int = 0
    safety_before: int = 0
    safety_after: int = 0
    units: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UndoStep:
    """What taking one row back writes. is_whole: nothing of the row stays."""

    trace: Trace
    product_before: Product | None = None
    product_after: Product | None = None
    move: LevelMove | None = None
    lying: Sequence[tuple[Lying, Lying]] = ()
    is_whole: bool = True

    @property
    def writes(self) -> int:
        """How many items a transaction writes for it, at most."""
        before, after = self.product_before, self.product_after
        if not before or not after:
            return (2 if self.move else 0) + len(self.lying)
        tokens = set(search_tokens(before)) ^ set(search_tokens(after))
        return 4 + len(tokens) + len(self.lying) + len(parts_changed(before, after))


def trace_of(step: RowStep) -> Trace:
    """What a step did, to be written with it."""
    move = step.move
    return Trace(
        row=step.row.number,
        sku=step.row.sku,
        product_before=step.product_before if step.product_after else None,
        product_version=step.product_after.version if step.product_after else 0,
        on_hand=move.after.on_hand - move.before.on_hand if move else 0,
        safety_before=move.before.safety if move else 0,
        safety_after=move.after.safety if move else 0,
        units=dict(step.row.units),
    )


@dataclass(frozen=True, slots=True)
class Now:
    """What there is of a row's SKU when it is taken back. lying: of the places the row named.
    parts: products that the set was made of before. is_listed: a shop has it on sale, and it is
    made of something else than before."""

    product: Product
    level: Level
    lying: Sequence[Lying] = ()
    parts: Mapping[str, Product] = field(default_factory=dict)
    is_listed: bool = False


def undo_step(job: Job, trace: Trace, now: Now, at: datetime) -> UndoStep:
    """Against the values as they are now. A SKU that the import made stays, without its units:
    orders may know it already."""
    level = now.level
    change = LastChange(
        f"{job.id}#undo#{trace.row}", Reason.UNDO, at, job.actor, job.id, job.file_name
    )
    wanted = level.on_hand - trace.on_hand
    safety = trace.safety_before if level.safety == trace.safety_after else level.safety
    move = set_level(level, change, on_hand=max(0, wanted), safety=safety)
    restored = _restored(trace, now, move.after.version, at)
    moved, all_moved = _moved(trace, now.lying)
    is_whole = (
        wanted >= 0
        and all_moved
        and safety == trace.safety_before
        and (restored is not None or trace.product_version == 0)
    )
    has_moved = move.after.on_hand != level.on_hand or safety != level.safety
    return UndoStep(
        trace,
        product_before=now.product if restored else None,
        product_after=restored,
        move=move if has_moved or restored else None,
        lying=moved,
        is_whole=is_whole,
    )


def _restored(trace: Trace, now: Now, level_version: int, at: datetime) -> Product | None:
    before, product = trace.product_before, now.product
    if before is None or product.version != trace.product_version or now.is_listed:
        return None
    if any(sku not in now.parts or now.parts[sku].is_set for sku in before.components):
        return None
    return replace(
        before,
        used_in=product.used_in,
        mapped=product.mapped,
        version=product.version + 1,
        level_version=level_version,
        at=at,
    )


def _moved(trace: Trace, lying: Sequence[Lying]) -> tuple[list[tuple[Lying, Lying]], bool]:
    moved, is_whole = [], True
    for one in lying:
        if one.is_main:
            continue
        try:
            moved.append((one, one.moved(on_hand=-trace.units[one.place])))
        except Conflict:
            is_whole = False
    return moved, is_whole
