"""Setting shops up: who may write is the handler's business, what is right is decided here."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from common.auth import Actor
from common.clock import Clock
from common.errors import Changed, Conflict, Contended, FieldError, Invalid, NotFound
from common.observability import logger
from support.domain.secret import GENERIC, secret_error, secret_of
from support.domain.shop import Difference, StoredShop, differences, id_error, with_secret
from support.service.requests import ShopRequest
from support.service.views import SecretStored, ShopList, ShopView, shop_view

_SECRET_BYTES = 32


class Shops(Protocol):
    """Port: stored shops with their history."""

    def get(self, shop_id: str) -> StoredShop | None: ...

    def all(self) -> list[StoredShop]: ...

    def save(
        self, shop: StoredShop, changes: Sequence[Difference], *, actor: Actor, now: datetime
    ) -> None:
        """Raises Contended unless the stored version is the one before."""


class Vault(Protocol):
    """Port: secrets by name."""

    def put(self, shop_id: str, secret: str, now: datetime) -> str: ...

    def get(self, name: str) -> str | None: ...

    def delete(self, name: str) -> None: ...


class ShopOffice:
    """Use cases of the shop settings. `entropy` gives so many random bytes."""

    def __init__(
        self, shops: Shops, vault: Vault, clock: Clock, entropy: Callable[[int], bytes]
    ) -> None:
        self._shops = shops
        self._vault = vault
        self._clock = clock
        self._entropy = entropy

    def list(self) -> ShopList:
        """Every shop, by id."""
        return ShopList(items=[shop_view(shop) for shop in self._shops.all()])

    def get(self, shop_id: str) -> ShopView:
        """One shop. Raises NotFound."""
        return shop_view(self._shop(shop_id))

    def create(self, shop_id: str, wanted: ShopRequest, *, actor: Actor) -> ShopView:
        """A new shop. Raises Invalid for the id, Changed when the shop is there already."""
        wrong = id_error(shop_id)
        if wrong is not None:
            raise Invalid("Choose another id.", [FieldError("id", wrong)])
        return self._save(None, _shop(shop_id, wanted), actor)

    def change(self, shop_id: str, wanted: ShopRequest, *, version: int, actor: Actor) -> ShopView:
        """The shop as it shall be; its secrets stay. Raises NotFound, Changed, Invalid."""
        before = self._at(shop_id, version)
        if wanted.channel != before.channel:
            # Its orders and its secret were made by the channel it had.
            raise Invalid(
                "Add another shop for the other channel.",
                [FieldError("channel", "The channel of a shop does not change.")],
            )
        after = replace(
            _shop(shop_id, wanted),
            secrets=before.secrets,
            previous_until=before.previous_until,
            version=before.version + 1,
        )
        if not differences(before, after):
            return shop_view(before)
        return self._save(before, after, actor)

    def set_secret(
        self, shop_id: str, secret: str | None, *, version: int | None, actor: Actor
    ) -> SecretStored:
        """A new webhook secret, or the one the server makes. The one before stays valid for a day;
        the current one put again changes nothing. Raises NotFound, Changed, Invalid."""
        shop = self._shop(shop_id) if version is None else self._at(shop_id, version)
        made = self._made(shop) if secret is None else None
        value = secret or made or ""
        wrong = secret_error(shop.channel, value)
        if wrong is not None:
            raise Invalid("This is no secret of that channel.", [FieldError("secret", wrong)])
        if shop.secrets and self._vault.get(shop.secrets[0]) == value:
            return SecretStored(shop=shop_view(shop), secret=None)
        now = self._clock()
        name = self._vault.put(shop_id, value, now)
        after, dropped = with_secret(shop, name, now)
        try:
            stored = self._save(shop, after, actor)
        except Changed:
            self._vault.delete(name)
            raise
        for old in dropped:
            self._vault.delete(old)
        return SecretStored(shop=stored, secret=made)

    def _made(self, shop: StoredShop) -> str:
        if shop.channel != GENERIC:
            raise Invalid(
                "The mall gives this secret out.",
                [FieldError("secret", "Enter the mall's secret.")],
            )
        return secret_of(self._entropy(_SECRET_BYTES))

    def _save(self, before: StoredShop | None, after: StoredShop, actor: Actor) -> ShopView:
        changes = differences(before, after)
        try:
            self._shops.save(after, changes, actor=actor, now=self._clock())
        except Contended:
            raise self._changed(after.id) from None
        fields = {"shop": after.id, "actor": actor.id, "fields": [each.field for each in changes]}
        logger().info("shop saved", extra=fields)
        return shop_view(after)

    def _at(self, shop_id: str, version: int) -> StoredShop:
        shop = self._shop(shop_id)
        if shop.version != version:
            raise self._changed(shop_id)
        return shop

    def _changed(self, shop_id: str) -> Changed | Conflict:
        current = self._shops.get(shop_id)
        if current is None:
            return Conflict("The shop is gone.")
        return Changed(
            "The shop changed since you read it. Look at it again.",
            shop_view(current).model_dump(mode="json"),
        )

    def _shop(self, shop_id: str) -> StoredShop:
        shop = self._shops.get(shop_id)
        if shop is None:
            raise NotFound("There is no such shop.")
        return shop


def _shop(shop_id: str, wanted: ShopRequest) -> StoredShop:
    return StoredShop(
        id=shop_id,
        name=wanted.name,
        channel=wanted.channel,
        currency=wanted.currency,
        enabled=wanted.enabled,
        mail=wanted.mail.settings(),
    )
