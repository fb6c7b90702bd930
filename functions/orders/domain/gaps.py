"""What an order lacks, and why a person should look at it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from common.canonical import CanonicalOrder, Destination, FulfilledBy, Line, SourceStatus
from orders.domain.facets import Gap, RuleHit
from orders.domain.order import (
    PENDING_FLAG,
    AddressFix,
    OrderLine,
    destination_with_fix,
    rests,
    words_of,
)

# The longest piece of the buyer's remarks that a list shows.
EXCERPT = 40
# How adapters flag an order that somebody placed to try the shop out.
TEST_FLAG = "test"

Fixes = Mapping[str, AddressFix]


def find_gaps(content: CanonicalOrder, lines: Sequence[OrderLine], fixes: Fixes) -> tuple[Gap, ...]:
    """Everything that keeps the order from being worked on, in the order staff would mend it.

    lines: those still wanted. What a platform ships from its own warehouse lacks nothing of ours.
    """
    if content.fulfilled_by is not FulfilledBy.MERCHANT:
        return ()
    if not lines:
        return (Gap(code="no_lines", detail=""),)
    told = {line.line_id: line for line in content.lines}
    # A gift card or a tip needs neither an address nor a product.
    shipped = [line for line in lines if told[line.line_id].needs_shipping]
    unknown = [Gap(code="unknown_sku", detail=line.code) for line in shipped if line.sku is None]
    # A mall tells the address when it releases the order.
    placed = [] if PENDING_FLAG in content.flags else shipped
    fields = _missing([told[line.line_id] for line in placed], content.destinations, fixes)
    missing = [Gap(code="missing_address", detail=field) for field in fields]
    return tuple(dict.fromkeys((*unknown, *missing)))


def _missing(
    lines: Sequence[Line], destinations: Sequence[Destination], fixes: Fixes
) -> Iterator[str]:
    """Fields without which the lines cannot be delivered; `destination` for a whole place."""
    places = {destination.id: destination for destination in destinations}
    only = destinations[0] if len(destinations) == 1 else None
    used = [places.get(n) if n else only for n in dict.fromkeys(li.destination_id for li in lines)]
    if None in used:
        yield "destination"
    for place in used:
        if place is not None:
            yield from _missing_of(destination_with_fix(place, fixes.get(place.id)))


def _missing_of(destination: Destination) -> list[str]:
    contact, address = destination.contact, destination.contact.address
    needed = {"name": contact.name or contact.company}
    # Some malls give the address as one line only; then postal code and that line will do.
    single = address.raw_single_line
    if destination.pickup_point:
        # A parcel for a shop or a locker is found by the name alone.
        pass
    elif address.country == "JP":
        needed |= {
            "postal": address.postal,
            "prefecture": address.prefecture or single,
            "city": address.city or address.line1 or single,
            "line1": address.line1 or address.line2 or single,
        }
    else:
        needed |= {"line1": address.line1 or single}
    return [field for field, value in needed.items() if not value.strip()]


def find_hits(content: CanonicalOrder, fixes: Fixes) -> tuple[RuleHit, ...]:
    """The confirmation rules that apply."""
    return (
        *_remarks(content.remarks),
        *_status(content),
        *_changed_addresses(content.destinations, fixes),
    )


def _remarks(remarks: str) -> Iterator[RuleHit]:
    text = " ".join(remarks.split())
    if text:
        excerpt = text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
        yield RuleHit(rule="remarks", detail=excerpt, mark=_digest(text))


def _status(content: CanonicalOrder) -> Iterator[RuleHit]:
    if content.status is SourceStatus.UNKNOWN:
        said = ", ".join(value for value in content.raw_status.values() if value)
        yield RuleHit(rule="unknown_status", detail=said[:EXCERPT], mark=_digest(said))
    if content.status is SourceStatus.PARTIALLY_SHIPPED:
        # Somebody shipped a part in the mall's own screen: printing all would ship it twice.
        shipped = ", ".join(f"{line.line_id}×{line.quantity_shipped}" for line in content.lines)
        yield RuleHit(rule="partly_shipped", detail="", mark=_digest(shipped))
    if TEST_FLAG in content.flags:
        yield RuleHit(rule="test_order", detail="")


def _changed_addresses(destinations: Sequence[Destination], fixes: Fixes) -> Iterator[RuleHit]:
    for destination in destinations:
        if rests(fixes.get(destination.id), destination):
            yield RuleHit(rule="address_changed", detail=destination.id, mark=words_of(destination))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
