"""A shipment, told to WooCommerce, which has no word for one: a row of metadata that says what
left, the status `completed` when all has, and a note, which WooCommerce mails to the buyer when
it is a note for the customer.

Everything is read before it is written, so that telling it twice tells it once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.channels.payload import Payload
from common.channels.port import ChannelError, Context, Done, ErrorKind, ShipmentNotice
from common.channels.reading import carrier_of
from common.channels.woocommerce_meta import Meta, Shipment, shipment_row
from common.channels.woocommerce_rest import call
from common.channels.woocommerce_stock import rows_of

_ENDED: Final = ("cancelled", "refunded", "failed", "trash")
_DONE: Final = "completed"


def report_shipment(ctx: Context, order: Mapping[str, Any], notice: ShipmentNotice) -> Done:
    """order: as it is in the shop now. Raises ChannelError: CONFLICT for one that has ended."""
    status = order.get("status")
    if status in _ENDED:
        raise ChannelError(ErrorKind.CONFLICT, f"The order is {status}.", code=str(status))
    path = f"orders/{notice.channel_order_id}"
    new = Shipment(notice.key, _text(notice), tuple(notice.lines))
    told = Meta(Payload(dict(order))).shipments()
    is_known = any(_is_same(new, shipment) for shipment in told)
    all_left = _is_all(order, told if is_known else [*told, new])
    body: dict[str, Any] = {}
    if not is_known:
        body["meta_data"] = [shipment_row(new)]
    if all_left and status != _DONE:
        body["status"] = _DONE
    if body:
        call(ctx, "ship", "PUT", path, body=body, repeatable=True)
    notes = rows_of(call(ctx, "notes", "GET", f"{path}/notes").data)
    is_noted = any(str(note.get("note", "")).strip() == new.text for note in notes)
    if not is_noted:
        note = {"note": new.text, "customer_note": notice.notify_customer}
        call(ctx, "notes", "POST", f"{path}/notes", body=note)
    return Done(already=is_known and is_noted, remote_id=notice.channel_order_id)


def _text(notice: ShipmentNotice) -> str:
    numbers = "、".join(notice.tracking_numbers)
    parts = ["発送しました。", carrier_of(notice), f"お問い合わせ番号 {numbers}" if numbers else ""]
    return f"{' '.join(filter(None, parts))}（{notice.shipped_on:%Y年%m月%d日}）"


def _is_same(new: Shipment, told: Shipment) -> bool:
    return told.key == new.key or (told.text, told.lines) == (new.text, new.lines)


def _is_all(order: Mapping[str, Any], shipments: Sequence[Shipment]) -> bool:
    """Whether every unit of the order has left."""
    if any(not shipment.lines for shipment in shipments):
        return True
    left = {
        str(row.get("id")): int(row.get("quantity") or 0)
        for row in rows_of(order.get("line_items"))
    }
    for shipment in shipments:
        for line, units in shipment.lines:
            left[line] = left.get(line, 0) - units
    return all(units <= 0 for units in left.values())
