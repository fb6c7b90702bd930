"""The site: what it sells, and its REST API v3.

Facts: woocommerce/woocommerce-rest-api-docs, `wp-api-v3`. Strict about keys, types, pages of at
most 100, batches of at most 100, and whose id is whose; errors are `{code, message, data}`.
"""

import base64
import threading
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.shelf import Shelf, SoldOut
from malls.shopify.catalogue import PRODUCTS, Product
from malls.woocommerce.goods import Thing, things_of
from malls.woocommerce.order_api import OrderApi
from malls.woocommerce.orders import Order, build_order, changed, stamps
from malls.woocommerce.product_api import ProductApi
from malls.woocommerce.webhooks import Hook

BASE = "/wp-json/wc/v3"
HOOK = 142
_TAKES_UNITS = ("processing", "on-hold", "completed", "pending")


class WooMall(HttpMall):
    """One site. key: `ck_…:cs_…`. secret: of its webhook."""

    def __init__(
        self,
        *,
        key: str = "ck_demo:cs_demo",
        secret: str = "",
        products: Sequence[Product] = PRODUCTS,
        **http: Any,
    ) -> None:
        self.things = things_of(products)
        goods = [thing for thing in self.things.values() if thing.sku]
        on_hand = {product.sku: product.on_hand for product in products}
        super().__init__(
            Shelf(
                {thing.code: on_hand[thing.sku] for thing in goods},
                [thing.code for thing in goods if thing.backorders == "yes"],
            ),
            {thing.sku: thing.code for thing in goods},
            **http,
        )
        self.orders: dict[int, Order] = {}
        self.notes: dict[int, list[dict[str, Any]]] = {}
        # At most so many rows a page; tests make it small.
        self.page_size = 100
        self.hook = Hook(self.courier, secret, self.rng, HOOK)
        self.lock = threading.RLock()
        self._key: str | None = key
        self._next = 1001
        self._routes = Routes()
        OrderApi(self).add_to(self._routes, BASE)
        ProductApi(self).add_to(self._routes, BASE)

    def api(self, asked: Asked) -> Answer:
        self._authenticate(asked)
        try:
            return self._routes.serve(asked)
        except Refused as refused:
            if refused.code:
                raise
            message = "No route was found matching the URL and request method."
            raise Refused(HTTPStatus.NOT_FOUND, message, code="rest_no_route") from None

    def _authenticate(self, asked: Asked) -> None:
        sent = asked.headers.get("authorization", "")
        if self._key is None or sent != f"Basic {base64.b64encode(self._key.encode()).decode()}":
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "Sorry, you cannot list resources.",
                code="woocommerce_rest_cannot_view",
            )

    def refusal(self, refused: Refused) -> Answer:
        code = refused.code or "internal_server_error"
        row = {"code": code, "message": str(refused), "data": {"status": refused.status}}
        return json_answer(row, refused.status, refused.headers)

    def expire_tokens(self) -> None:
        """Somebody revokes the key."""
        self._key = None

    # -- selling

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        return [self._sell(lines, at) for _ in range(count)]

    def _sell(self, lines: Sequence[tuple[str, int]] | None, at: datetime) -> str:
        with self.lock:
            chosen = self._basket() if lines is None else list(lines)
            self.shelf.sell([(self.codes.get(sku, sku), units) for sku, units in chosen])
            number, self._next = self.sold_before + self._next, self._next + 1
            order = build_order(
                self.rng, number=number, at=at, lines=[(self._thing(s), n) for s, n in chosen]
            )
            self.orders[number] = order
            self.notes[number] = []
            self.hook.tell("order.created", order)
            return str(number)

    def _thing(self, sku: str) -> Thing:
        return self.things[int(self.codes[sku].rpartition("/")[2])]

    def _basket(self) -> list[tuple[str, int]]:
        on_sale = [s for s, code in self.codes.items() if self.shelf.can_sell(code, 2)]
        if not on_sale:
            raise SoldOut("everything")
        kinds = self.rng.sample(on_sale, min(self.rng.choice((1, 1, 2)), len(on_sale)))
        return [(sku, self.rng.choice((1, 1, 1, 2))) for sku in kinds]

    def cancel(self, order_id: str) -> None:
        with self.lock:
            number = int(order_id) if order_id.isdecimal() else 0
            self.set_status(self.orders[number], "cancelled")

    def set_status(self, order: Order, status: str, **fields: Any) -> Order:
        """The order in a new status; what is cancelled is on sale again."""
        with self.lock:
            if status == "cancelled" and order["status"] in _TAKES_UNITS:
                units = [(self._listing(row), row["quantity"]) for row in order["line_items"]]
                self.shelf.give_back(units)
            if status == "completed" and order["date_completed"] is None:
                fields |= stamps("date_completed", self.now())
            new = changed(order, self.now(), status=status, **fields)
            self.orders[new["id"]] = new
            self.hook.tell("order.updated", new)
            return new

    def _listing(self, row: dict[str, Any]) -> str:
        parent = f"{row['product_id']}/" if row["variation_id"] else ""
        return f"{parent}{row['variation_id'] or row['product_id']}"

    def something_happens(self, at: datetime) -> None:
        """A bank transfer arrives, or somebody cancels."""
        with self.lock:
            waiting = [o for o in self.orders.values() if o["status"] == "on-hold"]
            if waiting and self.rng.random() < 0.3:
                self.set_status(self.rng.choice(waiting), "processing", **stamps("date_paid", at))
            recent = [o for o in list(self.orders.values())[-20:] if o["status"] == "processing"]
            if recent and self.rng.random() < 0.03:
                self.set_status(self.rng.choice(recent), "cancelled")

    def count_orders(self) -> int:
        return len(self.orders)

    def state(self) -> dict[str, Any]:
        return super().state() | {"webhook": "active" if self.hook.is_active else "disabled"}
