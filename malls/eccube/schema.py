"""EC-CUBE's GraphQL API: what may be asked, and what is answered.

Facts: EC-CUBE/eccube-api4, the schema of its documentation and the words of its errors. Each field
of an operation fails by itself, with its `path`; a document that does not fit the schema fails as
a whole. Both come with status 200.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from malls.eccube.orders import IN_PROGRESS, NEW, PAID, SHIPPED, Order, stamp
from malls.graphql import Call, GraphqlError, checked, execute, parse

if TYPE_CHECKING:
    from malls.eccube.mall import EcCubeMall, ProductClass

_ORDERS = "multi status order_no update_datetime_start update_datetime_end page limit"
_PRODUCTS = "id category_id status page limit"
_STOCK = "stock"
_SHIPPED = "shipping_date shipping_delivery_name tracking_number note is_send_mail"
_TO_SHIPPED = (NEW, IN_PROGRESS, PAID)
# Not found by a search that names no status: 決済処理中 and 購入処理中.
_HIDDEN = ("7", "8")
_MOST_TEXT = 200


class Schema:
    def __init__(self, mall: "EcCubeMall") -> None:
        self._mall = mall
        self._query: dict[str, Callable[[Call], Any]] = {
            "order": self._order,
            "orders": self._orders,
            "products": self._products,
        }
        self._mutation: dict[str, Callable[[Call], Any]] = {
            "updateProductStock": self._update_stock,
            "updateShipped": self._update_shipped,
        }

    def answer(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """`data` and `errors`."""
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        try:
            document = parse(text)
            root = self._mutation if document.kind == "mutation" else self._query
            for field in document.fields:
                try:
                    data |= execute(replace(document, fields=(field,)), variables, root)
                except GraphqlError as error:
                    if error.code:
                        raise
                    data[field.key] = None
                    errors.append({"message": str(error), "path": [field.key]})
        except GraphqlError as error:
            return {"errors": [{"message": str(error)}]}
        return {"data": data, "errors": errors} if errors else {"data": data}

    # -- queries

    def _order(self, call: Call) -> Order | None:
        return self._mall.orders.get(str(checked(call, "id")["id"]))

    def _orders(self, call: Call) -> dict[str, Any]:
        args = checked(call, "", _ORDERS)
        statuses = args.get("status") or []
        start, end = (_moment(args.get(f"update_datetime_{name}")) for name in ("start", "end"))
        rows = [
            order
            for order in self._mall.orders.values()
            if _fits(order["OrderStatus"]["id"], statuses)
            and (start is None or datetime.fromisoformat(order["update_date"]) >= start)
            and (end is None or datetime.fromisoformat(order["update_date"]) < end)
            and args.get("order_no") in (None, order["order_no"])
        ]
        rows.sort(key=lambda order: (order["update_date"], int(order["id"])), reverse=True)
        return self._page(rows, args)

    def _products(self, call: Call) -> dict[str, Any]:
        """`id` is a part of a name or code, or an id."""
        args = checked(call, "", _PRODUCTS)
        part = args.get("id")
        rows = [
            {"id": number, "name": name, "ProductClasses": [self._class(c) for c in classes]}
            for number, name, classes in self._mall.products()
            if part is None
            or part in name
            or part == number
            or any(part in c.code for c in classes)
        ]
        return self._page(rows, args)

    def _class(self, thing: "ProductClass") -> dict[str, Any]:
        stock = None if thing.is_unlimited else self._mall.shelf.shown(thing.code)
        return {
            "code": thing.code,
            "stock": stock,
            "stock_unlimited": thing.is_unlimited,
            "visible": True,
            "ClassCategory1": {"name": thing.choice} if thing.choice else None,
            "ClassCategory2": None,
        }

    def _page(self, rows: Sequence[Any], args: Mapping[str, Any]) -> dict[str, Any]:
        page, limit = args.get("page") or 1, args.get("limit") or 50
        if not isinstance(page, int) or not isinstance(limit, int) or page < 1 or limit < 1:
            raise GraphqlError("page: この値は0より大きくなければなりません。;")
        limit = min(limit, self._mall.page_size)
        start = (page - 1) * limit
        return {
            "nodes": list(rows[start : start + limit]),
            "totalCount": len(rows),
            "pageInfo": {
                "hasNextPage": start + limit < len(rows),
                "hasPreviousPage": page > 1,
            },
        }

    # -- mutations

    def _update_stock(self, call: Call) -> dict[str, Any]:
        args = checked(call, "code stock_unlimited", _STOCK)
        found = self._mall.classes_of(args["code"])
        if not found:
            raise GraphqlError("code: No ProductClass found;")
        if len(found) > 1:
            raise GraphqlError("code: Multiple ProductClass found;")
        stock = args.get("stock")
        if args["stock_unlimited"]:
            if stock is not None:
                raise GraphqlError("stock: Cannot update stock with stock unlimited;")
            found[0].is_unlimited = True
            return self._class(found[0])
        if not isinstance(stock, int):
            raise GraphqlError("stock: stock is required when stock limited;")
        if stock < 0:
            raise GraphqlError("stock: stock must be a positive integer;")
        found[0].is_unlimited = False
        self._mall.shelf.put(found[0].code, stock, self._mall.now())
        return self._class(found[0])

    def _update_shipped(self, call: Call) -> dict[str, Any]:
        args = checked(call, "id", _SHIPPED)
        _moment(args.get("shipping_date"))
        for name in ("shipping_delivery_name", "tracking_number"):
            if len(args.get(name) or "") > _MOST_TEXT:
                raise GraphqlError(f"[{name}]: This value is too long.;")
        with self._mall.lock:
            found = self._mall.shipping(str(args["id"]))
            if found is None:
                raise GraphqlError("id: No Shipping found;")
            order, shipping = found
            if shipping["shipping_date"]:
                raise GraphqlError("id: Already shipped;")
            if order["OrderStatus"]["id"] not in _TO_SHIPPED:
                raise GraphqlError("id: The associated order cannot be shipped;")
            now = stamp(self._mall.now())
            given = {n: args[n] for n in _SHIPPED.split() if n in args and n != "is_send_mail"}
            new = shipping | given | {"shipping_date": args.get("shipping_date") or now}
            if args.get("is_send_mail"):
                new["mail_send_date"] = now
            rows = [new if row is shipping else row for row in order["Shippings"]]
            done = all(row["shipping_date"] for row in rows)
            self._mall.change(order, SHIPPED if done else None, Shippings=rows)
            return new


def _fits(status: str, wanted: Sequence[str]) -> bool:
    return status in wanted if wanted else status not in _HIDDEN


def _moment(text: Any) -> datetime | None:
    """`Y-m-d\\TH:i:sP` and nothing else."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except (TypeError, ValueError):
        message = 'DateTime parse error, please specify in "Y-m-d\\TH:i:sP".'
        raise GraphqlError(message, "dateTime") from None
