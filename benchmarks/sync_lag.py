"""From a sale in one shop to the new quantity in the others: how long, and in how many calls?

Three emulated malls are connected to a deployed stack, each over its own API. Buyers buy in one,
whose webhook tells us; every quantity that arrives in another mall is noted there, with its time.
First one sale after the other, then a burst of one SKU.
"""

import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from benchmarks._report import Options, Report, Row, Target, median, percentile, run
from benchmarks._stack import fresh_stack
from local import demo
from local.demo import DemoShop
from local.stack import Stack
from malls.__main__ import House, Plan
from malls.http_mall import HttpMall
from malls.shelf import Write
from malls.shopify.catalogue import PRODUCTS

SALES, BURST = 40, 100
P50, P95 = 1000.0, 3000.0
PUSHES_A_SECOND = 2
UNITS = 1000
PATIENCE = 60.0
# Rakuten takes one quantity a second, so that a sale right after another would wait for its turn
# there: that is what the burst shows.
APART = 1.0
# How long after a burst nothing more may come for it to be over.
QUIET = 2.0
SELLER = "generic"
STEMS = ("generic", "rakuten", "shopify")
PRODUCT = PRODUCTS[0]


def measure(options: Options) -> Report:
    """Deploy a stack of its own, measure on it, and throw it away."""
    with fresh_stack() as stack:
        return measure_on(stack, options)


