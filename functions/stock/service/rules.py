"""What may be done in a shop, by its settings and its channel."""

from common.channels import load_api
from common.channels.port import Cap, ChannelInfo
from common.errors import NotFound
from common.shops import Shop, Shops
from stock.domain.listing import MallRules

CLOSED = MallRules(is_open=False)


class Rules:
    """Rules by shop id. minds_pause: a paused shop is closed; what it would be sent if it were
    not waits for it all the same."""

    def __init__(self, shops: Shops, *, minds_pause: bool = True) -> None:
        self._shops = shops
        self._minds_pause = minds_pause

    def of(self, shop_id: str) -> MallRules:
        """Closed for a shop that is not there, and for a channel that takes nothing."""
        shop = self._shops.get(shop_id)
        if shop is None:
            return CLOSED
        try:
            info = load_api(shop.channel).info
        except NotFound:
            return CLOSED
        return rules_of(shop, info, minds_pause=self._minds_pause)

    def tells_sales(self, shop_id: str) -> bool:
        """Whether orders are read from the shop. What another one sells is charged nowhere, so no
        mode keeps it from being sold twice."""
        shop = self._shops.get(shop_id)
        try:
            return shop is not None and Cap.POLL in load_api(shop.channel).info.caps
        except NotFound:
            return False


def rules_of(shop: Shop, info: ChannelInfo, *, minds_pause: bool = True) -> MallRules:
    """What a shop of a channel allows."""
    is_paused = shop.is_paused and minds_pause
    return MallRules(
        has_cas=Cap.STOCK_CAS in info.caps,
        can_read=Cap.STOCK_READ in info.caps,
        longest_request=info.limits.longest_request,
        is_open=shop.enabled and not is_paused and Cap.STOCK in info.caps,
    )
