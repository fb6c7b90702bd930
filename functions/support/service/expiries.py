"""When a mall says that its credentials end: that counts more than what was reckoned from the day
on which somebody entered them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from common.auth import SYSTEM
from common.channels.port import ChannelApi, ChannelError, Context
from common.clock import Clock, jst_date
from common.errors import Contended, NotFound
from common.observability import logger
from support.domain.shop import StoredShop, differences, with_credentials
from support.service.desk import Shops


@runtime_checkable
class TellsExpiries(Protocol):
    """A channel whose mall can be asked."""

    def expiries(self, ctx: Context) -> Mapping[str, datetime]:
        """When credentials end, by name. Raises ChannelError."""
        ...


class Malls(Protocol):
    """Port: the way to a shop's mall."""

    def of(self, shop: StoredShop) -> tuple[ChannelApi, Context]: ...


class ExpiryReader:
    """Use case: shops whose credentials end when their malls say so."""

    def __init__(self, shops: Shops, malls: Malls, clock: Clock) -> None:
        self._shops = shops
        self._malls = malls
        self._clock = clock

    def refreshed(self, shops: Sequence[StoredShop]) -> list[StoredShop]:
        """The shops as they are stored now. What a mall does not tell stays as it is."""
        return [self._refreshed(shop) for shop in shops]

    def _refreshed(self, shop: StoredShop) -> StoredShop:
        told = self._ask(shop) if shop.credentials else {}
        wanted = {
            name: shop.credentials[name]._replace(expires_on=last)
            for name, last in told.items()
            if name in shop.credentials and shop.credentials[name].expires_on != last
        }
        if not wanted:
            return shop
        after, _ = with_credentials(shop, wanted)
        try:
            self._shops.save(after, differences(shop, after), actor=SYSTEM, now=self._clock())
        except Contended:
            # Somebody changes the shop right now; the mall is asked again tomorrow.
            return shop
        return after

    def _ask(self, shop: StoredShop) -> Mapping[str, date]:
        try:
            api, context = self._malls.of(shop)
            told = api.expiries(context) if isinstance(api, TellsExpiries) else {}
        except (ChannelError, NotFound) as error:
            logger().warning("expiry not told", extra={"shop": shop.id, "code": error.code})
            return {}
        except Exception as error:  # noqa: BLE001 - one mall's odd answer must not keep the others' warnings back
            fields = {"shop": shop.id, "error": type(error).__name__}
            logger().exception("odd answer", extra=fields)
            return {}
        return {name: _last_day(at) for name, at in told.items()}


def _last_day(ends_at: datetime) -> date:
    """The last day, in Japan, on which it is good: what ends at midnight ends the day before."""
    return jst_date(ends_at - timedelta(seconds=1))
