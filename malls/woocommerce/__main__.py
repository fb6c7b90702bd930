"""`python -m malls.woocommerce`: a site that sells until it is stopped; `malls.runner` has the
variables all emulators read.

    MALL_SECRET  what its webhooks are signed with
    MALL_KEY     consumer key and secret (default: ck_demo:cs_demo)
"""

import os
import random
import sys

from malls.courier import Courier
from malls.runner import run
from malls.woocommerce.mall import WooMall


def build(port: int, rng: random.Random, courier: Courier | None) -> WooMall:
    mall = WooMall(
        key=os.environ.get("MALL_KEY", "ck_demo:cs_demo"),
        secret=os.environ.get("MALL_SECRET", ""),
        port=port,
        rng=rng,
        courier=courier,
    )
    mall.hook.ping()
    return mall


if __name__ == "__main__":
    # Nothing is sent twice.
    sys.exit(run(os.environ, build, pauses=()))
