"""What we tell Rakuten about an order: confirmed, shipped, cancelled.

None of it is idempotent at Rakuten, and a shipment without `shippingDetailId` is added once more
at each call; so the order is read again before anything is repeated.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from common.channels.port import (
    CancelReason,
    ChannelError,
    Context,
    Done,
    ErrorKind,
    ShipmentNotice,
)
from common.channels.rakuten_call import messages, order_call, refused, rows_of
from common.channels.rakuten_codes import CARRIERS, OTHER_CARRIER, REASONS

VERSION_OPTION: Final = "order_version"
MOST_PARCELS: Final = 20
_NEW: Final = 100
_CANCELLED: Final = 900
_CANCEL_ASKED: Final = 800
# Units are ours to give back: Rakuten must not put them on sale by itself.
_NO_RESTOCK: Final = 2


def get_orders(ctx: Context, ids: Sequence[str]) -> dict[str, Any]:
    """getOrder, whole. `version` says which fields it answers with. Raises ChannelError."""
    version = ctx.shop.options.get(VERSION_OPTION) or "10"
    body = {
        "orderNumberList": list(ids),
        "version": int(version) if version.isdecimal() else version,
    }
    return order_call(ctx, "get_order", "getOrder", body, repeatable=True)


def confirm(ctx: Context, order_id: str) -> Done:
    """confirmOrder: 100 becomes 200 or 300. Raises ChannelError."""
    data = order_call(ctx, "confirm_order", "confirmOrder", {"orderNumberList": [order_id]})
    found = messages(data)
    if not any(message.is_error for message in found):
        return Done()
    progress = _progress(_read(ctx, order_id))
    if progress == _NEW:
        raise refused(found)
    if progress == _CANCELLED:
        raise refused(found, ErrorKind.CONFLICT)
    return Done(already=True)


def ship(ctx: Context, notice: ShipmentNotice) -> Done:
    """updateOrderShipping: each parcel that Rakuten does not have yet is added to the destination
    that the notice names, or to those that its lines go to, or to every one. Rakuten knows no lines
    of a parcel.

    Raises ChannelError.
    """
    order = _read(ctx, notice.channel_order_id)
    if _progress(order) == _CANCELLED:
        raise ChannelError(ErrorKind.CONFLICT, "Rakuten has cancelled the order.", code="cancelled")
    packages = [p for p in rows_of(order, "PackageModelList") if _is_about(notice, p)]
    if not packages:
        raise ChannelError(
            ErrorKind.INVALID, "The order has no such destination.", code="destination"
        )
    found = (_basket(package, notice) for package in packages)
    baskets = [basket for basket in found if basket is not None]
    if not baskets:
        return Done(already=True)
    body = {"orderNumber": notice.channel_order_id, "BasketidModelList": baskets}
    said = messages(order_call(ctx, "ship", "updateOrderShipping", body))
    if any(message.is_error for message in said):
        raise refused(said)
    return Done(remote_id=next((m.detail_id for m in said if m.detail_id), ""))


def cancel(ctx: Context, order_id: str, reason: CancelReason) -> Done:
    """cancelOrder while nothing has left; what the buyer asked to cancel after that, by the other
    function. Raises ChannelError, CONFLICT for what has left."""
    progress = _progress(_read(ctx, order_id))
    if progress == _CANCELLED:
        return Done(already=True)
    name = "cancelOrder"
    if progress == _CANCEL_ASKED:
        name = "cancelOrderAfterShipping"
    elif progress is None or progress > 400:
        raise ChannelError(
            ErrorKind.CONFLICT, "The order has left; Rakuten cancels it by hand only.", code="left"
        )
    body = {
        "orderNumber": order_id,
        "inventoryRestoreType": _NO_RESTOCK,
        "changeReasonDetailApply": REASONS[reason],
    }
    found = messages(order_call(ctx, "cancel", name, body))
    if any(message.is_error for message in found):
        raise refused(found, ErrorKind.CONFLICT)
    return Done()


def _read(ctx: Context, order_id: str) -> dict[str, Any]:
    data = get_orders(ctx, [order_id])
    for order in rows_of(data, "OrderModelList"):
        if str(order.get("orderNumber")) == order_id:
            return order
    raise refused(messages(data), ErrorKind.NOT_FOUND, "Rakuten has no such order.")


def _progress(order: Mapping[str, Any]) -> int | None:
    progress = order.get("orderProgress")
    return progress if isinstance(progress, int) else None


def _is_about(notice: ShipmentNotice, package: Mapping[str, Any]) -> bool:
    if notice.destination_id:
        return str(package.get("basketId")) == notice.destination_id
    sent = {line_id for line_id, _ in notice.lines}
    items = rows_of(package, "ItemModelList")
    return not sent or any(str(item.get("itemDetailId")) in sent for item in items)


def _basket(package: Mapping[str, Any], notice: ShipmentNotice) -> dict[str, Any] | None:
    """The parcels to add to a package; None when it has them all."""
    parcels = list(_parcels(rows_of(package, "ShippingModelList"), notice))
    if not parcels:
        return None
    return {"basketId": package.get("basketId"), "ShippingModelList": parcels}


def _parcels(
    there: Sequence[Mapping[str, Any]], notice: ShipmentNotice
) -> Iterator[dict[str, Any]]:
    known = {str(row.get("shippingNumber") or "") for row in there}
    numbers = [number for number in dict.fromkeys(notice.tracking_numbers) if number]
    if not numbers and not there:
        numbers = [""]  # sent without a number: the day alone is reported
    added = [number for number in numbers if number not in known]
    if len(there) + len(added) > MOST_PARCELS:
        raise ChannelError(
            ErrorKind.INVALID,
            f"Rakuten takes {MOST_PARCELS} parcels a destination.",
            code="parcels",
        )
    for number in added:
        yield {
            "shippingDetailId": None,
            "deliveryCompany": CARRIERS.get(notice.carrier, OTHER_CARRIER),
            "shippingNumber": number,
            "shippingDate": notice.shipped_on.isoformat(),
            "shippingDeleteFlag": 0,
        }
