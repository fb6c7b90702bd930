"""Next Engine's stock push: quantities go out, and nothing comes in."""

import random
from typing import Any

from common.channels.port import Listing
from malls.ne_push.mall import ACCOUNT, KEY, PATH, PushMall
from tests.common.channels.channel_cases import ApiCase, Case, Clock


def _no_orders(payload: Any) -> None:
    raise AssertionError("this channel has no orders")


CASE = Case(sample="", rename_status=_no_orders, ignored=frozenset(), unread={})


def mall(clock: Clock) -> PushMall:
    return PushMall(rng=random.Random(1), clock=clock)


API_CASE = ApiCase(
    stem="ne_push",
    mall=mall,
    path=PATH,
    credentials={"auth_key": KEY},
    wrong={"auth_key": "guessed"},
    options={"store_account": ACCOUNT},
    unknown=Listing("NO-SUCH-SKU"),
    vague=True,
    push=PATH,
)
