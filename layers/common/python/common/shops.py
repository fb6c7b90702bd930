"""Shops as data: read-only, cached for a minute. No code knows a shop's address or secret.

Light on purpose (no pydantic): the webhook receiver looks shops up here.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.dynamo import Table
from common.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CACHE_SECONDS = 60.0
_MOST_SHOPS = 1000
_MOST_NAMES = 10
SHOP_PARTITION = "SHOP"


class ShopMail(NamedTuple):
    """How a shop writes to its buyers."""

    from_address: str
    from_name: str
    reply_to: str
    signature: str


class Shop(NamedTuple):
    """One shop. webhook_secrets: names of SSM parameters that are valid now, newest first.

    api_url: where the mall's API is for this shop, "" for the mall's usual address. options:
    settings of the channel that are no secrets. credentials: names of SSM parameters by field.
    is_paused: nothing is sent to the mall, orders still come in.
    """

    id: str
    name: str
    channel: str
    currency: str
    enabled: bool
    mail: ShopMail
    webhook_secrets: tuple[str, ...]
    version: int
    api_url: str = ""
    options: Mapping[str, str] = {}
    credentials: Mapping[str, str] = {}
    is_paused: bool = False


class Shops(Protocol):
    """Port: look shops up."""

    def get(self, shop_id: str) -> Shop | None: ...

    def all(self) -> Sequence[Shop]: ...


def shop_of(item: Mapping[str, Any], now: float) -> Shop:
    """The shop of a settings item, at `now` (epoch seconds).

    All secrets but the newest are valid until `webhook_secret_until`, if that is given.
    """
    mail = item.get("mail") or {}
    names = tuple(item.get("webhook_secrets", ()))
    if now >= item.get("webhook_secret_until", float("inf")):
        names = names[:1]
    return Shop(
        id=item["sk"],
        name=item["name"],
        channel=item["channel"],
        currency=item.get("currency", "JPY"),
        enabled=bool(item.get("enabled", True)),
        mail=ShopMail(
            mail.get("from_address", ""),
            mail.get("from_name", ""),
            mail.get("reply_to", ""),
            mail.get("signature", ""),
        ),
        webhook_secrets=names,
        version=item["version"],
        api_url=item.get("api_url", ""),
        options=item.get("options") or {},
        credentials=item.get("credentials") or {},
        is_paused=bool(item.get("is_paused")),
    )


class ShopDirectory:
    """Shops of the settings table. A change is seen within a minute, also the lack of a shop."""

    def __init__(
        self,
        table: Table,
        tick: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._tick = tick
        self._now = now
        self._found: dict[str, tuple[float, Shop | None]] = {}

    def get(self, shop_id: str) -> Shop | None:
        """The shop, or None. Unknown names are remembered too, but never more than a thousand."""
        now = self._tick()
        cached = self._found.get(shop_id)
        if cached and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        item = self._table.get(SHOP_PARTITION, shop_id)
        shop = shop_of(item, self._now()) if item else None
        if len(self._found) >= _MOST_SHOPS:
            self._found.clear()
        self._found[shop_id] = (now, shop)
        return shop

    def all(self) -> Sequence[Shop]:
        """Every shop, by id, not cached."""
        return [shop_of(item, self._now()) for item in self._table.every(SHOP_PARTITION)]


class SecretStore:
    """SSM SecureString parameters by name, cached for a minute."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._found: dict[tuple[str, ...], tuple[float, tuple[str, ...]]] = {}

    def values(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The secrets that exist, in the order of `names`, of the first 10. Never logged.

        Raises Unavailable.
        """
        now = self._tick()
        cached = self._found.get(names)
        if cached and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        found: dict[str, str] = {}
        if names:
            ssm: SSMClient = client("ssm")
            try:
                answer = ssm.get_parameters(Names=list(names[:_MOST_NAMES]), WithDecryption=True)
            except (ClientError, ConnectionError, HTTPClientError) as error:
                raise Unavailable("the parameter store did not answer") from error
            found = {p["Name"]: p["Value"] for p in answer["Parameters"]}
        values = tuple(found[name] for name in names if name in found)
        self._found[names] = (now, values)
        return values
