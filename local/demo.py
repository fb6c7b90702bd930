"""Shops and some goods, set up as a person would: through the API, signed in as admin.

Everything here can be done again at any time; what is there is left as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from local.client import ApiClient
from local.ministack import ACCOUNT, REGION
from local.stack import STAGE, Stack
from malls.shopify.catalogue import PRODUCTS, Product, jan_of
from malls.yahoo.keys import PUBLIC_PEM
from malls.yahoo.mall import code_of as code_at_yahoo

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A shop of the demo. secret: of its webhooks, "" for a mall that sends none; credentials: of
    the mall's API, as its emulator takes them. They are known to everybody, and good for nothing
    but this machine. `{url}` in an option is where the emulator is. code_of: what a mall that does
    not tell what it has on sale calls our goods.
    """

    id: str
    name: str
    channel: str
    domain: str
    secret: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    code_of: Callable[[Product], str] | None = None

    def settings(self) -> Mapping[str, Any]:
        """What `PUT /api/settings/shops/{id}` takes."""
        return {
            "name": self.name,
            "channel": self.channel,
            "currency": "JPY",
            "enabled": True,
            "mail": {
                "from_address": f"orders@{self.domain}",
                "from_name": self.name,
                "reply_to": f"support@{self.domain}",
                "signature": f"{self.name}\nhttps://{self.domain}/",
            },
        }


SHOPIFY = DemoShop(
    "demo",
    "番頭デモ店",
    "shopify",
    "demo-shop.example",
    "test-secret",
    {"client_id": "banto-app", "client_secret": "shpss_demo"},
    {"location_id": "7000000000001"},
)
# The secret of the Standard Webhooks specification's own example.
GENERIC = DemoShop(
    "generic",
    "自社カート",
    "generic",
    "own-cart.example",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    {"api_token": "demo"},
)
SHOPS: Sequence[DemoShop] = (SHOPIFY, GENERIC)
# Where the emulated Amazon tells of changed orders.
NOTICES = f"arn:aws:sqs:{REGION}:{ACCOUNT}:banto-{STAGE}-orders-amazon_notifications"
# Shops that are there when their malls are.
MALLS: Sequence[DemoShop] = (
    *SHOPS,
    DemoShop(
        "rakuten",
        "番頭 楽天市場店",
        "rakuten",
        "rakuten-demo.example",
        credentials={"service_secret": "SP000000_demo", "license_key": "SL000000_demo"},
    ),
    DemoShop(
        "amazon",
        "番頭 Amazon店",
        "amazon",
        "amazon-demo.example",
        credentials={
            "client_id": "amzn1.application-oa2-client.demo",
            "client_secret": "amzn1.oa2-cs.v1.demo",
            "refresh_token": "Atzr|demo",
        },
        options={
            "seller_id": "A3EXAMPLESELLER",
            "lwa_url": "{url}",
            "notification_queue": NOTICES,
        },
    ),
    DemoShop(
        "yahoo",
        "番頭 Yahoo!店",
        "yahoo",
        "yahoo-demo.example",
        credentials={
            "client_id": "demo",
            "client_secret": "demo",
            "refresh_token": "demo-refresh",
            "public_key": PUBLIC_PEM,
        },
        options={"seller_id": "snbx-demo"},
        code_of=code_at_yahoo,
    ),
    DemoShop(
        "eccube",
        "番頭 EC-CUBE店",
        "eccube",
        "eccube-demo.example",
        "eccube-secret",
        {
            "client_id": "demo-client",
            "client_secret": "demo-secret",
            "refresh_token": "demo-refresh",
        },
    ),
    DemoShop(
        "woo",
        "番頭 WooCommerce店",
        "woocommerce",
        "woo-demo.example",
        "woo-secret",
        {"consumer_key": "ck_demo", "consumer_secret": "cs_demo"},
    ),
)


