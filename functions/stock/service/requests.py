"""What the API is asked for, with its schema."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from stock.domain.product import NAME_MAX, PRICE_MAX, SKU_MAX, UNITS_MAX

Units = Annotated[int, Field(strict=True, ge=0, le=UNITS_MAX)]
Price = Annotated[int, Field(strict=True, ge=0, le=PRICE_MAX, description="Yen with tax")]
Sku = Annotated[str, Field(min_length=1, max_length=SKU_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
Jan = Annotated[str, Field(pattern=r"^([0-9]{8}|[0-9]{12,14})?$")]
SomeUnits = Annotated[int, Field(strict=True, ge=1, le=UNITS_MAX)]
ListFilter = Literal["all", "short"]
Note = Annotated[str, Field(max_length=500)]


class _Request(BaseModel):
    # A misspelt field must not be ignored as if it had been obeyed.
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewItem(_Request):
    """A product and its first units."""

    sku: Sku
    name: Name
    jan: Jan | None = None
    price: Price | None = None
    safety: Units = 0
    on_hand: Units = 0


class ItemChange(_Request):
    """Fields to change; jan, price and cost may be cleared with null. components: of a set, units
    of each SKU that make one; {} makes it a plain product again. reorder_point 0: never proposed.
    """

    name: Name | None = None
    jan: Jan | None = None
    price: Price | None = None
    safety: Units | None = None
    cost: Price | None = None
    supplier: Annotated[str, Field(max_length=100)] | None = None
    shelf: Annotated[str, Field(max_length=100)] | None = None
    reorder_point: Units | None = None
    target: Units | None = None
    lot: Annotated[int, Field(strict=True, ge=1, le=UNITS_MAX)] | None = None
    components: Annotated[dict[Sku, SomeUnits], Field(max_length=20)] | None = None


class Receipt(_Request):
    """Units that came in."""

    quantity: Annotated[int, Field(strict=True, ge=1, le=UNITS_MAX)]
    reference: Annotated[str, Field(max_length=100)] = ""
    note: Note = ""


class Adjustment(_Request):
    """A new count of what is on hand, and why it differs."""

    on_hand: Units
    reason: Literal["STOCKTAKE", "DAMAGE", "LOSS", "RETURN", "SAMPLE", "CORRECTION"]
    note: Note = ""
