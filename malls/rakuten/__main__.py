"""`python -m malls.rakuten`: a shop that sells until it is stopped; see malls/runner.py.

MALL_SECRET  the serviceSecret (default: SP000000_demo)
MALL_TOKEN   the licenseKey (default: SL000000_demo)
"""

import os
import sys

from malls.rakuten.mall import RakutenMall
from malls.runner import run

if __name__ == "__main__":
    secret = os.environ.get("MALL_SECRET", "SP000000_demo")
    key = os.environ.get("MALL_TOKEN", "SL000000_demo")
    sys.exit(
        run(
            os.environ,
            lambda port, rng, _: RakutenMall(port=port, rng=rng, secret=secret, license_key=key),
        )
    )
