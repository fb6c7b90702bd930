"""A cart that takes Next Engine's stock push, over HTTP.

GET /update_stock?StoreAccount=…&Code=…&Stock=…&ts=YYYYMMDDhhmmss&.sig=…   → XML in EUC-JP

Strict: the signature over the parameters in their order, a time within ten minutes, whole numbers.
Its listing codes are its SKUs. It has no API for orders, and tells nobody what it sells.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from malls.courier import Courier
from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, text_answer
from malls.shelf import Shelf, SoldOut
from malls.shopify.catalogue import PRODUCTS, Product
from malls.shopify.orders import JST

ACCOUNT = "banto"
KEY = "demo-key"
PATH = "/update_stock"
_NAMES = ("StoreAccount", "Code", "Stock", "ts")
_LATE = timedelta(minutes=10)


class PushMall(HttpMall):
    """One cart. orders: when and what was bought, (code, units) each, by number."""

    def __init__(
        self,
        *,
        key: str = KEY,
        products: Sequence[Product] = PRODUCTS,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        courier: Courier | None = None,
    ) -> None:
        stock = {product.sku: product.on_hand for product in products}
        backorder = {product.sku for product in products if product.backorder}
        codes = {product.sku: product.sku for product in products}
        super().__init__(
            Shelf(stock, backorder), codes, port=port, rng=rng, clock=clock, courier=courier
        )
        self.orders: dict[str, tuple[datetime, Sequence[tuple[str, int]]]] = {}
        self._key = key
        self._sold = 0
        self._routes = Routes()
        self._routes.add("GET", PATH, self._update)

    def api(self, asked: Asked) -> Answer:
        return self._routes.serve(asked)

    def refusal(self, refused: Refused) -> Answer:
        return text_answer(str(refused), refused.status, refused.headers)

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        sold = []
        for _ in range(count):
            goods = lines
            if goods is None:
                on_sale = [sku for sku in self.codes if self.shelf.can_sell(sku)]
                if not on_sale:
                    raise SoldOut("everything")
                goods = [(self.rng.choice(on_sale), 1)]
            self.shelf.sell(goods)
            self._sold += 1
            self.orders[str(self._sold)] = (at, goods)
            sold.append(str(self._sold))
        return sold

    def cancel(self, order_id: str) -> None:
        _, goods = self.orders.pop(order_id)
        self.shelf.give_back(goods)

    def count_orders(self) -> int:
        return len(self.orders)

    def expire_tokens(self) -> None:
        """Somebody makes a new key in the cart's settings."""
        self._key = f"{self.rng.getrandbits(64):016x}"

    def _update(self, asked: Asked) -> Answer:
        given = {name: asked.one(name) for name in _NAMES}
        if set(asked.query) != {*_NAMES, ".sig"} or "" in given.values():
            return _answer(asked, "1")
        said = "&".join(f"{name}={value}" for name, value in given.items()) + self._key
        digest = hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()
        if given["StoreAccount"] != ACCOUNT or asked.one(".sig") != digest:
            return _answer(asked, "-2")
        try:
            at = datetime.strptime(given["ts"], "%Y%m%d%H%M%S").replace(tzinfo=JST)
        except ValueError:
            return _answer(asked, "1")
        if abs(at - self.now()) > _LATE or not given["Stock"].isdecimal():
            return _answer(asked, "-2")
        if self.shelf.shown(given["Code"]) is None:
            return _answer(asked, "-3")
        self.shelf.put(given["Code"], int(given["Stock"]), self.now())
        return _answer(asked, "0")


def _answer(asked: Asked, processed: str) -> Answer:
    arguments = "".join(
        f"<Argument Name={quoteattr(name)} Value={quoteattr(values[0])} />"
        for name, values in asked.query.items()
    )
    # The comment is only there so that the answer is not ASCII.
    return text_answer(
        '<?xml version="1.0" encoding="EUC-JP"?>\n<!-- 在庫更新 -->'
        '<ShoppingUpdateStock version="1.0"><ResultSet TotalResult="1">'
        f"<Request>{arguments}</Request>"
        f'<Result No="1"><Processed>{processed}</Processed></Result>'
        "</ResultSet></ShoppingUpdateStock>",
        kind="text/xml",
        encoding="euc_jp",
    )
