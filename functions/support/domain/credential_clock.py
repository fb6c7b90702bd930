"""When credentials end, and when somebody is told."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from common.clock import jst_date
from support.domain.shop import StoredShop

# Days ahead. The day after the last one is level 0.
LEVELS = (30, 14, 7, 3, 1)


class Lifetime(NamedTuple):
    """How long a platform lets a credential live. days: None for ever. is_human: nobody but a
    person can renew it."""

    days: int | None
    is_human: bool


class Ending(NamedTuple):
    """A credential that ends. days_left: 0 on its last day. level: the warning it has reached,
    None while there is time."""

    shop_id: str
    shop_name: str
    channel: str
    name: str
    set_at: datetime
    expires_on: date
    days_left: int
    level: int | None
    is_human: bool


def expiry(set_at: datetime, lifetime: Lifetime) -> date | None:
    """The last day of a credential that was made at `set_at`, when nothing else is known."""
    return None if lifetime.days is None else jst_date(set_at) + timedelta(days=lifetime.days)


def level_of(set_on: date, expires_on: date, today: date) -> int | None:
    """The warning that is due, or None.

    A warning needs to be news: one that would come with the credential itself (a token of four
    weeks, 30 days ahead) is left out.
    """
    left = (expires_on - today).days
    if left < 0:
        return 0
    span = (expires_on - set_on).days
    reached = [level for level in LEVELS if left <= level < span]
    return min(reached, default=None)


def endings(
    shops: Iterable[StoredShop],
    lifetimes: Mapping[tuple[str, str], Lifetime],
    now: datetime,
) -> list[Ending]:
    """Every credential that ends, the first one first. lifetimes: by channel and name; one that
    is not there is a person's."""
    today = jst_date(now)
    found = []
    for shop in shops:
        for name, credential in shop.credentials.items():
            last = credential.expires_on
            if last is None:
                continue
            lifetime = lifetimes.get((shop.channel, name), Lifetime(None, is_human=True))
            found.append(
                Ending(
                    shop.id,
                    shop.name,
                    shop.channel,
                    name,
                    credential.set_at,
                    last,
                    (last - today).days,
                    level_of(jst_date(credential.set_at), last, today),
                    lifetime.is_human,
                )
            )
    return sorted(found, key=lambda one: (one.expires_on, one.shop_id, one.name))


class Notice(NamedTuple):
    """Something to tell once. key: the same for the same thing."""

    shop_id: str
    what: str
    level: int
    days_left: int
    key: str


def notices(found: Iterable[Ending], troubles: Mapping[str, str]) -> list[Notice]:
    """What is to be told, once each. troubles: shop → since when a person is needed.

    What renews itself is nobody's business, unless it did not.
    """
    told = [
        Notice(
            one.shop_id,
            one.name,
            one.level,
            one.days_left,
            f"{one.name}#{one.expires_on.isoformat()}#{one.level:02d}",
        )
        for one in found
        if one.level is not None and (one.is_human or one.level == 0)
    ]
    told += [
        Notice(shop_id, "token", 0, 0, f"token#{since}")
        for shop_id, since in sorted(troubles.items())
    ]
    return told
