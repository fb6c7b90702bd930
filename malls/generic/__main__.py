"""`python -m malls.generic`: a cart that sells until it is stopped; see malls/runner.py.

MALL_SECRET      what it signs its webhooks with, and takes signed requests by (whsec_…)
MALL_TOKEN       the bearer token of its API (default: demo)
"""

import os
import random
import sys
import time
from collections.abc import Mapping

from malls.courier import Courier
from malls.generic.mall import SECRET, CartMall
from malls.own_cart import Delivery
from malls.runner import run


def main(env: Mapping[str, str]) -> int:
    def build(port: int, rng: random.Random, courier: Courier | None) -> CartMall:
        def deliver(parcel: Delivery) -> None:
            if courier is not None:
                courier.accept(parcel, time.monotonic())

        return CartMall(
            secret=env.get("MALL_SECRET") or SECRET,
            token=env.get("MALL_TOKEN", "demo"),
            deliver=deliver,
            port=port,
            rng=rng,
            courier=courier,
        )

    return run(env, build)


if __name__ == "__main__":
    sys.exit(main(os.environ))
