"""Two shops and some goods, set up as a person would: through the API, signed in as admin.

Everything here can be done again at any time; what is there is left as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.client import ApiClient
from local.stack import Stack
from malls.shopify.catalogue import PRODUCTS, Product, jan_of

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A shop of the demo. secret: known to everybody, good for nothing but this machine."""

    id: str
    name: str
    channel: str
    domain: str
    secret: str

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


SHOPIFY = DemoShop("demo", "番頭デモ店", "shopify", "demo-shop.example", "test-secret")
# The secret of the Standard Webhooks specification's own example.
GENERIC = DemoShop(
    "generic", "自社カート", "generic", "own-cart.example", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)
SHOPS: Sequence[DemoShop] = (SHOPIFY, GENERIC)


def prepare(stack: Stack, products: Sequence[Product] = PRODUCTS) -> None:
    """Make sure that the shops, their mail senders and the goods are there.

    Raises local.client.ApiFailed when the API refuses something.
    """
    for shop in SHOPS:
        open_shop(stack, shop)
    admin = stack.person("admin")
    there = {item["sku"] for item in admin.get("/api/stock/items")["items"]}
    for product in products:
        if product.sku not in there:
            _stock(admin, product)


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
    if known is None or not known["has_secret"]:
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
