"""What a person enters for a mall: stored, never shown again, and watched until it ends."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from common.auth import Actor
from common.channels.port import ChannelInfo
from common.clock import from_wire, jst_date
from common.errors import Changed, FieldError, Invalid
from support.domain.credential_clock import Lifetime, endings, expiry
from support.domain.shop import Credential, StoredShop, differences, with_credentials
from support.service.channels import lifetimes
from support.service.desk import ShopDesk, Vault
from support.service.requests import CredentialsRequest
from support.service.views import EndingList, ShopView, TroubleView, ending_view


class Troubles(Protocol):
    """Port: where a mall refused to renew the access."""

    def of(self, shops: Sequence[StoredShop]) -> Mapping[str, tuple[str, str]]:
        """Shop → (reason, since, ISO 8601)."""
        ...


class CredentialOffice:
    """Use cases of credentials."""

    def __init__(self, desk: ShopDesk, vault: Vault, troubles: Troubles) -> None:
        self._desk = desk
        self._vault = vault
        self._troubles = troubles

    def list(self) -> EndingList:
        """Everything that ends, the first one first, and every mall that needs a person now."""
        shops = self._desk.shops.all()
        names = {shop.id: shop.name for shop in shops}
        found = endings(shops, lifetimes(self._desk.channels), self._desk.clock())
        return EndingList(
            items=[ending_view(one) for one in found],
            troubles=[
                TroubleView(
                    shop_id=shop_id, shop_name=names[shop_id], reason=reason, since=from_wire(since)
                )
                for shop_id, (reason, since) in sorted(self._troubles.of(shops).items())
            ],
        )

    def set(
        self, shop_id: str, wanted: CredentialsRequest, *, version: int, actor: Actor
    ) -> ShopView:
        """The shop with these credentials; others stay. The same value put again stays as it is.
        Raises NotFound, Changed, Invalid."""
        shop = self._desk.at(shop_id, version)
        info = self._desk.channels.info(shop.channel)
        now = self._desk.clock()
        _check(shop, wanted, info, jst_date(now))
        stored = {
            name: self._vault.put(shop_id, f"credentials/{name}", value, now)
            for name, value in wanted.credentials.items()
            if value is not None and not self._has(shop, name, value)
        }
        changed = _changed(shop, wanted, stored, _lifetimes(info), now)
        after, unused = with_credentials(shop, changed)
        if not differences(shop, after):
            return self._desk.view(shop)
        try:
            saved = self._desk.save(shop, after, actor)
        except Changed:
            self._forget(stored.values())
            raise
        self._forget(unused)
        return saved

    def _has(self, shop: StoredShop, name: str, value: str) -> bool:
        known = shop.credentials.get(name)
        return known is not None and self._vault.get(known.parameter) == value

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._vault.delete(name)


def _lifetimes(info: ChannelInfo | None) -> Mapping[str, Lifetime]:
    fields = info.credentials if info else ()
    return {field.name: Lifetime(field.lifetime, field.human) for field in fields}


def _changed(
    shop: StoredShop,
    wanted: CredentialsRequest,
    stored: Mapping[str, str],
    lives: Mapping[str, Lifetime],
    now: datetime,
) -> Mapping[str, Credential | None]:
    """What becomes of each credential that the request names. stored: parameters of new values."""
    found: dict[str, Credential | None] = {}
    for name in (*wanted.credentials, *wanted.expires_at):
        if name in wanted.credentials and wanted.credentials[name] is None:
            found[name] = None
        elif name in stored:
            last = wanted.expires_at.get(name, expiry(now, lives[name]))
            found[name] = Credential(stored[name], now, last)
        elif name in wanted.expires_at:
            found[name] = shop.credentials[name]._replace(expires_on=wanted.expires_at[name])
    return found


def _check(
    shop: StoredShop, wanted: CredentialsRequest, info: ChannelInfo | None, today: date
) -> None:
    known = {field.name for field in info.credentials} if info else set()
    wrong = [
        FieldError(f"credentials.{name}", "This channel has no such credential.")
        for name, value in wanted.credentials.items()
        if name not in known and not (value is None and name in shop.credentials)
    ]
    for name, last in wanted.expires_at.items():
        is_there = wanted.credentials.get(name) is not None or (
            name in shop.credentials and name not in wanted.credentials
        )
        if not is_there:
            wrong.append(FieldError(f"expires_at.{name}", "Enter this credential as well."))
        elif last is not None and last < today:
            wrong.append(FieldError(f"expires_at.{name}", "This day is over."))
    if wrong:
        raise Invalid("Mend the fields named in errors.", wrong)
