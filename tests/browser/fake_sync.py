"""What /api/stock answers about the way to the shops: listings, modes, lags and drifts."""

import copy
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.browser.fake_data import NOW, Json, minutes_ago, wire
from tests.browser.fake_reply import Problem, Reply, Route, counted, match_version, ok, page

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

SHOP_NAMES = ("honten", "rakuten", "tsuhan")
CODES = {"honten": "4400100200{n:04d}", "rakuten": "{sku}/", "tsuhan": "{SKU}"}
# What each shop shows of a SKU that is kept strictly, and what of it is shown nowhere.
STRICT = {"SENCHA-100": ((90, 80, 40), 9), "FUROSHIKI-L": ((0, 0, 2), -2)}


class Sync:
    """Listings and their shops."""

    items: dict[str, Json]
    shops: dict[str, Json]

    def __init__(self) -> None:
        super().__init__()
        for sku in STRICT:
            self.items[sku]["mode"] = "strict"
        self.listings = {sku: _listings(item, n) for n, (sku, item) in enumerate(_sold(self.items))}
        self.drifts = [
            _drift("rakuten", "YUNOMI-AI", 81, 83, 42),
            _drift("honten", "TENUGUI-01", 0, 3, 8),
        ]
        self.listings["YUNOMI-AI"][1].update(drift=2, observed=83)
        self.ways = {id_: _way(shop) for id_, shop in self.shops.items()}
        self.quiet_shops: set[str] = {"tsuhan"}

    def sync_routes(self) -> list[Route]:
        item, drift = r"/stock/items/([^/]+)", r"/stock/drift/([^/]+)/([^/]+)"
        accepted = HTTPStatus.ACCEPTED
        return [
            ("GET", f"{item}/listings", "", lambda _r, sku: ok(self.stand(sku))),
            ("POST", f"{item}/mode/preview", "", self.preview),
            ("PUT", f"{item}/mode", "staff", self.switch),
            ("POST", f"{item}/sync", "staff", lambda _r, _sku: ok({"id": "k"}, accepted)),
            ("GET", r"/stock/sync", "", self.overview),
            ("GET", r"/stock/sync/([^/]+)", "", self.series),
            ("POST", r"/stock/sync/([^/]+)", "staff", lambda _r, _id: ok({"id": "k"}, accepted)),
            ("GET", r"/stock/drift", "", lambda r: page(self.drifts, r.query)),
            ("POST", f"{drift}/adopt", "staff", self.decide),
            ("POST", f"{drift}/overwrite", "staff", self.decide),
        ]

    def stand(self, sku: str) -> Json:
        item, rows = self.items[sku], self.listings.get(sku, [])
        pool = STRICT[sku][1] if item["mode"] == "strict" and sku in STRICT else _free(item)
        return {
            "items": rows,
            "mode": item["mode"],
            "last_n": item.get("_last_n", 0),
            "strict": item["mode"] == "strict",
            "guaranteed": item["mode"] == "strict",
            "free": _free(item),
            "pool": max(0, pool),
            "debt": max(0, -pool),
            "version": item["version"],
        }

    def preview(self, request: "Request", sku: str) -> Reply:
        mode, n = request.json["mode"], request.json.get("last_n", 0)
        if (mode == "last_n") != (n > 0):
            raise Problem(422, "invalid", "「残りわずか」では1以上、ほかでは0にしてください")
        rows, free = self.listings.get(sku, []), max(0, _free(self.items[sku]))
        shares = mode == "strict" or (mode == "last_n" and free <= n)
        after = [free // len(rows) + (i < free % len(rows)) for i in range(len(rows))]
        found = [
            {
                "shop_id": row["shop_id"],
                "code": row["code"],
                "title": row["title"],
                "before": row["published"],
                "after": after[i] if shares else free,
                "tells_sales": self.shops[row["shop_id"]]["channel"] != "ne_push",
            }
            for i, row in enumerate(rows)
        ]
        return ok(
            {
                "mode": mode,
                "last_n": n,
                "free": _free(self.items[sku]),
                "shown_before": sum(row["before"] or 0 for row in found),
                "shown_after": sum(row["after"] for row in found),
                "items": found,
            }
        )

    def switch(self, request: "Request", sku: str) -> Reply:
        item = self.items[sku]
        match_version(request, item)
        item.update(mode=request.json["mode"], version=item["version"] + 1)
        for row in self.listings.get(sku, []):
            row.update(mode=item["mode"], state="sent", since=minutes_ago(0))
        return ok(item, version=item["version"])

    def overview(self, _request: "Request") -> Reply:
        rows = [
            {**self.ways.get(id_, _way(shop)), "name": shop["name"]}
            for id_, shop in self.shops.items()
        ]
        for row in rows:
            if self.shops[row["shop_id"]]["is_paused"]:
                row["state"] = "paused"
        return ok({"items": rows, "lag": _lag(142, 700, 2000, 4180)})

    def series(self, request: "Request", id_: str) -> Reply:
        hours = int(request.query.get("hours", "1"))
        length = max(1, -(-hours * 60 // 360))
        apart = max(length, hours * 60 // 48)
        quiet = id_ in self.quiet_shops
        points = [
            {
                "at": wire(NOW - timedelta(minutes=apart * n)),
                "lag": _lag(3, 500 + 40 * (n * 7 % 11), 1300 + 170 * (n * 5 % 9), 4180),
            }
            for n in range(min(48, hours * 60 // apart) - 1, -1, -1)
        ]
        whole = _lag(0, None, None, None) if quiet else _lag(142, 700, 2000, 4180)
        shown = [] if quiet else points
        return ok({"shop_id": id_, "minutes": length, "items": shown, "whole": whole})

    def decide(self, _request: "Request", shop: str, listing: str) -> Reply:
        found = [d for d in self.drifts if (d["shop_id"], d["listing_id"]) == (shop, listing)]
        if not found:
            raise Problem(404, "not_found", "There is no such difference.")
        self.drifts.remove(found[0])
        return ok({"id": "k"}, HTTPStatus.ACCEPTED)


def _sold(items: dict[str, Json]) -> list[tuple[str, Json]]:
    """All but one product are on sale."""
    return [(sku, item) for sku, item in items.items() if sku != "HASHI-23"]


def _free(item: Json) -> int:
    return int(item["available"] - item["waiting"] - item["safety"])


def _listings(item: Json, n: int) -> list[Json]:
    sku, free = str(item["sku"]), max(0, _free(item))
    shares = STRICT[sku][0] if sku in STRICT else (free, free, free)
    rows = []
    for shop, shown in zip(SHOP_NAMES, shares, strict=True):
        rows.append(
            {
                "shop_id": shop,
                "code": CODES[shop].format(n=n, sku=sku.lower(), SKU=sku),
                "sku": sku,
                "title": item["name"],
                "jan": item["jan"] or "",
                "units": {sku: 1},
                "state": "idle",
                "published": shown,
                "observed": shown,
                "observed_at": minutes_ago(6),
                "drift": None,
                "problem": "",
                "retired": False,
                "version": 3,
                "mode": item["mode"],
                "exposure": shown if sku in STRICT else None,
                "guaranteed": sku in STRICT,
                "since": None,
                "lag_ms": 640 + 300 * len(rows),
            }
        )
    return rows


def _drift(shop: str, sku: str, published: int, observed: int, minutes: int) -> Json:
    return {
        "shop_id": shop,
        "listing_id": f"{sku.lower()}-{shop}",
        "sku": sku,
        "code": CODES[shop].format(n=1, sku=sku.lower(), SKU=sku),
        "published": published,
        "observed": observed,
        "difference": observed - published,
        "since": minutes_ago(minutes),
        "seen_at": minutes_ago(6),
    }


def _lag(count: int, p50: int | None, p95: int | None, worst: int | None) -> Json:
    return {"count": count, "p50": p50, "p95": p95, "max": worst}


_WAY: Json = {
    "state": "open",
    "error": "",
    "detail": "",
    "since": None,
    "attempts": 0,
    "next_try": None,
    "raises_frozen": False,
    "orders_behind": False,
    "watermark": minutes_ago(1),
    "waiting": counted(0),
    "oldest": None,
    "last_push": minutes_ago(3),
    "can_read": True,
    "can_list": True,
}


def _way(shop: Json) -> Json:
    lag = _lag(0, None, None, None) if shop["id"] == "tsuhan" else _lag(142, 700, 2000, 4180)
    return {
        **copy.deepcopy(_WAY),
        "shop_id": shop["id"],
        "name": shop["name"],
        "channel": shop["channel"],
        "lag": lag,
    }
