"""What /api/stock answers about purchase orders, from purchase orders in memory."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_reply import Problem, Reply, Route, match_version, ok, page
from tests.browser.fake_stock import Stock

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

# SKU, ordered, received, of these defective, cost.
Lines = Sequence[tuple[str, int, int, int, int | None]]


def _purchase(
    n: int, supplier: str, state: str, arrives_on: str | None, lines: Lines, note: str = ""
) -> Json:
    found: Json = {
        "id": f"01KAJ00000000000000000000{n}",
        "supplier": supplier,
        "state": state,
        "created_at": minutes_ago(1440 * n),
        "ordered_at": None if state == "DRAFT" else minutes_ago(1440 * n - 60),
        "arrives_on": arrives_on,
        "note": note,
        "lines": [
            {
                "sku": sku,
                "quantity": quantity,
                "received": received,
                "defective": defective,
                "missing": 0,
                "cost": cost,
                "arrives_on": None,
            }
            for sku, quantity, received, defective, cost in lines
        ],
        "missing": 0,
        "version": n,
    }
    _count(found)
    return found


def _count(purchase: Json) -> None:
    is_open = purchase["state"] == "ORDERED"
    for line in purchase["lines"]:
        line["missing"] = max(0, line["quantity"] - line["received"]) if is_open else 0
    purchase["missing"] = sum(line["missing"] for line in purchase["lines"])


def _proposal(sku: str, name: str, supplier: str, quantity: int, *units: int) -> Json:
    point, target, available, waiting, coming = units
    return {
        "sku": sku,
        "name": name,
        "supplier": supplier,
        "quantity": quantity,
        "point": point,
        "target": target,
        "lot": 10,
        "available": available,
        "waiting": waiting,
        "coming": coming,
    }


class Purchases(Stock):
    """Purchase orders, newest first, and the proposal of the night."""

    def __init__(self) -> None:
        super().__init__()
        made = [
            _purchase(1, "八女製茶", "DRAFT", None, [("SENCHA-100", 120, 0, 0, 777)]),
            _purchase(
                2,
                "丸山陶器",
                "ORDERED",
                "2026-11-25",
                [("YUNOMI-AI", 60, 0, 0, 1320), ("HASHI-23", 20, 8, 1, None)],
                "先方番号 M-3381",
            ),
            _purchase(3, "越前屋包装", "ORDERED", "2026-11-19", [("FUROSHIKI-L", 50, 0, 0, 2310)]),
            _purchase(4, "丸山陶器", "RECEIVED", "2026-11-10", [("YUNOMI-AI", 30, 30, 0, 1320)]),
            _purchase(5, "蔵元 山吹", "CANCELLED", None, [("MISO-500", 40, 0, 0, 518)]),
        ]
        self.purchases: dict[str, Json] = {one["id"]: one for one in made}
        self.proposed_at: str | None = minutes_ago(60 * 14)
        self.proposals = [
            _proposal("MISO-500", "天然醸造 米味噌 500g", "", 40, 20, 40, 0, 0, 0),
            _proposal("SENCHA-100", "八女 煎茶 100g", "八女製茶", 120, 250, 350, 239, 0, 0),
            _proposal("HASHI-23", "若狭塗 夫婦箸 桐箱入り", "丸山陶器", 20, 15, 30, -2, 3, 12),
            _proposal("YUNOMI-AI", "有田焼 湯のみ 藍染付", "丸山陶器", 60, 150, 200, 86, 0, 60),
        ]

    def stock_routes(self) -> list[Route]:
        one = r"/stock/purchases/([^/]+)"
        return [
            *super().stock_routes(),
            ("GET", r"/stock/purchases", "", self.list_purchases),
            ("POST", r"/stock/purchases", "staff", self.make_purchase),
            ("GET", one, "", lambda _r, id_: self._shown(id_)),
            ("PUT", one, "staff", self.change_purchase),
            ("POST", f"{one}/send", "staff", self.send_purchase),
            ("POST", f"{one}/cancel", "staff", self.cancel_purchase),
            ("POST", f"{one}/postpone", "staff", self.postpone_purchase),
            ("POST", f"{one}/receive", "staff", self.receive_purchase),
            ("GET", r"/stock/items/([^/]+)/coming", "", self.coming),
            ("GET", r"/stock/proposals", "", self.list_proposals),
        ]

    def _purchase(self, id_: str) -> Json:
        if id_ not in self.purchases:
            raise Problem(404, "not_found", "There is no such purchase order.")
        return self.purchases[id_]

    def _shown(self, id_: str) -> Reply:
        return ok(self._purchase(id_), version=self._purchase(id_)["version"])

    def _changed(self, id_: str, **change: object) -> Reply:
        purchase = self.purchases[id_]
        purchase.update(change, version=purchase["version"] + 1)
        _count(purchase)
        return self._shown(id_)

    def list_purchases(self, request: "Request") -> Reply:
        wanted = request.query.get("list", "ALL")
        found = [p for p in self.purchases.values() if wanted in ("ALL", p["state"])]
        return page(sorted(found, key=lambda p: str(p["created_at"]), reverse=True), request.query)

    def make_purchase(self, request: "Request") -> Reply:
        id_ = f"01KAK0000000000000000000{len(self.purchases):02d}"
        self.purchases[id_] = _purchase(0, request.json["supplier"], "DRAFT", None, [])
        self.purchases[id_].update(id=id_, created_at=minutes_ago(0))
        self._write(id_, request)
        return ok(self.purchases[id_], HTTPStatus.CREATED, 1)

    def change_purchase(self, request: "Request", id_: str) -> Reply:
        match_version(request, self._purchase(id_))
        self._write(id_, request)
        return self._shown(id_)

    def _write(self, id_: str, request: "Request") -> None:
        wanted = request.json
        lines = [
            {"received": 0, "defective": 0, "missing": 0, "cost": None, "arrives_on": None, **line}
            for line in wanted["lines"]
        ]
        self._changed(id_, **{**wanted, "lines": lines})

    def send_purchase(self, request: "Request", id_: str) -> Reply:
        match_version(request, self._purchase(id_))
        return self._changed(id_, state="ORDERED", ordered_at=minutes_ago(0))

    def cancel_purchase(self, request: "Request", id_: str) -> Reply:
        match_version(request, self._purchase(id_))
        return self._changed(id_, state="CANCELLED")

    def postpone_purchase(self, request: "Request", id_: str) -> Reply:
        purchase = self._purchase(id_)
        match_version(request, purchase)
        days = request.json["lines"]
        for line in purchase["lines"]:
            line["arrives_on"] = days.get(line["sku"], line["arrives_on"])
        return self._changed(id_, arrives_on=request.json["arrives_on"])

    def receive_purchase(self, request: "Request", id_: str) -> Reply:
        purchase, wanted = self._purchase(id_), request.json
        if purchase["state"] != "ORDERED":
            raise Problem(409, "conflict", "Units can only be received against one that was sent.")
        came = {line["sku"]: line for line in wanted["lines"]}
        for line in purchase["lines"]:
            if one := came.get(line["sku"]):
                line["received"] += one["good"] + one["defective"]
                line["defective"] += one["defective"]
                self.change_level(
                    line["sku"], "RECEIVE", one["good"], reference=id_, note=wanted["note"]
                )
        is_complete = all(line["received"] >= line["quantity"] for line in purchase["lines"])
        return self._changed(id_, state="RECEIVED" if is_complete else "ORDERED")

    def coming(self, _request: "Request", sku: str) -> Reply:
        found = [
            {
                "sku": sku,
                "quantity": line["missing"],
                "arrives_on": line["arrives_on"] or purchase["arrives_on"],
                "purchase_id": purchase["id"],
                "supplier": purchase["supplier"],
            }
            for purchase in self.purchases.values()
            for line in purchase["lines"]
            if line["sku"] == sku and line["missing"]
        ]
        return ok({"items": sorted(found, key=lambda one: str(one["arrives_on"] or "9"))})

    def list_proposals(self, request: "Request") -> Reply:
        status, body, headers = page(self.proposals, request.query)
        return status, {**body, "made_at": self.proposed_at}, headers
