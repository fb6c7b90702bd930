"""What we tell Yahoo about an order: shipped, completed, cancelled.

A report of a shipment replaces the one before, so it may be repeated; what is there already is not
sent again all the same, because Yahoo writes to the buyer.
"""

from typing import Any, Final

from common.channels.port import (
    CancelReason,
    ChannelError,
    Context,
    Done,
    ErrorKind,
    ShipmentNotice,
)
from common.channels.yahoo_call import ask_xml, rows_of
from common.channels.yahoo_codes import (
    CANCELLED,
    CARRIERS,
    COMPLETED,
    OTHER_CARRIER,
    REASONS,
    SHIPPED,
)

COMPLETE_OPTION: Final = "complete_when_shipped"
MOST_PARCELS: Final = 2
_STATUS_FIELDS: Final = (
    "OrderId,OrderStatus,PayStatus,ShipStatus,ShipInvoiceNumber1,ShipInvoiceNumber2"
)


def ship(ctx: Context, notice: ShipmentNotice) -> Done:
    """orderShipStatusChange to 3 (shipped); with the option, a paid order is completed as well.

    Yahoo has room for two numbers an order. Raises ChannelError.
    """
    order = _read(ctx, notice.channel_order_id)
    if order["OrderStatus"] == CANCELLED:
        raise ChannelError(ErrorKind.CONFLICT, "Yahoo has cancelled the order.", code="cancelled")
    numbers = [number for number in dict.fromkeys(notice.tracking_numbers) if number]
    if len(numbers) > MOST_PARCELS:
        raise ChannelError(
            ErrorKind.INVALID, f"Yahoo takes {MOST_PARCELS} numbers an order.", code="parcels"
        )
    first, second = (*numbers, "", "")[:2]
    there = (order["ShipInvoiceNumber1"], order["ShipInvoiceNumber2"])
    is_told = order["ShipStatus"] in SHIPPED and there == (first, second)
    if not is_told:
        _tell(ctx, notice, first, second)
    is_paid, is_open = order["PayStatus"] == "1", order["OrderStatus"] != COMPLETED
    if ctx.shop.options.get(COMPLETE_OPTION) == "yes" and is_paid and is_open:
        _change(ctx, notice.channel_order_id, COMPLETED, is_point_fix=True)
    return Done(already=is_told)


def cancel(ctx: Context, order_id: str, reason: CancelReason) -> Done:
    """orderStatusChange to 4, which cannot be taken back. Raises ChannelError."""
    order = _read(ctx, order_id)
    if order["OrderStatus"] == CANCELLED:
        return Done(already=True)
    if order["OrderStatus"] == COMPLETED or order["ShipStatus"] in SHIPPED:
        raise ChannelError(
            ErrorKind.CONFLICT, "The order has left; Yahoo cancels it by hand only.", code="left"
        )
    _change(ctx, order_id, CANCELLED, is_point_fix=False, reason=REASONS[reason])
    return Done()


def _tell(ctx: Context, notice: ShipmentNotice, first: str, second: str) -> None:
    parcel: dict[str, Any] = {
        "ShipStatus": "3",
        "ShipCompanyCode": CARRIERS.get(notice.carrier, OTHER_CARRIER),
        "ShipInvoiceNumber1": first,
    }
    if second:
        parcel["ShipInvoiceNumber2"] = second
    parcel["ShipDate"] = notice.shipped_on.strftime("%Y%m%d")
    body = {
        "Target": {"OrderId": notice.channel_order_id, "IsPointFix": True},
        "Order": {"Ship": parcel},
    }
    ask_xml(ctx, "ship", "orderShipStatusChange", body)


def _change(
    ctx: Context, order_id: str, status: str, *, is_point_fix: bool, reason: int | None = None
) -> None:
    order: dict[str, Any] = {"OrderStatus": status}
    if reason is not None:
        order["CancelReason"] = reason
    body = {"Target": {"OrderId": order_id, "IsPointFix": is_point_fix}, "Order": order}
    ask_xml(ctx, "change_status", "orderStatusChange", body)


def _read(ctx: Context, order_id: str) -> dict[str, str]:
    body = {"Target": {"OrderId": order_id, "Field": _STATUS_FIELDS}}
    data = ask_xml(ctx, "order_info", "orderInfo", body, repeatable=True)
    rows = rows_of(data, "Result", "OrderInfo")
    if not rows:
        raise ChannelError(ErrorKind.NOT_FOUND, "Yahoo has no such order.", code="not_found")
    found: dict[str, str] = {}
    for part in (rows[0], rows[0].get("Pay"), rows[0].get("Ship")):
        for name, value in (part if isinstance(part, dict) else {}).items():
            if isinstance(value, str):
                found[name] = value
    return {name: found.get(name, "") for name in _STATUS_FIELDS.split(",")}
