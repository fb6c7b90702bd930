"""What /api/settings answers. A secret is shown once, when the server made it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer

from common.clock import to_wire
from support.domain.credential_clock import Ending
from support.domain.shop import StoredShop

Instant = Annotated[
    datetime, PlainSerializer(to_wire, return_type=str, when_used="json-unless-none")
]


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


class CredentialView(BaseModel):
    """A credential of the mall's, without its value. expires_at: its last day, YYYY-MM-DD."""

    name: str
    is_set: bool
    set_at: Instant | None
    expires_at: date | None


class ShopView(BaseModel):
    """A shop. webhook_url_path: where the mall sends its webhooks, below the page's address.
    api_url: "" for the mall's usual address. is_paused: nothing is sent to the mall."""

    id: str
    name: str
    channel: str
    currency: str
    enabled: bool
    mail: MailView
    api_url: str
    options: dict[str, str]
    credentials: list[CredentialView]
    is_paused: bool
    webhook_url_path: str
    has_secret: bool
    version: int


class ShopList(BaseModel):
    items: list[ShopView]


class SecretStored(BaseModel):
    """secret: only when the server made it, and never again."""

    shop: ShopView
    secret: str | None = Field(repr=False)


class CredentialFieldView(BaseModel):
    """What a person enters. lifetime: days, null for ever. is_human: a person renews it."""

    name: str
    is_secret: bool
    lifetime: int | None
    is_human: bool
    is_optional: bool


class OptionFieldView(BaseModel):
    """A setting that is no secret."""

    name: str
    default: str
    is_optional: bool


class ChannelView(BaseModel):
    """A channel. caps: what its API has. default_url: "" when each shop has its own address.
    stock_batch: the most quantities that one call sends."""

    code: str
    name: str
    caps: list[str]
    credentials: list[CredentialFieldView]
    options: list[OptionFieldView]
    default_url: str
    api_version: str
    stock_batch: int


class ChannelList(BaseModel):
    items: list[ChannelView]


class StepView(BaseModel):
    """A step of the connection test. ok: null when nobody could try it. hint: what to do next, ""
    when it is fine. fields: what is missing. code: the mall's own word, or ours."""

    step: str
    ok: bool | None
    hint: str
    fields: list[str]
    code: str


class CheckView(BaseModel):
    """The connection test."""

    is_ok: bool
    steps: list[StepView]


class EndingView(BaseModel):
    """A credential that ends. level: the warning it has reached (30, 14, 7, 3, 1 days ahead; 0 when
    it has ended), null while there is time. how: code of how to renew it."""

    shop_id: str
    shop_name: str
    channel: str
    name: str
    set_at: Instant
    expires_at: date
    days_left: int
    level: int | None
    is_human: bool
    how: str


class TroubleView(BaseModel):
    """A mall that refused to renew the access: a person is needed. reason: refused, lost or
    not_stored."""

    shop_id: str
    shop_name: str
    reason: str
    since: Instant


class EndingList(BaseModel):
    """The first to end comes first."""

    items: list[EndingView]
    troubles: list[TroubleView]


def shop_view(shop: StoredShop, fields: Sequence[str]) -> ShopView:
    """The shop without its secrets. fields: the credentials that its channel takes."""
    names = list(dict.fromkeys((*fields, *shop.credentials)))
    return ShopView(
        id=shop.id,
        name=shop.name,
        channel=shop.channel,
        currency=shop.currency,
        enabled=shop.enabled,
        mail=MailView(**asdict(shop.mail)),
        api_url=shop.api_url,
        options=dict(shop.options),
        credentials=[_credential(shop, name) for name in names],
        is_paused=shop.is_paused,
        webhook_url_path=f"/webhooks/{shop.id}",
        has_secret=bool(shop.secrets),
        version=shop.version,
    )


def _credential(shop: StoredShop, name: str) -> CredentialView:
    found = shop.credentials.get(name)
    return CredentialView(
        name=name,
        is_set=found is not None,
        set_at=found.set_at if found else None,
        expires_at=found.expires_on if found else None,
    )


def ending_view(ending: Ending) -> EndingView:
    """A line of the clock."""
    return EndingView(
        shop_id=ending.shop_id,
        shop_name=ending.shop_name,
        channel=ending.channel,
        name=ending.name,
        set_at=ending.set_at,
        expires_at=ending.expires_on,
        days_left=ending.days_left,
        level=ending.level,
        is_human=ending.is_human,
        how=f"{ending.channel}.{ending.name}",
    )
