"""What /api/stock answers about purchase orders, places, stock-takes and proposals."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from stock.domain.place import Lying, Place, main_units
from stock.domain.purchase import Purchase
from stock.domain.reorder import Proposal
from stock.domain.stocktake import Counted, Stocktake
from stock.domain.views import WireTime


class PurchaseLineView(BaseModel):
    """received: good and defective units; missing: still to come."""

    sku: str
    quantity: int
    received: int
    defective: int
    missing: int
    cost: Annotated[int | None, Field(description="Yen a unit without tax")]
    arrives_on: date | None


class PurchaseView(BaseModel):
    """A purchase order. missing: units still to come, of all lines."""

    id: str
    supplier: str
    state: Literal["DRAFT", "ORDERED", "RECEIVED", "CANCELLED"]
    created_at: WireTime
    ordered_at: WireTime | None
    arrives_on: date | None
    note: str
    lines: list[PurchaseLineView]
    missing: int
    version: int


class PurchasePage(BaseModel):
    """Purchase orders, newest first."""

    items: list[PurchaseView]
    next: str | None


class ComingView(BaseModel):
    """Units of a SKU on their way."""

    sku: str
    quantity: int
    arrives_on: date | None
    purchase_id: str
    supplier: str


class ComingList(BaseModel):
    """What is on its way of a SKU, the soonest first."""

    items: list[ComingView]


class PlaceView(BaseModel):
    """A storehouse or a part of one; `main` is always there."""

    code: str
    name: str
    version: int


class PlaceList(BaseModel):
    items: list[PlaceView]


class LyingView(BaseModel):
    """Units in one place. on_hand: good ones; negative when the places say they have more than the
    whole."""

    place: str
    on_hand: int
    defective: int


class LyingList(BaseModel):
    """Where the units of a SKU are; on_hand and defective: all places together."""

    sku: str
    on_hand: int
    defective: int
    items: list[LyingView]


class ProposalView(BaseModel):
    """Order so many units. available, waiting, coming: what it was reckoned from."""

    sku: str
    name: str
    supplier: str
    quantity: int
    point: int
    target: int
    lot: int
    available: int
    waiting: int
    coming: int


class ProposalList(BaseModel):
    """The proposal of a day, by supplier and SKU. made_at: null when none was made yet."""

    made_at: WireTime | None
    items: list[ProposalView]
    next: str | None


class StocktakeView(BaseModel):
    """A stock-take. applied: rows worked off; outdated: of these, rows that changed nothing because
    somebody counted the SKU after them."""

    id: str
    created_at: WireTime
    note: str
    state: Literal["OPEN", "APPLYING", "APPLIED", "CANCELLED"]
    applied: int
    outdated: int
    version: int


class StocktakeList(BaseModel):
    """Stock-takes, newest first."""

    items: list[StocktakeView]
    next: str | None


class CountedView(BaseModel):
    """One count: what was found, and what the books said at that moment."""

    sku: str
    counted: int
    book: int
    difference: int
    at: WireTime
    actor: str


class CountedPage(BaseModel):
    """Counts in order of SKU."""

    items: list[CountedView]
    next: str | None


class PastLevel(BaseModel):
    """The counters of a SKU at a moment in the past. version 0: it did not exist yet."""

    sku: str
    at: WireTime
    on_hand: int
    allocated: int
    available: int
    waiting: int
    version: int
    changed_at: WireTime | None


def purchase_view(purchase: Purchase) -> PurchaseView:
    """A purchase order for people."""
    return PurchaseView(
        id=purchase.id,
        supplier=purchase.supplier,
        state=purchase.state.value,
        created_at=purchase.created_at,
        ordered_at=purchase.ordered_at,
        arrives_on=purchase.arrives_on,
        note=purchase.note,
        lines=[
            PurchaseLineView(
                sku=line.sku,
                quantity=line.quantity,
                received=line.received,
                defective=line.defective,
                missing=line.missing if purchase.is_open else 0,
                cost=line.cost,
                arrives_on=line.arrives_on,
            )
            for line in purchase.lines
        ],
        missing=purchase.missing,
        version=purchase.version,
    )


def place_view(place: Place) -> PlaceView:
    return PlaceView(code=place.code, name=place.name, version=place.version)


def lying_list(sku: str, on_hand: int, found: list[Lying]) -> LyingList:
    """All places of a SKU, the main one first. on_hand: of the level."""
    others = [one for one in found if one.place != "main"]
    main = next((one for one in found if one.place == "main"), Lying(sku, "main"))
    rows = [
        LyingView(
            place="main",
            on_hand=main_units(on_hand, sum(one.on_hand for one in others)),
            defective=main.defective,
        )
    ]
    rows += [
        LyingView(place=one.place, on_hand=one.on_hand, defective=one.defective)
        for one in others
        if one.on_hand or one.defective
    ]
    defective = sum(one.defective for one in found)
    return LyingList(sku=sku, on_hand=on_hand, defective=defective, items=rows)


def proposal_view(proposal: Proposal, name: str) -> ProposalView:
    rule, position = proposal.rule, proposal.position
    return ProposalView(
        sku=proposal.sku,
        name=name,
        supplier=proposal.supplier,
        quantity=proposal.quantity,
        point=rule.point,
        target=rule.target,
        lot=rule.lot,
        available=position.available,
        waiting=position.waiting,
        coming=position.coming,
    )


def stocktake_view(take: Stocktake) -> StocktakeView:
    return StocktakeView(
        id=take.id,
        created_at=take.created_at,
        note=take.note,
        state=take.state.value,
        applied=take.applied,
        outdated=take.outdated,
        version=take.version,
    )


def counted_view(row: Counted) -> CountedView:
    return CountedView(
        sku=row.sku,
        counted=row.counted,
        book=row.book,
        difference=row.difference,
        at=row.at,
        actor=row.actor.name or row.actor.id,
    )
