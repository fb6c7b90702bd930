"""Setting the demo up through the API, as a person would."""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from common.channels import load_api
from common.channels.port import Cap
from local import demo
from local.aws import Emulated
from local.client import ApiFailed
from local.stack import Stack
from malls.shopify.catalogue import PRODUCTS
from tests.local.conftest import Answer, Asked, Upstream, say

# Fewer than there are goods: what is not on the first page is asked for by itself.
PAGE = 10


class Desk:
    """Sign-in, settings, stock and SES of a stack, by docs/openapi.json."""

    def __init__(self, upstream: Upstream) -> None:
        self.shops: dict[str, dict[str, Any]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.senders: list[str] = []
        self.entered: dict[tuple[str, str], str] = {}
        self.imported: list[str] = []
        self.mapped: dict[tuple[str, str], str] = {}
        self.checked: list[str] = []
        self.writes: list[str] = []
        self.refuse = False
        upstream.answer = self
        self.stack = Stack(
            origin=f"http://localhost:{upstream.port}",
            outputs={"UserPoolClientId": "client-1"},
            aws=Emulated(f"http://127.0.0.1:{upstream.port}"),
            password="p",
        )

    def __call__(self, asked: Asked) -> Answer:
        path = unquote(urlsplit(asked.target).path)
        match path.split("/")[1:]:
            case ["oauth2", "authorize"]:
                return 200, {}, b"<form>"
            case ["login"]:
                return 302, {"Location": "http://localhost/?code=c"}, b""
            case ["oauth2", "token"]:
                return say({"access_token": "t", "expires_in": 1800})
            case ["v2", "email", "identities"]:
                return self._sender(asked.json["EmailIdentity"])
            case ["api", "settings", "shops"]:
                return say({"items": list(self.shops.values())})
            case ["api", "settings", "shops", shop] if asked.method == "GET":
                return say(self.shops[shop])
            case ["api", "settings", "shops", shop, *rest]:
                return self._shop(asked, shop, rest)
            case ["api", "stock", "listings", shop, what]:
                return self._listing(asked, shop, what)
            case ["api", "stock", "items", *rest]:
                return self._item(asked, rest)
        return say({}, 404)

    def _sender(self, name: str) -> Answer:
        if name in self.senders:
            return 400, {"x-amzn-errortype": "AlreadyExistsException"}, b"{}"
        self.senders.append(name)
        return say({"VerifiedForSendingStatus": True})

    def _listing(self, asked: Asked, shop: str, what: str) -> Answer:
        if what == "import":
            self.imported.append(shop)
            return say({}, 202)
        self.mapped[shop, unquote(what)] = asked.json["sku"]
        return say({})

    def _shop(self, asked: Asked, shop: str, rest: list[str]) -> Answer:
        if rest == ["check"]:
            self.checked.append(shop)
            return say({"is_ok": True, "steps": []})
        self.writes.append(f"{shop} {rest}")
        if self.refuse:
            return say({"title": "Forbidden"}, 403)
        if rest == ["webhook-secret"]:
            self.shops[shop] |= {"has_secret": True, "_secret": asked.json["secret"]}
            return say(self.shops[shop])
        if "if-none-match" in asked.headers:
            new = {"id": shop, "has_secret": False, "version": 1, "credentials": []}
            self.shops[shop] = {**new, "api_url": "", "options": {}, **asked.json}
            return say(self.shops[shop], 201)
        known = self.shops[shop]
        assert asked.headers["if-match"] == f'"{known["version"]}"'
        known["version"] += 1
        if rest == ["credentials"]:
            given = asked.json["credentials"]
            self.entered |= {(shop, name): value for name, value in given.items()}
            known["credentials"] = [{"name": name, "is_set": True} for name in given]
        else:
            known |= asked.json
        return say(known)

    def _item(self, asked: Asked, rest: list[str]) -> Answer:
        if asked.method == "GET" and not rest:
            return say({"items": list(self.items.values())[:PAGE], "next": None})
        if asked.method == "GET":
            return say(self.items[rest[0]]) if rest[0] in self.items else say({}, 404)
        item = asked.json
        self.writes.append(item["sku"])
        assert asked.headers["idempotency-key"] == f"demo-{item['sku']}"
        self.items[item["sku"]] = item
        return say(item, 201)


@pytest.fixture
def desk(upstream: Upstream) -> Desk:
    return Desk(upstream)


def test_two_shops_with_senders_secrets_and_goods_are_there_afterwards(desk: Desk) -> None:
    demo.prepare(desk.stack)
    assert {shop: found["channel"] for shop, found in desk.shops.items()} == {
        "demo": "shopify",
        "generic": "generic",
    }
    assert desk.shops["demo"]["_secret"] == "test-secret"
    assert desk.shops["generic"]["_secret"].startswith("whsec_")
    assert desk.senders == ["demo-shop.example", "own-cart.example"]
    for shop in desk.shops.values():
        assert shop["mail"]["from_address"].split("@")[1] in desk.senders
    assert list(desk.items) == [product.sku for product in PRODUCTS]
    assert desk.items["TOTE-NAT"] == {
        "sku": "TOTE-NAT",
        "name": "帆布トート - 生成り",
        "jan": "2000000000015",
        "price": 4980,
        "on_hand": 240,
    }


def test_preparing_again_changes_nothing(desk: Desk) -> None:
    demo.prepare(desk.stack)
    desk.writes.clear()
    demo.prepare(desk.stack)
    assert desk.writes == []


def test_a_secret_that_was_not_set_is_set_the_next_time(desk: Desk) -> None:
    demo.prepare(desk.stack, products=())
    desk.shops["demo"]["has_secret"] = False
    desk.writes.clear()
    demo.prepare(desk.stack, products=())
    assert desk.writes == ["demo ['webhook-secret']"]


def test_what_the_api_refuses_is_told(desk: Desk) -> None:
    desk.refuse = True
    with pytest.raises(ApiFailed, match="HTTP 403"):
        demo.prepare(desk.stack)
    assert desk.items == {}


MALLS = {shop.channel: f"http://127.0.0.1:{n}" for n, shop in enumerate(demo.MALLS, 4001)}


def test_shops_of_malls_that_are_there_know_where_and_how_to_get_in(desk: Desk) -> None:
    demo.prepare(desk.stack, products=(), malls=MALLS)

    assert {found["channel"] for found in desk.shops.values()} == set(MALLS)
    for found in desk.shops.values():
        assert found["api_url"] == MALLS[found["channel"]]
    assert desk.shops["amazon"]["options"]["lwa_url"] == MALLS["amazon"]
    assert desk.entered["woo", "consumer_secret"] == "cs_demo"
    assert desk.shops["woo"]["_secret"] == "woo-secret"
    assert not desk.shops["rakuten"]["has_secret"]


def test_what_malls_have_on_sale_is_taken_over_or_mapped_where_they_cannot_say(desk: Desk) -> None:
    demo.prepare(desk.stack, products=PRODUCTS[:2], malls=MALLS)
    assert sorted(desk.imported) == sorted(desk.shops.keys() - {"yahoo"})
    assert desk.mapped == {
        ("yahoo", "tote:TOTE-NAT"): "TOTE-NAT",
        ("yahoo", "tote:TOTE-NVY"): "TOTE-NVY",
    }


def test_amazon_is_asked_at_every_start_to_write_to_our_queue(desk: Desk) -> None:
    demo.prepare(desk.stack, products=(), malls=MALLS)
    demo.prepare(desk.stack, products=(), malls=MALLS)
    assert desk.checked == ["amazon", "amazon"]
    queue = "arn:aws:sqs:ap-northeast-1:000000000000:banto-local-orders-amazon_notifications"
    assert desk.shops["amazon"]["options"]["notification_queue"] == queue


def test_what_somebody_entered_stays_and_a_new_address_is_told(desk: Desk) -> None:
    demo.prepare(desk.stack, products=(), malls=MALLS)
    desk.shops["woo"]["name"] = "私の店"
    desk.writes.clear()
    desk.entered.clear()
    desk.imported.clear()

    demo.prepare(desk.stack, products=(), malls=MALLS)
    assert desk.writes == []

    demo.prepare(desk.stack, products=(), malls={"woocommerce": "http://127.0.0.1:5000"})
    assert desk.writes == ["woo []"]
    assert desk.shops["woo"]["api_url"] == "http://127.0.0.1:5000"
    assert desk.shops["woo"]["name"] == "私の店"
    assert (desk.entered, desk.imported) == ({}, [])


@pytest.mark.parametrize("shop", demo.MALLS, ids=lambda shop: shop.channel)
def test_each_shop_enters_what_its_channel_asks_for(shop: demo.DemoShop) -> None:
    info = load_api(shop.channel).info

    assert set(shop.credentials) <= {field.name for field in info.credentials}
    needed = {field.name for field in info.credentials if not field.optional}
    assert needed <= set(shop.credentials)
    assert set(shop.options) <= {field.name for field in info.options}
    assert (shop.code_of is None) == (Cap.LIST_SKUS in info.caps)
    asked = {f.name for f in info.options if not f.optional and not f.default}
    assert asked <= set(shop.options)
