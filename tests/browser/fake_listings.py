"""What the API answers about codes of shops: mapped, unmapped, offered, taken over."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_goods import Goods
from tests.browser.fake_orders import Orders
from tests.browser.fake_reply import Problem, Reply, Route, match_version, ok, page

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

# Channels whose API cannot make a product.
BY_HAND = ("generic", "eccube")
STEPS = 3


class Listings(Goods, Orders):
    """Codes by shop, and what people did with them."""

    shops: dict[str, Json]

    def __init__(self) -> None:
        super().__init__()
        self.unmapped_codes = [
            _code("honten", "44001002009911", "箸置き 五色セット (桜)", "4901234560013", 3),
            _code("honten", "44001002009912", "手ぬぐい 青海波 2枚組", "", 1),
            _code("tsuhan", "TEA-GIFT", "八女 煎茶 100g 贈答用", "4901234567931", 12),
        ]
        self.shop_listings: dict[str, list[Json]] = {
            "honten": [
                _listing("honten", "44001002000000", "YUNOMI-AI", "湯のみ 藍染付", 86),
                _listing("honten", "44001002000003", "FUROSHIKI-L", "綿風呂敷 大判", 0),
                _listing("honten", "44001002000077", "TENUGUI-01", "手ぬぐい 3枚組", 0, units=3),
                _listing("honten", "44001002009911", "", "箸置き 五色セット (桜)", 25),
                _listing("honten", "44001002009912", "", "手ぬぐい 青海波 2枚組", 4),
            ],
            "tsuhan": [],
        }
        self.shop_listings["honten"][1]["problem"] = "unknown_sku"
        self.taken_over: dict[str, Json] = {"honten": _job("DONE", 5, 3, 0, 2)}
        self.done: list[Json] = []
        self.offers: dict[str, list[Json]] = {
            "YUNOMI-AI": [
                _offer("honten", "DONE", "gid://shopify/Product/7781"),
                _offer("tsuhan", "UNSUPPORTED"),
            ]
        }

    def orders_routes(self) -> list[Route]:
        return [("GET", r"/orders/unmapped", "", self.list_unmapped), *super().orders_routes()]

    def stock_routes(self) -> list[Route]:
        one, shop = r"/stock/listings/([^/]+)/([^/]+)", r"/stock/listings/([^/]+)"
        offers = r"/stock/items/([^/]+)/offers"
        return [
            ("GET", r"/stock/listings", "", self.list_listings),
            ("POST", f"{shop}/import", "staff", self.take_over),
            ("GET", f"{shop}/import", "", self.show_taking_over),
            ("GET", f"{shop}/history", "", lambda r, _id: page(self.done, r.query)),
            ("PUT", one, "staff", self.map_listing),
            ("DELETE", one, "staff", self.unmap_listing),
            ("GET", offers, "", self.show_offers),
            ("POST", offers, "staff", self.offer),
            *super().stock_routes(),
        ]

    def list_unmapped(self, request: "Request") -> Reply:
        shop = request.query.get("shop", "")
        return page([c for c in self.unmapped_codes if shop in ("", c["shop_id"])], request.query)

    def list_listings(self, request: "Request") -> Reply:
        is_mapped = request.query.get("filter", "mapped") == "mapped"
        rows = self.shop_listings.get(request.query["shop"], [])
        return page([row for row in rows if bool(row["sku"]) == is_mapped], request.query)

    def map_listing(self, request: "Request", shop: str, code: str) -> Reply:
        sku, units = request.json["sku"], request.json["units"]
        if sku not in self.items:
            raise Problem(422, "invalid", errors=[{"field": "body.sku", "message": "ない商品です"}])
        rows = self.shop_listings.setdefault(shop, [])
        row = next((row for row in rows if row["code"] == code), None)
        if row is None:
            row = _listing(shop, code, "", "", None)
            rows.append(row)
        if row["sku"] not in ("", sku):
            raise Problem(409, "conflict", "この出品は別の商品につながっています。")
        row.update(sku=sku, units={sku: units}, version=row["version"] + 1)
        self.unmapped_codes = [
            c for c in self.unmapped_codes if (c["shop_id"], c["code"]) != (shop, code)
        ]
        self._note(request, "map", code, sku)
        return ok(row, version=row["version"])

    def unmap_listing(self, request: "Request", shop: str, code: str) -> Reply:
        row = next(row for row in self.shop_listings[shop] if row["code"] == code)
        match_version(request, row)
        row["retired"] = True
        self._note(request, "unmap", code, row["sku"])
        return ok({"id": code}, HTTPStatus.ACCEPTED)

    def _note(self, request: "Request", do: str, code: str, sku: str) -> None:
        actor = {"kind": "staff", "id": "u", "name": request.person["name"]}
        done = {"at": minutes_ago(0), "actor": actor, "do": do, "code": code, "sku": sku}
        self.done.insert(0, done)

    def take_over(self, request: "Request", shop: str) -> Reply:
        self.taken_over[shop] = _job("RUNNING", 0, 0, 0, 0)
        return ok({"id": "job-1"}, HTTPStatus.ACCEPTED)

    def show_taking_over(self, _request: "Request", shop: str) -> Reply:
        job = self.taken_over.get(shop)
        if job is None:
            raise Problem(404, "not_found", "Nothing was taken over yet.")
        if job["state"] == "RUNNING":
            job["seen"] += 400
            if job["seen"] == 400 * STEPS:
                job.update(state="DONE", known=1150, matched=38, unmapped=12)
                job["ended_at"] = minutes_ago(0)
        return ok(job)

    def show_offers(self, _request: "Request", sku: str) -> Reply:
        shown = {"items": [dict(one) for one in self.offers.get(sku, [])]}
        for one in self.offers.get(sku, []):
            if one["state"] == "QUEUED":
                by_hand = self.shops[one["shop_id"]]["channel"] in BY_HAND
                one["state"] = "UNSUPPORTED" if by_hand else "DONE"
        return ok(shown)

    def offer(self, request: "Request", sku: str) -> Reply:
        wanted = request.json["shops"]
        others = [one for one in self.offers.get(sku, []) if one["shop_id"] not in wanted]
        self.offers[sku] = [*others, *(_offer(shop, "QUEUED") for shop in wanted)]
        return ok({"items": [dict(one) for one in self.offers[sku]]}, HTTPStatus.ACCEPTED)


def _job(state: str, seen: int, known: int, matched: int, unmapped: int) -> Json:
    return {
        "id": "job-1",
        "state": state,
        "seen": seen,
        "known": known,
        "matched": matched,
        "unmapped": unmapped,
        "error": "",
        "detail": "",
        "started_at": minutes_ago(0 if state == "RUNNING" else 60 * 26),
        "heard_at": minutes_ago(0 if state == "RUNNING" else 60 * 26),
        "ended_at": None if state == "RUNNING" else minutes_ago(60 * 26),
    }


def _code(shop: str, code: str, title: str, jan: str, orders: int) -> Json:
    return {
        "shop_id": shop,
        "code": code,
        "title": title,
        "jan": jan,
        "orders": orders,
        "capped": False,
    }


def _listing(
    shop: str, code: str, sku: str, title: str, shown: int | None, *, units: int = 1
) -> Json:
    return {
        "shop_id": shop,
        "code": code,
        "sku": sku,
        "title": title,
        "jan": "",
        "units": {sku: units} if sku else {},
        "state": "idle",
        "published": shown if sku else None,
        "observed": shown,
        "observed_at": None,
        "drift": None,
        "problem": "",
        "retired": False,
        "version": 4 if sku else 0,
    }


def _offer(shop: str, state: str, remote_id: str = "") -> Json:
    return {
        "shop_id": shop,
        "state": state,
        "at": minutes_ago(30),
        "remote_id": remote_id,
        "code": "unsupported" if state == "UNSUPPORTED" else "",
        "message": "",
    }
