"""The generic channel's JSON → the canonical order, field by field the same names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from common.canonical import (
    BorneBy,
    CanonicalOrder,
    DiscountKind,
    OrderKind,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.payload import is_empty, read_json
from common.channels.rules import checked
from common.clock import from_wire, to_wire
from common.cold_start import cold_start

_MAX_PROBLEMS: Final = 5
_MAX_PLACE: Final = 80

Path = tuple[str | int, ...]

# A word we do not know is no reason to refuse an order: (path, words, what it becomes).
_WORDS: Final[tuple[tuple[Path, type[StrEnum], StrEnum], ...]] = (
    (("status",), SourceStatus, SourceStatus.UNKNOWN),
    (("order_kind",), OrderKind, OrderKind.UNKNOWN),
    (("payment", "method"), PaymentMethod, PaymentMethod.UNKNOWN),
    (("payment", "status"), PaymentStatus, PaymentStatus.UNKNOWN),
)


@cold_start
def _adapter() -> TypeAdapter[CanonicalOrder]:
    return TypeAdapter(CanonicalOrder)


def read_order(body: bytes, shop: ShopRef) -> CanonicalOrder | None:
    """The order of an envelope; None when the envelope is about something else.

    `order.cancelled` needs no status of its own: it is CANCELLED. Without `source_version` the
    envelope's timestamp is the version. null is the same as leaving a field out. Words we do not
    know become UNKNOWN and are kept in `raw_status`, fields we do not know go to `extra` by their
    paths.
    Raises UnreadableDelivery, naming places, never values.
    """
    envelope = read_json(body)
    kind = envelope.pop("type", None)
    if not isinstance(kind, str) or not kind:
        # Most likely the bare order: it must be seen, not be thanked for and dropped.
        raise UnreadableDelivery("wrong_shape", "type is missing.")
    if not kind.startswith("order."):
        return None
    sent = envelope.pop("data", None)
    if not isinstance(sent, dict):
        raise UnreadableDelivery("wrong_shape", "data is not an object.")
    data = _without_nulls(sent)
    timestamp = envelope.pop("timestamp", None)
    _fill_in(data, timestamp, kind, shop)
    _translate_words(data)
    order = _with_listings(_in_utc(checked(_validated(data))))
    known = {path for path, _ in _leaves(_adapter().dump_python(order, mode="json"))}
    unknown = {
        **{_text(("data", *p)): v for p, v in _leaves(_without_nulls(sent)) if p not in known},
        **{_text(("envelope", *p)): v for p, v in _leaves(envelope)},
    }
    return replace(order, extra={**order.extra, **unknown}) if unknown else order


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


def _fill_in(data: dict[str, Any], timestamp: Any, kind: str, shop: ShopRef) -> None:
    version = data.get("source_version") or timestamp
    try:
        data["source_version"] = to_wire(from_wire(str(version)))
    except ValueError:
        raise UnreadableDelivery(
            "wrong_shape", "timestamp or data.source_version is not an instant with an offset."
        ) from None
    number = data.get("channel_order_id")
    if isinstance(number, int) and not isinstance(number, bool):
        data["channel_order_id"] = str(number)
    data.setdefault("channel_order_id", "")
    data.setdefault("display_no", data["channel_order_id"])
    data.setdefault("status", SourceStatus.READY)
    if kind == "order.cancelled":
        data["status"] = SourceStatus.CANCELLED
    for name in ("buyer", "payment", "money"):
        data.setdefault(name, {})
    for name in ("destinations", "lines"):
        data.setdefault(name, [])
    if isinstance(data["money"], dict):
        data["money"] = {"currency": shop.currency, **data["money"]}


def _translate_words(data: dict[str, Any]) -> None:
    raw: dict[str, str] = {}
    for path, words, unknown in _WORDS:
        *parents, name = path
        holder: Any = data
        for parent in parents:
            holder = holder.get(parent) if isinstance(holder, dict) else None
        word = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(word, str) and word not in words.__members__:
            raw[_text(path)] = word
            holder[name] = unknown
    for place, discount in _discounts(data):
        for name, kinds, unknown in (
            ("kind", DiscountKind, DiscountKind.OTHER),
            ("borne_by", BorneBy, BorneBy.UNKNOWN),
        ):
            word = discount.get(name)
            if isinstance(word, str) and word not in kinds.__members__:
                raw[f"{place}.{name}"] = word
                discount[name] = unknown
    if raw and isinstance(data.setdefault("raw_status", {}), dict):
        data["raw_status"] = {**raw, **data["raw_status"]}


def _discounts(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = data["lines"] if isinstance(data["lines"], list) else []
    holders = [("money", data["money"]), *((f"lines[{n}]", line) for n, line in enumerate(lines))]
    for place, holder in holders:
        rows = holder.get("discounts") if isinstance(holder, dict) else None
        for n, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict):
                yield f"{place}.discounts[{n}]", row


def _validated(data: dict[str, Any]) -> CanonicalOrder:
    try:
        return _adapter().validate_python(data)
    except ValidationError as error:
        places = [
            f"{_text(('data', *e['loc']))[:_MAX_PLACE]}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)[:_MAX_PROBLEMS]
        ]
        raise UnreadableDelivery("wrong_shape", "; ".join(places)) from None


def _in_utc(order: CanonicalOrder) -> CanonicalOrder:
    payment = replace(order.payment, paid_at=_utc(order.payment.paid_at))
    places = tuple(
        replace(place, ship_by=_utc(place.ship_by), deliver_by=_utc(place.deliver_by))
        for place in order.destinations
    )
    return replace(
        order, ordered_at=order.ordered_at.astimezone(UTC), payment=payment, destinations=places
    )


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _with_listings(order: CanonicalOrder) -> CanonicalOrder:
    """A line that does not say what it is sold as is sold as the first of its codes."""
    lines = (
        replace(line, listing=line.listing or next(iter(line.sku_candidates), ""))
        for line in order.lines
    )
    return replace(order, lines=tuple(lines))


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of every leaf that holds something."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _leaves(inner, (*path, n))
    elif not is_empty(value):
        yield path, value


def _text(path: Path) -> str:
    """`lines[0].options[1].name`"""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")
