"""What /api/orders answers, from orders in memory."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.browser import fake_order_data as start
from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_reply import Problem, Reply, Route, counted, match_version, ok, page, queues

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

COUNTED = (
    "INCOMPLETE",
    "CANCEL_REQUESTED",
    "HOLD",
    "REVIEW",
    "PAYMENT",
    "ALLOCATION",
    "RELEASE_DATE",
    "COMBINE",
    "SHIP_DATE",
    "PRINT",
    "PRINTED",
)

# What a list shows of an order.
ROW = (
    "id",
    "number",
    "shop_id",
    "channel",
    "ordered_at",
    "received_at",
    "buyer_name",
    "summary",
    "line_count",
    "unit_count",
    "total",
    "currency",
    "badge",
    "queues",
    "reasons",
    "version",
)


def row_of(order: Json) -> Json:
    return {name: order[name] for name in ROW}


class Orders:
    """The order desk."""

    def __init__(self) -> None:
        super().__init__()
        self.orders = start.orders()
        self.histories = {id_: start.timeline(order) for id_, order in self.orders.items()}
        self.failed = start.failed_imports()
        self.last_imports = {
            "honten": minutes_ago(2),
            "tsuhan": minutes_ago(9),
            "rakuten": minutes_ago(31),
        }
        #: What malls refused, newest first.
        self.mall_failures: list[Json] = []
        #: Shop → why its orders cannot be read.
        self.poll_errors: dict[str, Json] = {}

    def orders_routes(self) -> list[Route]:
        return [
            ("GET", r"/orders", "", self.list_orders),
            ("GET", r"/orders/counts", "", self.order_counts),
            ("GET", r"/orders/search", "", self.search),
            ("GET", r"/orders/health", "", self.orders_health),
            ("POST", r"/orders/pull", "staff", self.pull),
            ("GET", r"/orders/mall-failures", "", lambda r: page(self.mall_failures, r.query)),
            ("POST", r"/orders/mall-failures/([^/]+)/retry", "staff", self.retry_failure),
            ("GET", r"/orders/failed-imports", "", lambda r: page(self.failed, r.query)),
            (
                "GET",
                r"/orders/failed-imports/([^/]+)/raw",
                "staff",
                lambda _r, _id: ok({"text": '{"id":"T-1","lines":[{"quantity":"二"}]}'}),
            ),
            ("POST", r"/orders/failed-imports/([^/]+)/retry", "staff", self.retry_import),
            ("GET", r"/orders/([^/]+)", "", self.get_order),
            ("GET", r"/orders/([^/]+)/timeline", "", self.timeline),
            ("PATCH", r"/orders/([^/]+)", "staff", self.change_order),
        ]

    def _order(self, id_: str) -> Json:
        if id_ not in self.orders:
            raise Problem(404, "not_found", "There is no such order.")
        return self.orders[id_]

    def list_orders(self, request: "Request") -> Reply:
        queue, shop = request.query.get("queue", "ALL"), request.query.get("shop")
        found = [
            o
            for o in self.orders.values()
            if (queue == "ALL" or queue in o["queues"]) and (not shop or o["shop_id"] == shop)
        ]
        found.sort(key=lambda o: str(o["ordered_at"]), reverse=request.query.get("order") != "asc")
        return page([row_of(o) for o in found], request.query)

    def order_counts(self, _request: "Request") -> Reply:
        queues = [q for o in self.orders.values() for q in o["queues"]]
        return ok(
            {
                "counts": {name: counted(queues.count(name)) for name in COUNTED},
                "failed_imports": counted(len(self.failed)),
            }
        )

    def search(self, request: "Request") -> Reply:
        text = request.query["q"].strip("#").lower()
        hits = [
            o
            for o in self.orders.values()
            if o["number"].strip("#").lower().startswith(text)
            or text in o["buyer_name"]
            or any(text == (line["sku"] or "").lower() for line in o["lines"])
        ]
        return page([row_of(o) for o in hits], request.query)

    def pull(self, request: "Request") -> Reply:
        self.last_imports[request.json["shop_id"]] = minutes_ago(0)
        return ok({"id": request.json["shop_id"]}, HTTPStatus.ACCEPTED)

    def refuse(self, order_id: str, kind: str, code: str, reason: str = "invalid") -> Json:
        """A mall does not do what it is told of an order."""
        failure = {
            "id": f"{order_id}#{kind}",
            "order_id": order_id,
            "tell_id": f"{kind}#1",
            "shop_id": order_id.split(":")[0],
            "kind": kind,
            "state": "FAILED",
            "at": minutes_ago(95),
            "by": "大野 由紀",
            "attempts": 7,
            "shipment": None,
            "reason": None,
            "refusal": {"kind": reason, "code": code, "detail": ""},
            "outcome": None,
            "changed_at": minutes_ago(40),
        }
        self.mall_failures.insert(0, failure)
        return failure

    def retry_failure(self, _request: "Request", id_: str) -> Reply:
        found = next(f for f in self.mall_failures if f["id"] == id_)
        self.mall_failures.remove(found)
        told = {name: value for name, value in found.items() if name != "id"}
        return ok({**told, "state": "QUEUED"}, HTTPStatus.ACCEPTED)

    def orders_health(self, _request: "Request") -> Reply:
        shops = [
            {
                "shop_id": shop,
                "last_import_at": at,
                "last_order_at": minutes_ago(2 if shop == "honten" else 13),
                "last_poll_at": minutes_ago(1),
                "watermark": minutes_ago(1),
                "poll_error": self.poll_errors.get(shop),
            }
            for shop, at in self.last_imports.items()
        ]
        return ok(
            {
                "shops": shops,
                "failed_imports": counted(len(self.failed)),
                "awaiting_stock": {**counted(0), "oldest_at": None},
                "queues": queues("inbound", "on_stock", "on_product"),
            }
        )

    def retry_import(self, _request: "Request", id_: str) -> Reply:
        self.failed = [f for f in self.failed if f["id"] != id_]
        return ok({"id": id_}, HTTPStatus.ACCEPTED)

    def get_order(self, _request: "Request", id_: str) -> Reply:
        return ok(self._order(id_), version=self._order(id_)["version"])

    def timeline(self, request: "Request", id_: str) -> Reply:
        self._order(id_)
        return page(self.histories[id_], request.query)

    def change_order(self, request: "Request", id_: str) -> Reply:
        order = self._order(id_)
        match_version(request, order)
        self.edit_order(id_, request.json, request.person["name"])
        return ok(order, version=order["version"])

    def edit_order(self, id_: str, change: Json, by: str) -> None:
        """As somebody else would do it, when a test calls it."""
        order = self.orders[id_]
        changes = []
        if "memo" in change:
            changes.append({"field": "memo", "before": order["memo"], "after": change["memo"]})
            order["memo"] = change["memo"]
        if "review" in change:
            changes.append(
                {
                    "field": "facets.review",
                    "before": order["facets"]["review"],
                    "after": change["review"],
                }
            )
            order["facets"]["review"] = change["review"]
            self._requeue(order, "REVIEW", change["review"] == "NEEDED")
        if "hold" in change:
            order["facets"]["schedule"]["hold"] = change["hold"]
            self._requeue(order, "HOLD", change["hold"] is not None)
            changes.append(
                {
                    "field": "facets.schedule.hold.reason",
                    "before": None,
                    "after": (change["hold"] or {}).get("reason"),
                }
            )
        if "destination" in change:
            changes += self._fix(order, change["destination"])
        order["version"] += 1
        order["last_changed_at"], order["last_changed_by"] = minutes_ago(9), by
        item = {
            "seq": order["version"],
            "at": minutes_ago(9),
            "kind": "edited",
            "actor": {"kind": "staff", "id": "u", "name": by},
            "reason": "",
            "changes": changes,
        }
        self.histories[id_].insert(0, item)

    @staticmethod
    def _fix(order: Json, wanted: Json) -> list[Json]:
        place = next(d for d in order["destinations"] if d["id"] == wanted["id"])
        if wanted.get("postal") and not re.fullmatch(r"\d{3}-\d{4}", wanted["postal"]):
            raise Problem(
                422,
                "invalid",
                "",
                errors=[
                    {
                        "field": "body.destination.postal",
                        "message": "郵便番号は 123-4567 の形で入力してください",
                    }
                ],
            )
        for name, value in wanted.items():
            if name in ("name", "phone"):
                place[name] = value
            elif name != "id":
                place["address"][name] = value
        place["is_corrected"] = True
        order["reasons"] = [
            r
            for r in order["reasons"]
            if r["code"] != "missing_address" or not place["address"][r["detail"]]
        ]
        return [
            {"field": f"fixes.{wanted['id']}.{name}", "before": "", "after": value}
            for name, value in wanted.items()
            if name != "id"
        ]

    @staticmethod
    def _requeue(order: Json, queue: str, inside: bool) -> None:
        rest = [q for q in order["queues"] if q not in (queue, "PRINT")]
        order["queues"] = [queue, *rest] if inside else rest or ["PRINT"]
        order["badge"] = order["queues"][0]
        code = {"REVIEW": "remarks", "HOLD": "hold"}[queue]
        order["reasons"] = [r for r in order["reasons"] if r["code"] != code]
        if inside:
            order["reasons"].append({"code": code, "detail": ""})
