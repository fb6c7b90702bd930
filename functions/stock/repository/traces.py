"""What the rows of an import did, kept as long as the import so that it can be taken back.

Key: IMPORT#<id>  UNDO#<row>, in the transaction of the row.
"""

from typing import Any

from common.dynamo import Item, Key
from stock.domain.undo import Trace
from stock.repository.items import product_item, product_of


def trace_key(import_id: str, row: int) -> Key:
    return Key(f"IMPORT#{import_id}", f"UNDO#{row:06d}")


def trace_item(import_id: str, trace: Trace) -> Item:
    before = trace.product_before
    return {
        **trace_key(import_id, trace.row)._asdict(),
        "row": trace.row,
        "sku": trace.sku,
        "product_before": _map(product_item(before)) if before else None,
        "product_version": trace.product_version,
        "on_hand": trace.on_hand,
        "safety_before": trace.safety_before,
        "safety_after": trace.safety_after,
        "units": dict(trace.units) or None,
    }


def trace_of_item(item: Item) -> Trace:
    before = item.get("product_before")
    return Trace(
        row=item["row"],
        sku=item["sku"],
        product_before=product_of(before) if before else None,
        product_version=item["product_version"],
        on_hand=item["on_hand"],
        safety_before=item["safety_before"],
        safety_after=item["safety_after"],
        units=item.get("units", {}),
    )


def _map(item: Item) -> dict[str, Any]:
    """As a map inside an item: what is None is left out, as it is in an item."""
    return {name: value for name, value in item.items() if value is not None}
