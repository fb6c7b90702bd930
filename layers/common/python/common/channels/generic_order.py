"""The generic channel's JSON → the canonical order, field by field the same names."""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from common.canonical import CanonicalOrder
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import leaves, read_json
from common.clock import from_wire, to_wire
from common.cold_start import cold_start

_MAX_PROBLEMS: Final = 5


@cold_start
def _adapter() -> TypeAdapter[CanonicalOrder]:
    return TypeAdapter(CanonicalOrder)


def read_order(body: bytes, shop: ShopRef) -> CanonicalOrder | None:
    """The order of an envelope; None when the envelope is about something else.

    `order.cancelled` needs no status of its own: it is CANCELLED. Without `source_version` the
    envelope's timestamp is the version. Fields we do not know go to `extra`.
    Raises UnreadableDelivery, naming places, never values.
    """
    envelope = read_json(body)
    kind = str(envelope.get("type") or "")
    if not kind.startswith("order."):
        return None
    data = envelope.get("data")
    if not isinstance(data, dict):
        raise UnreadableDelivery("wrong_shape", "data is not an object.")
    filled = _with_defaults(data, envelope, kind, shop)
    try:
        order = _adapter().validate_python(filled)
    except ValidationError as error:
        places = [
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)[:_MAX_PROBLEMS]
        ]
        raise UnreadableDelivery("wrong_shape", "; ".join(places)) from None
    if not order.channel_order_id:
        raise UnreadableDelivery("no_order_id", "data.channel_order_id is empty.")
    unknown = _unknown_leaves(data, _adapter().dump_python(order, mode="json"))
    return _with_extra(order, unknown)


def _with_defaults(
    data: dict[str, Any], envelope: dict[str, Any], kind: str, shop: ShopRef
) -> dict[str, Any]:
    filled = dict(data)
    version = filled.get("source_version") or envelope.get("timestamp")
    try:
        filled["source_version"] = to_wire(from_wire(str(version)))
    except ValueError:
        raise UnreadableDelivery(
            "wrong_shape", "timestamp or data.source_version is not an instant with an offset."
        ) from None
    filled["channel_order_id"] = str(filled.get("channel_order_id") or "")
    filled.setdefault("display_no", filled["channel_order_id"])
    filled.setdefault("status", "READY")
    if kind == "order.cancelled":
        filled["status"] = "CANCELLED"
    for part in ("buyer", "payment"):
        filled.setdefault(part, {})
    for part in ("destinations", "lines"):
        filled.setdefault(part, [])
    money = filled.get("money")
    filled["money"] = {"currency": shop.currency, **(money if isinstance(money, dict) else {})}
    return filled


def _unknown_leaves(sent: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    known = {path for path, _ in leaves(read)}
    return {path: value for path, value in leaves(sent) if path not in known}


def _with_extra(order: CanonicalOrder, unknown: dict[str, Any]) -> CanonicalOrder:
    if not unknown:
        return order
    fields = {name: getattr(order, name) for name in order.__dataclass_fields__}
    return CanonicalOrder(**fields | {"extra": {**order.extra, **unknown}})
