"""Setting shops up: who may write is the handler's business, what is right is decided here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from common.auth import Actor
from common.channels.port import ChannelInfo
from common.errors import Changed, FieldError, Invalid
from support.domain.address import api_url_error
from support.domain.secret import GENERIC, secret_error, secret_of
from support.domain.shop import StoredShop, differences, id_error, with_secret
from support.service.desk import ShopDesk, Vault
from support.service.requests import ShopRequest
from support.service.views import SecretStored, ShopList, ShopView

_SECRET_BYTES = 32
_TRIES = 5


class ShopOffice:
    """Use cases of the shop settings. `entropy` gives so many random bytes."""

    def __init__(self, desk: ShopDesk, vault: Vault, entropy: Callable[[int], bytes]) -> None:
        self._desk = desk
        self._vault = vault
        self._entropy = entropy

    def list(self) -> ShopList:
        """Every shop, by id."""
        return ShopList(items=[self._desk.view(shop) for shop in self._desk.shops.all()])

    def get(self, shop_id: str) -> ShopView:
        """One shop. Raises NotFound."""
        return self._desk.view(self._desk.get(shop_id))

    def create(self, shop_id: str, wanted: ShopRequest, *, actor: Actor) -> ShopView:
        """A new shop. Raises Invalid for the id or what does not fit the channel, Changed when the
        shop is there already."""
        wrong = id_error(shop_id)
        if wrong is not None:
            raise Invalid("Choose another id.", [FieldError("id", wrong)])
        made = StoredShop(
            id=shop_id, name="", channel=wanted.channel, currency=wanted.currency, enabled=True
        )
        return self._desk.save(None, self._as_wanted(made, wanted), actor)

    def change(self, shop_id: str, wanted: ShopRequest, *, version: int, actor: Actor) -> ShopView:
        """The shop as it shall be; its secrets stay. Raises NotFound, Changed, Invalid."""
        before = self._desk.at(shop_id, version)
        if wanted.channel != before.channel:
            # Its orders and its secret were made by the channel it had.
            raise Invalid(
                "Add another shop for the other channel.",
                [FieldError("channel", "The channel of a shop does not change.")],
            )
        after = replace(self._as_wanted(before, wanted), version=before.version + 1)
        if not differences(before, after):
            return self._desk.view(before)
        return self._desk.save(before, after, actor)

    def pause(self, shop_id: str, *, is_paused: bool, actor: Actor) -> ShopView:
        """Send nothing to the mall, or send again; whatever else changes meanwhile, because
        somebody is in a hurry. Raises NotFound, Changed when others never stop."""
        for attempt in range(_TRIES):
            before = self._desk.get(shop_id)
            if before.is_paused is is_paused:
                break
            after = replace(before, is_paused=is_paused, version=before.version + 1)
            try:
                return self._desk.save(before, after, actor)
            except Changed:
                if attempt + 1 == _TRIES:
                    raise
        return self._desk.view(before)

    def set_secret(
        self, shop_id: str, secret: str | None, *, version: int | None, actor: Actor
    ) -> SecretStored:
        """A new webhook secret, or the one the server makes. The one before stays valid for a day;
        the current one put again changes nothing. Raises NotFound, Changed, Invalid."""
        shop = self._desk.get(shop_id) if version is None else self._desk.at(shop_id, version)
        made = self._made(shop) if secret is None else None
        value = secret or made or ""
        wrong = secret_error(shop.channel, value)
        if wrong is not None:
            raise Invalid("This is no secret of that channel.", [FieldError("secret", wrong)])
        if shop.secrets and self._vault.get(shop.secrets[0]) == value:
            return SecretStored(shop=self._desk.view(shop), secret=None)
        now = self._desk.clock()
        name = self._vault.put(shop_id, "webhook", value, now)
        after, dropped = with_secret(shop, name, now)
        try:
            stored = self._desk.save(shop, after, actor)
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

    def _as_wanted(self, shop: StoredShop, wanted: ShopRequest) -> StoredShop:
        url = shop.api_url if wanted.api_url is None else wanted.api_url.rstrip("/")
        options = shop.options if wanted.options is None else wanted.options
        wrong = _faults(url, options, self._desk.channels.info(wanted.channel))
        if wrong:
            raise Invalid("Mend the fields named in errors.", wrong)
        return replace(
            shop,
            name=wanted.name,
            currency=wanted.currency,
            enabled=wanted.enabled,
            mail=wanted.mail.settings(),
            api_url=url,
            # Empty is not set: the channel's default counts.
            options={name: value for name, value in options.items() if value},
        )


def _faults(url: str, options: Iterable[str], info: ChannelInfo | None) -> Sequence[FieldError]:
    wrong = api_url_error(url)
    known = {field.name for field in info.options} if info else set()
    unknown = [
        FieldError(f"options.{name}", "This channel has no such option.")
        for name in options
        if name not in known
    ]
    return [FieldError("api_url", wrong), *unknown] if wrong else unknown
