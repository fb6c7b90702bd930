"""Receiving units and setting a new count."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Contended, FieldError, Invalid, NotFound
from common.ids import ulid
from stock.domain.level import LastChange, LevelMove, Reason, receive, set_level
from stock.domain.once import Once
from stock.domain.product import UNITS_MAX
from stock.domain.sets import require_units
from stock.domain.views import Item, item_of
from stock.service.catalogue import Entry
from stock.service.requests import Adjustment, Receipt

# A hot SKU changes several times a second; each try is a few milliseconds.
TRIES = 12
# With other reasons units came or went: a count of before, corrected by them, is still right.
_COUNTS = (Reason.STOCKTAKE, Reason.CORRECTION)


class Counts(Protocol):
    """Port: levels. `count` raises Contended when somebody was faster."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...

    def earlier_answer(self, once: Once) -> dict[str, Any] | None: ...

    def count(
        self, move: LevelMove, once: Once, answer: Mapping[str, Any], now: datetime
    ) -> None: ...


class Counting:
    """Changes of what is on hand. The same idempotency key changes it once and is answered the
    same for 24 hours."""

    def __init__(self, counts: Counts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock

    def receive(self, sku: str, receipt: Receipt, actor: Actor, key: str) -> Item:
        """Units came in. Raises NotFound, Invalid, Contended."""

        def decide(entry: Entry) -> LevelMove:
            change = self._change(Reason.RECEIVE, actor, receipt.note, receipt.reference)
            if entry.level.on_hand + receipt.quantity > UNITS_MAX:
                fault = f"在庫数は{UNITS_MAX:,}までです"
                raise Invalid(fault, [FieldError("body.quantity", fault)])
            return receive(entry.level, change, receipt.quantity)

        once = Once(key, {"do": "receive", "sku": sku, **receipt.model_dump(mode="json")})
        return self._count(sku, once, decide)

    def adjust(
        self, sku: str, adjustment: Adjustment, version: int, actor: Actor, key: str
    ) -> Item:
        """A new count. It may be lower than what is allocated: then `available` is negative, and
        staff see it. Raises NotFound, Changed, Contended."""

        def decide(entry: Entry) -> LevelMove:
            level = entry.level
            if version != level.version:
                item = item_of(entry.product, level)
                raise Changed("The numbers changed meanwhile.", item.model_dump(mode="json"))
            change = self._change(Reason(adjustment.reason), actor, adjustment.note)
            return set_level(
                level,
                change,
                on_hand=adjustment.on_hand,
                safety=level.safety,
                is_count=change.reason in _COUNTS,
            )

        once = Once(key, {"do": "adjust", "sku": sku, **adjustment.model_dump(mode="json")})
        return self._count(sku, once, decide)

    def _change(self, reason: Reason, actor: Actor, note: str, reference: str = "") -> LastChange:
        now = self._clock()
        return LastChange(ulid(now), reason, now, actor, reference, note)

    def _count(self, sku: str, once: Once, decide: "Decide") -> Item:
        for _ in range(TRIES):
            if earlier := self._counts.earlier_answer(once):
                return Item.model_validate(earlier)
            entry = self._counts.entries([sku]).get(sku)
            if entry is None:
                raise NotFound("There is no such SKU.")
            require_units(entry.product)
            move = decide(entry)
            item = item_of(entry.product, move.after)
            try:
                self._counts.count(move, once, item.model_dump(mode="json"), self._clock())
            except Contended:
                continue
            return item
        raise Contended("others kept changing the SKU")


class Decide(Protocol):
    """The change of a level as it is now."""

    def __call__(self, entry: Entry) -> LevelMove: ...
