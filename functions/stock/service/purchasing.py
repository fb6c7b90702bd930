"""Purchase orders: drafting, sending, receiving against them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Contended, FieldError, Invalid
from common.ids import ulid
from stock.domain.level import LastChange, LevelMove, Reason, receive
from stock.domain.once import Once
from stock.domain.place import MAIN, Lying
from stock.domain.product import UNITS_MAX
from stock.domain.purchase import (
    Arrived,
    Purchase,
    cancelled,
    check_lines,
    edited,
    postponed,
    received,
    sent,
)
from stock.domain.sets import require_units
from stock.service.catalogue import Entry
from stock.service.goods_requests import ArrivalDates, PurchaseRequest, ReceiveRequest
from stock.service.goods_views import PurchasePage, PurchaseView, purchase_view

# A hot SKU changes several times a second; each try is a few milliseconds.
TRIES = 12


class PurchaseStore(Protocol):
    """Port: purchase orders. `save` raises Contended when somebody was faster."""

    def get(self, purchase_id: str) -> Purchase: ...

    def page(
        self, name: str, limit: int, token: str | None
    ) -> tuple[list[Purchase], str | None]: ...

    def earlier_answer(self, once: Once) -> dict[str, Any] | None: ...

    def save(
        self,
        before: Purchase | None,
        after: Purchase,
        once: Once | None,
        answer: Mapping[str, Any],
        now: datetime,
        *,
        moves: Iterable[LevelMove] = (),
        lying: Iterable[tuple[Lying, Lying]] = (),
    ) -> None: ...


class Entries(Protocol):
    """Port: products with their levels."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class LyingUnits(Protocol):
    """Port: what lies where."""

    def lying(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Lying]: ...

    def require(self, place: str) -> None:
        """Raises NotFound for a place that was never made."""


