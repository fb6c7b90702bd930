"""What /api/stock answers about places and stock-takes, from memory."""

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_purchases import Purchases
from tests.browser.fake_reply import Problem, Reply, Route, match_version, ok, page

if TYPE_CHECKING:
    from tests.browser.fake_api import Request


class Goods(Purchases):
    """Where units lie, and what was counted."""

    def __init__(self) -> None:
        super().__init__()
        self.places = {
            code: {"code": code, "name": name, "version": 1}
            for code, name in (("main", "本倉庫"), ("annex", "第2倉庫"))
        }
        #: SKU → place → good and defective units; what is not there lies in the main place.
        self.lying: dict[str, dict[str, dict[str, int]]] = {
            "YUNOMI-AI": {
                "main": {"on_hand": 0, "defective": 2},
                "annex": {"on_hand": 24, "defective": 0},
            }
        }
        self.stocktakes: dict[str, Json] = {
            "01KAT1": _take("01KAT1", "11月 棚卸", "OPEN", 1, minutes_ago(95)),
            "01KAT0": _take("01KAT0", "10月 棚卸", "APPLIED", 118, minutes_ago(1440 * 22)),
        }
        self.counts: dict[str, dict[str, Json]] = {
            "01KAT1": {
                "HASHI-23": _count("HASHI-23", 6, 7),
                "TENUGUI-01": _count("TENUGUI-01", 48, 48),
            },
            "01KAT0": {},
        }

    def stock_routes(self) -> list[Route]:
        take, item = r"/stock/stocktakes/([^/]+)", r"/stock/items/([^/]+)"
        return [
            *super().stock_routes(),
            ("GET", r"/stock/places", "", lambda _r: ok({"items": list(self.places.values())})),
            ("PUT", r"/stock/places/([^/]+)", "staff", self.save_place),
            ("GET", f"{item}/places", "", lambda _r, sku: ok(self._lying(sku))),
            ("POST", f"{item}/transfer", "staff", self.transfer),
            ("GET", f"{item}/at", "", self.past),
            ("POST", f"{item}/defect", "staff", self.defect),
            ("GET", r"/stock/stocktakes", "", self.list_stocktakes),
            ("POST", r"/stock/stocktakes", "staff", self.start_stocktake),
            ("GET", take, "", lambda r, id_: self._taken(r, id_)),
            ("GET", f"{take}/counts", "", self.list_counts),
            ("PUT", f"{take}/counts/([^/]+)", "staff", self.count),
            ("POST", f"{take}/apply", "staff", self.apply_stocktake),
            ("POST", f"{take}/cancel", "staff", self.cancel_stocktake),
        ]

    # -- places

    def save_place(self, request: "Request", code: str) -> Reply:
        place = self.places.get(code)
        if request.headers.get("if-none-match") == "*":
            if place:
                raise Problem(412, "changed", "It is there already.", current=place)
            place = self.places[code] = {"code": code, "name": "", "version": 0}
        elif place is None:
            raise Problem(404, "not_found", "There is no such place.")
        else:
            match_version(request, place)
        place.update(name=request.json["name"], version=place["version"] + 1)
        return ok(place, version=place["version"])

    def _there(self, sku: str, place: str) -> dict[str, int]:
        return self.lying.setdefault(sku, {}).setdefault(place, {"on_hand": 0, "defective": 0})

    def _lying(self, sku: str) -> Json:
        found, item = self.lying.get(sku, {}), self._item(sku)
        others = {code: units for code, units in found.items() if code != "main"}
        main = {
            "place": "main",
            "on_hand": item["on_hand"] - sum(units["on_hand"] for units in others.values()),
            "defective": found.get("main", {}).get("defective", 0),
        }
        rows = [{"place": code, **units} for code, units in others.items() if any(units.values())]
        return {
            "sku": sku,
            "on_hand": item["on_hand"],
            "defective": sum(units["defective"] for units in found.values()),
            "items": [main, *rows],
        }

    def transfer(self, request: "Request", sku: str) -> Reply:
        wanted = request.json
        name = "defective" if wanted.get("is_defective") else "on_hand"
        there = {row["place"]: row for row in self._lying(sku)["items"]}
        if there.get(wanted["source"], {}).get(name, 0) < wanted["quantity"]:
            raise Problem(409, "conflict", "There are not so many units in that place.")
        self._there(sku, wanted["source"])[name] -= wanted["quantity"]
        self._there(sku, wanted["target"])[name] += wanted["quantity"]
        return ok(self._lying(sku))

    def defect(self, request: "Request", sku: str) -> Reply:
        wanted, place = request.json, request.json.get("place", "main")
        self._there(sku, place)["defective"] += wanted["quantity"]
        if place != "main":
            self._there(sku, place)["on_hand"] -= wanted["quantity"]
        self.change_level(sku, "DAMAGE", -wanted["quantity"], note=wanted.get("note", ""))
        return ok(self._lying(sku))

    def past(self, request: "Request", sku: str) -> Reply:
        """As it was when the last movement before that moment was made."""
        at = datetime.fromisoformat(request.query["at"])
        moves = [m for m in self.moves[sku] if datetime.fromisoformat(m["at"]) <= at]
        counts = {n: moves[0][f"{n}_after"] if moves else 0 for n in ("on_hand", "allocated")}
        return ok(
            {
                "sku": sku,
                "at": request.query["at"],
                **counts,
                "available": counts["on_hand"] - counts["allocated"],
                "waiting": moves[0]["waiting_after"] if moves else 0,
                "version": moves[0]["version"] if moves else 0,
                "changed_at": moves[0]["at"] if moves else None,
            }
        )

    # -- stock-takes

    def _take(self, id_: str) -> Json:
        if id_ not in self.stocktakes:
            raise Problem(404, "not_found", "There is no such stock-take.")
        return self.stocktakes[id_]

    def _taken(self, _request: "Request", id_: str) -> Reply:
        take = self._take(id_)
        if take["state"] == "APPLYING":
            self._go_on(take)
        return ok(take, version=take["version"])

    def _go_on(self, take: Json) -> None:
        rows = list(self.counts[take["id"]].values())
        left = rows[take["applied"] :]
        for row in left[:2]:
            if row["difference"]:
                self.change_level(row["sku"], "STOCKTAKE", row["difference"], reference=take["id"])
        done = take["applied"] + len(left[:2])
        state = "APPLIED" if done == len(rows) else "APPLYING"
        take.update(applied=done, state=state, version=take["version"] + 1)

    def list_stocktakes(self, request: "Request") -> Reply:
        return page(list(self.stocktakes.values()), request.query)

    def start_stocktake(self, request: "Request") -> Reply:
        id_ = f"01KAT{len(self.stocktakes)}"
        made = _take(id_, request.json.get("note", ""), "OPEN", 0, minutes_ago(0))
        self.stocktakes = {id_: made, **self.stocktakes}
        self.counts[id_] = {}
        return ok(made, HTTPStatus.CREATED, 1)

    def list_counts(self, request: "Request", id_: str) -> Reply:
        self._take(id_)
        return page(sorted(self.counts[id_].values(), key=lambda r: str(r["sku"])), request.query)

    def count(self, request: "Request", id_: str, sku: str) -> Reply:
        if self._take(id_)["state"] != "OPEN":
            raise Problem(409, "conflict", "This stock-take is closed.")
        row = _count(sku, request.json["counted"], self._item(sku)["on_hand"])
        row.update(actor=request.person["name"], at=minutes_ago(0))
        self.counts[id_][sku] = row
        return ok(row)

    def apply_stocktake(self, request: "Request", id_: str) -> Reply:
        take = self._take(id_)
        match_version(request, take)
        take.update(state="APPLYING", applied=0, version=take["version"] + 1)
        return ok(take, HTTPStatus.ACCEPTED, take["version"])

    def cancel_stocktake(self, request: "Request", id_: str) -> Reply:
        take = self._take(id_)
        match_version(request, take)
        take.update(state="CANCELLED", version=take["version"] + 1)
        return ok(take, version=take["version"])


def _take(id_: str, note: str, state: str, applied: int, at: str) -> Json:
    applied = applied if state == "APPLIED" else 0
    return {
        "id": id_,
        "created_at": at,
        "note": note,
        "state": state,
        "applied": applied,
        "outdated": 0,
        "version": 1,
    }


def _count(sku: str, counted: int, book: int) -> Json:
    return {
        "sku": sku,
        "counted": counted,
        "book": book,
        "difference": counted - book,
        "at": minutes_ago(5),
        "actor": "大野 由紀",
    }
