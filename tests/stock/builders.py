"""Stock's things with sensible values, for tests that care about a few of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.clock import to_wire
from common.events import Demand, Letter, OrderChanged, OrderReceived
from stock.domain.allocation import Allocation, Line, OrderDemand
from stock.domain.level import LastChange, Level, Reason
from stock.domain.plan import Stamp
from stock.domain.product import Product

NOON = datetime(2026, 11, 21, 3, 0, 0, tzinfo=UTC)
STAMP = Stamp("commit-1", NOON)


def minute(n: int) -> datetime:
    """n minutes after noon in Japan."""
    return NOON + timedelta(minutes=n)


def a_level(sku: str = "TEA", **counters: int) -> Level:
    """A level at version 1, made by a first receipt."""
    change = LastChange("first", Reason.INITIAL, NOON)
    return Level(sku, version=1, last_change=change, **counters)


def an_order(
    order_id: str = "shop:1",
    version: int = 1,
    ordered: int = 0,
    **demand: int,
) -> OrderDemand:
    """What version of an order, placed `ordered` minutes after noon, wants."""
    return OrderDemand(order_id, "shop", version, minute(ordered), demand)


def an_allocation(
    order_id: str = "shop:1", ordered: int = 0, **lines: tuple[int, int]
) -> Allocation:
    """What is stored after version 1 of an order: (wanted, allocated) per SKU."""
    return Allocation(
        order_id,
        "shop",
        minute(ordered),
        order_version=1,
        answer_version=1,
        version=1,
        lines={sku: Line(*line) for sku, line in lines.items()},
        at=NOON,
    )


def order_event(
    order_id: str = "shop:1",
    version: int = 1,
    ordered: int = 0,
    change: str = "imported",
    demand: Mapping[str, int] | None = None,
) -> OrderReceived | OrderChanged:
    """The event that `orders` publishes for a version of an order."""
    kind = OrderReceived if version == 1 else OrderChanged
    lines = [
        Demand(line_id=f"line-{n}", sku=sku, quantity=units)
        for n, (sku, units) in enumerate((demand or {}).items())
    ]
    return kind(
        event_id=f"{order_id}#{version}",
        at=NOON,
        order_id=order_id,
        shop_id="shop",
        channel="generic",
        version=version,
        ordered_at=minute(ordered),
        change=change,
        active=True,
        demand=lines,
        letter=Letter(
            number=order_id,
            buyer_name="見本 花子",
            email=None,
            currency="JPY",
            lines=[],
            payment_method="CARD",
            destination="",
        ),
    )


def envelope(event: Any) -> dict[str, Any]:
    """An event as EventBridge puts it into a queue."""
    return {
        "version": "0",
        "id": event.event_id,
        "source": event.source(),
        "detail-type": event.detail_type(),
        "time": to_wire(event.at),
        "detail": event.model_dump(mode="json"),
    }


def a_product(sku: str = "TEA", name: str = "煎茶", **fields: Any) -> Product:
    """A product at version 1."""
    return Product(sku, name, **{"version": 1, "level_version": 1, "at": NOON, **fields})
