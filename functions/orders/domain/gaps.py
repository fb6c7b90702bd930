"""What an order lacks, and why a person should look at it."""

from collections.abc import Sequence

from common.canonical import Destination
from orders.domain.facets import Gap, RuleHit
from orders.domain.order import AddressFix, OrderLine, destination_with_fix

# The longest piece of the buyer's remarks that a list shows.
EXCERPT = 40


def find_gaps(
    lines: Sequence[OrderLine],
    destinations: Sequence[Destination],
    fixes: dict[str, AddressFix],
    *,
    needs_shipping: bool,
) -> tuple[Gap, ...]:
    """Everything that keeps the order from being worked on, in the order staff would mend it."""
    found = [Gap(code="unknown_sku", detail=line.code) for line in lines if line.sku is None]
    if not lines:
        found.append(Gap(code="no_lines", detail=""))
    if needs_shipping:
        if not destinations:
            found.append(Gap(code="missing_address", detail="destination"))
        for destination in destinations:
            fixed = destination_with_fix(destination, fixes.get(destination.id))
            found += [Gap(code="missing_address", detail=f) for f in _missing(fixed)]
    return tuple(found)


def _missing(destination: Destination) -> list[str]:
    """Names of the fields without which nothing can be delivered."""
    contact, address = destination.contact, destination.contact.address
    needed = {"name": contact.name or contact.company}
    if address.country == "JP":
        # Some malls give the address as one line only; then postal code and that line will do.
        single = address.raw_single_line
        needed |= {
            "postal": address.postal,
            "prefecture": address.prefecture or single,
            "city": address.city or address.line1 or single,
            "line1": address.line1 or address.line2 or single,
        }
    else:
        needed |= {"line1": address.line1 or address.raw_single_line}
    return [field for field, value in needed.items() if not value.strip()]


def find_hits(remarks: str) -> tuple[RuleHit, ...]:
    """The confirmation rules that apply. One so far: the buyer wrote something."""
    text = " ".join(remarks.split())
    if not text:
        return ()
    excerpt = text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
    return (RuleHit(rule="remarks", detail=excerpt),)
