"""The shop at Rakuten itself: what it has on sale, what it sold, and who may ask."""

import base64
import hmac
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.quota import Quota
from malls.rakuten import goods_api, order_api
from malls.rakuten.orders import JST, Basket, Order, build_order, cancelled, with_address
from malls.shelf import NotOnSale, Shelf, SoldOut
from malls.shopify.catalogue import PRODUCTS, Product, jan_of
from malls.shopify.people import anybody

KEY_LIVES = timedelta(days=90)
_NO_VARIANT = "normal-inventory"


def code_of(product: Product) -> str:
    """`tote/NAT` for a variant, `donabe-6/normal-inventory` for an item without."""
    base, dash, variant = product.sku.rpartition("-")
    if product.variant and dash:
        return f"{base.lower()}/{variant}"
    return f"{product.sku.lower()}/{_NO_VARIANT}"


# (calls a second, of which so many may come at once); a second one, because a network does not keep
# the distance that its callers do. Source: the inventory API's own limits. Of orders RMS only
# recommends one a second.
_QUOTAS: Mapping[str, tuple[float, int]] = {"bulk-upsert": (1.0, 2), "bulk-get": (5.0, 10)}


class RakutenMall(HttpMall):
    """One shop. secret, license_key: what it takes as proof; the key ends after 90 days.

    page_rows, page_hits: fewer rows a page than were asked for. most_hits: what one search finds at
    most. names_bad_rows: whether a refused batch says which row is wrong. orphans: quantities of
    items that are not there, by code. watches_quota: answers 429 above the published rates.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        secret: str = "SP000000_demo",  # noqa: S107  (of a mall that is none)
        license_key: str = "SL000000_demo",
        products: Sequence[Product] = PRODUCTS,
    ) -> None:
        codes = {product.sku: code_of(product) for product in products}
        shelf = Shelf(
            {codes[p.sku]: p.on_hand for p in products},
            [codes[p.sku] for p in products if p.backorder],
        )
        super().__init__(shelf, codes, port=port, rng=rng, clock=clock)
        self.secret = secret
        self.license_key = license_key
        self.key_ends = clock() + KEY_LIVES
        self.page_rows = 1000
        self.page_hits = 100
        self.most_hits = 15_000
        self.names_bad_rows = True
        self.orphans: dict[str, tuple[int, datetime]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.watches_quota = True
        self._quota = Quota()
        self._orders: dict[str, Order] = {}
        self._numbers = 0
        self._details = 15_418
        self._routes = self._built_routes()
        self._products = {product.sku: product for product in products}
        for product in products:
            self.add_item(_item(product, codes[product.sku]))

    # -- HttpMall

    def api(self, asked: Asked) -> Answer:
        self._authenticate(asked)
        goods_api.sweep_orphans(self)
        operation = self.operation(asked)
        with self.shelf.held():
            if self.watches_quota and operation in _QUOTAS:
                self._quota.take(operation, *_QUOTAS[operation], self.now())
            return self._routes.serve(asked)

    def operation(self, asked: Asked) -> str:
        return asked.path.rstrip("/").rpartition("/")[2]

    def refusal(self, refused: Refused) -> Answer:
        error = {"code": refused.code or f"GE{refused.status:04d}", "message": str(refused)}
        return json_answer({"errors": [error]}, refused.status, refused.headers)

    def expire_tokens(self) -> None:
        """The licence key has ended; somebody must issue a new one."""
        self.key_ends = self.now()

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        sold = []
        for _ in range(count):
            if lines is None:
                sold.append(self._sell_anything(at))
            else:
                sold.append(self.place([[self._known(sku, units) for sku, units in lines]], at))
        return sold

    def cancel(self, order_id: str) -> None:
        order = self._orders[order_id]
        if order["orderProgress"] == 900:
            return
        self.replace(cancelled(order, self.now(), by_buyer=True, detail=1))
        self.give_back(order)

    def count_orders(self) -> int:
        return len(self._orders)

    # -- the shop

    def place(
        self,
        baskets: Sequence[Basket],
        at: datetime,
        *,
        determined: bool = True,
        social_gift: bool = False,
    ) -> str:
        """Sell so much to so many places. Returns the order's number. Raises SoldOut."""
        with self.shelf.held():
            self.shelf.sell([(self.codes[p.sku], n) for basket in baskets for p, n in basket])
            self._numbers += 1
            order = build_order(
                self.rng,
                number=self.sold_before + self._numbers,
                at=at,
                baskets=baskets,
                codes=self.codes,
                determined=determined,
                social_gift=social_gift,
            )
            self.replace(order)
            return str(order["orderNumber"])

    def type_address(self, order_id: str) -> None:
        """The recipient of a social gift says where he lives."""
        order = self._orders[order_id]
        self.replace(with_address(order, anybody(self.rng), self.now()))

    def order(self, number: str) -> Order | None:
        return self._orders.get(number)

    def all_orders(self) -> list[Order]:
        """Oldest first."""
        return list(self._orders.values())

    def replace(self, order: Order) -> None:
        self._orders[order["orderNumber"]] = order

    def give_back(self, order: Order) -> None:
        """The units of an order are on sale again."""
        self.shelf.give_back(
            [
                (f"{item['manageNumber']}/{item['SkuModelList'][0]['variantId']}", item["units"])
                for package in order["PackageModelList"]
                for item in package["ItemModelList"]
            ]
        )

    def next_detail(self) -> int:
        self._details += 1
        return self._details

    def add_item(self, item: dict[str, Any]) -> None:
        """Put an item on sale, or change it. Variants begin with what waited for them."""
        number = item["manageNumber"]
        known = self.items.get(number, {}).get("variants", {})
        self.items[number] = item | {"variants": known | item["variants"]}
        for variant_id, variant in item["variants"].items():
            code = f"{number}/{variant_id}"
            quantity, _ = self.orphans.pop(code, (0, self.now()))
            self.shelf.add(code, quantity)
            if sku := variant.get("merchantDefinedSkuId"):
                self.codes[sku] = code

    # -- inside

    def _sell_anything(self, at: datetime) -> str:
        on_sale = [p for p in self._products.values() if self.shelf.can_sell(self.codes[p.sku], 3)]
        if not on_sale:
            raise SoldOut("everything")
        chosen = self.rng.sample(on_sale, min(len(on_sale), self.rng.choice((1, 1, 1, 2))))
        basket = [(product, self.rng.choice((1, 1, 2))) for product in chosen]
        what = self.rng.choices(("plain", "gift", "open", "two"), (88, 3, 4, 5))[0]
        baskets = [[line] for line in basket] if what == "two" else [basket]
        return self.place(baskets, at, determined=what != "open", social_gift=what == "gift")

    def _known(self, sku: str, units: int) -> tuple[Product, int]:
        if sku not in self.codes:
            raise NotOnSale(sku)
        return self._products.get(sku) or Product(sku, sku, 1000, 0), units

    def _authenticate(self, asked: Asked) -> None:
        proof = base64.b64encode(f"{self.secret}:{self.license_key}".encode()).decode()
        given = asked.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"ESA {proof}".encode()):
            raise Refused(HTTPStatus.UNAUTHORIZED, "Un-Authorised", code="GA0001")
        if self.now() >= self.key_ends:
            raise Refused(HTTPStatus.UNAUTHORIZED, "Un-Authorised", code="GA0001")

    def _expiry(self, asked: Asked) -> Answer:
        if asked.one("licenseKey") != self.license_key:
            raise Refused(HTTPStatus.NOT_FOUND, "no such licenseKey", code="GE0001")
        ends = self.key_ends.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S")
        return json_answer({"expiryDate": ends})

    def _built_routes(self) -> Routes:
        routes = Routes()
        item = "/es/2.0/items/manage-numbers/{number}"
        routes.add("POST", "/es/2.0/order/{name}/", lambda asked: order_api.serve(self, asked))
        functions: Sequence[tuple[str, str, Callable[[RakutenMall, Asked], Answer]]] = (
            ("POST", "/es/2.1/inventories/bulk-upsert", goods_api.bulk_upsert),
            ("POST", "/es/2.1/inventories/bulk-get", goods_api.bulk_get),
            ("GET", "/es/2.0/items/search", goods_api.search_items),
            ("GET", item, goods_api.get_item),
            ("PUT", item, goods_api.put_item),
            ("PATCH", item, goods_api.patch_item),
        )
        for method, path, serve in functions:
            routes.add(method, path, partial(serve, self))
        routes.add("GET", "/es/1.0/license-management/license-key/expiry-date", self._expiry)
        return routes


def _item(product: Product, code: str) -> dict[str, Any]:
    manage_number, _, variant_id = code.partition("/")
    return {
        "manageNumber": manage_number,
        "itemNumber": manage_number,
        "title": product.title,
        "itemType": "NORMAL",
        "genreId": "100000",
        "variants": {
            variant_id: {
                "merchantDefinedSkuId": product.sku,
                "articleNumber": {"value": jan_of(product)},
                "standardPrice": str(product.price),
            }
        },
    }
