"""The seller's trade: orders that come in, wait, change and are cancelled."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from malls.amazon.book import OPEN, Book
from malls.amazon.goods import Goods, Item
from malls.amazon.notices import Notices
from malls.amazon.orders import Order, build_order, change_message, units_of
from malls.shelf import NotOnSale, Shelf, SoldOut

# Of a hundred orders: how many are pending at first, and how many are paid at the door.
_PENDING, _COD = 20, 8


@dataclass
class Trade:
    """Safe to use from several threads, under `lock`."""

    seller_id: str
    shelf: Shelf
    goods: Goods
    book: Book
    notices: Notices
    rng: random.Random
    now: Callable[[], datetime]
    lock: threading.RLock = field(default_factory=threading.RLock)
    # Orders of earlier runs, as HttpMall has them.
    sold_before: int = 0
    _number: int = 0

    def sell(self, lines: Sequence[tuple[str, int]] | None, at: datetime) -> str:
        """Somebody buys. lines: (SKU, units); None leaves the choice to `rng`. Raises SoldOut,
        NotOnSale."""
        with self.lock:
            if lines is not None:
                return self._new(lines, at, "UNSHIPPED", "CreditCard")
            on_sale = [sku for sku in self.goods.items if self.shelf.can_sell(sku, 2)]
            if not on_sale:
                raise SoldOut("everything")
            skus = self.rng.sample(on_sale, min(len(on_sale), self.rng.choice((1, 1, 1, 2, 3))))
            chance = self.rng.randrange(100)
            status = "PENDING" if chance < _PENDING else "UNSHIPPED"
            payment = "CashOnDelivery" if chance >= 100 - _COD else "CreditCard"
            basket = [(sku, self.rng.choice((1, 1, 2))) for sku in skus]
            return self._new(basket, at, status, payment)

    def sell_pending(self, sku: str, units: int, at: datetime) -> str:
        """An order that Amazon has not released; its units are gone all the same."""
        with self.lock:
            return self._new([(sku, units)], at, "PENDING", "ConvenienceStore")

    def sell_on_delivery(self, sku: str, units: int, at: datetime) -> str:
        """An order that is paid at the door."""
        with self.lock:
            return self._new([(sku, units)], at, "UNSHIPPED", "CashOnDelivery")

    def sell_by_amazon(self, sku: str, units: int, at: datetime) -> str:
        """An order that Amazon ships from its own warehouse. Raises SoldOut."""
        with self.lock:
            item = self.goods.items[sku]
            if (item.by_amazon or 0) < units:
                raise SoldOut(sku)
            item.by_amazon = (item.by_amazon or 0) - units
            return self._new([(sku, units)], at, "UNSHIPPED", "CreditCard", by_amazon=True)

    def release(self, order_id: str, at: datetime) -> None:
        """A pending order may be shipped from now on."""
        with self.lock:
            order = self.book.get(order_id)
            order["fulfillment"]["fulfillmentStatus"] = "UNSHIPPED"
            self._changed(order, at, "OrderStatusChange", "Payment complete")

    def ask_to_cancel(self, order_id: str, reason: str, at: datetime) -> None:
        """The buyer would like to cancel; the seller decides."""
        with self.lock:
            order = self.book.get(order_id)
            for item in order["orderItems"]:
                item["cancellation"] = {
                    "cancellationRequest": {"requester": "BUYER", "cancelReason": reason}
                }
            self._changed(order, at, "BuyerRequestedChange", "Buyer Requested Cancel")

    def cancel(self, order_id: str, by: str, reason: str) -> None:
        """Raises KeyError for no such order, ValueError for one that is shipped or cancelled."""
        with self.lock:
            order = self.book.get(order_id)
            if order["fulfillment"]["fulfillmentStatus"] not in OPEN:
                raise ValueError(order_id)
            if order["fulfillment"]["fulfilledBy"] == "MERCHANT":
                self.shelf.give_back(units_of(order))
            for item in order["orderItems"]:
                item["fulfillment"]["quantityUnfulfilled"] = 0
                item.setdefault("cancellation", {})["cancellationExecution"] = {
                    "cancelledBy": by,
                    "cancelReason": reason,
                }
            order["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
            self._changed(order, self.now(), "OrderStatusChange", "Cancelled")

    def something_happens(self, at: datetime) -> None:
        """A pending order is released, or a buyer asks to cancel, or, most of the time, neither."""
        with self.lock:
            orders = list(self.book.orders.values())[-20:]
            held = [o for o in orders if o["fulfillment"]["fulfillmentStatus"] == "PENDING"]
            if held and self.rng.random() < 0.5:
                self.release(self.rng.choice(held)["orderId"], at)
            elif orders and self.rng.random() < 0.05:
                self.ask_to_cancel(self.rng.choice(orders)["orderId"], "注文の間違い", at)

    def tell(self, order: Order, at: datetime, kind: str, reason: str) -> None:
        """Tell the queue of a change."""
        ids = self.notices.ids
        message = change_message(
            order, seller_id=self.seller_id, kind=kind, reason=reason, at=at, ids=ids
        )
        self.notices.tell(message)

    def _new(
        self,
        lines: Sequence[tuple[str, int]],
        at: datetime,
        status: str,
        payment: str,
        *,
        by_amazon: bool = False,
    ) -> str:
        items: list[tuple[Item, int]] = []
        for sku, units in lines:
            if sku not in self.goods.items:
                raise NotOnSale(sku)
            items.append((self.goods.items[sku], units))
        # What somebody set and is due shows before anybody buys.
        self.goods.settle(self.now())
        if not by_amazon:
            self.shelf.sell(lines)
        self._number += 1
        order = build_order(
            self.rng,
            number=self.sold_before + self._number,
            at=at,
            lines=[(item.as_product(), units) for item, units in items],
            by_amazon=by_amazon,
            payment=payment,
        )
        order["fulfillment"]["fulfillmentStatus"] = status
        self.book.orders[order["orderId"]] = order
        self.tell(order, at, "OrderStatusChange", "New order")
        return str(order["orderId"])

    def _changed(self, order: Order, at: datetime, kind: str, reason: str) -> None:
        self.book.touch(order, at)
        self.tell(order, at, kind, reason)
