"""What orders hear from elsewhere: stock's answers, new products, and the calendar."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol

from common.clock import Clock, jst_date
from common.errors import Contended
from common.events import ProductRegistered, StockAnswered
from orders.domain import changes
from orders.domain.order import Order
from orders.domain.queues import Queue

_ROUNDS = 6
# Queues that an order may leave because a day came.
_DATED = (Queue.HOLD.value, Queue.RELEASE_DATE.value, Queue.SHIP_DATE.value)


class OrderStore(Protocol):
    """Port: orders with optimistic writing, lists and known products."""

    def get(self, order_id: str) -> Order | None: ...

    def save(self, before: Order | None, after: Order, now: datetime) -> Order: ...

    def remember_product(self, sku: str) -> None: ...

    def waiting_for(self, code: str) -> Iterable[str]: ...

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

    def product_registered(self, event: ProductRegistered) -> None:
        """Know the SKU from now on, and free the orders that waited for it."""
        self._orders.remember_product(event.sku)
        known = frozenset({event.sku})
        for order_id in list(self._orders.waiting_for(event.sku)):
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
