"""`/orders` of the REST API."""

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.woocommerce.listing import invalid, moment, numbers, page_of, word
from malls.woocommerce.orders import Order, changed

if TYPE_CHECKING:
    from malls.woocommerce.mall import WooMall

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")


class OrderApi:
    def __init__(self, mall: "WooMall") -> None:
        self._mall = mall

    def add_to(self, routes: Routes, base: str) -> None:
        routes.add("GET", f"{base}/orders", self._list)
        routes.add("GET", f"{base}/orders/{{id}}", lambda asked: json_answer(self._one(asked)))
        routes.add("PUT", f"{base}/orders/{{id}}", self._update)
        routes.add("GET", f"{base}/orders/{{id}}/notes", self._notes)
        routes.add("POST", f"{base}/orders/{{id}}/notes", self._note)

    def _list(self, asked: Asked) -> Answer:
        wanted = {part for text in asked.query.get("status", []) for part in text.split(",")}
        if not wanted <= {*STATUSES, "any", "trash"}:
            raise invalid("status")
        include, since = numbers(asked, "include"), moment(asked, "modified_after")
        is_gmt = word(asked, "dates_are_gmt", ("false", "true")) == "true"
        field = "date_modified_gmt" if is_gmt else "date_modified"
        with self._mall.lock:
            rows = [
                order
                for order in self._mall.orders.values()
                if (include is None or order["id"] in include)
                and (since is None or datetime.fromisoformat(order[field]) > since)
                and self._is_wanted(order["status"], wanted)
            ]
        orderby = word(asked, "orderby", ("date", "id", "include", "title", "slug", "modified"))
        key = {"id": "id", "modified": "date_modified_gmt"}.get(orderby, "date_created_gmt")
        backwards = word(asked, "order", ("desc", "asc")) == "desc"
        rows.sort(key=lambda order: (order[key], order["id"]), reverse=backwards)
        return page_of(asked, rows, self._mall.page_size)

    def _is_wanted(self, status: str, wanted: set[str]) -> bool:
        return status in wanted or (wanted <= {"any"} and status != "trash")

    def _one(self, asked: Asked) -> Order:
        text = asked.params["id"]
        order = self._mall.orders.get(int(text)) if text.isdecimal() else None
        if order is None:
            raise Refused(
                HTTPStatus.NOT_FOUND, "Invalid ID.", code="woocommerce_rest_shop_order_invalid_id"
            )
        return order

    def _update(self, asked: Asked) -> Answer:
        sent = asked.object()
        if not sent.keys() <= {"status", "meta_data", "customer_note"}:
            raise invalid(", ".join(sorted(sent.keys() - {"status", "meta_data"})))
        status = sent.get("status")
        if status is not None and status not in STATUSES:
            raise invalid("status")
        with self._mall.lock:
            order = self._one(asked)
            meta = _with_rows(order, sent.get("meta_data", []))
            if status is None or status == order["status"]:
                new = changed(order, self._mall.now(), meta_data=meta)
                self._mall.orders[new["id"]] = new
                self._mall.hook.tell("order.updated", new)
                return json_answer(new)
            return json_answer(self._mall.set_status(order, status, meta_data=meta))

    def _notes(self, asked: Asked) -> Answer:
        return json_answer(self._mall.notes[self._one(asked)["id"]][::-1])

    def _note(self, asked: Asked) -> Answer:
        sent, order = asked.object(), self._one(asked)
        text, to_customer = sent.get("note"), sent.get("customer_note", False)
        if not isinstance(text, str) or not text or not isinstance(to_customer, bool):
            raise invalid("note")
        notes = self._mall.notes[order["id"]]
        note = {
            "id": order["id"] * 1000 + len(notes),
            "author": "REST API",
            "note": text,
            "customer_note": to_customer,
        }
        notes.append(note)
        return json_answer(note, HTTPStatus.CREATED)


def _with_rows(order: Order, rows: Any) -> list[dict[str, Any]]:
    """A row of a key that is there replaces it."""
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("key"), str) for row in rows
    ):
        raise invalid("meta_data")
    found = {row["key"]: row for row in order["meta_data"]}
    for row in rows:
        old = found.get(row["key"])
        number = old["id"] if old else order["id"] * 1000 + 500 + len(found)
        found[row["key"]] = {"id": number, "key": row["key"], "value": row.get("value")}
    return list(found.values())
