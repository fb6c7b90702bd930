"""The shop: what it sells, its access tokens and its webhook.

Facts: EC-CUBE/eccube-api4, documentation of the two grants, of the API and of webhooks. Access
tokens last an hour; a refresh token is good for one use; a webhook goes out once, within the
shopper's request, and names orders only.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from malls.eccube.orders import (
    CANCELLED,
    NEW,
    PAID,
    Order,
    build_order,
    hash_of,
    stamp,
    status_of,
    touched,
)
from malls.eccube.schema import Schema
from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.shelf import Shelf, SoldOut
from malls.shopify.catalogue import PRODUCTS, Product

LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=30)
CODE_LIFETIME = timedelta(minutes=10)
_TAKES_UNITS = (NEW, "4", PAID)


@dataclass
class ProductClass:
    """One 規格 of a product. choice: its name, "" for a product without any."""

    code: str
    choice: str
    is_unlimited: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    headers: Mapping[str, str]
    body: bytes


class EcCubeMall(HttpMall):
    """One shop. client: `id:secret`. refresh: the first refresh token. secret: of its webhook."""

    def __init__(
        self,
        *,
        client: str = "demo-client:demo-secret",
        refresh: str = "demo-refresh",
        secret: str = "",
        products: Sequence[Product] = PRODUCTS,
        **http: Any,
    ) -> None:
        super().__init__(
            Shelf({p.sku: p.on_hand for p in products}, [p.sku for p in products if p.backorder]),
            {p.sku: p.sku for p in products},
            **http,
        )
        self.by_sku = {product.sku: product for product in products}
        self.classes = {p.sku: ProductClass(p.sku, p.variant or "") for p in products}
        self.orders: dict[str, Order] = {}
        # At most so many rows a page; tests make it small.
        self.page_size = 1000
        self.lock = threading.RLock()
        self.tokens.add(refresh, REFRESH_LIFETIME)
        self._client = client
        self._secret = secret
        self._issued: set[str] = set()
        self._next = 1001
        self._schema = Schema(self)
        self._routes = Routes()
        self._routes.add("POST", "/token", self._token)
        self._routes.add("POST", "/api", self._graphql)

    def operation(self, asked: Asked) -> str:
        """The fields of a document are what tells calls apart."""
        if asked.path != "/api":
            return f"{asked.method} {asked.path}"
        text = asked.body.decode("utf-8", "replace")
        names = ("updateProductStock", "updateShipped", "orders(", "order(", "products(")
        return next((name.rstrip("(") for name in names if name in text), "api")

    def api(self, asked: Asked) -> Answer:
        return self._routes.serve(asked)

    def refusal(self, refused: Refused) -> Answer:
        row = {"error": refused.code or "error", "error_description": str(refused)}
        return json_answer(row, refused.status, refused.headers)

    # -- tokens

    def code(self) -> str:
        """What the consent page gives to whoever says yes, for ten minutes."""
        value = f"{self.rng.getrandbits(128):032x}"
        self.tokens.add(value, CODE_LIFETIME, "code")
        return value

    def _token(self, asked: Asked) -> Answer:
        form = asked.form()
        client = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
        if not hmac.compare_digest(client, self._client):
            message = "Client authentication failed"
            raise Refused(HTTPStatus.UNAUTHORIZED, message, code="invalid_client")
        grants = {
            "refresh_token": ("refresh_token", "refresh"),
            "authorization_code": ("code",) * 2,
        }
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            message = "The authorization grant type is not supported."
            raise Refused(HTTPStatus.BAD_REQUEST, message, code="unsupported_grant_type")
        field, kind = grant
        value = form.get(field, "")
        if not self.tokens.use_up(value, kind) and not self._is_of_an_earlier_run(value):
            status = HTTPStatus.UNAUTHORIZED if kind == "refresh" else HTTPStatus.BAD_REQUEST
            raise Refused(status, "The token is invalid.", code="invalid_grant")
        return json_answer(
            {
                "token_type": "Bearer",
                "expires_in": int(LIFETIME.total_seconds()),
                "access_token": self.tokens.issue(LIFETIME),
                "refresh_token": self._new_refresh(),
            }
        )

    def _new_refresh(self) -> str:
        """Good once, for thirty days."""
        value = f"def50200{self.rng.getrandbits(128):032x}"
        value += self._seal(value)
        self._issued.add(value)
        self.tokens.add(value, REFRESH_LIFETIME)
        return value

    def _seal(self, value: str) -> str:
        return hmac.new(self._client.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]

    def _is_of_an_earlier_run(self, value: str) -> bool:
        """A refresh token of ours that we have not given out ourselves, once: a shop that is
        started again still knows its clients."""
        is_ours = hmac.compare_digest(value[-32:], self._seal(value[:-32]))
        is_new = value not in self._issued
        self._issued.add(value)
        return is_ours and is_new

    def _graphql(self, asked: Asked) -> Answer:
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not self.tokens.is_good(token):
            message = "The resource owner or authorization server denied the request."
            raise Refused(HTTPStatus.UNAUTHORIZED, message, code="access_denied")
        sent = asked.object()
        query, variables = sent.get("query"), sent.get("variables") or {}
        if not isinstance(query, str) or not isinstance(variables, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "query is missing", code="bad_request")
        return json_answer(self._schema.answer(query, variables))

    # -- goods

    def products(self) -> Iterator[tuple[str, str, list[ProductClass]]]:
        """(id, name, classes) of every product: goods of one title are classes of one."""
        titles: dict[str, list[ProductClass]] = {}
        for sku, thing in self.classes.items():
            title = self.by_sku[sku].title if sku in self.by_sku else sku
            titles.setdefault(title, []).append(thing)
        for title, classes in titles.items():
            yield str(hash_of(title)), title, classes

    def classes_of(self, code: str) -> list[ProductClass]:
        """More than one when the shop has given a code twice."""
        return [thing for thing in self.classes.values() if thing.code == code]

    # -- selling

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        return [self._sell(lines, at) for _ in range(count)]

    def _sell(self, lines: Sequence[tuple[str, int]] | None, at: datetime) -> str:
        with self.lock:
            chosen = self._basket() if lines is None else list(lines)
            counted = [line for line in chosen if not self._is_unlimited(line[0])]
            self.shelf.sell(counted)
            number, self._next = self.sold_before + self._next, self._next + 1
            order = build_order(
                self.rng,
                number=number,
                at=at,
                lines=[(self.by_sku[sku], units) for sku, units in chosen],
                places=2 if lines is None and len(chosen) > 1 and self.rng.random() < 0.3 else 1,
            )
            self.orders[order["id"]] = order
            self._tell(order["id"], "created")
            return str(number)

    def _is_unlimited(self, sku: str) -> bool:
        return sku in self.classes and self.classes[sku].is_unlimited

    def _basket(self) -> list[tuple[str, int]]:
        on_sale = [sku for sku in self.by_sku if self.shelf.can_sell(sku, 2)]
        if not on_sale:
            raise SoldOut("everything")
        kinds = self.rng.sample(on_sale, min(self.rng.choice((1, 1, 2)), len(on_sale)))
        return [(sku, self.rng.choice((1, 1, 1, 2))) for sku in kinds]

    def cancel(self, order_id: str) -> None:
        with self.lock:
            order = self.orders[order_id]
            if order["OrderStatus"]["id"] not in _TAKES_UNITS:
                return
            self.shelf.give_back(
                [
                    (row["product_code"], row["quantity"])
                    for row in order["OrderItems"]
                    if row["product_code"] and not self._is_unlimited(row["product_code"])
                ]
            )
            self.change(order, CANCELLED)

    def change(self, order: Order, status: str | None, **fields: Any) -> Order:
        """The order with other fields, in another status, and the webhook for it."""
        if status is not None:
            fields |= {"OrderStatus": status_of(status)}
        new = touched(order, self.now(), **fields)
        self.orders[new["id"]] = new
        self._tell(new["id"], "updated")
        return new

    def shipping(self, number: str) -> tuple[Order, dict[str, Any]] | None:
        """An order's shipment, by the shipment's id."""
        for order in self.orders.values():
            for row in order["Shippings"]:
                if row["id"] == number:
                    return order, row
        return None

    def something_happens(self, at: datetime) -> None:
        """A bank transfer arrives, or somebody cancels."""
        with self.lock:
            recent = list(self.orders.values())[-30:]
            unpaid = [o for o in recent if o["OrderStatus"]["id"] == NEW and not o["payment_date"]]
            waiting = [o for o in unpaid if o["payment_method"] == "銀行振込"]
            if waiting and self.rng.random() < 0.3:
                self.change(self.rng.choice(waiting), PAID, payment_date=stamp(at))
            elif recent and self.rng.random() < 0.03:
                self.cancel(self.rng.choice(recent)["id"])

    def count_orders(self) -> int:
        return len(self.orders)

    def _tell(self, order_id: str, action: str) -> None:
        if self.courier is None:
            return
        rows = [{"entity": "order", "id": int(order_id), "action": action}]
        body = json.dumps(rows, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "X-ECCUBE-URL": "https://eccube-demo.example/",
            "X-ECCUBE-Signature": hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest(),
        }
        self.courier.accept(Parcel(headers, body), time.monotonic())
