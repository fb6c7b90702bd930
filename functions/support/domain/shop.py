"""A shop's settings, and what changes in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

# How long the secret before stays valid: malls sign with the old one for up to an hour, and staff
# may need a working day to enter the new one everywhere.
PREVIOUS_SECRET_VALID = timedelta(hours=24)
_ID = re.compile(r"[a-z0-9-]{2,32}")
# The address of the page for a new shop.
_RESERVED = frozenset({"new"})


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How a shop writes to its buyers; "" is not set yet."""

    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    signature: str = ""


class Credential(NamedTuple):
    """A credential of the mall's. parameter: where its value is. expires_on: the last day (in
    Japan) on which it is good, None for always."""

    parameter: str
    set_at: datetime
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredShop:
    """A shop. secrets: names of SSM parameters, newest first, at most two; the second one is
    valid until `previous_until`.

    api_url: "" for the mall's usual address. stale: parameters of credentials that were replaced;
    functions that remember the shop for a minute still read them, so the next change deletes them.
    """

    id: str
    name: str
    channel: str
    currency: str
    enabled: bool
    mail: MailSettings = field(default_factory=MailSettings)
    secrets: tuple[str, ...] = ()
    previous_until: datetime | None = None
    api_url: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    is_paused: bool = False
    version: int = 1


class Difference(NamedTuple):
    """A field that changed, for the history."""

    field: str
    before: Any
    after: Any


def id_error(shop_id: str) -> str | None:
    """Why this cannot be a shop's id; None when it can. The id is part of the webhook's address
    and of every order's id, so it never changes."""
    if shop_id in _RESERVED:
        return "This id is taken by Banto itself."
    if not _ID.fullmatch(shop_id):
        return "2 to 32 characters of a-z, 0-9 and hyphen."
    return None


def with_secret(shop: StoredShop, name: str, now: datetime) -> tuple[StoredShop, tuple[str, ...]]:
    """The shop with a new secret, and the names of those that are of no use any more."""
    kept, dropped = shop.secrets[:1], shop.secrets[1:]
    after = replace(
        shop,
        secrets=(name, *kept),
        previous_until=now + PREVIOUS_SECRET_VALID if kept else None,
        version=shop.version + 1,
    )
    return after, dropped


def with_credentials(
    shop: StoredShop, wanted: Mapping[str, Credential | None]
) -> tuple[StoredShop, tuple[str, ...]]:
    """The shop with these credentials instead of its own of those names (None: without), and the
    parameters that are of no use any more."""
    kept = dict(shop.credentials)
    for name, credential in wanted.items():
        kept.pop(name, None)
        if credential is not None:
            kept[name] = credential
    in_use = {credential.parameter for credential in kept.values()}
    replaced = {credential.parameter for credential in shop.credentials.values()} - in_use
    if not replaced:
        return replace(shop, credentials=kept, version=shop.version + 1), ()
    after = replace(shop, credentials=kept, stale=tuple(sorted(replaced)), version=shop.version + 1)
    return after, shop.stale


def differences(before: StoredShop | None, after: StoredShop) -> list[Difference]:
    """What changed, field by field; of a new shop, everything that is set."""
    old = dict(_leaves(before)) if before else {}
    new = dict(_leaves(after))
    return [
        Difference(name, old.get(name), new.get(name))
        for name in {**new, **old}
        if old.get(name) != new.get(name)
    ]


def _leaves(shop: StoredShop) -> Iterator[tuple[str, Any]]:
    for name in ("name", "channel", "currency", "enabled", "is_paused", "api_url"):
        yield name, getattr(shop, name)
    for name, value in shop.options.items():
        yield f"options.{name}", value
    for name, value in asdict(shop.mail).items():
        yield f"mail.{name}", value
    # The name of a parameter tells one secret from another, and gives none away.
    yield "webhook_secret", shop.secrets[0] if shop.secrets else None
    for name, credential in shop.credentials.items():
        yield f"credentials.{name}", credential.parameter
        if credential.expires_on is not None:
            yield f"expires_at.{name}", credential.expires_on.isoformat()
