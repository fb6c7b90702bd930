"""A mall in memory that shows what it is told, and fails as it is told. The channel `fake`.

    monkeypatch.setitem(CHANNELS, "fake", "tests.stock.fake_mall")

`fake_mall_api` beside it has the API; a test makes its own mall and hands that out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
    Context,
    ErrorKind,
    Limits,
    Listing,
    SkuPage,
    SkuRow,
    StockOutcome,
    StockResult,
    StockUpdate,
    Unsupported,
)

CAPS = Cap.POLL | Cap.STOCK | Cap.STOCK_READ | Cap.LIST_SKUS


def an_info(caps: Cap = CAPS, **limits: int) -> ChannelInfo:
    return ChannelInfo(
        "fake", "模擬", caps, Limits(**{"stock_batch": 10, "read_batch": 10, **limits})
    )


@dataclass
class FakeMall(Unsupported):
    """shown: by (shop id, code). pushed: every call's updates in order, as {code: quantity}.

    answers: what to say about a code instead of doing it, once each, first first. failures: raised
    by the next calls of any kind. before_push: runs while a request is on its way.
    """

    info: ChannelInfo = field(default_factory=an_info)
    shown: dict[tuple[str, str], int] = field(default_factory=dict)
    pushed: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    reads: list[list[str]] = field(default_factory=list)
    checks: int = 0
    answers: dict[str, list[StockOutcome]] = field(default_factory=dict)
    failures: list[ChannelError] = field(default_factory=list)
    pages: list[list[SkuRow]] = field(default_factory=list)
    before_push: Callable[[], None] = lambda: None

    def check(self, ctx: Context) -> None:
        self.checks += 1
        self._fail()

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        assert len(updates) <= self.info.limits.stock_batch
        self.pushed.append((ctx.shop.id, {one.listing.code: one.quantity for one in updates}))
        self.keys += [one.key for one in updates]
        self.before_push()
        try:
            self._fail()
        except ChannelError as error:
            if error.may_be_applied:
                for one in updates:
                    self.shown[ctx.shop.id, one.listing.code] = one.quantity
            raise
        return [self._set(ctx.shop.id, one) for one in updates]

    def _set(self, shop_id: str, update: StockUpdate) -> StockResult:
        code = update.listing.code
        place = (shop_id, code)
        waiting = self.answers.get(code)
        outcome = waiting.pop(0) if waiting else StockOutcome.APPLIED
        if outcome in (StockOutcome.APPLIED, StockOutcome.ACCEPTED):
            if update.expected is not None and self.shown.get(place) != update.expected:
                return StockResult(code, StockOutcome.STALE, self.shown.get(place))
            self.shown[place] = update.quantity
        return StockResult(code, outcome, message=f"because of {outcome}")

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        assert len(listings) <= self.info.limits.read_batch
        self.reads.append([one.code for one in listings])
        self._fail()
        return {one.code: self.shown.get((ctx.shop.id, one.code)) for one in listings}

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        self._fail()
        page = int(token or 0)
        more = str(page + 1) if page + 1 < len(self.pages) else None
        return SkuPage(self.pages[page], more)

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


def outage(*, applied: bool = False) -> ChannelError:
    """The mall does not answer; applied: although it did what it was asked."""
    return ChannelError(ErrorKind.TRANSIENT, code="503", may_be_applied=applied)
