"""The queries and mutations of the emulated GraphQL Admin API.

Facts: shopify.dev, GraphQL Admin API 2026-10. `inventorySetQuantities` wants `@idempotent` and
`changeFromQuantity` (null for "whatever it shows"), takes 250 quantities, and does all or nothing.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from malls.graphql import Call, GraphqlError, checked, connection
from malls.shopify.catalogue import Product, inventory_item_id, product_id, variant_id
from malls.shopify.nodes import (
    LOCATION,
    Node,
    fulfillment_order,
    gid,
    item_node,
    number_of,
    order_node,
    variant_node,
)
from malls.shopify.orders import Order
from malls.shopify.shop import Shop

MOST_QUANTITIES = 250
_SET_ERROR = "InventorySetQuantitiesUserError"
_STATES = {"status": "open", "fulfillment_status": "unfulfilled"}
_TERM = re.compile(r"(\w+):(>=|<=|>|<|)(?:'([^']*)'|(\S+))")


class Graph:
    """What can be asked of one shop. most: rows that a page has at most, for tests of paging."""

    def __init__(self, shop: Shop, clock: Callable[[], datetime]) -> None:
        self._shop = shop
        self._now = clock
        self._keys: dict[str, tuple[str, Node]] = {}
        self.most = 250

    def query(self) -> Mapping[str, Any]:
        return {
            "__typename": "QueryRoot",
            "shop": {"__typename": "Shop", "name": "番頭デモ店", "currencyCode": "JPY"},
            "location": self._location,
            "order": self._order,
            "orders": self._orders,
            "nodes": self._nodes,
            "productVariants": self._variants,
        }

    def mutation(self) -> Mapping[str, Any]:
        return {
            "__typename": "Mutation",
            "inventorySetQuantities": self._set_quantities,
            "fulfillmentCreate": self._fulfil,
            "orderCancel": self._cancel,
            "productSet": self._set_product,
        }

    # -- reading

    def _location(self, call: Call) -> Node | None:
        if number_of(checked(call, "id")["id"], "Location") != LOCATION:
            return None
        return {"__typename": "Location", "id": gid("Location", LOCATION), "isActive": True}

    def _order(self, call: Call) -> Node | None:
        order = self._shop.order(number_of(checked(call, "id")["id"], "Order"))
        return order_node(order) if order else None

    def _orders(self, call: Call) -> Node:
        args = checked(call, "first", "after query sortKey reverse")
        orders = [o for o in self._shop.orders if _matches(o, args.get("query") or "")]
        if args.get("sortKey") == "UPDATED_AT":
            orders.sort(key=lambda o: (datetime.fromisoformat(o["updated_at"]), o["id"]))
        return self._page(call, [order_node(order) for order in orders], "OrderConnection")

    def _variants(self, call: Call) -> Node:
        args = checked(call, "first", "after query")
        skus = list(self._shop.products)
        if wanted := args.get("query"):
            skus = [sku for sku in skus if wanted == f'sku:"{sku}"']
        rows = [variant_node(self._shop, sku) for sku in skus]
        return self._page(call, rows, "ProductVariantConnection")

    def _page(self, call: Call, rows: list[Any], kind: str) -> Node:
        first = call.args["first"]
        few = min(first, self.most) if isinstance(first, int) and 0 < first <= 250 else first
        return connection(call._replace(args={**call.args, "first": few}), rows, kind)

    def _nodes(self, call: Call) -> list[Node | None]:
        return [self._node(one) for one in checked(call, "ids")["ids"]]

    def _node(self, wanted: str) -> Node | None:
        if order := self._shop.order(number_of(wanted, "Order")):
            return order_node(order)
        for sku in self._shop.products:
            if wanted == gid("ProductVariant", variant_id(sku)):
                return variant_node(self._shop, sku)
            if wanted == gid("InventoryItem", inventory_item_id(sku)):
                return item_node(self._shop, sku)
        return None

    # -- writing

    def _set_quantities(self, call: Call) -> Node:
        given = checked(call, "input")["input"]
        key = call.directives.get("idempotent", {}).get("key")
        if not isinstance(key, str) or not 0 < len(key) <= 255:
            raise GraphqlError("@idempotent(key:) is required", "BAD_REQUEST")
        _only(given, "name reason quantities", "referenceDocumentUri")
        if given["name"] not in ("available", "on_hand"):
            return _set_result(("name",), "INVALID_NAME")
        if not 0 < len(given["quantities"]) <= MOST_QUANTITIES:
            raise GraphqlError(f"quantities is 1 to {MOST_QUANTITIES} rows", "MAX_INPUT_SIZE")
        for row in given["quantities"]:
            _only(row, "inventoryItemId locationId quantity", "changeFromQuantity")
            if "changeFromQuantity" not in row:
                raise GraphqlError("changeFromQuantity must be given", "INVALID_VARIABLE")
        with self._shop.shelf.held():
            before = self._keys.get(key)
            if before and before[0] != repr(given):
                return _set_result((), "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
            if before and before[1]["userErrors"]:
                return _set_result((), "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
            result = before[1] if before else self._set_all(given["quantities"])
            self._keys[key] = (repr(given), result)
            return result

    def _set_all(self, rows: list[Mapping[str, Any]]) -> Node:
        skus = {gid("InventoryItem", inventory_item_id(sku)): sku for sku in self._shop.products}
        errors: list[tuple[int, str, str]] = []
        for n, row in enumerate(rows):
            sku = skus.get(row["inventoryItemId"])
            if number_of(row["locationId"], "Location") != LOCATION:
                errors.append((n, "locationId", "INVALID_LOCATION"))
            elif sku is None:
                errors.append((n, "inventoryItemId", "INVALID_INVENTORY_ITEM"))
            elif not -1_000_000_000 <= row["quantity"] <= 1_000_000_000:
                errors.append((n, "quantity", "INVALID_QUANTITY_TOO_HIGH"))
            elif row["changeFromQuantity"] not in (
                None,
                self._shop.shelf.shown(self._shop.codes[sku]),
            ):
                errors.append((n, "changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE"))
        if errors:
            return _payload(
                "InventorySetQuantities",
                [
                    _error(("input", "quantities", str(n), name), code, _SET_ERROR)
                    for n, name, code in errors
                ],
                inventoryAdjustmentGroup=None,
            )
        for row in rows:
            code = self._shop.codes[skus[row["inventoryItemId"]]]
            self._shop.shelf.put(code, row["quantity"], self._now())
        group = {"__typename": "InventoryAdjustmentGroup", "id": gid("InventoryAdjustmentGroup", 1)}
        return _payload("InventorySetQuantities", [], inventoryAdjustmentGroup=group)

    def _fulfil(self, call: Call) -> Node:
        given = checked(call, "fulfillment", "message")["fulfillment"]
        _only(given, "lineItemsByFulfillmentOrder", "trackingInfo notifyCustomer originAddress")
        tracking = given.get("trackingInfo") or {}
        _only(tracking, "", "company number numbers url urls")
        units: dict[int, int] = {}
        order: Order | None = None
        for part in given["lineItemsByFulfillmentOrder"]:
            _only(part, "fulfillmentOrderId", "fulfillmentOrderLineItems")
            number = number_of(part["fulfillmentOrderId"], "FulfillmentOrder")
            order = self._shop.order(str(int(number) - 900)) if number.isdigit() else None
            if order is None:
                return _fulfilled(None, "Fulfillment order does not exist.")
            if fulfillment_order(order)["status"] != "OPEN":
                return _fulfilled(None, "Fulfillment order has an unfulfillable status= closed.")
            left = {row["id"] + 500: row for row in order["line_items"]}
            for row in part.get("fulfillmentOrderLineItems") or [
                {"id": gid("FulfillmentOrderLineItem", n), "quantity": line["fulfillable_quantity"]}
                for n, line in left.items()
            ]:
                _only(row, "id quantity")
                line = left.get(int(number_of(row["id"], "FulfillmentOrderLineItem") or 0))
                if line is None or not 0 < row["quantity"] <= line["fulfillable_quantity"]:
                    return _fulfilled(None, "Invalid fulfillment order line item quantity.")
                units[line["id"]] = row["quantity"]
        if order is None:
            return _fulfilled(None, "No fulfillment order was given.")
        numbers = tracking.get("numbers") or [n for n in [tracking.get("number")] if n]
        company = tracking.get("company") or ""
        sent = self._shop.fulfil(str(order["id"]), units, company, numbers, self._now())
        return _fulfilled(sent["fulfillments"][-1]["id"], "")

    def _cancel(self, call: Call) -> Node:
        args = checked(call, "orderId refundMethod restock reason", "notifyCustomer staffNote")
        _only(args["refundMethod"], "", "originalPaymentMethodsRefund storeCreditRefund")
        order = self._shop.order(number_of(args["orderId"], "Order"))
        problem = (
            "NOT_FOUND"
            if order is None
            else "INVALID"
            if order["cancelled_at"] or order["fulfillments"]
            else ""
        )
        if args["reason"] not in ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"):
            raise GraphqlError("reason is no OrderCancelReason", "INVALID_VARIABLE")
        job = None
        if order is not None and not problem:
            self._shop.cancel(str(order["id"]), self._now(), args["reason"].lower())
            job = {"__typename": "Job", "id": gid("Job", order["id"]), "done": False}
        errors = [_error(("orderId",), problem, "OrderCancelUserError")] if problem else []
        return {"__typename": "OrderCancelPayload", "job": job, "orderCancelUserErrors": errors}

    def _set_product(self, call: Call) -> Node:
        args = checked(call, "input", "identifier synchronous")
        given, identifier = args["input"], args.get("identifier") or {}
        _only(given, "title productOptions variants", "handle status vendor")
        _only(identifier, "", "id handle")
        [variant] = given["variants"]
        _only(variant, "optionValues sku", "barcode price inventoryItem inventoryQuantities id")
        sku = variant["sku"]
        stock = (variant.get("inventoryQuantities") or [{"quantity": 0}])[0]["quantity"]
        price = int(float(variant.get("price") or 0))
        self._shop.put_product(
            Product(sku, given["title"], price, stock), variant.get("barcode") or ""
        )
        product = {"__typename": "Product", "id": gid("Product", product_id(sku))}
        return _payload("ProductSet", [], product=product)


def _matches(order: Order, query: str) -> bool:
    """Whether an order is what a search such as `updated_at:>='2026-…' AND status:open` finds."""
    for name, sign, quoted, bare in _TERM.findall(query):
        value = quoted or bare
        if name in _STATES:
            if not _is_in(order, name, value):
                return False
            continue
        if name != "updated_at":
            raise GraphqlError(f"the emulator cannot search by {name}")
        wanted, at = datetime.fromisoformat(value), datetime.fromisoformat(order["updated_at"])
        if not {">=": at >= wanted, "<=": at <= wanted, ">": at > wanted, "<": at < wanted}[sign]:
            return False
    return True


def _is_in(order: Order, name: str, value: str) -> bool:
    """`open` is neither cancelled nor archived; `unfulfilled` is what something of is to be
    shipped."""
    if value != _STATES[name]:
        raise GraphqlError(f"the emulator cannot search for {value}")
    if name == "status":
        return not order["cancelled_at"] and not order["closed_at"]
    return order["fulfillment_status"] in (None, "partial")


def _only(given: Any, needed: str, optional: str = "") -> None:
    """Raises GraphqlError unless an input object has all needed fields and no unknown ones."""
    if not isinstance(given, Mapping):
        raise GraphqlError("an input object was expected", "INVALID_VARIABLE")
    for name in given:
        if name not in needed.split() + optional.split():
            raise GraphqlError(f"Field is not defined: {name}", "INVALID_VARIABLE")
    for name in needed.split():
        if given.get(name) is None:
            raise GraphqlError(f"Expected value to not be null: {name}", "INVALID_VARIABLE")


def _error(place: tuple[str, ...], code: str, kind: str, message: str = "") -> Node:
    return {
        "__typename": kind,
        "field": list(place) or None,
        "message": message or code.replace("_", " ").capitalize(),
        "code": code,
    }


def _payload(name: str, errors: list[Node], **fields: Any) -> Node:
    return {"__typename": f"{name}Payload", **fields, "userErrors": errors}


def _set_result(place: tuple[str, ...], code: str) -> Node:
    error = _error(place, code, _SET_ERROR)
    return _payload("InventorySetQuantities", [error], inventoryAdjustmentGroup=None)


def _fulfilled(number: int | None, problem: str) -> Node:
    found = None
    if number is not None:
        found = {"__typename": "Fulfillment", "id": gid("Fulfillment", number), "status": "SUCCESS"}
    errors = (
        [{"__typename": "UserError", "field": ["fulfillment"], "message": problem}]
        if problem
        else []
    )
    return _payload("FulfillmentCreate", errors, fulfillment=found)