def prepare(
    stack: Stack,
    products: Sequence[Product] = PRODUCTS,
    malls: Mapping[str, str] | None = None,
) -> None:
    """Make sure that the shops, their mail senders and the goods are there.

    malls: where the mall of a channel is, for shops that are to talk to theirs. Raises
    local.client.ApiFailed when the API refuses something.
    """
    for shop in SHOPS:
        open_shop(stack, shop)
    admin = stack.person("admin")
    there = {item["sku"] for item in admin.get("/api/stock/items")["items"]}
    for product in products:
        if product.sku not in there:
            _stock(admin, product)
    for shop in MALLS:
        if malls and shop.channel in malls:
            open_shop(stack, shop)
            connect(admin, shop, malls[shop.channel], products)


def connect(
    admin: ApiClient, shop: DemoShop, url: str, products: Sequence[Product] = PRODUCTS
) -> None:
    """Make sure that a shop knows where its mall is and how to get in, and which of its goods are
    ours. What somebody has entered by hand stays."""
    path = f"/api/settings/shops/{shop.id}"
    known = admin.get(path)
    options = {name: value.format(url=url) for name, value in shop.options.items()}
    if known["api_url"] != url or not options.items() <= known["options"].items():
        kept = {name: known[name] for name in ("name", "channel", "currency", "enabled", "mail")}
        wanted = kept | {"api_url": url, "options": known["options"] | options}
        changed = admin.call("PUT", path, json_body=wanted, headers=_if_match(known))
        known = changed.expect(200).json
    there = {row["name"] for row in known["credentials"] if row["is_set"]}
    missing = {n: value for n, value in shop.credentials.items() if n not in there}
    if missing:
        body = {"credentials": missing}
        put = admin.call("PUT", f"{path}/credentials", json_body=body, headers=_if_match(known))
        put.expect(200)
        _take_over(admin, shop, products)
    if "notification_queue" in options:
        # The connection test has the mall write to our queue; an emulator that was started anew
        # does not remember.
        admin.post(f"{path}/check").expect(200)


def _take_over(admin: ApiClient, shop: DemoShop, products: Sequence[Product]) -> None:
    """What it has on sale is taken over once, so that our quantities go there."""
    path = f"/api/stock/listings/{shop.id}"
    if shop.code_of is None:
        admin.post(f"{path}/import", key=f"demo-{shop.id}").expect(202)
        return
    for product in products:
        code = quote(quote(shop.code_of(product), safe=""), safe="")
        admin.call("PUT", f"{path}/{code}", json_body={"sku": product.sku}).expect(200)


def _if_match(known: Mapping[str, Any]) -> Mapping[str, str]:
    return {"If-Match": f'"{known["version"]}"'}


def open_shop(stack: Stack, shop: DemoShop) -> None:
    """Make sure that a shop is there, with its secret, and may send mail.

    Raises local.client.ApiFailed when the API refuses it.
    """
    _verify_sender(stack, shop)
    admin = stack.person("admin")
    path = f"/api/settings/shops/{shop.id}"
    found = {known["id"]: known for known in admin.get("/api/settings/shops")["items"]}
    known = found.get(shop.id)
    if known is None:
        new = {"If-None-Match": "*"}
        admin.call("PUT", path, json_body=shop.settings(), headers=new).expect(200, 201)
    if shop.secret and (known is None or not known["has_secret"]):
        secret = {"secret": shop.secret}
        admin.call("PUT", f"{path}/webhook-secret", json_body=secret).expect(200, 201, 204)


def _verify_sender(stack: Stack, shop: DemoShop) -> None:
    """SES sends for nobody it does not know; the emulator believes every claim."""
    ses: SESV2Client = stack.aws.client("sesv2")
    try:
        ses.create_email_identity(EmailIdentity=shop.domain)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AlreadyExistsException":
            raise


def _stock(admin: ApiClient, product: Product) -> None:
    path = "/api/stock/items"
    if admin.call("GET", f"{path}/{product.sku}").expect(200, 404).status == 200:
        return
    item = {
        "sku": product.sku,
        "name": product.name,
        "jan": jan_of(product),
        "price": product.price,
        "on_hand": product.on_hand,
    }
    admin.post(path, item, key=f"demo-{product.sku}").expect(201)
