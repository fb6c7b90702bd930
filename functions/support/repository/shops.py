"""Shops in the settings table; every other area reads them through common.shops.

shop     pk=SHOP       sk=<shop id>
history  pk=SHOP#<id>  sk=H#<version>, written with the change, never changed
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from common.auth import Actor
from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Table
from common.errors import Contended
from common.shops import SHOP_PARTITION, Shop, shop_of
from support.domain.shop import Credential, Difference, MailSettings, StoredShop


class DynamoShops:
    """Shops port on DynamoDB."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, shop_id: str) -> StoredShop | None:
        """The shop, strongly consistent."""
        item = self._table.get(SHOP_PARTITION, shop_id)
        return _shop_of(item) if item else None

    def all(self) -> list[StoredShop]:
        """Every shop, by id."""
        return [_shop_of(item) for item in self._table.every(SHOP_PARTITION)]

    def save(
        self, shop: StoredShop, changes: Sequence[Difference], *, actor: Actor, now: datetime
    ) -> None:
        """Store the shop if the stored version is the one before, and a line of its history.
        Raises Contended."""
        item = _item_of(shop)
        store = (
            self._table.put(item, if_absent=True)
            if shop.version == 1
            else self._table.put(item, if_equals={"version": shop.version - 1})
        )
        history = {
            "pk": f"SHOP#{shop.id}",
            "sk": f"H#{shop.version:08d}",
            "at": to_wire(now),
            "actor": actor.to_dict(),
            "changes": [change._asdict() for change in changes],
        }
        try:
            self._table.commit(store, self._table.put(history, if_absent=True))
        except ConditionFailed:
            raise Contended("the shop changed meanwhile") from None


def seen(shop: StoredShop, now: datetime) -> Shop:
    """The shop as all other areas see it."""
    item = {name: value for name, value in _item_of(shop).items() if value is not None}
    return shop_of(item, now.timestamp())


def _item_of(shop: StoredShop) -> Item:
    return {
        "pk": SHOP_PARTITION,
        "sk": shop.id,
        "name": shop.name,
        "channel": shop.channel,
        "currency": shop.currency,
        "enabled": shop.enabled,
        "mail": asdict(shop.mail),
        "webhook_secrets": list(shop.secrets),
        "webhook_secret_until": (
            int(shop.previous_until.timestamp()) if shop.previous_until else None
        ),
        "api_url": shop.api_url,
        "options": dict(shop.options),
        # What everybody reads, and beside it what only the settings need.
        "credentials": {name: one.parameter for name, one in shop.credentials.items()},
        "credential_times": {name: _times(one) for name, one in shop.credentials.items()},
        "credentials_stale": list(shop.stale),
        "is_paused": shop.is_paused,
        "version": shop.version,
    }


def _times(credential: Credential) -> dict[str, str]:
    last = credential.expires_on
    return {"set_at": to_wire(credential.set_at), "last": last.isoformat() if last else ""}


def _credentials(item: Item) -> dict[str, Credential]:
    times: dict[str, Any] = item.get("credential_times") or {}
    return {
        name: Credential(
            parameter,
            from_wire(times[name]["set_at"]),
            date.fromisoformat(times[name]["last"]) if times[name]["last"] else None,
        )
        for name, parameter in (item.get("credentials") or {}).items()
    }


def _shop_of(item: Item) -> StoredShop:
    until = item.get("webhook_secret_until")
    return StoredShop(
        id=item["sk"],
        name=item["name"],
        channel=item["channel"],
        currency=item.get("currency", "JPY"),
        enabled=bool(item.get("enabled", True)),
        mail=MailSettings(**(item.get("mail") or {})),
        secrets=tuple(item.get("webhook_secrets", ())),
        previous_until=datetime.fromtimestamp(until, UTC) if until is not None else None,
        api_url=item.get("api_url", ""),
        options=item.get("options") or {},
        credentials=_credentials(item),
        stale=tuple(item.get("credentials_stale", ())),
        is_paused=bool(item.get("is_paused")),
        version=item["version"],
    )
