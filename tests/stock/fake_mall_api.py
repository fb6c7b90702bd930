"""The API of the channel `fake`: one mall for all shops of it, in memory. A test resets it."""

from collections.abc import Sequence

from common.channels.port import Context, StockResult, StockUpdate
from tests.stock.fake_mall import FakeMall, outage


class ChannelMall(FakeMall):
    """down: shops that do not answer. broken: shops for which the adapter has a mistake."""

    down: frozenset[str] | set[str] = frozenset()
    broken: frozenset[str] | set[str] = frozenset()

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]
        self.down = self.broken = frozenset()

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        if ctx.shop.id in self.broken:
            raise KeyError(ctx.shop.id)
        if ctx.shop.id in self.down:
            raise outage()
        return super().push_stock(ctx, updates)


API = ChannelMall()
