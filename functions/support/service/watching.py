"""The credential clock: somebody is told before a credential ends, once for each warning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from common.clock import Clock
from common.observability import count, logger
from support.domain.credential_clock import Notice, endings, notices
from support.domain.shop import StoredShop
from support.service.channels import Channels, lifetimes
from support.service.credentials import Troubles
from support.service.desk import Shops

METRIC = "CredentialNotices"


class Notices(Protocol):
    """Port: what somebody was told."""

    def untold(self, notices: Sequence[Notice]) -> Sequence[Notice]: ...

    def told(self, notice: Notice, now: datetime) -> None: ...


class Expiries(Protocol):
    """Port: what malls say of the end of their credentials."""

    def refreshed(self, shops: Sequence[StoredShop]) -> list[StoredShop]: ...


class CredentialWatch:
    """Use case of the daily look at all credentials."""

    def __init__(
        self,
        shops: Shops,
        channels: Channels,
        expiries: Expiries,
        troubles: Troubles,
        told: Notices,
        clock: Clock,
    ) -> None:
        self._shops = shops
        self._expiries = expiries
        self._channels = channels
        self._troubles = troubles
        self._told = told
        self._clock = clock

    def run(self) -> int:
        """How many warnings are new. What dies here is told twice rather than not at all."""
        now = self._clock()
        shops = self._expiries.refreshed([shop for shop in self._shops.all() if shop.enabled])
        found = endings(shops, lifetimes(self._channels), now)
        since = {shop_id: at for shop_id, (_, at) in self._troubles.of(shops).items()}
        new = self._told.untold(notices(found, since))
        for notice in new:
            fields = {
                "shop": notice.shop_id,
                "credential": notice.what,
                "days_left": notice.days_left,
                "days_ahead": notice.level,
            }
            logger().warning("a credential needs a person", extra=fields)
        count(METRIC, len(new))
        for notice in new:
            self._told.told(notice, now)
        return len(new)