def measure_on(stack: Stack, options: Options) -> Report:
    """Single sales and a burst; quick: a tenth of both."""
    share = 10 if options.quick else 1
    with town(stack) as malls:
        watcher = Watcher(malls)
        # Unmeasured: each function has a process by now, and each shop a token.
        watcher.sell_one()
        lags: dict[str, list[float]] = {stem: [] for stem in watcher.others}
        for _ in range(SALES // share):
            time.sleep(APART)
            for stem, lag in watcher.sell_one().items():
                lags[stem].append(lag)
        burst = watcher.sell_many(BURST // share)
    everything = [lag for some in lags.values() for lag in some]
    rows = [_row(stem, lags[stem], burst[stem]) for stem in watcher.others]
    most = max(_most_a_second(writes) for writes in burst.values())
    return Report(
        claim="a sale in one shop is the new quantity in the others within seconds",
        rows=rows,
        rounds=SALES // share,
        targets=[
            Target("p50 of all shops, ms", median(everything), P50),
            Target("p95 of all shops, ms", percentile(everything, 95), P95),
            Target("pushes of a shop in a second of the burst", most, PUSHES_A_SECOND),
        ],
        notes=[
            f"From the moment a buyer buys in {SELLER} until the other mall shows one unit less:",
            "webhook, import, allocation, push and the mall's own API, all on this machine.",
            f"n sales, each {APART:g} s after the one before was seen: Rakuten takes one a second.",
            f"burst: {BURST // share} sales of one SKU as fast as webhooks bring them.",
            "",
        ],
    )


def _row(stem: str, lags: Sequence[float], burst: Sequence[Write]) -> Row:
    return {
        "shop": stem,
        "n": len(lags),
        "p50 ms": median(lags),
        "p95 ms": percentile(lags, 95),
        "max ms": round(max(lags), 1),
        "burst pushes": len(burst),
        "most in a second": _most_a_second(burst),
    }


def _most_a_second(writes: Sequence[Write]) -> int:
    """The most quantities that arrived within any one second."""
    second = timedelta(seconds=1)
    times = [write.at for write in writes]
    return max((sum(at <= one < at + second for one in times) for at in times), default=0)


@contextmanager
def town(stack: Stack) -> Iterator[Mapping[str, HttpMall]]:
    """Malls by stem, connected, with all quantities in place."""
    # Shops of its own: those of the demo stay as they are.
    shops: Mapping[str, DemoShop] = {
        shop.channel: replace(shop, id=f"lag-{shop.id}") for shop in demo.MALLS
    }
    plans = [
        Plan(stem, target=f"{stack.origin}/webhooks/{shops[stem].id}", secret=shops[stem].secret)
        if shops[stem].secret
        else Plan(stem)
        for stem in STEMS
    ]
    house = House(plans, random.Random(1))
    house.open()
    try:
        urls = {stem: mall.url for stem, mall in house.malls.items()}
        demo.prepare(stack)
        for stem in STEMS:
            demo.open_shop(stack, shops[stem])
            demo.connect(stack.person("admin"), shops[stem], urls[stem])
        receipt = {"quantity": UNITS}
        path = f"/api/stock/items/{PRODUCT.sku}/receive"
        stack.person("admin").post(path, receipt, key="sync-lag").expect(200)
        stack.settle()
        _wait_until_all_show_the_same(house.malls)
        yield house.malls
    finally:
        # Before its mall closes: nobody is to ask it for ever.
        for stem in STEMS:
            _switch_off(stack, shops[stem])
        house.close()


def _switch_off(stack: Stack, shop: DemoShop) -> None:
    admin, path = stack.person("admin"), f"/api/settings/shops/{shop.id}"
    found = admin.call("GET", path)
    if found.status == 200:
        version = {"If-Match": f'"{found.json["version"]}"'}
        off = {**shop.settings(), "enabled": False}
        admin.call("PUT", path, json_body=off, headers=version).expect(200)


def _wait_until_all_show_the_same(malls: Mapping[str, HttpMall]) -> None:
    end = time.monotonic() + PATIENCE
    while len({_shown(mall) for mall in malls.values()}) > 1:
        if time.monotonic() > end:
            shown = {stem: _shown(mall) for stem, mall in malls.items()}
            raise RuntimeError(f"shops do not agree: {shown}")
        time.sleep(0.05)


def _shown(mall: HttpMall) -> int | None:
    return mall.shelf.shown(mall.codes[PRODUCT.sku])


class Watcher:
    """Sells in one mall, and looks at what arrives in the others."""

    def __init__(self, malls: Mapping[str, HttpMall]) -> None:
        self._malls = malls
        self.others = [stem for stem in malls if stem != SELLER]

    def sell_one(self) -> Mapping[str, float]:
        """One unit; milliseconds until each other mall showed one less. Raises RuntimeError when
        one never does."""
        mall = self._malls[SELLER]
        wanted = (_shown(mall) or 0) - 1
        seen = {stem: len(self._writes(stem)) for stem in self.others}
        began = datetime.now(UTC)
        mall.sell([(PRODUCT.sku, 1)], 1, began)
        found: dict[str, float] = {}
        end = time.monotonic() + PATIENCE
        while len(found) < len(self.others):
            if time.monotonic() > end:
                raise RuntimeError(f"{set(self.others) - found.keys()} did not hear of a sale")
            for stem in self.others:
                news = self._writes(stem)[seen[stem] :]
                right = [write for write in news if write.quantity == wanted]
                if right and stem not in found:
                    found[stem] = (right[0].at - began) / timedelta(milliseconds=1)
            time.sleep(0.005)
        return found

    def sell_many(self, sales: int) -> Mapping[str, Sequence[Write]]:
        """A burst; what arrived in each other mall until all show what is left."""
        mall = self._malls[SELLER]
        seen = {stem: len(self._writes(stem)) for stem in self.others}
        left = (_shown(mall) or 0) - sales
        mall.sell([(PRODUCT.sku, 1)], sales, datetime.now(UTC))
        end = time.monotonic() + PATIENCE
        while any(_shown(self._malls[stem]) != left for stem in self.others):
            if time.monotonic() > end:
                raise RuntimeError(f"not everybody shows {left} after the burst")
            time.sleep(0.02)
        time.sleep(QUIET)
        return {stem: self._writes(stem)[seen[stem] :] for stem in self.others}

    def _writes(self, stem: str) -> list[Write]:
        mall = self._malls[stem]
        code = mall.codes[PRODUCT.sku]
        return [write for write in list(mall.shelf.writes) if write.code == code]


if __name__ == "__main__":
    sys.exit(run("sync_lag", measure))
