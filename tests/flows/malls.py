"""Emulated malls for flow tests: real servers on this machine, and shops that are connected to them
through the API, as a person would."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from local import demo
from local.demo import DemoShop
from local.stack import Stack
from malls.courier import Courier, Parcel, http_sender
from malls.generic.mall import CartMall
from malls.http_mall import HttpMall
from malls.rakuten.mall import RakutenMall
from malls.shopify.catalogue import Product
from malls.shopify.server import ShopifyMall
from malls.shopify.shop import Shop
from malls.woocommerce.mall import WooMall
from tests.flows.asking import in_path, until
from tests.flows.workers import forget_everything

CART, RAKUTEN, SHOPIFY, WOO = "fm-cart", "fm-rakuten", "fm-shopify", "fm-woo"
STEMS = {CART: "generic", RAKUTEN: "rakuten", SHOPIFY: "shopify", WOO: "woocommerce"}
# An impatient mall: what it was refused it sends again a moment later.
_PAUSES = (0.5,) * 20

Goods = Mapping[str, Sequence[Product]]


def _known(shop_id: str) -> DemoShop:
    """A shop of the demo under a name of its own."""
    found = {shop.channel: shop for shop in demo.MALLS}[STEMS[shop_id]]
    return replace(found, id=shop_id, name=f"試験 {shop_id}", domain=f"{shop_id}.example")


def _mall(shop: DemoShop, goods: Sequence[Product], courier: Courier) -> HttpMall:
    def deliver(parcel: Parcel) -> None:
        courier.accept(parcel, time.monotonic())

    rng = random.Random(shop.id)
    match shop.channel:
        case "generic":
            return CartMall(
                secret=shop.secret, deliver=deliver, products=goods, rng=rng, courier=courier
            )
        case "rakuten":
            return RakutenMall(products=goods, rng=rng)
        case "shopify":
            there = Shop(secret=shop.secret, deliver=deliver, rng=rng, products=goods)
            return ShopifyMall(there, courier, rng=rng)
    return WooMall(secret=shop.secret, products=goods, rng=rng, courier=courier)


@dataclass(frozen=True)
class Town:
    """malls, couriers: by shop."""

    stack: Stack
    malls: Mapping[str, HttpMall]
    couriers: Mapping[str, Courier]

    def sell(self, shop_id: str, sku: str, units: int = 1) -> str:
        """Somebody buys; our id of the order. Raises SoldOut."""
        [number] = self.malls[shop_id].sell([(sku, units)], 1, datetime.now(UTC))
        return f"{shop_id}:{number}"

    def shown(self, sku: str) -> dict[str, int | None]:
        """What each mall that has it shows of a SKU, by shop."""
        return {
            shop_id: mall.shelf.shown(mall.codes[sku])
            for shop_id, mall in self.malls.items()
            if sku in mall.codes
        }

    def all_show(self, sku: str, quantity: int, *, but: Sequence[str] = ()) -> None:
        """Wait until they do."""

        def others() -> list[int | None]:
            return [n for shop_id, n in self.shown(sku).items() if shop_id not in but]

        until(others, lambda seen: set(seen) == {quantity}, f"{quantity} of {sku} everywhere")

    def pull(self, shop_id: str) -> None:
        """Have a shop's orders read now."""
        staff = self.stack.person("staff")
        staff.post("/api/orders/pull", {"shop_id": shop_id}).expect(202)

    def sync(self, shop_id: str) -> None:
        """今すぐ同期 of a shop."""
        self.stack.person("staff").post(f"/api/stock/sync/{shop_id}").expect(202)

    def state(self, shop_id: str) -> Any:
        """How the way to a shop stands."""
        shops = self.stack.person("viewer").get("/api/stock/sync")["items"]
        return next(shop for shop in shops if shop["shop_id"] == shop_id)

    def pause(self, shop_id: str, *, go_on: bool = False) -> None:
        """Pause a shop, or let it go on, and have it seen at once instead of within a minute."""
        word = "resume" if go_on else "pause"
        self.stack.person("staff").post(f"/api/settings/shops/{shop_id}/{word}").expect(200)
        forget_everything(self.stack, "stock", "push_levels")

    def listings(self, sku: str) -> Any:
        return self.stack.person("viewer").get(f"/api/stock/items/{in_path(sku)}/listings")

    def receive(self, sku: str, units: int) -> None:
        path = f"/api/stock/items/{in_path(sku)}/receive"
        self.stack.person("staff").post(path, {"quantity": units}).expect(200)


@contextmanager
def open_town(stack: Stack, goods: Goods) -> Iterator[Town]:
    """Malls and shops, connected, with the malls' own lists taken over. goods: of each mall. What
    is ours must be registered before. Afterwards the shops are switched off."""
    shops = [_known(shop_id) for shop_id in goods]
    over = threading.Event()
    with ExitStack() as opened:
        opened.callback(over.set)
        malls: dict[str, HttpMall] = {}
        couriers: dict[str, Courier] = {}
        for shop in shops:
            sender = http_sender(f"{stack.origin}/webhooks/{shop.id}")
            courier = couriers[shop.id] = Courier(sender, random.Random(1), _PAUSES)
            malls[shop.id] = opened.enter_context(_mall(shop, goods[shop.id], courier))
            threading.Thread(target=courier.run, args=(over,), daemon=True).start()
            demo.open_shop(stack, shop)
            opened.callback(switch_off, stack, shop)
            demo.connect(stack.person("admin"), shop, malls[shop.id].url)
        yield Town(stack, malls, couriers)


def imported(stack: Stack, shop_id: str) -> Any:
    """How taking over a shop's list ended."""
    viewer, path = stack.person("viewer"), f"/api/stock/listings/{shop_id}/import"
    return until(lambda: viewer.get(path), lambda job: job["state"] != "RUNNING", f"list {shop_id}")


def switch_off(stack: Stack, shop: DemoShop) -> None:
    """Nobody asks its mall any more, which is about to close."""
    admin, path = stack.person("admin"), f"/api/settings/shops/{shop.id}"
    known = admin.get(path)
    off = {**shop.settings(), "enabled": False}
    version = {"If-Match": f'"{known["version"]}"'}
    admin.call("PUT", path, json_body=off, headers=version).expect(200)


class Watch:
    """Looks at all malls at once, again and again. most: more than these units are never to be
    shown and sold together; seen: how often it looked; wrong: what it saw that must not be.

    A mall's unit is on its shelf or sold, and both are read while nobody sells or writes anywhere.
    """

    def __init__(self, town: Town, sku: str, shop_ids: Sequence[str], most: int) -> None:
        self.most = most
        self.seen = 0
        self.wrong: list[tuple[int, int]] = []
        self._shelves = [(town.malls[i].shelf, town.malls[i].codes[sku]) for i in shop_ids]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def units(self) -> int:
        """Shown and sold in all malls, now."""
        with ExitStack() as held:
            for shelf, _ in self._shelves:
                held.enter_context(shelf.held())
            return sum((s.shown(code) or 0) + s.sold.get(code, 0) for s, code in self._shelves)

    def _look_on(self) -> None:
        while not self._over.wait(0.002):
            # Before looking: units that come in meanwhile may be shown already.
            units, most = self.units(), self.most
            self.seen += 1
            if units > most:
                self.wrong.append((units, most))

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@contextmanager
def buyers(buy: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Each buys as often as it can, in a thread of its own, whatever it is refused."""
    over = threading.Event()

    def live(one: Callable[[], None]) -> None:
        while not over.wait(0.05):
            one()

    threads = [threading.Thread(target=live, args=(one,), daemon=True) for one in buy]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
