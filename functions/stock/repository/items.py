"""Items of the table ↔ domain objects."""

from typing import Any

from common.auth import Actor
from common.clock import from_wire, to_wire
from common.dynamo import Item, Key
from stock.domain.allocation import Allocation, Line, Part, SetLine, Sold, Wait
from stock.domain.level import LastChange, Level, Reason
from stock.domain.product import Product
from stock.repository import keys

EXPOSURE = "exposure_"
RETURNED = "returned_"
SOLD = "sold_"


def level_item(level: Level) -> Item:
    """LEVEL: `available` and `pool` are stored, because a condition cannot subtract. What is kept
    by listing is flat, so that one listing's number can be added to without the others."""
    return {
        **keys.level(level.sku)._asdict(),
        "sku": level.sku,
        "on_hand": level.on_hand,
        "allocated": level.allocated,
        "available": level.available,
        "waiting": level.waiting,
        "safety": level.safety,
        "mode": str(level.mode),
        "version": level.version,
        "last_change": change_map(level.last_change) if level.last_change else None,
        "pool": level.pool,
        "last_n": level.last_n or None,
        "is_strict": level.is_strict or None,
        "entering": sorted(level.entering) or None,
        "counted": level.counted or None,
        **{EXPOSURE + listing: units for listing, units in level.exposures.items()},
        **{RETURNED + listing: units for listing, units in level.returned.items()},
        **{SOLD + listing: units for listing, units in level.sold.items()},
    }


def level_of(item: Item) -> Level:
    change = item.get("last_change")
    return Level(
        sku=item["sku"],
        on_hand=item["on_hand"],
        allocated=item["allocated"],
        waiting=item["waiting"],
        safety=item["safety"],
        version=item["version"],
        mode=item["mode"],
        last_change=_change_of(change) if change else None,
        last_n=item.get("last_n", 0),
        is_strict=item.get("is_strict", False),
        exposures=_by_listing(item, EXPOSURE),
        returned=_by_listing(item, RETURNED),
        entering=frozenset(item.get("entering", ())),
        sold=_by_listing(item, SOLD),
        counted=item.get("counted", 0),
    )


def _by_listing(item: Item, prefix: str) -> dict[str, int]:
    start = len(prefix)
    return {name[start:]: units for name, units in item.items() if name.startswith(prefix)}


def change_map(change: LastChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "reason": str(change.reason),
        "actor": change.actor.to_dict(),
        "reference": change.reference,
        "note": change.note,
        "at": to_wire(change.at),
        "orders": change.orders,
    }


def _change_of(found: dict[str, Any]) -> LastChange:
    return LastChange(
        id=found["id"],
        reason=Reason(found["reason"]),
        at=from_wire(found["at"]),
        actor=Actor(**found["actor"]),
        reference=found["reference"],
        note=found["note"],
        orders=found["orders"],
    )


def product_item(product: Product) -> Item:
    return {
        **keys.product(product.sku)._asdict(),
        "name": product.name,
        "jan": product.jan,
        "price": product.price,
        "components": dict(product.components) or None,
        "cost": product.cost,
        "supplier": product.supplier or None,
        "reorder_point": product.reorder_point or None,
        "target": product.target or None,
        "lot": product.lot if product.lot != 1 else None,
        "shelf": product.shelf or None,
        "extra": dict(product.extra) or None,
        "used_in": product.used_in,
        "mapped": product.mapped,
        "version": product.version,
        "level_version": product.level_version,
        "at": to_wire(product.at) if product.at else None,
    }


def product_of(item: Item) -> Product:
    return Product(
        sku=item["sk"],
        name=item["name"],
        jan=item["jan"],
        price=item.get("price"),
        components=item.get("components", {}),
        cost=item.get("cost"),
        supplier=item.get("supplier", ""),
        reorder_point=item.get("reorder_point", 0),
        target=item.get("target", 0),
        lot=item.get("lot", 1),
        shelf=item.get("shelf", ""),
        extra=item.get("extra", {}),
        used_in=item.get("used_in"),
        mapped=item.get("mapped"),
        version=item["version"],
        level_version=item["level_version"],
        at=from_wire(item["at"]) if "at" in item else None,
    )


def allocation_item(allocation: Allocation) -> Item:
    return {
        **keys.allocation(allocation.order_id)._asdict(),
        "order_id": allocation.order_id,
        "shop_id": allocation.shop_id,
        "ordered_at": to_wire(allocation.ordered_at),
        "order_version": allocation.order_version,
        "answer_version": allocation.answer_version,
        "version": allocation.version,
        "lines": {
            sku: {"wanted": line.wanted, "allocated": line.allocated}
            for sku, line in allocation.lines.items()
        },
        "sold": {
            sku: {listing: list(sold) for listing, sold in by.items()}
            for sku, by in allocation.sold.items()
        }
        or None,
        "parts": [
            {**part._asdict(), "units": line.units, "components": dict(line.components)}
            for part, line in allocation.sets.items()
        ]
        or None,
        "is_partial": allocation.is_partial or None,
        "at": to_wire(allocation.at) if allocation.at else None,
    }


def allocation_of(item: Item) -> Allocation:
    return Allocation(
        order_id=item["order_id"],
        shop_id=item["shop_id"],
        ordered_at=from_wire(item["ordered_at"]),
        order_version=item["order_version"],
        answer_version=item["answer_version"],
        version=item["version"],
        lines={sku: Line(**line) for sku, line in item["lines"].items()},
        sold={
            sku: {listing: Sold(*sold) for listing, sold in by.items()}
            for sku, by in item.get("sold", {}).items()
        },
        sets={
            Part(part["sku"], part["listing"]): SetLine(part["units"], part["components"])
            for part in item.get("parts", ())
        },
        is_partial=item.get("is_partial", False),
        at=from_wire(item["at"]) if "at" in item else None,
    )


def wait_key(wait: Wait) -> Key:
    return keys.wait(wait.sku, wait.ordered_at, wait.order_id)


def wait_item(wait: Wait) -> Item:
    return {
        **wait_key(wait)._asdict(),
        "sku": wait.sku,
        "order_id": wait.order_id,
        "ordered_at": to_wire(wait.ordered_at),
        "quantity": wait.quantity,
    }


def wait_of(item: Item) -> Wait:
    return Wait(item["sku"], item["order_id"], from_wire(item["ordered_at"]), item["quantity"])
