"""What the API is asked for about shops and listings, with its schema."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from stock.domain.level import Mode
from stock.service.requests import Sku

MOST_UNITS = 1000


class _Request(BaseModel):
    # A misspelt field must not be ignored as if it had been obeyed.
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ModeRequest(_Request):
    """How units are shown. last_n: with `last_n` only, units from which on shares are kept."""

    mode: Mode
    last_n: Annotated[int, Field(strict=True, ge=0, le=9999)] = 0


class MapRequest(_Request):
    """What a listing sells. units: of the SKU, or sets of it, that one listing takes."""

    sku: Sku
    units: Annotated[int, Field(strict=True, ge=1, le=MOST_UNITS)] = 1


class SyncRequest(_Request):
    """shop_id: only this shop; "" for all."""

    shop_id: Annotated[str, Field(max_length=100)] = ""
