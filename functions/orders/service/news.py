"""What orders hear from elsewhere: stock's answers, new products, and the calendar."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from common.clock import Clock, jst_date, to_wire
from common.errors import Contended
from common.events import Event, ListingMapped, ProductRegistered, StockAnswered
from orders.domain import changes
from orders.domain.matching import Known
from orders.domain.order import Order
from orders.domain.queues import Queue

_ROUNDS = 6
# Queues that an order may leave because a day came.
_DATED = (Queue.HOLD.value, Queue.RELEASE_DATE.value, Queue.SHIP_DATE.value)


class OrderStore(Protocol):
    """Port: orders with optimistic writing, lists and known products."""

    def get(self, order_id: str) -> Order | None: ...

    def save(self, before: Order | None, after: Order, now: datetime) -> Order: ...

    def remember_product(self, sku: str, jan: str = "", at: str = "") -> None: ...

    def remember_listing(self, shop_id: str, listing: str, sku: str, at: str) -> str: ...

    def products_with(self, jans: Iterable[str]) -> Mapping[str, str]: ...

    def waiting_for(self, code: str) -> Iterable[str]: ...

    def waiting_for_jan(self, jan: str) -> Iterable[str]: ...

    def waiting_for_listing(self, shop_id: str, listing: str) -> Iterable[str]: ...

    def every_id(self, name: str) -> Iterator[str]: ...


class News:
    """Takes news over into orders."""

    def __init__(self, orders: OrderStore, clock: Clock) -> None:
        self._orders = orders
        self._clock = clock

    def stock_answered(self, event: StockAnswered) -> None:
        """Write what stock set aside. Raises Contended after too many lost races."""
        self._change(
            event.order_id,
            lambda order: changes.take_answer(
                order,
                order_version=event.order_version,
                answer_version=event.answer_version,
                lines=event.lines,
                now=self._clock(),
            ),
        )

    def product_told(self, event: Event) -> None:
        """A product or a listing became known."""
        match event:
            case ProductRegistered():
                self.product_registered(event)
            case ListingMapped():
                self.listing_mapped(event)

    def product_registered(self, event: ProductRegistered) -> None:
        """Know the SKU from now on, and free the orders that waited for it."""
        self._orders.remember_product(event.sku, event.jan, to_wire(event.at))
        waiting = list(self._orders.waiting_for(event.sku))
        jans: Mapping[str, str] = {}
        if event.jan:
            jans = self._orders.products_with([event.jan])
            waiting += self._orders.waiting_for_jan(event.jan) if jans else ()
        self._free(waiting, Known(frozenset({event.sku}), jans=jans))

    def listing_mapped(self, event: ListingMapped) -> None:
        """Know from now on which SKU a shop's listing is, and free the orders that waited."""
        at = to_wire(event.at)
        sku = self._orders.remember_listing(event.shop_id, event.code, event.sku, at)
        waiting = list(self._orders.waiting_for_listing(event.shop_id, event.code))
        self._free(waiting, Known(listings={event.code: sku}))

    def _free(self, order_ids: Iterable[str], known: Known) -> None:
        for order_id in dict.fromkeys(order_ids):
            self._change(
                order_id, lambda order: changes.learn_products(order, known, self._clock())
            )

    def day_came(self) -> int:
        """Let go every order for which the day has come; returns how many.

        One order that cannot be written now does not keep the others: Contended is raised at
        the end, and the next run finds it again.
        """
        now = self._clock()
        today = jst_date(now)
        moved, left = 0, 0
        for order_id in dict.fromkeys(n for name in _DATED for n in self._orders.every_id(name)):
            try:
                moved += self._change(order_id, lambda order: changes.advance(order, today, now))
            except Contended:
                left += 1
        if left:
            raise Contended(f"{left} orders were busy")
        return moved

    def _change(self, order_id: str, decide: Callable[[Order], Order | None]) -> bool:
        for _ in range(_ROUNDS):
            before = self._orders.get(order_id)
            if before is None:
                return False
            after = decide(before)
            if after is None:
                return False
            try:
                self._orders.save(before, after, self._clock())
            except Contended:
                continue
            return True
        raise Contended("others keep changing this order")
