"""What other areas are told about a change. Ids are made of what changed, so that the same change
gives the same event at every delivery of the stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.clock import to_wire
from common.events import (
    AllocatedLine,
    Event,
    ListingMapped,
    ProductRegistered,
    StockAllocated,
    StockLevelChanged,
    StockShort,
)
from stock.domain.allocation import Allocation, AllocationChange
from stock.domain.level import Level, LevelMove
from stock.domain.product import Product


@dataclass(frozen=True, slots=True)
class ProductChange:
    """A product as it was stored."""

    after: Product


@dataclass(frozen=True, slots=True)
class ListingChange:
    """It was found out what a shop sells as `code`."""

    shop_id: str
    code: str
    sku: str
    at: datetime


StoredChange = LevelMove | AllocationChange | ProductChange | ListingChange


def events_of(change: StoredChange) -> Sequence[Event]:
    """The events of one stored change; none when nobody needs to know."""
    match change:
        case LevelMove(after=level):
            return [_level_changed(level)]
        case AllocationChange(before, after):
            answered = before.answer_version if before else 0
            return [_answer(after)] if after.answer_version > answered else []
        case ProductChange(product):
            return [_registered(product)]
        case ListingChange(shop_id, code, sku, at):
            # The same code may be mapped anew, so the time is part of the event's id.
            event_id = f"listing#{shop_id}#{code}#{to_wire(at)}"
            return [ListingMapped(event_id=event_id, at=at, shop_id=shop_id, code=code, sku=sku)]


def _level_changed(level: Level) -> StockLevelChanged:
    if level.last_change is None:
        raise ValueError(f"level {level.sku} does not say when it changed")
    return StockLevelChanged(
        event_id=f"level#{level.sku}#{level.version}",
        at=level.last_change.at,
        sku=level.sku,
        on_hand=level.on_hand,
        allocated=level.allocated,
        available=level.available,
        waiting=level.waiting,
        safety=level.safety,
        version=level.version,
        fillable=level.is_fillable,
    )


def _answer(allocation: Allocation) -> StockAllocated | StockShort:
    if allocation.at is None:
        raise ValueError(f"allocation {allocation.order_id} does not say when it was answered")
    kind = StockAllocated if allocation.is_complete else StockShort
    return kind(
        event_id=f"answer#{allocation.order_id}#{allocation.answer_version}",
        at=allocation.at,
        order_id=allocation.order_id,
        order_version=allocation.order_version,
        answer_version=allocation.answer_version,
        lines=[
            AllocatedLine(sku=sku, wanted=line.wanted, allocated=line.allocated)
            for sku, line in allocation.ordered.items()
        ],
    )


def _registered(product: Product) -> ProductRegistered:
    if product.at is None:
        raise ValueError(f"product {product.sku} does not say when it changed")
    return ProductRegistered(
        event_id=f"product#{product.sku}#{product.version}",
        at=product.at,
        sku=product.sku,
        name=product.name,
        jan=product.jan,
    )
