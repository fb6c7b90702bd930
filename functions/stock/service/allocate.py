"""Allocating orders in groups: one commit for as many orders as one transaction can hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from common.clock import Clock
from common.errors import BantoError, Contended, Invalid, Retryable
from common.events import Demand, OrderEvent
from common.ids import ulid
from stock.domain.allocation import (
    Allocation,
    OrderDemand,
    Part,
    Sold,
    expanded,
    merged,
    merged_sold,
    newest,
    steps,
)
from stock.domain.level import Level
from stock.domain.listing import Ref, listing_id
from stock.domain.plan import Plan, Stamp, plan

# What DynamoDB takes in one transaction.
MOST_ACTIONS = 100
TRIES = 3
# Failed commits of one run. Each means that somebody else got ahead, so this many mean a storm,
# and what is left is better tried again by the queue than within this function's time.
MOST_FAILURES = 30


class GoodsLike(Protocol):
    """Levels by SKU; set SKU → component SKU → units; what one of a mapped listing takes."""

    @property
    def levels(self) -> Mapping[str, Level]: ...

    @property
    def sets(self) -> Mapping[str, Mapping[str, int]]: ...

    @property
    def takes(self) -> Mapping[Part, Mapping[str, int]]: ...


class Book(Protocol):
    """Port: levels and allocations. `commit` raises Contended when the plan no longer holds."""

    def allocations(self, order_ids: Sequence[str]) -> dict[str, Allocation]: ...

    def levels(self, skus: Sequence[str]) -> dict[str, Level]: ...

    def goods(self, skus: Sequence[str], listings: Iterable[Ref] = ()) -> GoodsLike: ...

    def commit(self, plan: Plan) -> None: ...


def demand_of(event: OrderEvent) -> OrderDemand:
    """What an order's event asks of stock. Raises ValueError for a negative quantity."""
    return OrderDemand(
        order_id=event.order_id,
        shop_id=event.shop_id,
        version=event.version,
        ordered_at=event.ordered_at,
        demand=merged((line.sku, line.quantity) for line in event.demand),
        sold=merged_sold(
            [
                *(_sold(event, line, Sold(line.quantity)) for line in event.demand),
                *(_sold(event, line, Sold(0, line.quantity)) for line in event.cancelled),
            ]
        ),
    )


def _sold(event: OrderEvent, line: Demand, sold: Sold) -> tuple[str, str, Sold]:
    return line.sku, listing_id(event.shop_id, line.listing) if line.listing else "", sold


class Allocator:
    """Decides about many orders at once. One instance a call: it counts failures.

    most_actions: items a transaction may write, 4 or more.
    """

    def __init__(self, book: Book, clock: Clock, most_actions: int = MOST_ACTIONS) -> None:
        self._book = book
        self._clock = clock
        self._most_actions = most_actions
        self._failures = 0

    def run(self, orders: Sequence[OrderDemand]) -> Mapping[str, Exception]:
        """Allocate; the answer has the orders that failed, with the reason. All others are
        committed, or needed nothing.

        A group that cannot be committed is split in halves, the older half first, down to single
        orders, so that one that can never succeed does not hold up the others.
        """
        failed: dict[str, Exception] = {}
        pile = [newest(orders)] if orders else []
        while pile:
            group = pile.pop()
            try:
                failed |= self._commit(group)
            except Exception as error:  # noqa: BLE001 - a boundary: the cause may be one order
                if len(group) == 1 or self._is_hopeless(error):
                    failed |= {order.order_id: error for order in group}
                else:
                    middle = len(group) // 2
                    pile += [group[middle:], group[:middle]]
        return failed

    def _is_hopeless(self, error: Exception) -> bool:
        # When DynamoDB does not answer, more and smaller requests make it worse.
        is_outage = isinstance(error, Retryable) and not isinstance(error, Contended)
        return is_outage or self._failures >= MOST_FAILURES

    def _commit(self, group: Sequence[OrderDemand]) -> Mapping[str, Exception]:
        """Raises Contended when others kept getting ahead, _TooLarge to be split."""
        for _ in range(TRIES):
            allocations = self._book.allocations([order.order_id for order in group])
            decided = self._plan(group, allocations)
            if decided.actions > self._most_actions:
                if len(group) > 1:
                    raise _TooLarge
                self._commit_in_steps(group[0], allocations.get(group[0].order_id))
                continue
            try:
                if not decided.is_empty:
                    self._book.commit(decided)
            except Contended:
                self._failures += 1
            else:
                return {order_id: Invalid(why) for order_id, why in decided.rejected.items()}
        raise Contended("other writers kept getting ahead")

    def _commit_in_steps(self, order: OrderDemand, stored: Allocation | None) -> None:
        """All steps but the last; what is left fits one transaction."""
        # A step writes at most three items a SKU (level, queue, short list) and the allocation.
        goods = self._book.goods(sorted(order.demand.keys() | order.sold.keys()), _refs(order))
        whole = expanded(order, stored, goods.sets, goods.takes)
        for step in steps(whole, stored, (self._most_actions - 1) // 3):
            if not step.is_final:
                known = self._book.allocations([order.order_id])
                self._book.commit(self._plan([step], known))

    def _plan(self, group: Sequence[OrderDemand], known: Mapping[str, Allocation]) -> Plan:
        skus = {sku for order in group for sku in (*order.demand, *order.sold)}
        skus |= {sku for one in known.values() for sku in (*one.lines, *one.sold)}
        goods = self._book.goods(sorted(skus), {ref for order in group for ref in _refs(order)})
        group = [
            expanded(order, known.get(order.order_id), goods.sets, goods.takes) for order in group
        ]
        levels = dict(goods.levels)
        parts = {sku for order in group for sku in (*order.demand, *order.sold)} - skus
        if parts:
            levels |= self._book.levels(sorted(parts))
        now = self._clock()
        return plan(levels, known, group, Stamp(ulid(now), now))


def _refs(order: OrderDemand) -> Iterator[Ref]:
    """The listings that sold it. What one of them takes is asked of stock alone: news of a mapping
    may reach orders after its first sales, and says which SKU, not how many."""
    if order.sets is None:
        for sku, by in order.sold.items():
            for listing in by:
                yield Ref(sku, order.shop_id, listing)


class _TooLarge(BantoError):
    """The group does not fit one transaction."""