class PurchaseDesk:
    """What staff do with purchase orders. The same idempotency key does it once."""

    def __init__(
        self, store: PurchaseStore, entries: Entries, units: LyingUnits, clock: Clock
    ) -> None:
        self._store = store
        self._entries = entries
        self._units = units
        self._clock = clock

    def page(self, name: str, limit: int, token: str | None) -> PurchasePage:
        """Purchase orders of the list ALL, DRAFT or ORDERED, newest first."""
        found, after = self._store.page(name, limit, token)
        return PurchasePage(items=[purchase_view(one) for one in found], next=after)

    def get(self, purchase_id: str) -> PurchaseView:
        """Raises NotFound."""
        return purchase_view(self._store.get(purchase_id))

    def create(self, wanted: PurchaseRequest, actor: Actor, key: str) -> PurchaseView:
        """A new draft. Raises Invalid, also for a SKU that is not registered."""
        once = Once(key, {"do": "purchase", **wanted.model_dump(mode="json")})
        if earlier := self._store.earlier_answer(once):
            return PurchaseView.model_validate(earlier)
        now = self._clock()
        made = self._wanted(ulid(now), wanted, now, actor)
        check_lines(made.lines)
        view = purchase_view(made)
        try:
            self._store.save(None, made, once, view.model_dump(mode="json"), now)
        except Contended:
            earlier = self._store.earlier_answer(once)
            if earlier is None:
                raise
            return PurchaseView.model_validate(earlier)
        return view

    def change(
        self, purchase_id: str, wanted: PurchaseRequest, version: int, actor: Actor
    ) -> PurchaseView:
        """Another draft in place of the former. Raises NotFound, Changed, Conflict, Invalid."""
        before = self._at(purchase_id, version)
        after = self._wanted(purchase_id, wanted, before.created_at, actor)
        return self._save(before, edited(before, after))

    def send(self, purchase_id: str, version: int) -> PurchaseView:
        """It was ordered: its units are on their way. Raises NotFound, Changed, Conflict."""
        before = self._at(purchase_id, version)
        return self._save(before, sent(before, self._clock()))

    def cancel(self, purchase_id: str, version: int) -> PurchaseView:
        """Nothing more will come. Raises NotFound, Changed, Conflict."""
        before = self._at(purchase_id, version)
        return self._save(before, cancelled(before))

    def postpone(self, purchase_id: str, days: ArrivalDates, version: int) -> PurchaseView:
        """Other arrival dates. Raises NotFound, Changed, Conflict, Invalid."""
        before = self._at(purchase_id, version)
        return self._save(before, postponed(before, days.arrives_on, days.lines))

    def receive(
        self, purchase_id: str, receipt: ReceiveRequest, actor: Actor, key: str
    ) -> PurchaseView:
        """Units came in against it: the purchase order, the levels and the places change together.

        Raises NotFound, Conflict, Invalid, Contended.
        """
        request = {"do": "receive", "purchase": purchase_id, **receipt.model_dump(mode="json")}
        once = Once(key, request)
        self._units.require(receipt.place)
        for _ in range(TRIES):
            if earlier := self._store.earlier_answer(once):
                return PurchaseView.model_validate(earlier)
            try:
                return self._receive(purchase_id, receipt, actor, once)
            except Contended:
                continue
        raise Contended("others kept changing the SKUs")

    def _receive(
        self, purchase_id: str, receipt: ReceiveRequest, actor: Actor, once: Once
    ) -> PurchaseView:
        before = self._store.get(purchase_id)
        arrived = [line.arrived() for line in receipt.lines]
        after = received(before, arrived)
        now = self._clock()
        note = receipt.note or before.supplier
        change = LastChange(ulid(now), Reason.RECEIVE, now, actor, purchase_id, note)
        view = purchase_view(after)
        self._store.save(
            before,
            after,
            once,
            view.model_dump(mode="json"),
            now,
            moves=self._moves(arrived, change),
            lying=self._lying(arrived, receipt.place),
        )
        return view

    def _moves(self, arrived: Sequence[Arrived], change: LastChange) -> list[LevelMove]:
        entries = self._entries.entries(one.sku for one in arrived)
        moves = []
        for n, one in enumerate(arrived):
            if not one.good:
                continue
            require_units(entries[one.sku].product)
            level = entries[one.sku].level
            if level.on_hand + one.good > UNITS_MAX:
                fault = f"在庫数は{UNITS_MAX:,}までです"
                raise Invalid(fault, [FieldError(f"body.lines.{n}.good", fault)])
            moves.append(receive(level, change, one.good))
        return moves

    def _lying(self, arrived: Sequence[Arrived], place: str) -> list[tuple[Lying, Lying]]:
        # Good units of the main place are what the other places leave of the level.
        touched = [one for one in arrived if place != MAIN or one.defective]
        found = self._units.lying((one.sku, place) for one in touched)
        pairs = []
        for one in touched:
            before = found[one.sku, place]
            pairs.append((before, before.moved(on_hand=one.good, defective=one.defective)))
        return pairs

    def _wanted(
        self, purchase_id: str, wanted: PurchaseRequest, created_at: datetime, actor: Actor
    ) -> Purchase:
        known = self._entries.entries(line.sku for line in wanted.lines)
        errors = [
            FieldError(f"body.lines.{n}.sku", "この商品コードは登録されていません")
            for n, line in enumerate(wanted.lines)
            if line.sku not in known
        ]
        if errors:
            raise Invalid("登録されていない商品があります。先に商品を登録してください", errors)
        errors = [
            FieldError(f"body.lines.{n}.sku", "セット商品は発注できません")
            for n, line in enumerate(wanted.lines)
            if known[line.sku].product.is_set
        ]
        if errors:
            raise Invalid("セット商品は発注できません。構成品を発注してください", errors)
        return Purchase(
            id=purchase_id,
            supplier=wanted.supplier,
            created_at=created_at,
            lines=tuple(line.line() for line in wanted.lines),
            arrives_on=wanted.arrives_on,
            note=wanted.note,
            actor=actor,
        )

    def _at(self, purchase_id: str, version: int) -> Purchase:
        found = self._store.get(purchase_id)
        if found.version != version:
            raise self._changed(found)
        return found

    def _save(self, before: Purchase, after: Purchase) -> PurchaseView:
        try:
            self._store.save(before, after, None, {}, self._clock())
        except Contended:
            raise self._changed(self._store.get(before.id)) from None
        return purchase_view(after)

    def _changed(self, current: Purchase) -> Changed:
        shown = purchase_view(current).model_dump(mode="json")
        return Changed("The purchase order changed since you read it.", shown)
