"""What /api/settings answers. A secret is shown once, when the server made it."""

from dataclasses import asdict

from pydantic import BaseModel, Field

from support.domain.shop import StoredShop


class MeView(BaseModel):
    """Who is signed in."""

    id: str
    name: str
    groups: list[str]


class MailView(BaseModel):
    """How the shop writes to its buyers; "" is not set yet."""

    from_address: str
    from_name: str
    reply_to: str
    signature: str


class ShopView(BaseModel):
    """A shop. webhook_url_path: where the mall sends its webhooks, below the page's address."""

    id: str
    name: str
    channel: str
    currency: str
    enabled: bool
    mail: MailView
    webhook_url_path: str
    has_secret: bool
    version: int


class ShopList(BaseModel):
    items: list[ShopView]


class SecretStored(BaseModel):
    """secret: only when the server made it, and never again."""

    shop: ShopView
    secret: str | None = Field(repr=False)


def shop_view(shop: StoredShop) -> ShopView:
    """The shop without its secrets."""
    return ShopView(
        id=shop.id,
        name=shop.name,
        channel=shop.channel,
        currency=shop.currency,
        enabled=shop.enabled,
        mail=MailView(**asdict(shop.mail)),
        webhook_url_path=f"/webhooks/{shop.id}",
        has_secret=bool(shop.secrets),
        version=shop.version,
    )
