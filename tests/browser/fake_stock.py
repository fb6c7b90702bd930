"""What /api/stock answers about products, from products in memory."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.browser import fake_data
from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_reply import Problem, Reply, Route, counted, match_version, ok, page, queues

if TYPE_CHECKING:
    from tests.browser.fake_api import Request


class Stock:
    """Products, their numbers and their ledgers."""

    orders: dict[str, Json]

    def __init__(self) -> None:
        super().__init__()
        self.items = fake_data.stock_items()
        self.moves = {sku: fake_data.moves(item) for sku, item in self.items.items()}

    def stock_routes(self) -> list[Route]:
        return [
            ("GET", r"/stock/items", "", self.list_items),
            ("POST", r"/stock/items", "staff", self.make_item),
            (
                "GET",
                r"/stock/items/([^/]+)",
                "",
                lambda _r, sku: ok(self._item(sku), version=self._item(sku)["version"]),
            ),
            ("PATCH", r"/stock/items/([^/]+)", "staff", self.change_item),
            (
                "GET",
                r"/stock/items/([^/]+)/moves",
                "",
                lambda r, sku: page(self.moves[sku], r.query),
            ),
            ("GET", r"/stock/items/([^/]+)/moves/(\d+)/orders", "", self.move_orders),
            ("GET", r"/stock/items/([^/]+)/waiting", "", self.waiting),
            ("POST", r"/stock/items/([^/]+)/receive", "staff", self.receive),
            ("POST", r"/stock/items/([^/]+)/adjust", "staff", self.adjust),
            (
                "GET",
                r"/stock/health",
                "",
                lambda _r: ok(
                    {
                        "queues": queues("allocate", "imports", "fill_waiting"),
                        "waiting_skus": counted(2),
                    }
                ),
            ),
        ]

    def _item(self, sku: str) -> Json:
        if sku not in self.items:
            raise Problem(404, "not_found", "There is no such product.")
        return self.items[sku]

    def list_items(self, request: "Request") -> Reply:
        text, short = request.query.get("q", "").lower(), request.query.get("filter") == "short"
        found = [
            i
            for i in self.items.values()
            if (text in i["sku"].lower() or text in i["name"] or text == i["jan"])
            and (not short or i["waiting"] > 0 or i["available"] < 0)
        ]
        return page(sorted(found, key=lambda i: str(i["sku"])), request.query)

    def make_item(self, request: "Request") -> Reply:
        wanted = request.json
        if wanted["sku"] in self.items:
            raise Problem(409, "conflict", "この商品コードはすでに登録されています。")
        item = {
            "components": {},
            "cost": None,
            "supplier": "",
            "shelf": "",
            "reorder_point": 0,
            "target": 0,
            "lot": 1,
            **wanted,
            "allocated": 0,
            "available": wanted["on_hand"],
            "waiting": 0,
            "mode": "shared",
            "version": 1,
            "updated_at": minutes_ago(0),
        }
        self.items[item["sku"]] = item
        self.moves[item["sku"]] = []
        return ok(item, HTTPStatus.CREATED, 1)

    def change_item(self, request: "Request", sku: str) -> Reply:
        item = self._item(sku)
        match_version(request, item)
        item.update(request.json, version=item["version"] + 1, updated_at=minutes_ago(0))
        return ok(item, version=item["version"])

    def change_level(
        self,
        sku: str,
        reason: str,
        delta: int,
        *,
        by: str = "大野 由紀",
        reference: str = "",
        note: str = "",
    ) -> None:
        item = self.items[sku]
        before = dict(item)
        item["on_hand"] += delta
        free = item["on_hand"] - item["allocated"]
        for wait in self._queue(sku):
            if wait["quantity"] > free:
                break
            free -= wait["quantity"]
            item["allocated"] += wait["quantity"]
            item["waiting"] -= wait["quantity"]
        item["available"] = item["on_hand"] - item["allocated"]
        item["version"] += 1
        item["updated_at"] = minutes_ago(0)
        move = {
            "version": item["version"],
            "at": minutes_ago(0),
            "reason": reason,
            "actor": {"kind": "staff", "id": "u", "name": by},
            "reference": reference,
            "note": note,
            "orders": 0,
        }
        for name in ("on_hand", "allocated", "waiting"):
            move |= {f"{name}_before": before[name], f"{name}_after": item[name]}
        self.moves[sku].insert(0, move)

    def receive(self, request: "Request", sku: str) -> Reply:
        wanted = request.json
        self.change_level(
            sku,
            "RECEIVE",
            wanted["quantity"],
            by=request.person["name"],
            reference=wanted["reference"],
            note=wanted["note"],
        )
        return ok(self._item(sku), version=self._item(sku)["version"])

    def adjust(self, request: "Request", sku: str) -> Reply:
        item, wanted = self._item(sku), request.json
        match_version(request, item)
        self.change_level(
            sku,
            wanted["reason"],
            wanted["on_hand"] - item["on_hand"],
            by=request.person["name"],
            note=wanted["note"],
        )
        return ok(item, version=item["version"])

    def move_orders(self, _request: "Request", _sku: str, _version: str) -> Reply:
        return ok(
            {
                "items": [
                    {"order_id": id_, "quantity": 1 + n % 2, "waiting": 0}
                    for n, id_ in enumerate(list(self.orders)[:6])
                ]
            }
        )

    def waiting(self, request: "Request", sku: str) -> Reply:
        return page(self._queue(sku), request.query)

    def _queue(self, sku: str) -> list[Json]:
        """Who waits, first come first served."""
        rows = [
            {"order_id": o["id"], "quantity": line["quantity"], "ordered_at": o["ordered_at"]}
            for o in self.orders.values()
            for line in o["lines"]
            if line["sku"] == sku and "ALLOCATION" in o["queues"] and not line["allocated"]
        ]
        rows.sort(key=lambda wait: str(wait["ordered_at"]))
        return rows if self.items[sku]["waiting"] else []
