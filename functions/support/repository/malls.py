"""Ways to the malls, and what the functions that use them have noted."""

from collections.abc import Mapping, Sequence

from common.channels.contexts import Contexts
from common.channels.port import ChannelApi, Context
from common.clock import Clock
from common.dynamo import Table
from common.vault import troubles
from support.domain.shop import StoredShop
from support.repository.shops import seen


class CalledMalls:
    """Malls port on common.channels.contexts."""

    def __init__(self, contexts: Contexts, clock: Clock) -> None:
        self._contexts = contexts
        self._clock = clock

    def of(self, shop: StoredShop) -> tuple[ChannelApi, Context]:
        """The shop's way to its mall, as it is set up now and not a minute ago."""
        return self._contexts.of(seen(shop, self._clock()))


class NotedTroubles:
    """Troubles port on the table of calls."""

    def __init__(self, calls: Table, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def of(self, shops: Sequence[StoredShop]) -> Mapping[str, tuple[str, str]]:
        """Shop → (reason, since, ISO 8601) where a mall refused to renew the access."""
        now = self._clock()
        found = troubles(self._calls, [seen(shop, now) for shop in shops])
        return {shop_id: (item["reason"], item["since"]) for shop_id, item in found.items()}
