"""`python -m malls.ne_push`: a cart that sells until it is stopped; see malls/runner.py.

MALL_KEY         the shared key of the stock push (default: demo-key)
"""

import os
import random
import sys
from collections.abc import Mapping

from malls.courier import Courier
from malls.ne_push.mall import KEY, PushMall
from malls.runner import run


def main(env: Mapping[str, str]) -> int:
    def build(port: int, rng: random.Random, courier: Courier | None) -> PushMall:
        return PushMall(key=env.get("MALL_KEY", KEY), port=port, rng=rng, courier=courier)

    return run(env, build)


if __name__ == "__main__":
    sys.exit(main(os.environ))
