"""Places: making them, moving units between them, and finding units defective."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Conflict, Contended, Invalid, NotFound
from common.ids import ulid
from stock.domain.level import LastChange, Level, LevelMove, Reason, set_level
from stock.domain.once import Once
from stock.domain.place import (
    MAIN,
    NAMES_OF_MAIN,
    Lying,
    Place,
    Transfer,
    check_place,
    main_units,
)
from stock.domain.sets import require_units
from stock.service.catalogue import Entry
from stock.service.goods_requests import DefectRequest, TransferRequest
from stock.service.goods_views import LyingList, PlaceList, PlaceView, lying_list, place_view

TRIES = 12


class PlaceStore(Protocol):
    """Port: places and what lies in them. Writes raise Contended when somebody was faster."""

    def all(self) -> list[Place]: ...

    def save(self, before: Place | None, after: Place) -> None: ...

    def require(self, place: str) -> None: ...

    def of_sku(self, sku: str) -> list[Lying]: ...

    def earlier_answer(self, once: Once) -> dict[str, Any] | None: ...

    def move(
        self,
        pairs: Iterable[tuple[Lying, Lying]],
        why: LevelMove | Transfer,
        once: Once,
        answer: Mapping[str, Any],
        now: datetime,
    ) -> None: ...


class Entries(Protocol):
    """Port: products with their levels."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class Storehouse:
    """What staff do with places. The same idempotency key does it once."""

    def __init__(self, store: PlaceStore, entries: Entries, clock: Clock) -> None:
        self._store = store
        self._entries = entries
        self._clock = clock

    def places(self) -> PlaceList:
        """Every place, the main one first."""
        return PlaceList(items=[place_view(place) for place in self._store.all()])

    def save(self, code: str, name: str, version: int | None) -> PlaceView:
        """A new place (version None), or another name. Raises Invalid, NotFound, Changed."""
        check_place(code, name)
        places = self._store.all()
        before = next((place for place in places if place.code == code), None)
        # Files name places by either.
        taken = {
            text for place in places if place.code != code for text in (place.code, place.name)
        }
        if name in taken or (code != MAIN and name in NAMES_OF_MAIN):
            raise Invalid(f"「{name}」はほかの保管場所が使っている名前です")
        if version is None:
            if before is not None and before.version:
                raise Changed("There is such a place already.", place_view(before).model_dump())
            after = Place(code, name)
        else:
            if before is None:
                raise NotFound(f"There is no place {code}.")
            if before.version != version:
                raise Changed("The place changed meanwhile.", place_view(before).model_dump())
            after = replace(before, name=name, version=before.version + 1)
        self._store.save(before, after)
        return place_view(after)

    def where(self, sku: str) -> LyingList:
        """Where the units of a SKU are. Raises NotFound."""
        level = self._entry(sku).level
        return lying_list(sku, level.on_hand, self._store.of_sku(sku))

    def transfer(self, sku: str, wanted: TransferRequest, actor: Actor, key: str) -> LyingList:
        """Units from one place to another; the level stays as it is.

        Raises NotFound, Invalid, Conflict when there are not so many, Contended.
        """
        if wanted.source == wanted.target:
            raise Invalid("移動元とは別の保管場所を選んでください")
        for place in (wanted.source, wanted.target):
            self._store.require(place)
        once = Once(key, {"do": "transfer", "sku": sku, **wanted.model_dump(mode="json")})

        def decide(level: Level, found: list[Lying]) -> tuple[list[Lying], LevelMove | Transfer]:
            units = -wanted.quantity
            out, into = (
                {"defective": n} if wanted.is_defective else {"on_hand": n} for n in (units, -units)
            )
            if wanted.source == MAIN and not wanted.is_defective:
                _require_in_main(level, found, wanted.quantity)
            moved = [
                _of(found, sku, wanted.source).moved(**out),
                _of(found, sku, wanted.target).moved(**into),
            ]
            now = self._clock()
            return moved, Transfer(
                id=ulid(now),
                sku=sku,
                source=wanted.source,
                target=wanted.target,
                quantity=wanted.quantity,
                is_defective=wanted.is_defective,
                at=now,
                actor=actor,
            )

        return self._move(sku, once, decide)

    def defect(self, sku: str, wanted: DefectRequest, actor: Actor, key: str) -> LyingList:
        """Good units were found defective, and leave the level, or the other way round.

        Raises NotFound, Invalid, Conflict when there are not so many, Contended.
        """
        if wanted.quantity == 0:
            raise Invalid("個数を入力してください")
        self._store.require(wanted.place)
        once = Once(key, {"do": "defect", "sku": sku, **wanted.model_dump(mode="json")})

        def decide(level: Level, found: list[Lying]) -> tuple[list[Lying], LevelMove | Transfer]:
            if wanted.place == MAIN and wanted.quantity > 0:
                _require_in_main(level, found, wanted.quantity)
            lying = _of(found, sku, wanted.place)
            after = lying.moved(on_hand=-wanted.quantity, defective=wanted.quantity)
            now = self._clock()
            change = LastChange(ulid(now), Reason.DAMAGE, now, actor, wanted.place, wanted.note)
            on_hand = level.on_hand - wanted.quantity
            return [after], set_level(level, change, on_hand=on_hand, safety=level.safety)

        return self._move(sku, once, decide)

    def _move(self, sku: str, once: Once, decide: "Decide") -> LyingList:
        for _ in range(TRIES):
            if earlier := self._store.earlier_answer(once):
                return LyingList.model_validate(earlier)
            entry, found = self._entry(sku), self._store.of_sku(sku)
            require_units(entry.product)
            level = entry.level
            moved, why = decide(level, found)
            pairs = [(_of(found, sku, after.place), after) for after in moved]
            untouched = [one for one in found if one.place not in {m.place for m in moved}]
            on_hand = why.after.on_hand if isinstance(why, LevelMove) else level.on_hand
            answer = lying_list(sku, on_hand, [*moved, *untouched])
            try:
                now = self._clock()
                self._store.move(pairs, why, once, answer.model_dump(mode="json"), now)
            except Contended:
                continue
            return answer
        raise Contended("others kept changing the SKU")

    def _entry(self, sku: str) -> Entry:
        entry = self._entries.entries([sku]).get(sku)
        if entry is None:
            raise NotFound("There is no such SKU.")
        return entry


class Decide(Protocol):
    """What lies where afterwards (changed places only), and what else is to be written."""

    def __call__(
        self, level: Level, found: list[Lying]
    ) -> tuple[list[Lying], LevelMove | Transfer]: ...


def _of(found: list[Lying], sku: str, place: str) -> Lying:
    return next((one for one in found if one.place == place), Lying(sku, place))


def _require_in_main(level: Level, found: list[Lying], units: int) -> None:
    there = main_units(level.on_hand, sum(one.on_hand for one in found if one.place != MAIN))
    if there < units:
        raise Conflict(f"{MAIN} の在庫は{max(0, there):,}個です。それより多くは動かせません")
