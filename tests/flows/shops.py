"""Shops for flow tests: each test opens its own, so that no test sees another's orders."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.client import Answer
from local.demo import DemoShop, open_shop
from local.stack import Stack
from malls import own_cart
from malls.shopify.webhooks import webhook
from tests.flows.asking import in_path, pages, until

CART_SECRET = "whsec_Y2FuYXJ5LXNlY3JldC1vZi10aGUtZmxvdy10ZXN0cyEh"
SHOPIFY_SECRET = "canary-secret-of-the-flow-tests"

# Planted into every order of every flow test; the last test looks for them in all logs.
NAME = "金糸雀 花子"
EMAIL = "canary@example.com"
PHONE = "080-9999-0417"
STREET = "金糸雀町4-1-7"
CANARIES: Sequence[str] = ("金糸雀", "canary", "9999-0417", "99990417", "4-1-7")


def buyer(tag: str = "") -> own_cart.Buyer:
    """Somebody who must not be found in any log. tag: makes the mail address one of its own."""
    email = EMAIL.replace("@", f".{tag}@") if tag else EMAIL
    return own_cart.Buyer(name=NAME, email=email, phone=PHONE, line1=STREET)


@dataclass(frozen=True)
class Shop:
    """A shop of ours, and the mall's side of it."""

    stack: Stack
    known: DemoShop
    _rng: random.Random = field(default_factory=lambda: random.Random(417))

    @property
    def id(self) -> str:
        return self.known.id

    def order_id(self, number: str) -> str:
        return f"{self.id}:{number}"

    def delivery(
        self, order: Mapping[str, Any], *, kind: str = "order.updated", at: datetime | None = None
    ) -> own_cart.Delivery:
        """A signed delivery. kind: the event, or for Shopify the topic. at: when it is signed."""
        now = at or datetime.now(UTC)
        if self.known.channel == "shopify":
            sent = webhook(self._rng, topic=kind, payload=order, secret=self.known.secret, at=now)
            return own_cart.Delivery(sent.headers, sent.body)
        id_ = f"msg_{self._rng.getrandbits(64):016x}"
        return own_cart.delivery(self.known.secret, dict(order), id_=id_, at=now, kind=kind)

    def post(self, delivery: own_cart.Delivery) -> Answer:
        return self.stack.deliver(self.id, delivery.headers, delivery.body)

    def sell(self, number: str, *lines: tuple[str, int], at: datetime | None = None) -> str:
        """Somebody buys: the order is sent, and taken. Returns our id of it."""
        when = at or datetime.now(UTC)
        order = own_cart.build_order(number, lines, when, buyer(number))
        self.post(self.delivery(order, kind="order.created")).expect(202)
        return self.order_id(number)

    def rows(self, queue: str = "ALL") -> list[Any]:
        """Rows of one list of the order desk, of this shop only."""
        person = self.stack.person("viewer")
        return list(pages(person, "/api/orders", queue=queue, shop=self.id, order="asc"))


def open_cart(stack: Stack, id_: str) -> Shop:
    """A shop of the generic channel."""
    shop = DemoShop(id_, f"自社カート {id_}", "generic", f"{id_}.example", CART_SECRET)
    open_shop(stack, shop)
    return Shop(stack, shop)


def open_shopify(stack: Stack, id_: str) -> Shop:
    shop = DemoShop(id_, f"試験店 {id_}", "shopify", f"{id_}.example", SHOPIFY_SECRET)
    open_shop(stack, shop)
    return Shop(stack, shop)


def register(stack: Stack, sku: str, on_hand: int = 0) -> None:
    """A product with its first units, known to the order desk too."""
    item = {"sku": sku, "name": f"商品 {sku}", "on_hand": on_hand}
    stack.person("staff").post("/api/stock/items", item).expect(201)
    until(lambda: stack.items("orders", f"KNOWN#{sku}"), bool, f"{sku} known to orders")


def level(stack: Stack, sku: str) -> Any:
    return stack.person("viewer").get(f"/api/stock/items/{in_path(sku)}")


def ledger(stack: Stack, sku: str) -> list[Any]:
    """Every move of a SKU, oldest first."""
    found = pages(stack.person("viewer"), f"/api/stock/items/{in_path(sku)}/moves")
    return sorted(found, key=lambda move: move["version"])


def explained(stack: Stack, sku: str) -> list[Any]:
    """The ledger once it reaches to the level; it is written a moment later."""
    version = level(stack, sku)["version"]
    return until(
        lambda: ledger(stack, sku),
        lambda moves: bool(moves) and moves[-1]["version"] >= version,
        f"the ledger of {sku} up to version {version}",
    )


def order(stack: Stack, order_id: str) -> Any:
    return stack.person("viewer").get(f"/api/orders/{in_path(order_id)}")


def mail_jobs(stack: Stack, order_id: str) -> list[Any]:
    return list(pages(stack.person("viewer"), "/api/mail/jobs", order=order_id))


def letters_to(stack: Stack, address: str) -> list[str]:
    """Subjects of the mails that SES took for an address."""
    return [mail["Subject"] for mail in stack.mails() if mail["To"] == [address]]
