"""What readers get to see: the answers of the API, with their schema."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, PlainSerializer

from common.clock import to_wire
from stock.domain.level import Level, LevelMove
from stock.domain.product import Product

WireTime = Annotated[
    datetime, PlainSerializer(to_wire, return_type=str, when_used="json-unless-none")
]


class Item(BaseModel):
    """A SKU: product and counters. `version` is of the whole, for If-Match."""

    sku: str
    name: str
    jan: str | None
    price: Annotated[int | None, Field(description="Yen with tax; null: not determined")]
    on_hand: int
    allocated: int
    available: Annotated[int, Field(description="on_hand - allocated; negative is a shortage")]
    waiting: Annotated[int, Field(description="Units of order lines that wait")]
    safety: Annotated[int, Field(description="Units that shops are not shown")]
    mode: str
    components: Annotated[dict[str, int], Field(description="Of a set: units of each SKU")]
    cost: Annotated[int | None, Field(description="Yen without tax")]
    supplier: str
    shelf: str
    reorder_point: Annotated[int, Field(description="0: never proposed")]
    target: int
    lot: int
    version: int
    updated_at: WireTime | None


class ItemPage(BaseModel):
    """Items in order of SKU."""

    items: list[Item]
    next: str | None


class Person(BaseModel):
    """Who did it. kind: staff, mall, system, rule or timer."""

    kind: str
    id: str
    name: str = ""


class Move(BaseModel):
    """One change of a level, from the ledger. orders: how many orders took part."""

    version: int
    at: WireTime
    reason: str
    actor: Person
    reference: str
    note: str
    on_hand_before: int
    on_hand_after: int
    allocated_before: int
    allocated_after: int
    waiting_before: int
    waiting_after: int
    orders: int


class MovePage(BaseModel):
    """Moves, newest first."""

    items: list[Move]
    next: str | None


class MoveOrder(BaseModel):
    """One order's part of a move, in signed units: allocated (`quantity`), and waiting."""

    order_id: str
    quantity: int
    waiting: int


class MoveOrders(BaseModel):
    """All orders that took part in a move."""

    items: list[MoveOrder]


class WaitingOrder(BaseModel):
    """One order line that waits for units."""

    order_id: str
    quantity: int
    ordered_at: WireTime


class WaitingPage(BaseModel):
    """The queue of a SKU, in the order it is served."""

    items: list[WaitingOrder]
    next: str | None


class CappedCount(BaseModel):
    """A count that stops at a cap."""

    count: int
    capped: bool


class QueueHealth(BaseModel):
    """How full a queue is; dead: messages that failed for good."""

    name: str
    waiting: int
    in_flight: int
    dead: int


class Health(BaseModel):
    """What the health screen shows of stock. waiting_skus: orders wait, or more is promised than
    there is."""

    queues: list[QueueHealth]
    waiting_skus: CappedCount


class FieldChange(BaseModel):
    """One value of a row against the present one."""

    field: str
    before: str | int | None
    after: str | int | None


class ImportRow(BaseModel):
    """What a row of a file will do."""

    row: int
    sku: str
    action: Literal["create", "change", "unchanged"]
    changes: list[FieldChange]


class RowError(BaseModel):
    """One wrong value of a file; row as a spreadsheet counts, 0: the file as a whole."""

    row: int
    column: str
    value: str
    reason: str


class ImportSummary(BaseModel):
    """An import of products and quantities. undone: rows taken back; kept: of these, rows of which
    something stays. actor: who sent it in, then who had it applied or taken back."""

    id: str
    file_name: str
    kind: Literal["plain", "ne_goods", "ne_set", "ne_warehouse"]
    state: Literal["CHECKING", "READY", "APPLYING", "DONE", "FAILED", "UNDOING", "UNDONE"]
    reason: str
    total: int
    done: int
    created: int
    changed: int
    unchanged: int
    errors_count: int
    undone: int
    kept: int
    encoding: str
    created_at: WireTime
    actor: Person


class ImportPage(BaseModel):
    """Imports of the last 90 days, newest first."""

    items: list[ImportSummary]
    next: str | None


class ImportJob(ImportSummary):
    """An import with its first 50 rows and its first 200 errors."""

    rows: list[ImportRow]
    errors: list[RowError]


class Accepted(BaseModel):
    """Work that was taken in hand."""

    id: str


def item_of(product: Product, level: Level) -> Item:
    """Product and counters as one thing."""
    return Item(
        sku=product.sku,
        name=product.name,
        jan=product.jan or None,
        price=product.price,
        on_hand=level.on_hand,
        allocated=level.allocated,
        available=level.available,
        waiting=level.waiting,
        safety=level.safety,
        mode=level.mode,
        components=dict(product.components),
        cost=product.cost,
        supplier=product.supplier,
        shelf=product.shelf,
        reorder_point=product.reorder_point,
        target=product.target,
        lot=product.lot,
        version=level.version,
        updated_at=level.last_change.at if level.last_change else product.at,
    )


def ledger_entry(move: LevelMove) -> Move:
    """The ledger's entry of a change; the level after it carries who and why."""
    before, after, change = move.before, move.after, move.after.last_change
    if change is None:
        raise ValueError(f"level {after.sku} does not say why it changed")
    return Move(
        version=after.version,
        at=change.at,
        reason=change.reason,
        actor=Person(**change.actor.to_dict()),
        reference=change.reference,
        note=change.note,
        on_hand_before=before.on_hand,
        on_hand_after=after.on_hand,
        allocated_before=before.allocated,
        allocated_after=after.allocated,
        waiting_before=before.waiting,
        waiting_after=after.waiting,
        orders=change.orders,
    )
