"""`python -m malls.yahoo`: a shop that sells until it is stopped; see malls/runner.py.

    MALL_SECRET   the client secret (default: demo)
    MALL_REFRESH  the refresh token (default: demo-refresh)

The store is `snbx-demo`, its public key `malls.yahoo.keys.PUBLIC_PEM`, version 1.
"""

import os
import sys

from malls.runner import run
from malls.yahoo.mall import YahooMall

if __name__ == "__main__":
    secret = os.environ.get("MALL_SECRET", "demo")
    refresh = os.environ.get("MALL_REFRESH", "demo-refresh")
    sys.exit(
        run(
            os.environ,
            lambda port, rng, _: YahooMall(
                port=port, rng=rng, client_secret=secret, refresh=refresh
            ),
        )
    )
