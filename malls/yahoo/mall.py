"""The shop at Yahoo!ショッピング itself: what it has on sale, what it sold, and who may ask."""

import base64
import hmac
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus

from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.shelf import NotOnSale, Shelf, SoldOut
from malls.shopify.catalogue import BY_SKU, PRODUCTS, Product
from malls.shopify.people import anybody
from malls.yahoo import order_api, stock_api
from malls.yahoo.keys import opened
from malls.yahoo.orders import Order, build_order, changed, with_address

ACCESS_LIVES = timedelta(hours=1)
REFRESH_LIVES = timedelta(days=28)
# A refresh token that was used without the store's key ends early.
REFRESH_LIVES_WITHOUT_KEY = timedelta(hours=12)
_CLOCKS_APART = 300
_PATH = "/ShoppingWebService/V1"


def code_of(product: Product) -> str:
    """`tote:TOTE-NAT` for a variant, `donabe-6` for an item without."""
    base, dash, _ = product.sku.rpartition("-")
    if product.variant and dash:
        return f"{base.lower()}:{product.sku}"
    return product.sku


class YahooMall(HttpMall):
    """One shop.

    hold: how long an order is checked for fraud before anybody sees it. page_rows: fewer rows a
    page than were asked for. reports: ids of orders whose shipment was reported, each time once.
    orphans: quantities of codes that are not there.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seller_id: str = "snbx-demo",
        client_id: str = "demo",
        client_secret: str = "demo",  # noqa: S107  (of a mall that is none)
        refresh: str = "demo-refresh",
        key_version: str = "1",
    ) -> None:
        codes = {product.sku: code_of(product) for product in PRODUCTS}
        shelf = Shelf(
            {codes[p.sku]: p.on_hand for p in PRODUCTS},
            [codes[p.sku] for p in PRODUCTS if p.backorder],
        )
        super().__init__(shelf, codes, port=port, rng=rng, clock=clock)
        self.seller_id = seller_id
        self.key_version = key_version
        self.hold = timedelta(0)
        self.page_rows = 2000
        self.reports: list[str] = []
        self.orphans: dict[str, int] = {}
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._orders: dict[str, Order] = {}
        self._visible: dict[str, datetime] = {}
        self._routes = self._built_routes()
        self.tokens.add(refresh, REFRESH_LIVES)

    # -- HttpMall

    def api(self, asked: Asked) -> Answer:
        if asked.path == "/yconnect/v2/token":
            return self._token(asked)
        self._authenticate(asked)
        with self.shelf.held():
            return self._routes.serve(asked)

    def operation(self, asked: Asked) -> str:
        return asked.path.rpartition("/")[2]

    def refusal(self, refused: Refused) -> Answer:
        error = {"Message": str(refused), "Code": refused.code or f"px-0{refused.status}0"}
        answer = order_api.xml_answer("Error", error, status=refused.status)
        return Answer(answer.status, answer.body, {**answer.headers, **refused.headers})

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        sold = []
        for _ in range(count):
            chosen = self._anything() if lines is None else [self._known(*line) for line in lines]
            is_gift = lines is None and self.rng.random() < 0.03
            sold.append(self.place(chosen, at, social_gift=is_gift))
        return sold

    def cancel(self, order_id: str) -> None:
        order = self._orders[order_id]
        if order["OrderStatus"] == "4":
            return
        self.replace(changed(order, self.now(), OrderStatus="4", CancelReason="100"))
        self.shelf.give_back(
            [
                (f"{row['ItemId']}:{row['SubCode']}".removesuffix(":"), row["Quantity"])
                for row in order["Item"]
            ]
        )

    def count_orders(self) -> int:
        return len(self._orders)

    # -- the shop

    def place(
        self,
        lines: Sequence[tuple[Product, int]],
        at: datetime,
        *,
        social_gift: bool = False,
    ) -> str:
        """Sell so much. Returns the order's id. Raises SoldOut."""
        with self.shelf.held():
            self.shelf.sell([(self.codes[product.sku], units) for product, units in lines])
            order_id = f"{self.seller_id}-{10_000_001 + self.sold_before + len(self._orders)}"
            self.replace(
                build_order(
                    self.rng,
                    order_id=order_id,
                    seller_id=self.seller_id,
                    at=at,
                    lines=lines,
                    codes=self.codes,
                    social_gift=social_gift,
                )
            )
            self._visible[order_id] = at + self.hold
            return order_id

    def type_address(self, order_id: str) -> None:
        """The recipient of a social gift says where he lives."""
        order = self._orders[order_id]
        self.replace(with_address(order, anybody(self.rng), self.now()))

    def order(self, order_id: str) -> Order | None:
        """None for one that is not there, or still checked for fraud."""
        if order_id not in self._orders or self._visible[order_id] > self.now():
            return None
        return self._orders[order_id]

    def seen_orders(self) -> list[Order]:
        """Orders that are not checked for fraud any more."""
        now = self.now()
        return [order for name, order in self._orders.items() if self._visible[name] <= now]

    def replace(self, order: Order) -> None:
        self._orders[str(order["OrderId"])] = order

    # -- inside

    def _anything(self) -> list[tuple[Product, int]]:
        on_sale = [p for p in PRODUCTS if self.shelf.can_sell(self.codes[p.sku], 2)]
        if not on_sale:
            raise SoldOut("everything")
        chosen = self.rng.sample(on_sale, min(len(on_sale), self.rng.choice((1, 1, 2))))
        return [(product, self.rng.choice((1, 1, 2))) for product in chosen]

    def _known(self, sku: str, units: int) -> tuple[Product, int]:
        if sku not in BY_SKU:
            raise NotOnSale(sku)
        return BY_SKU[sku], units

    def _token(self, asked: Asked) -> Answer:
        given = asked.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Basic {self._basic}".encode()):
            return json_answer({"error": "invalid_client"}, HTTPStatus.UNAUTHORIZED)
        form = asked.form()
        if form.get("grant_type") != "refresh_token":
            return json_answer({"error": "unsupported_grant_type"}, HTTPStatus.BAD_REQUEST)
        refresh = form.get("refresh_token", "")
        if not self.tokens.is_good(refresh, "refresh"):
            return json_answer({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
        if not self._is_sealed(asked):
            self.tokens.add(refresh, REFRESH_LIVES_WITHOUT_KEY)
        token = self.tokens.issue(ACCESS_LIVES)
        return json_answer({"access_token": token, "token_type": "Bearer", "expires_in": "3600"})

    def _authenticate(self, asked: Asked) -> None:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.tokens.is_good(token):
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            message = "Please provide valid credentials. token expired"
            raise Refused(HTTPStatus.UNAUTHORIZED, message, headers, code="px-04102")
        if not self._is_sealed(asked):
            raise Refused(HTTPStatus.FORBIDDEN, "public key authentication failed", code="px-04301")

    def _is_sealed(self, asked: Asked) -> bool:
        if asked.headers.get("x-sws-signature-version") != self.key_version:
            return False
        sealed = opened(asked.headers.get("x-sws-signature", ""))
        now = int(self.now().timestamp())
        return (
            sealed is not None
            and sealed.seller_id == self.seller_id
            and abs(sealed.at - now) <= _CLOCKS_APART
        )

    def _built_routes(self) -> Routes:
        routes = Routes()
        functions: Sequence[tuple[str, str, Callable[[YahooMall, Asked], Answer]]] = (
            ("GET", "orderCount", order_api.count),
            ("POST", "orderList", order_api.listing),
            ("POST", "orderInfo", order_api.info),
            ("POST", "orderShipStatusChange", order_api.change_ship),
            ("POST", "orderStatusChange", order_api.change_status),
            ("POST", "setStock", stock_api.set_stock),
            ("POST", "getStock", stock_api.get_stock),
        )
        for method, name, serve in functions:
            routes.add(method, f"{_PATH}/{name}", partial(serve, self))
        return routes
