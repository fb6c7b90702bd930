"""What /api/stock is asked for about purchase orders, places and stock-takes."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from stock.domain.place import NAME_MAX
from stock.domain.product import PRICE_MAX, SKU_MAX, UNITS_MAX
from stock.domain.purchase import MOST_ARRIVED, MOST_LINES, Arrived, PurchaseLine

Sku = Annotated[str, Field(min_length=1, max_length=SKU_MAX)]
Units = Annotated[int, Field(strict=True, ge=0, le=UNITS_MAX)]
SomeUnits = Annotated[int, Field(strict=True, ge=1, le=UNITS_MAX)]
Cost = Annotated[int, Field(strict=True, ge=0, le=PRICE_MAX)]
Note = Annotated[str, Field(max_length=500)]
PlaceCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PurchaseLineRequest(_Request):
    """One line. cost: yen a unit without tax."""

    sku: Sku
    quantity: SomeUnits
    cost: Cost | None = None
    arrives_on: date | None = None

    def line(self) -> PurchaseLine:
        return PurchaseLine(self.sku, self.quantity, cost=self.cost, arrives_on=self.arrives_on)


class PurchaseRequest(_Request):
    """A purchase order as it shall be."""

    supplier: Annotated[str, Field(min_length=1, max_length=100)]
    lines: Annotated[list[PurchaseLineRequest], Field(min_length=1, max_length=MOST_LINES)]
    arrives_on: date | None = None
    note: Note = ""


class ArrivalDates(_Request):
    """Another day for the whole, and days of single SKUs that differ from it."""

    arrives_on: date | None = None
    lines: dict[Sku, date] = Field(default_factory=dict, max_length=MOST_LINES)


class ArrivedRequest(_Request):
    """Units of one SKU: good ones and defective ones, together at least one."""

    sku: Sku
    good: Units = 0
    defective: Units = 0

    def arrived(self) -> Arrived:
        return Arrived(self.sku, self.good, self.defective)


class ReceiveRequest(_Request):
    """What came in, and where it was put."""

    lines: Annotated[list[ArrivedRequest], Field(min_length=1, max_length=MOST_ARRIVED)]
    place: PlaceCode = "main"
    note: Note = ""


class PlaceRequest(_Request):
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class TransferRequest(_Request):
    """Units from one place to another; defective ones are moved by `is_defective`."""

    quantity: SomeUnits
    source: PlaceCode
    target: PlaceCode
    is_defective: Annotated[bool, Field(strict=True)] = False


class DefectRequest(_Request):
    """Good units found defective (quantity above 0), or defective ones found good (below 0)."""

    quantity: Annotated[int, Field(strict=True, ge=-UNITS_MAX, le=UNITS_MAX)]
    place: PlaceCode = "main"
    note: Note = ""


class StocktakeRequest(_Request):
    note: Note = ""


class CountRequest(_Request):
    """What was counted of a SKU, in all places together."""

    counted: Units
