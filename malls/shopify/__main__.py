"""`python -m malls.shopify`: a shop that sells until it is stopped; see malls/runner.py.

MALL_SECRET      what it signs its webhooks with
MALL_TOKEN       an access token of its admin API (default: demo)
MALL_MEMORY      a file that keeps the next order number
"""

import os
import random
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from malls.courier import Courier
from malls.runner import run
from malls.shopify.server import ShopifyMall
from malls.shopify.shop import Shop
from malls.shopify.webhooks import Webhook


def main(env: Mapping[str, str]) -> int:
    memory = env.get("MALL_MEMORY")

    def build(port: int, rng: random.Random, courier: Courier | None) -> ShopifyMall:
        def deliver(parcel: Webhook) -> None:
            if courier is not None:
                courier.accept(parcel, time.monotonic())

        shop = Shop(
            secret=env.get("MALL_SECRET", ""),
            deliver=deliver,
            rng=rng,
            memory=Path(memory) if memory else None,
        )
        return ShopifyMall(shop, courier, env.get("MALL_TOKEN", "demo"), port=port, rng=rng)

    return run(env, build)


if __name__ == "__main__":
    sys.exit(main(os.environ))
