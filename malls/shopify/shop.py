"""The shop itself: what it has, what it sold, and what it tells about that."""

import json
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from malls.shelf import Lines, NotOnSale, Shelf, SoldOut
from malls.shopify.catalogue import PRODUCTS, Product, jan_of, product_id, variant_id
from malls.shopify.changes import (
    cancelled,
    fulfilled,
    noted,
    paid,
    with_unknown_sku,
    without_street,
)
from malls.shopify.orders import Order, build_order
from malls.shopify.webhooks import Webhook, webhook

FIRST_NUMBER = 2001
REMEMBERED = 5000
# Of a hundred orders: how many go on to be paid, cancelled or edited, and how many are odd.
LATER = {"pay": 12, "cancel": 5, "edit": 4}
ODD = {"street": 2, "sku": 2}


class Shop:
    """One shop with its own stock, which it never sells more of. Safe to use from several threads.

    deliver: called with each signed webhook, in the order in which things happen.
    memory: a file that keeps the next order number from run to run; None forgets it.
    codes: variant id by SKU, as a text.
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
        self.products = {product.sku: product for product in products}
        self.barcodes = {product.sku: jan_of(product) for product in products}
        self.codes = {product.sku: str(variant_id(product.sku)) for product in products}
        self.shelf = Shelf(
            {self.codes[product.sku]: product.on_hand for product in products},
            {self.codes[product.sku] for product in products if product.backorder},
        )
        self._orders: dict[str, Order] = {}
        self._lock = threading.RLock()
        self._next = self._remembered()

    @property
    def stock(self) -> dict[str, int]:
        """Units on sale by SKU."""
        shown = self.shelf.all()
        return {sku: shown[code] for sku, code in self.codes.items()}

    @property
    def orders(self) -> list[Order]:
        """The last orders as they are now, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def order(self, order_id: str) -> Order | None:
        """An order by its id."""
        with self._lock:
            return self._orders.get(order_id)

    def sell(
        self, at: datetime, *, lines: Lines | None = None, plain: bool = False
    ) -> Order | None:
        """Somebody buys something. lines: (SKU, units); None leaves the choice to `rng`. plain: no
        order that anything is wrong with.

        Returns the order, None when everything is sold out. Raises SoldOut and NotOnSale for
        `lines`.
        """
        with self._lock:
            if lines is not None:
                return self._sell(at, lines)
            on_sale = [p for p in self.products.values() if self.shelf.can_sell(self.codes[p.sku])]
            if not on_sale:
                return None
            most = {p.sku: n for p in on_sale if not p.backorder and (n := self.stock[p.sku]) > 0}
            order = build_order(
                self._rng, number=self._number(), at=at, products=on_sale, most=most
            )
            return self._take(order if plain else self._odd(order), at)

    def _sell(self, at: datetime, lines: Lines) -> Order:
        for sku, units in lines:
            if sku not in self.codes:
                raise NotOnSale(sku)
            if not self.shelf.can_sell(self.codes[sku], units):
                raise SoldOut(self.codes[sku])
        products = list(self.products.values())
        order = build_order(
            self._rng,
            number=self._number(),
            at=at,
            lines=lines,
            products=products,
            payment="paid",
            remarks=False,
        )
        return self._take(order, at)

    def _take(self, order: Order, at: datetime) -> Order:
        self.shelf.sell(self._goods(order))
        self._orders[str(order["id"])] = order
        if len(self._orders) > REMEMBERED:
            del self._orders[next(iter(self._orders))]
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
            if what == "cancel":
                return None if order["fulfillments"] else self.cancel(str(order["id"]), at)
            if what == "edit":
                note = noted(order, self._later(order, at), "急ぎではありません。")
                return self._changed("orders/updated", note, at)
            if order["financial_status"] not in ("pending", "authorized"):
                return None
            return self._changed("orders/paid", paid(order, self._later(order, at)), at)

    def cancel(self, order_id: str, at: datetime, reason: str = "customer") -> Order:
        """The order is wanted no more, and its units are on sale again. Raises KeyError."""
        with self._lock:
            order = self._orders[order_id]
            if order["cancelled_at"] is not None:
                return order
            self.shelf.give_back(self._goods(order))
            later = self._later(order, at)
            return self._changed("orders/cancelled", cancelled(order, later, reason), at)

    def fulfil(
        self,
        order_id: str,
        units: Mapping[int, int],
        company: str,
        numbers: Sequence[str],
        at: datetime,
    ) -> Order:
        """A parcel leaves. units: by line id. Raises KeyError."""
        with self._lock:
            order = self._orders[order_id]
            sent = fulfilled(order, self._later(order, at), units, company, numbers)
            part = sent["fulfillment_status"] == "partial"
            topic = "orders/partially_fulfilled" if part else "orders/fulfilled"
            return self._changed(topic, sent, at)

    def change(self, order_id: str, at: datetime, **fields: Any) -> Order:
        """Any other change of an order. Raises KeyError."""
        with self._lock:
            order = self._orders[order_id]
            now = self._later(order, at).isoformat(timespec="seconds")
            return self._changed("orders/updated", order | fields | {"updated_at": now}, at)

    def put_product(self, product: Product, barcode: str) -> None:
        """A new product, or other words and another price for one that is there."""
        with self._lock:
            known = self.products.get(product.sku)
            self.products[product.sku] = (
                replace(known, title=product.title, price=product.price) if known else product
            )
            self.barcodes[product.sku] = barcode
            self.codes[product.sku] = str(variant_id(product.sku))
            self.shelf.add(self.codes[product.sku], product.on_hand)

    def _goods(self, order: Order) -> Lines:
        """What an order takes off the shelf."""
        return [
            (self.codes[line["sku"]], line["quantity"])
            for line in order["line_items"]
            if line["sku"] in self.codes
        ]

    def _later(self, order: Order, at: datetime) -> datetime:
        # Shopify's times have no fractions; a change in the same second would look like the old.
        return max(at, datetime.fromisoformat(order["updated_at"]) + timedelta(seconds=1))

    def _changed(self, topic: str, order: Order, at: datetime) -> Order:
        self._orders[str(order["id"])] = order
        self._tell(topic, order, at)
        return order

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
            return {"products": [self._product(product) for product in self.products.values()]}

    def _product(self, product: Product) -> dict[str, Any]:
        return {
            "id": product_id(product.sku),
            "title": product.title,
            "vendor": product.vendor,
            "status": "active",
            "variants": [
                {
                    "id": variant_id(product.sku),
                    "product_id": product_id(product.sku),
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
