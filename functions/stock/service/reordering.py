"""The daily proposal: what has fallen to its reorder point, and how much to order."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from common.clock import Clock
from stock.domain.product import Product
from stock.domain.reorder import Position, Proposal, ReorderRule, propose
from stock.service.goods_views import ProposalList, proposal_view


class ProposalStore(Protocol):
    """Port: products with a reorder point, and the proposal of the day."""

    def candidates(self) -> Iterator[tuple[Product, Position]]: ...

    def keep(self, proposals: Iterable[tuple[Proposal, str]], now: datetime) -> None: ...

    def newest(
        self, limit: int, token: str | None
    ) -> tuple[datetime | None, list[tuple[Proposal, str]], str | None]: ...


def propose_orders(store: ProposalStore, clock: Clock) -> int:
    """Make the proposal of today; returns how many SKUs are in it. May be repeated."""
    found = []
    for product, position in store.candidates():
        if product.is_set:
            continue
        rule = ReorderRule(product.reorder_point, product.target, product.lot, product.supplier)
        proposal = propose(product.sku, rule, position)
        if proposal is not None:
            found.append((proposal, product.name))
    store.keep(found, clock())
    return len(found)


def show_proposals(store: ProposalStore, limit: int, token: str | None) -> ProposalList:
    """A page of the newest proposal."""
    made_at, found, after = store.newest(limit, token)
    return ProposalList(
        made_at=made_at,
        items=[proposal_view(proposal, name) for proposal, name in found],
        next=after,
    )
