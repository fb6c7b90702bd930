"""The cart over HTTP: orders, stock, listings, and what it is told about orders.

docs/channels.md has the contract. It sells what it shows, and tells each order by a webhook.
"""

import base64
import hmac
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from malls import own_cart
from malls.courier import Courier
from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.own_cart import Delivery, Order
from malls.shelf import Shelf, SoldOut
from malls.shopify.catalogue import PRODUCTS, Product, jan_of

# The secret of the Standard Webhooks specification's own example.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
TOLERANCE = 300
MOST_UPDATES = 100

# Orders that are open no more.
_ENDED = ("SHIPPED", "COMPLETED", "CANCELLED")


class CartMall(HttpMall):
    """One cart. Its listing codes are its SKUs. most: rows of a page."""

    def __init__(
        self,
        *,
        secret: str = SECRET,
        token: str = "demo",  # noqa: S107  (opens nothing but this emulator)
        deliver: Callable[[Delivery], None] = lambda _: None,
        products: Sequence[Product] = PRODUCTS,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        courier: Courier | None = None,
    ) -> None:
        self.products = {product.sku: product for product in products}
        super().__init__(
            Shelf(
                {product.sku: product.on_hand for product in products},
                {product.sku for product in products if product.backorder},
            ),
            {product.sku: product.sku for product in products},
            port=port,
            rng=rng,
            clock=clock,
            courier=courier,
        )
        self.orders: dict[str, Order] = {}
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.most = 100
        self._secret = secret
        self._token = token
        self._deliver = deliver
        self._versions: dict[str, int] = {}
        self._keys: dict[str, Answer] = {}
        self._lock = threading.RLock()
        self._routes = Routes()
        self._routes.add("GET", "/orders", self._list)
        self._routes.add("GET", "/orders/{id}", self._show)
        self._routes.add("POST", "/orders/{id}/confirm", self._confirm)
        self._routes.add("POST", "/orders/{id}/shipment", self._ship)
        self._routes.add("POST", "/orders/{id}/cancel", self._cancel)
        self._routes.add("PUT", "/stock", self._put)
        self._routes.add("GET", "/stock", self._stock)
        self._routes.add("GET", "/listings", self._listings)

    # -- a shop sells

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        sold: list[str] = []
        with self._lock:
            for _ in range(count):
                goods = list(lines) if lines is not None else self._basket()
                self.shelf.sell(goods)
                number = f"W-{at:%Y%m%d}-{self.sold_before + len(self.orders) + 1:05d}"
                prices = {sku: self.products[sku].price for sku, _ in goods}
                self._keep(own_cart.build_order(number, goods, at, prices=prices), at)
                sold.append(number)
        return sold

    def _basket(self) -> list[tuple[str, int]]:
        on_sale = [sku for sku in self.products if self.shelf.can_sell(sku)]
        if not on_sale:
            raise SoldOut("everything")
        return [(self.rng.choice(on_sale), 1)]

    def cancel(self, order_id: str) -> None:
        with self._lock:
            order = self.orders[order_id]
            if order["status"] != "CANCELLED":
                goods = [(line["sku_candidates"][0], line["quantity"]) for line in order["lines"]]
                self.shelf.give_back(goods)
                self.change(order_id, status="CANCELLED")

    def change(self, order_id: str, **fields: Any) -> None:
        """The order with other fields. Raises KeyError."""
        with self._lock:
            order = self.orders[order_id]
            before = datetime.fromisoformat(order["source_version"])
            at = max(self.now(), before + timedelta(milliseconds=1))
            self._keep(own_cart.changed(order, at, **fields), at)

    def _keep(self, order: Order, at: datetime) -> None:
        self.orders[order["channel_order_id"]] = order
        id_ = f"msg_{self.rng.getrandbits(64):016x}"
        self._deliver(own_cart.delivery(self._secret, order, id_=id_, at=at))

    def count_orders(self) -> int:
        return len(self.orders)

    def expire_tokens(self) -> None:
        """Somebody changed the token in the cart's settings."""
        self._token = f"{self.rng.getrandbits(64):016x}"
        self._secret = "whsec_" + base64.b64encode(self.rng.randbytes(24)).decode()

    # -- the contract

    def api(self, asked: Asked) -> Answer:
        self._authenticate(asked)
        if asked.method == "GET":
            return self._routes.serve(asked)
        key = asked.headers.get("idempotency-key", "")
        if not key:
            raise Refused(HTTPStatus.BAD_REQUEST, "Idempotency-Key is missing")
        with self._lock:
            known = self._keys.get(f"{asked.path} {key}")
            if known is None:
                known = self._keys[f"{asked.path} {key}"] = self._routes.serve(asked)
                return known
            # A stock write says again what it said; news of an order were known before.
            return known if asked.path == "/stock" else json_answer({"already": True})

    def _authenticate(self, asked: Asked) -> None:
        given = asked.headers.get("authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return
        seconds = asked.headers.get("webhook-timestamp", "")
        late = not seconds.isdigit() or abs(int(seconds) - self.now().timestamp()) > TOLERANCE
        said = f"{asked.method} {asked.target}\n".encode() + asked.body
        id_ = asked.headers.get("webhook-id", "")
        signed = b".".join((id_.encode(), seconds.encode(), said))
        key = base64.b64decode(self._secret.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        sent = asked.headers.get("webhook-signature", "")
        if late or not hmac.compare_digest(sent.encode(), wanted.encode()):
            raise Refused(HTTPStatus.UNAUTHORIZED, "neither token nor signature is good")

    def _page(self, asked: Asked, rows: list[Any], name: str) -> Answer:
        cursor, limit = asked.one("cursor", "0"), asked.one("limit", "100")
        if not cursor.isdigit() or not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise Refused(HTTPStatus.BAD_REQUEST, "cursor or limit cannot be read")
        start = int(cursor)
        end = start + min(int(limit), self.most)
        more = str(end) if end < len(rows) else None
        return json_answer({name: rows[start:end], "next": more})

    def _list(self, asked: Asked) -> Answer:
        try:
            since = datetime.fromisoformat(asked.one("updated_since"))
            until = datetime.fromisoformat(asked.one("updated_until") or "9998-01-01T00:00:00Z")
        except ValueError:
            raise Refused(HTTPStatus.BAD_REQUEST, "updated_since cannot be read") from None
        with self._lock:
            found = sorted(
                (
                    order
                    for order in self.orders.values()
                    if since <= datetime.fromisoformat(order["source_version"]) <= until
                    and not (asked.one("status") == "open" and order["status"] in _ENDED)
                ),
                key=lambda order: (order["source_version"], order["channel_order_id"]),
            )
        return self._page(asked, found, "orders")

    def _known(self, asked: Asked) -> Order:
        order = self.orders.get(asked.params["id"])
        if order is None:
            raise Refused(HTTPStatus.NOT_FOUND, "no such order")
        return order

    def _show(self, asked: Asked) -> Answer:
        return json_answer(self._known(asked))

    def _hear(self, asked: Asked, what: str) -> None:
        notes = self.told.setdefault(asked.params["id"], [])
        notes.append({"what": what, **asked.object()})

    def _confirm(self, asked: Asked) -> Answer:
        self._known(asked)
        self._hear(asked, "confirm")
        return json_answer({"already": False})

    def _ship(self, asked: Asked) -> Answer:
        order = self._known(asked)
        if order["status"] == "CANCELLED":
            raise Refused(HTTPStatus.CONFLICT, "the order is cancelled")
        self._hear(asked, "shipment")
        lines = [line | {"quantity_shipped": line["quantity"]} for line in order["lines"]]
        self.change(order["channel_order_id"], status="SHIPPED", lines=lines)
        return json_answer({"already": False, "id": f"S{len(self.told[asked.params['id']])}"})

    def _cancel(self, asked: Asked) -> Answer:
        order = self._known(asked)
        if order["status"] == "SHIPPED":
            raise Refused(HTTPStatus.CONFLICT, "the order has left")
        already = order["status"] == "CANCELLED"
        self._hear(asked, "cancel")
        self.cancel(order["channel_order_id"])
        return json_answer({"already": already})

    def _put(self, asked: Asked) -> Answer:
        updates = asked.object().get("updates")
        if not isinstance(updates, list) or not 1 <= len(updates) <= MOST_UPDATES:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"updates is 1 to {MOST_UPDATES} rows")
        return json_answer({"results": [self._put_one(row) for row in updates]})

    def _put_one(self, row: Mapping[str, Any]) -> dict[str, Any]:
        code, quantity, version = row.get("code"), row.get("quantity"), row.get("version")
        if not isinstance(code, str) or self.shelf.shown(code) is None:
            return {"code": code, "status": "unknown"}
        if not isinstance(quantity, int) or not isinstance(version, int) or quantity < 0:
            return {"code": code, "status": "rejected"}
        if version < self._versions.get(code, 0):
            return {"code": code, "status": "outdated", "quantity": self.shelf.shown(code)}
        self._versions[code] = version
        self.shelf.put(code, quantity, self.now())
        return {"code": code, "status": "applied", "quantity": quantity}

    def _stock(self, asked: Asked) -> Answer:
        rows = [(code, self.shelf.shown(code)) for code in asked.query.get("codes", [])]
        return json_answer(
            {"stock": [{"code": c, "quantity": n} for c, n in rows if n is not None]}
        )

    def _listings(self, asked: Asked) -> Answer:
        rows = [
            {
                "code": sku,
                "sku": sku,
                "jan": jan_of(product),
                "title": product.name,
                "quantity": self.shelf.shown(sku),
            }
            for sku, product in self.products.items()
        ]
        return self._page(asked, rows, "listings")
