"""What a mall reported, as our rules read it: how new it is, what is wanted, what is paid.

Everything here depends on the report alone (and on the products we know), so the end state of an
order does not depend on the order in which reports of a mall arrive.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pydantic import TypeAdapter

from common.canonical import (
    CanonicalOrder,
    Line,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.cold_start import cold_start
from orders.domain.facets import PaymentState
from orders.domain.order import Order, OrderLine, content_lines

# What we cannot read must not beat, within one second, what we can.
_PROGRESS = {status: rank for rank, status in enumerate(SourceStatus)} | {SourceStatus.UNKNOWN: -1}
_PAYMENTS = {
    PaymentStatus.AUTHORISED: PaymentState.AUTHORIZED,
    PaymentStatus.PARTIALLY_PAID: PaymentState.PARTIAL,
    PaymentStatus.PAID: PaymentState.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: PaymentState.PAID,
    PaymentStatus.REFUNDED: PaymentState.REFUNDED,
    PaymentStatus.VOIDED: PaymentState.EXPIRED,
}
# Paid after delivery, at the door, or by points already: nothing to wait for.
_NOTHING_TO_AWAIT = frozenset(
    {PaymentMethod.COD, PaymentMethod.DEFERRED, PaymentMethod.POINTS_ONLY}
)


@cold_start
def _adapter() -> TypeAdapter[CanonicalOrder]:
    return TypeAdapter(CanonicalOrder)


def tidy(content: CanonicalOrder) -> CanonicalOrder:
    """The report as we keep it: with a number, and without `extra`, which stays in the archived
    delivery."""
    return replace(content, extra={}, display_no=content.display_no or content.channel_order_id)


def rank_of(content: CanonicalOrder) -> tuple[str, int, str]:
    """Which of two reports is newer: the mall's version, and for two with the same version (a
    mall's clock may count seconds only) the one further along, then a hash: so any order of
    arrival ends the same."""
    text = json.dumps(_adapter().dump_python(content, mode="json"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return content.source_version, _PROGRESS[content.status], digest


def codes_of(line: Line) -> tuple[str, ...]:
    """The codes by which a product of ours may be found, best first; never none."""
    found = dict.fromkeys(code.strip() for code in line.sku_candidates)
    return tuple(code for code in found if code) or (line.title.strip(),)


def all_codes(content: CanonicalOrder) -> list[str]:
    """Every code of every line."""
    return [code for line in content.lines for code in codes_of(line)]


def waiting_codes(order: Order) -> list[str]:
    """Codes of the lines that no product is known for: any of them would do."""
    told = content_lines(order)
    unknown = (told[line.line_id] for line in order.lines if line.sku is None)
    return list(dict.fromkeys(code for line in unknown for code in codes_of(line)))


Match = tuple[str, tuple[str, ...]]


def matches_of(order: Order) -> dict[Match, str]:
    """SKU by (line id, codes) of the lines that have one."""
    told = content_lines(order)
    return {
        (line.line_id, codes_of(told[line.line_id])): line.sku for line in order.lines if line.sku
    }


def wanted_lines(
    content: CanonicalOrder, known: frozenset[str], held: Mapping[Match, str]
) -> tuple[OrderLine, ...]:
    """The lines that are still wanted, each with the first of its codes that we know.

    held: what lines were matched to before. A line that the mall calls by the same codes stays
    with its product: one registered since under a better code must not change goods that are set
    aside, perhaps packed.
    """
    found = []
    for line in content.lines:
        wanted = line.quantity - max(0, line.quantity_cancelled)
        if wanted <= 0:
            continue
        codes = codes_of(line)
        sku = held.get((line.line_id, codes)) or best_code(codes, known)
        found.append(
            OrderLine(line_id=line.line_id, code=sku or codes[0], sku=sku, quantity=wanted)
        )
    return tuple(found)


def best_code(codes: Iterable[str], known: frozenset[str]) -> str | None:
    """The first of the codes that is a SKU of ours."""
    return next((code for code in codes if code in known), None)


def payment_of(content: CanonicalOrder) -> PaymentState:
    """Where the money is, as far as the mall says."""
    stated = _PAYMENTS.get(content.payment.status)
    if stated is not None:
        return stated
    money = content.money
    due = money.total if money.amount_due is None else money.amount_due
    if content.payment.method in _NOTHING_TO_AWAIT or due == 0:
        return PaymentState.NOT_REQUIRED
    return PaymentState.AWAITING
