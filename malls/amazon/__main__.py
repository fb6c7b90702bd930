"""`python -m malls.amazon`: a seller at Amazon until it is stopped.

    MALL_ACCEPT_LATE  seconds until an accepted quantity shows (default: 0)

and what malls.runner reads; MALL_TARGET is the SQS that has the queues it is asked to write to.
"""

import os
import random
import sys
from datetime import timedelta

from malls.amazon.mall import AmazonMall
from malls.amazon.queues import sender_to
from malls.courier import Courier
from malls.runner import run


def build(port: int, rng: random.Random, courier: Courier | None) -> AmazonMall:
    """The mall to run."""
    late = timedelta(seconds=float(os.environ.get("MALL_ACCEPT_LATE", "0")))
    return AmazonMall(port=port, rng=rng, courier=courier, accept_late=late)


if __name__ == "__main__":
    sys.exit(run(os.environ, build, sender=sender_to))
