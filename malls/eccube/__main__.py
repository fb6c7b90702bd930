"""`python -m malls.eccube`: a shop that sells until it is stopped; `malls.runner` has the variables
all emulators read.

    MALL_SECRET   what its webhooks are signed with
    MALL_CLIENT   client id and secret (default: demo-client:demo-secret)
    MALL_REFRESH  the first refresh token (default: demo-refresh); it is good again at every start
"""

import os
import random
import sys

from malls.courier import Courier
from malls.eccube.mall import EcCubeMall
from malls.runner import run


def build(port: int, rng: random.Random, courier: Courier | None) -> EcCubeMall:
    return EcCubeMall(
        client=os.environ.get("MALL_CLIENT", "demo-client:demo-secret"),
        refresh=os.environ.get("MALL_REFRESH", "demo-refresh"),
        secret=os.environ.get("MALL_SECRET", ""),
        port=port,
        rng=rng,
        courier=courier,
    )


if __name__ == "__main__":
    # Nothing is sent twice.
    sys.exit(run(os.environ, build, pauses=()))
