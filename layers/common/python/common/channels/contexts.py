"""Ways to the malls of all shops, for functions.

    class Env(CallsMalls):
        stock_table: str

    @cold_start
    def contexts() -> Contexts:
        return contexts_of(Env.load())

    api, ctx = contexts().of(shop)
    api.push_stock(ctx, updates)

infra gives such a function `call_malls(...)`, with CALLS_TABLE, SHOP_SECRETS_PREFIX and
RELAY_FUNCTION.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from common.channels import load_api
from common.channels.context import MallContext
from common.channels.port import Cap, ChannelApi, ChannelInfo, ShopAccess
from common.clock import Clock, utc_now
from common.dynamo import Table
from common.http import READ_SECONDS, Http, Transport
from common.rates import Buckets, TableBuckets
from common.relay import LambdaRelay
from common.settings import Settings
from common.vault import ASK_AGAIN, SsmVault, made_with

if TYPE_CHECKING:
    from common.shops import Shop


class Contexts:
    """table: of rates, locks and troubles, one for all functions (CALLS_TABLE). secrets_prefix:
    where the tokens' parameters are. seconds: how long to wait for one answer. ask_again: how long
    a mall that refused to renew the access is left in peace. relay: name of the function with the
    fixed outgoing address, through which malls with Cap.FIXED_IP are asked; "" when there is none,
    and then they are asked from here like all others. Connections, credentials and tokens
    are kept between calls.
    """

    def __init__(
        self,
        table: Table,
        secrets_prefix: str,
        *,
        relay: str = "",
        clock: Clock = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        seconds: float = READ_SECONDS,
        ask_again: timedelta = ASK_AGAIN,
        transport: Transport | None = None,
        apis: Callable[[str], ChannelApi] = load_api,
    ) -> None:
        self._apis = apis
        self._table = table
        self._prefix = secrets_prefix
        self._clock = clock
        self._sleep = sleep
        self._seconds = seconds
        self._ask_again = ask_again
        self._transport = transport or Http()
        self._relay = LambdaRelay(relay) if relay else self._transport
        self._vaults: dict[str, tuple[str, SsmVault]] = {}
        self.buckets: Buckets = TableBuckets(table)

    def of(self, shop: "Shop") -> tuple[ChannelApi, MallContext]:
        """The channel's API, and this shop's way to its mall. Raises NotFound for a channel that
        there is none of."""
        api = self._apis(shop.channel)
        context = MallContext(
            access_of(shop, api.info),
            api.info,
            transport=self._relay if Cap.FIXED_IP in api.info.caps else self._transport,
            buckets=self.buckets,
            vault=self._vault(shop),
            clock=self._clock,
            sleep=self._sleep,
            seconds=self._seconds,
        )
        return api, context

    def _vault(self, shop: "Shop") -> SsmVault:
        """The same one until somebody changes the shop's credentials or its address."""
        digest = made_with(shop)
        found = self._vaults.get(shop.id)
        if found is None or found[0] != digest:
            vault = SsmVault(
                shop,
                prefix=self._prefix,
                table=self._table,
                clock=self._clock,
                sleep=self._sleep,
                ask_again=self._ask_again,
            )
            found = self._vaults[shop.id] = (digest, vault)
        return found[1]


def access_of(shop: "Shop", info: ChannelInfo) -> ShopAccess:
    """What the adapter may know of the shop: its own address or the mall's usual one, and every
    option, set or at its default."""
    defaults = {field.name: field.default for field in info.options}
    url = (shop.api_url or info.default_url).rstrip("/")
    return ShopAccess(shop.id, shop.currency, url, defaults | dict(shop.options))


class CallsMalls(Settings):
    """What infra gives to every function that asks malls. relay_function: "" without a fixed
    outgoing address."""

    calls_table: str
    shop_secrets_prefix: str
    relay_function: str = ""


def contexts_of(
    env: CallsMalls, *, seconds: float = READ_SECONDS, ask_again: timedelta = ASK_AGAIN
) -> Contexts:
    """Ways to the malls for a function with this environment."""
    return Contexts(
        Table(env.calls_table),
        env.shop_secrets_prefix,
        relay=env.relay_function,
        seconds=seconds,
        ask_again=ask_again,
    )
