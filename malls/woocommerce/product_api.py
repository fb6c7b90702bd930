"""`/products` of the REST API, and the variations below them."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.woocommerce.goods import Thing, row_of
from malls.woocommerce.listing import batch_of, invalid, numbers, page_of, word

if TYPE_CHECKING:
    from malls.woocommerce.mall import WooMall

_FIELDS = {
    "name": str,
    "type": str,
    "status": str,
    "sku": str,
    "global_unique_id": str,
    "regular_price": str,
    "manage_stock": bool,
    "stock_quantity": int,
}


class ProductApi:
    def __init__(self, mall: "WooMall") -> None:
        self._mall = mall

    def add_to(self, routes: Routes, base: str) -> None:
        below = f"{base}/products/{{parent}}/variations"
        routes.add("GET", f"{base}/products", self._list)
        routes.add("POST", f"{base}/products", self._create)
        routes.add("POST", f"{base}/products/batch", self._batch)
        routes.add("PUT", f"{base}/products/{{id}}", self._update)
        routes.add("GET", below, self._variations)
        routes.add("POST", f"{below}/batch", self._batch)
        routes.add("PUT", f"{below}/{{id}}", self._update)

    def _list(self, asked: Asked) -> Answer:
        """`sku` finds variations too; without it they are only found below their product."""
        include, sku = numbers(asked, "include"), asked.one("sku")
        rows = [
            self._row(thing)
            for thing in self._mall.things.values()
            if (include is None or thing.id in include)
            and (thing.sku in sku.split(",") if sku else not thing.parent)
        ]
        return self._page(asked, rows)

    def _variations(self, asked: Asked) -> Answer:
        parent, include = self._parent(asked), numbers(asked, "include")
        rows = [
            self._row(thing)
            for thing in self._mall.things.values()
            if thing.parent == parent and (include is None or thing.id in include)
        ]
        return self._page(asked, rows)

    def _page(self, asked: Asked, rows: list[Mapping[str, Any]]) -> Answer:
        word(asked, "orderby", ("date", "id", "include", "title", "slug"))
        backwards = word(asked, "order", ("desc", "asc")) == "desc"
        rows.sort(key=lambda row: int(row["id"]), reverse=backwards)
        return page_of(asked, rows, self._mall.page_size)

    def _row(self, thing: Thing) -> Mapping[str, Any]:
        return row_of(thing, self._mall.shelf.shown(thing.code) if thing.counts else None)

    def _parent(self, asked: Asked) -> int:
        """0 for products themselves."""
        text = asked.params.get("parent")
        if text is None:
            return 0
        thing = self._mall.things.get(int(text)) if text.isdecimal() else None
        if thing is None or thing.parent:
            raise Refused(
                HTTPStatus.NOT_FOUND, "Invalid ID.", code="woocommerce_rest_product_invalid_id"
            )
        return thing.id

    def _thing(self, parent: int, number: Any) -> Thing:
        thing = self._mall.things.get(number) if isinstance(number, int) else None
        kind = "product_variation" if parent else "product"
        if thing is None or thing.parent != parent:
            code = f"woocommerce_rest_{kind}_invalid_id"
            raise Refused(HTTPStatus.BAD_REQUEST, "Invalid ID.", code=code)
        return thing

    def _update(self, asked: Asked) -> Answer:
        text = asked.params["id"]
        thing = self._thing(self._parent(asked), int(text) if text.isdecimal() else None)
        return json_answer(self._write(thing, asked.object()))

    def _batch(self, asked: Asked) -> Answer:
        parent = self._parent(asked)
        rows = []
        for row in batch_of(asked):
            fields = {name: value for name, value in row.items() if name != "id"}
            rows.append(_each(row, partial(self._write_to, parent, row.get("id"), fields)))
        return json_answer({"update": rows})

    def _write_to(self, parent: int, number: Any, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._write(self._thing(parent, number), fields)

    def _write(self, thing: Thing, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        self._check(fields, thing)
        thing.name = fields.get("name", thing.name)
        thing.price = fields.get("regular_price", thing.price)
        thing.gtin = fields.get("global_unique_id", thing.gtin)
        thing.status = fields.get("status", thing.status)
        thing.counts = fields.get("manage_stock", thing.counts)
        if thing.counts and "stock_quantity" in fields:
            self._mall.shelf.put(thing.code, fields["stock_quantity"], self._mall.now())
        return self._row(thing)

    def _check(self, fields: Mapping[str, Any], thing: Thing | None) -> None:
        for name, value in fields.items():
            kind = _FIELDS.get(name)
            if kind is None or type(value) is not kind:
                raise invalid(name)
        sku = fields.get("sku", "")
        taken = self._mall.codes.get(sku) if sku else None
        if taken is not None and (thing is None or taken != thing.code):
            message = "Invalid or duplicated SKU."
            raise Refused(HTTPStatus.BAD_REQUEST, message, code="product_invalid_sku")

    def _create(self, asked: Asked) -> Answer:
        fields = asked.object()
        self._check(fields, None)
        with self._mall.lock:
            number = max(self._mall.things) // 10 * 10 + 10
            thing = Thing(
                number,
                0,
                fields.get("sku", ""),
                fields.get("name", ""),
                fields.get("regular_price", ""),
                gtin=fields.get("global_unique_id", ""),
                status=fields.get("status", "publish"),
                counts=fields.get("manage_stock", False),
            )
            self._mall.things[number] = thing
            self._mall.shelf.add(thing.code, fields.get("stock_quantity", 0))
            if thing.sku:
                self._mall.codes[thing.sku] = thing.code
        return json_answer(self._row(thing), HTTPStatus.CREATED)


def _each(row: Mapping[str, Any], write: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """One thing of a batch: as it is now, or why not."""
    try:
        return write()
    except Refused as refused:
        error = {"code": refused.code, "message": str(refused), "data": {"status": refused.status}}
        return {"id": row.get("id", 0), "error": error}
