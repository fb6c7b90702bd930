"""A shipment, told to EC-CUBE: `updateShipped` of one of the order's `Shippings`, which ships it
whole and once. The order is 発送済み when all of them are."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.channels.eccube_goods import GOODS
from common.channels.eccube_graphql import ask, error_of
from common.channels.port import ChannelError, Context, Done, ErrorKind, ShipmentNotice
from common.channels.reading import carrier_of

_ORDER: Final = """
query ($id: ID!) {
  order(id: $id) {
    id OrderStatus { id } Shippings { id shipping_date tracking_number }
    OrderItems { id quantity Shipping { id } OrderItemType { id } }
  }
}
"""
_SHIP: Final = """
mutation ($id: ID!, $date: DateTime, $carrier: String, $number: String, $mail: Boolean) {
  updateShipped(
    id: $id, shipping_date: $date, shipping_delivery_name: $carrier, tracking_number: $number,
    is_send_mail: $mail
  ) { id shipping_date tracking_number }
}
"""
_CARRIERLESS: Final = """
mutation ($id: ID!, $date: DateTime, $number: String, $mail: Boolean) {
  updateShipped(id: $id, shipping_date: $date, tracking_number: $number, is_send_mail: $mail)
  { id shipping_date tracking_number }
}
"""


def report_shipment(ctx: Context, notice: ShipmentNotice) -> Done:
    """Raises ChannelError: NOT_FOUND; INVALID when the order has no such shipment; UNSUPPORTED for
    a part of one; CONFLICT for one that has left with another number, or cannot leave."""
    order = ask(ctx, "orders", _ORDER, {"id": notice.channel_order_id}).data.get("order")
    if not isinstance(order, dict):
        raise ChannelError(ErrorKind.NOT_FOUND, "The shop has no such order.")
    places = _places(order, notice)
    _require_whole(order, places, notice)
    number = ", ".join(notice.tracking_numbers)
    left = [place for place in places if not place.get("shipping_date")]
    for place in places:
        if place not in left and number and str(place.get("tracking_number") or "") != number:
            detail = "The shipment has left already, with another number."
            raise ChannelError(ErrorKind.CONFLICT, detail, code="already_shipped")
    for place in left:
        _ship(ctx, str(place.get("id")), number, notice)
    return Done(already=not left, remote_id=",".join(str(place.get("id")) for place in places))


def _places(order: Mapping[str, Any], notice: ShipmentNotice) -> Sequence[Mapping[str, Any]]:
    """The shipments that the notice is about: by its place, by its lines, or all there are."""
    places = [row for row in order.get("Shippings") or () if isinstance(row, dict)]
    wanted = {notice.destination_id} - {""}
    if not wanted and notice.lines:
        lines = {line for line, _ in notice.lines}
        items = [row for row in order.get("OrderItems") or () if str(row.get("id")) in lines]
        wanted = {str((row.get("Shipping") or {}).get("id")) for row in items}
    is_about_all = not notice.destination_id and not notice.lines
    found = [row for row in places if is_about_all or str(row.get("id")) in wanted]
    if not found or len(found) < len(wanted):
        raise ChannelError(ErrorKind.INVALID, "The order has no such shipment.", code="no_shipping")
    return found


def _require_whole(
    order: Mapping[str, Any], places: Sequence[Mapping[str, Any]], notice: ShipmentNotice
) -> None:
    if not notice.lines:
        return
    sent = dict(notice.lines)
    ids = {str(place.get("id")) for place in places}
    for row in order.get("OrderItems") or ():
        place = str((row.get("Shipping") or {}).get("id"))
        is_goods = str((row.get("OrderItemType") or {}).get("id")) == GOODS
        if is_goods and place in ids and sent.get(str(row.get("id")), 0) < row.get("quantity", 0):
            detail = "EC-CUBE ships a shipment whole; this is a part of one."
            raise ChannelError(ErrorKind.UNSUPPORTED, detail, code="part_of_shipment")


def _ship(ctx: Context, place: str, number: str, notice: ShipmentNotice) -> None:
    """Not repeatable: a mail to the buyer goes with it."""
    variables: dict[str, Any] = {
        "id": place,
        "date": f"{notice.shipped_on.isoformat()}T00:00:00+09:00",
        "number": number,
        "mail": notice.notify_customer,
    }
    carrier = carrier_of(notice)
    if carrier:
        variables["carrier"] = carrier
    query = _SHIP if carrier else _CARRIERLESS
    answer = ask(ctx, "ship", query, variables, repeatable=False)
    message = answer.errors.get("updateShipped")
    if message is None:
        return
    if "Already shipped" in message:
        # Somebody was faster; the next look at the order says with what.
        raise ChannelError(ErrorKind.CONFLICT, "The shipment has left.", code="already_shipped")
    if "cannot be shipped" in message:
        detail = "The order's status does not allow shipping."
        raise ChannelError(ErrorKind.CONFLICT, detail, code="not_shippable")
    raise error_of(message)
