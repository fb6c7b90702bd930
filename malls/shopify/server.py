"""The shop over HTTP: the Admin API in GraphQL, tokens, and a little of the REST API.

POST /admin/api/2026-10/graphql.json    needs X-Shopify-Access-Token
GET  /admin/api/2026-10/products.json   likewise
POST /admin/oauth/access_token          client credentials grant, or a refresh token

`/_mall` has the controls of every emulator (malls/http_mall.py).
"""

import hmac
import json
import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from malls.courier import Courier
from malls.graphql import GraphqlError, execute, parse
from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, Routes, json_answer
from malls.shelf import SoldOut
from malls.shopify.cost import MOST_A_QUERY, Bucket, cost_of, used
from malls.shopify.graph import Graph
from malls.shopify.shop import Shop
from malls.shopify.webhooks import API_VERSION

CLIENT_ID = "banto-app"
CLIENT_SECRET = "shpss_demo"  # noqa: S105  (opens nothing but this emulator)
FIRST_REFRESH = "shprt_first"
_GRANTED = timedelta(hours=24)
_REFRESHED = timedelta(hours=1)
_REFRESH_LIFE = timedelta(days=90)
_NAME = re.compile(r"^\s*(query|mutation)\s+(\w+)")


class ShopifyMall(HttpMall):
    """One shop. token: an access token that never ends, as old custom apps have. most_a_query:
    points that one query may ask for."""

    def __init__(
        self,
        shop: Shop,
        courier: Courier | None = None,
        token: str = "demo",  # noqa: S107  (opens nothing but this emulator)
        *,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(shop.shelf, shop.codes, port=port, rng=rng, clock=clock, courier=courier)
        self.codes = shop.codes
        self.shop = shop
        self.graph = Graph(shop, clock)
        self.bucket = Bucket(clock)
        self.most_a_query = MOST_A_QUERY
        self._token = token
        self.tokens.add(FIRST_REFRESH, _REFRESH_LIFE)
        self._routes = Routes()
        self._routes.add("POST", "/admin/oauth/access_token", self._grant)
        api = f"/admin/api/{API_VERSION}"
        self._routes.add("GET", f"{api}/products.json", self._products)
        self._routes.add("POST", f"{api}/graphql.json", self._graphql)

    def api(self, asked: Asked) -> Answer:
        return self._routes.serve(asked)

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        sold: list[str] = []
        for _ in range(count):
            order = self.shop.sell(at, lines=lines)
            if order is None:
                if not sold:
                    raise SoldOut("everything")
                break
            sold.append(str(order["id"]))
        return sold

    def cancel(self, order_id: str) -> None:
        self.shop.cancel(order_id, self.now())

    def something_happens(self, at: datetime) -> None:
        self.shop.something_happens(at)

    def count_orders(self) -> int:
        return len(self.shop.orders)

    def operation(self, asked: Asked) -> str:
        """`query ReadStock`: GraphQL has one address for everything."""
        if not asked.path.endswith("/graphql.json"):
            return super().operation(asked)
        try:
            found = _NAME.match(str(json.loads(asked.body)["query"]))
        except (ValueError, KeyError, TypeError):
            return "no operation"
        return f"{found[1]} {found[2]}" if found else "query"

    def _authenticate(self, asked: Asked) -> None:
        given = asked.headers.get("x-shopify-access-token", "")
        static = hmac.compare_digest(given.encode(), self._token.encode())
        if not static and not self.tokens.is_good(given):
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "[API] Invalid API key or access token (unrecognized login or wrong password)",
            )

    def _grant(self, asked: Asked) -> Answer:
        is_json = asked.headers.get("content-type", "").startswith("application/json")
        given = asked.object() if is_json else asked.form()
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _oauth_error("invalid_client")
        match given.get("grant_type"):
            case "client_credentials":
                return self._granted(_GRANTED)
            case "refresh_token":
                if not self.tokens.use_up(str(given.get("refresh_token"))):
                    return _oauth_error("invalid_grant")
                refresh = self.tokens.issue(_REFRESH_LIFE, "refresh", "shprt_")
                return self._granted(
                    _REFRESHED,
                    refresh_token=refresh,
                    refresh_token_expires_in=int(_REFRESH_LIFE.total_seconds()),
                )
        return _oauth_error("unsupported_grant_type")

    def _granted(self, lifetime: timedelta, **more: Any) -> Answer:
        return json_answer(
            {
                "access_token": self.tokens.issue(lifetime, prefix="shpat_"),
                "scope": "read_orders,write_inventory",
                # A second is lost on the way.
                "expires_in": int(lifetime.total_seconds()) - 1,
                **more,
            }
        )

    def _products(self, asked: Asked) -> Answer:
        self._authenticate(asked)
        return json_answer(self.shop.listing())

    def _graphql(self, asked: Asked) -> Answer:
        self._authenticate(asked)
        sent = asked.object()
        variables = sent.get("variables") or {}
        try:
            document = parse(str(sent.get("query", "")))
            cost = cost_of(document, variables)
            if cost > self.most_a_query:
                raise GraphqlError(
                    f"Query cost is {cost}, which exceeds the single query max cost limit "
                    f"({self.most_a_query}).",
                    "MAX_COST_EXCEEDED",
                )
            if not self.bucket.take(cost):
                raise GraphqlError("Throttled", "THROTTLED")
            is_query = document.kind == "query"
            root = self.graph.query() if is_query else self.graph.mutation()
            data = execute(document, variables, root)
        except GraphqlError as error:
            return json_answer(self._failed(error, sent))
        actual = cost if document.kind == "mutation" else min(cost, used(data))
        self.bucket.give_back(cost - actual)
        return json_answer(
            {"data": data, "extensions": {"cost": self.bucket.report(cost, actual=actual)}}
        )

    def _failed(self, error: GraphqlError, sent: dict[str, Any]) -> dict[str, Any]:
        row = {"message": str(error), "extensions": {"code": error.code}}
        if error.code != "THROTTLED":
            return {"errors": [row]}
        cost = cost_of(parse(sent["query"]), sent.get("variables") or {})
        return {"errors": [row], "extensions": {"cost": self.bucket.report(cost, actual=None)}}


def _oauth_error(code: str) -> Answer:
    return json_answer({"error": code}, HTTPStatus.BAD_REQUEST)
