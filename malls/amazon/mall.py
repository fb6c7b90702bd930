"""The seller's shop over HTTP: SP-API and the token endpoint beside it."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import unquote

from malls.amazon.book import Book
from malls.amazon.feeds import DOCUMENTS, Feeds
from malls.amazon.goods import Goods
from malls.amazon.notices import Notices
from malls.amazon.queues import letter
from malls.amazon.trade import Trade
from malls.amazon.wire import (
    MARKETPLACE,
    Operation,
    check_query,
    error_answer,
    find,
    listed,
)
from malls.courier import Courier
from malls.http_mall import HttpMall
from malls.http_server import Answer, Asked, Refused, json_answer
from malls.quota import Quota
from malls.shelf import Shelf
from malls.shopify.catalogue import PRODUCTS, Product

LWA_PATH = "/auth/o2/token"
LIFETIME = timedelta(hours=1)
NOTIFICATIONS = "sellingpartnerapi::notifications"
CREDENTIALS: Mapping[str, str] = {
    "client_id": "amzn1.application-oa2-client.demo",
    "client_secret": "amzn1.oa2-cs.v1.demo",
    "refresh_token": "Atzr|demo",
}
SELLER = "A3EXAMPLESELLER"


class AmazonMall(HttpMall):
    """One seller in one marketplace. Its listing codes are its SKUs.

    courier: brings its notices to their queues; without one they go nowhere. accept_late: how long
    an accepted quantity takes to show (and to stand over whatever was sold meanwhile).
    watches_quota: answers 429 above the published rates.
    """

    def __init__(
        self,
        products: Sequence[Product] = PRODUCTS,
        *,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        courier: Courier | None = None,
        credentials: Mapping[str, str] = CREDENTIALS,
        seller_id: str = SELLER,
        accept_late: timedelta = timedelta(0),
        watches_quota: bool = True,
    ) -> None:
        shelf = Shelf(
            {product.sku: product.on_hand for product in products},
            [product.sku for product in products if product.backorder],
        )
        codes = {product.sku: product.sku for product in products}
        super().__init__(shelf, codes, port=port, rng=rng, clock=clock, courier=courier)
        self.credentials = dict(credentials)
        self.seller_id = seller_id
        self.watches_quota = watches_quota
        self.book = Book()
        self.goods = Goods(shelf, self.codes, self.rng, accept_late)
        self.feeds = Feeds(self._cancel_by_seller, self.rng)
        self.notices = Notices(self.rng)
        if courier is not None:
            self.notices.post = self._post
        self.trade = Trade(seller_id, shelf, self.goods, self.book, self.notices, self.rng, clock)
        self._quota = Quota()
        started = clock()
        for product in products:
            self.goods.add(product, started)

    # -- the mall's own doings

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        self.trade.sold_before = self.sold_before
        return [self.trade.sell(lines, at) for _ in range(count)]

    def cancel(self, order_id: str) -> None:
        self.trade.cancel(order_id, "BUYER", "BuyerCanceled")

    def count_orders(self) -> int:
        return len(self.book.orders)

    def something_happens(self, at: datetime) -> None:
        self._tick(at)
        self.trade.something_happens(at)

    def settle(self) -> None:
        """What was accepted shows now, and feeds are processed."""
        with self.trade.lock:
            self.goods.settle()
            self.feeds.settle()

    def _post(self, arn: str, body: str) -> None:
        if self.courier is not None:
            self.courier.accept(letter(arn, body), time.monotonic())

    def _cancel_by_seller(self, order_id: str, reason: str) -> None:
        self.trade.cancel(order_id, "MERCHANT", reason)

    def _tick(self, now: datetime) -> None:
        with self.trade.lock:
            self.goods.settle(now)
            self.feeds.settle(now)

    # -- HTTP

    def operation(self, asked: Asked) -> str:
        if asked.path == LWA_PATH:
            return "lwaToken"
        if asked.path.startswith(DOCUMENTS):
            return "uploadFeedDocument"
        found = find(asked)
        return found[0].name if found else super().operation(asked)

    def refusal(self, refused: Refused) -> Answer:
        return error_answer(refused)

    def api(self, asked: Asked) -> Answer:
        with self.trade.lock:
            now = self.now()
            self._tick(now)
            if asked.path == LWA_PATH:
                return self._token(asked)
            if asked.path.startswith(DOCUMENTS):
                return self.feeds.store(asked, now)
            found = find(asked)
            if found is None:
                raise Refused(HTTPStatus.NOT_FOUND, "no such operation")
            operation, match = found
            self._authorise(operation, asked)
            if self.watches_quota:
                self._quota.take(operation.name, operation.rate, operation.burst, now)
            check_query(operation, asked)
            answer = self._serve(operation.name, _with_params(asked, match.groupdict()), now)
            headers = {**answer.headers, "x-amzn-RateLimit-Limit": f"{operation.rate:g}"}
            return Answer(answer.status, answer.body, headers)

    def _authorise(self, operation: Operation, asked: Asked) -> None:
        token = asked.headers.get("x-amz-access-token", "")
        if not token:
            raise _denied("Access token is missing in the request header.")
        if not self.tokens.is_good(token, "grantless" if operation.is_grantless else "access"):
            raise _denied("The access token you provided has expired.")

    def _serve(self, name: str, asked: Asked, now: datetime) -> Answer:
        if "sellerId" in asked.params:
            self._check_seller(asked)
        silent = self.faults.silent_unknown_sku
        served: dict[str, Callable[[], Answer]] = {
            "searchOrders": lambda: self.book.search(asked, now),
            "getOrder": lambda: self.book.get_order(asked),
            "confirmShipment": lambda: self._confirm(asked, now),
            "getListingsItem": lambda: self.goods.get(asked),
            "searchListingsItems": lambda: self.goods.search(asked),
            "patchListingsItem": lambda: self.goods.patch(asked, now, silent=silent),
            "putListingsItem": lambda: self.goods.put(asked, now),
            "createFeedDocument": lambda: self.feeds.create_document(asked, now, self.url),
            "getFeedDocument": lambda: self.feeds.get_document(asked, self.url),
            "createFeed": lambda: self.feeds.create(asked, now),
            "getFeed": lambda: self.feeds.get(asked),
            "getDestinations": self.notices.get_destinations,
            "createDestination": lambda: self.notices.create_destination(asked),
            "getSubscription": lambda: self.notices.get_subscription(asked),
            "createSubscription": lambda: self.notices.create_subscription(asked),
        }
        return served[name]()

    def _check_seller(self, asked: Asked) -> None:
        if asked.params["sellerId"] != self.seller_id:
            raise _denied("The seller is not the one who gave the access.")
        if listed(asked, "marketplaceIds") != [MARKETPLACE]:
            raise Refused(HTTPStatus.BAD_REQUEST, "marketplaceIds")

    def _confirm(self, asked: Asked, now: datetime) -> Answer:
        order, answer = self.book.confirm(asked, now)
        self.trade.tell(order, now, "OrderStatusChange", "Shipped")
        return answer

    def _token(self, asked: Asked) -> Answer:
        """Login with Amazon. Its refusals are of OAuth's shape."""
        form = asked.form()
        for name in ("client_id", "client_secret"):
            if form.get(name) != self.credentials[name]:
                return _oauth("invalid_client", HTTPStatus.UNAUTHORIZED)
        match form.get("grant_type"):
            case "refresh_token":
                if form.get("refresh_token") != self.credentials["refresh_token"]:
                    return _oauth("invalid_grant")
                kind = "access"
            case "client_credentials":
                if form.get("scope") != NOTIFICATIONS:
                    return _oauth("invalid_scope")
                kind = "grantless"
            case _:
                return _oauth("unsupported_grant_type")
        answer = {
            "access_token": self.tokens.issue(LIFETIME, kind, "Atza|"),
            "token_type": "bearer",
            "expires_in": int(LIFETIME.total_seconds()),
        }
        if kind == "access":
            answer["refresh_token"] = self.credentials["refresh_token"]
        return json_answer(answer)


def _denied(details: str) -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, details)


def _oauth(error: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Answer:
    return json_answer({"error": error, "error_description": "refused"}, status)


def _with_params(asked: Asked, params: Mapping[str, str]) -> Asked:
    decoded = {name: unquote(text) for name, text in params.items()}
    return Asked(asked.method, asked.path, asked.query, asked.headers, asked.body, decoded)
