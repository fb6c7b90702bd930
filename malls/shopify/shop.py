"""The shop itself: what it has, what it sold, and what it tells about that."""

import json
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from malls.shopify.catalogue import PRODUCTS, Product
from malls.shopify.orders import (
    MOST_UNITS,
    Order,
    build_order,
    cancelled,
    noted,
    paid,
    with_unknown_sku,
    without_street,
)
from malls.shopify.webhooks import Webhook, webhook

FIRST_NUMBER = 2001
REMEMBERED = 200
# Of a hundred orders: how many go on to be paid, cancelled or edited, and how many are odd.
LATER = {"pay": 12, "cancel": 5, "edit": 4}
ODD = {"street": 2, "sku": 2}


class Shop:
    """One shop with its own stock. Safe to use from several threads.

    deliver: called with each signed webhook, in the order in which things happen.
    memory: a file that keeps the next order number from run to run; None forgets it.
    """

    def __init__(
        self,
        *,
        secret: str,
        deliver: Callable[[Webhook], None],
        rng: random.Random,
        products: Sequence[Product] = PRODUCTS,
        memory: Path | None = None,
    ) -> None:
        self._secret = secret
        self._deliver = deliver
        self._rng = rng
        self._memory = memory
        self._products = tuple(products)
        self.stock = {product.sku: product.on_hand for product in products}
        self.orders: list[Order] = []
        self._lock = threading.Lock()
        self._next = self._remembered()

    def sell(self, at: datetime, *, plain: bool = False) -> Order | None:
        """Somebody buys something. plain: no order that anything is wrong with.

        Returns the order, None when everything is sold out.
        """
        with self._lock:
            on_sale = [p for p in self._products if self._sellable(p)]
            if not on_sale:
                return None
            order = build_order(self._rng, number=self._number(), at=at, products=on_sale)
            if not plain:
                order = self._odd(order)
            for line in order["line_items"]:
                if line["sku"] in self.stock:
                    self.stock[line["sku"]] -= line["quantity"]
            self.orders = [*self.orders[1 - REMEMBERED :], order]
            self._tell("orders/create", order, at)
            return order

    def something_happens(self, at: datetime) -> Order | None:
        """One of the last orders is paid, cancelled or edited, or, most of the time, none is."""
        with self._lock:
            what = self._draw(LATER)
            open_ones = [o for o in self.orders[-20:] if o["cancelled_at"] is None]
            if what is None or not open_ones:
                return None
            order = self._rng.choice(open_ones)
            topic, changed = self._change(what, order, at)
            if changed is None:
                return None
            self.orders[self.orders.index(order)] = changed
            self._tell(topic, changed, at)
            return changed

    def _sellable(self, product: Product) -> bool:
        return product.backorder or self.stock[product.sku] >= MOST_UNITS

    def _change(self, what: str, order: Order, at: datetime) -> tuple[str, Order | None]:
        # Shopify's times have no fractions; a change in the same second would look like the old.
        at = max(at, datetime.fromisoformat(order["updated_at"]) + timedelta(seconds=1))
        if what == "cancel":
            for line in order["line_items"]:
                if line["sku"] in self.stock:
                    self.stock[line["sku"]] += line["quantity"]
            return "orders/cancelled", cancelled(order, at)
        if what == "edit":
            return "orders/updated", noted(order, at, "急ぎではありません。")
        if order["financial_status"] not in ("pending", "authorized"):
            return "orders/paid", None
        return "orders/paid", paid(order, at)

    def _odd(self, order: Order) -> Order:
        match self._draw(ODD):
            case "street":
                return without_street(order)
            case "sku":
                return with_unknown_sku(order, f"NEW-{order['order_number']}")
            case _:
                return order

    def _draw(self, chances: Mapping[str, int]) -> str | None:
        left = 100 - sum(chances.values())
        return self._rng.choices((*chances, None), (*chances.values(), left))[0]

    def _tell(self, topic: str, order: Order, at: datetime) -> None:
        self._deliver(webhook(self._rng, topic=topic, payload=order, secret=self._secret, at=at))

    def _remembered(self) -> int:
        if self._memory is None or not self._memory.exists():
            return FIRST_NUMBER
        return int(json.loads(self._memory.read_text())["next_number"])

    def _number(self) -> int:
        number, self._next = self._next, self._next + 1
        if self._memory is not None:
            # Written before the order is told, and at once: a number must never come twice.
            new = self._memory.with_suffix(".new")
            new.write_text(json.dumps({"next_number": self._next}))
            new.replace(self._memory)
        return number

    def listing(self) -> dict[str, Any]:
        """What `GET /admin/api/…/products.json` shows, one product a SKU."""
        with self._lock:
            return {"products": [self._product(i, p) for i, p in enumerate(self._products, 1)]}

    def _product(self, place: int, product: Product) -> dict[str, Any]:
        return {
            "id": 8_000_000_000_000 + place,
            "title": product.title,
            "vendor": product.vendor,
            "status": "active",
            "variants": [
                {
                    "id": 4_000_000_000_000 + place,
                    "product_id": 8_000_000_000_000 + place,
                    "sku": product.sku,
                    "title": product.variant or "Default Title",
                    "price": str(product.price),
                    "grams": product.grams,
                    "inventory_management": "shopify",
                    "inventory_policy": "continue" if product.backorder else "deny",
                    "inventory_quantity": self.stock[product.sku],
                }
            ],
        }
