"""The cart that takes stock pushes."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from common.channels.ne_push_api import processed_of, signed
from malls.ne_push.mall import ACCOUNT, KEY, PATH, PushMall
from malls.shelf import SoldOut
from tests.malls.client import ask

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def cart() -> Iterator[PushMall]:
    with PushMall(rng=random.Random(1), clock=lambda: AT) as found:
        yield found


def told(cart: PushMall, given: dict[str, str]) -> str | None:
    status, headers, body = ask(cart.url, "GET", f"{PATH}?{urlencode(given)}")
    assert (status, headers["content-type"]) == (200, "text/xml; charset=euc_jp")
    return processed_of(body)


def test_a_signed_push_is_shown(cart: PushMall) -> None:
    assert told(cart, signed(ACCOUNT, "DONABE-6", 7, AT, KEY)) == "0"
    assert cart.shelf.shown("DONABE-6") == 7
    assert [w.code for w in cart.shelf.writes] == ["DONABE-6"]


def test_what_is_wrong_with_a_push_is_told_by_a_number(cart: PushMall) -> None:
    good = signed(ACCOUNT, "DONABE-6", 7, AT, KEY)
    late = signed(ACCOUNT, "DONABE-6", 7, AT - timedelta(minutes=11), KEY)
    refused = {
        "key": signed(ACCOUNT, "DONABE-6", 7, AT, "other"),
        "account": signed("other", "DONABE-6", 7, AT, KEY),
        "changed": good | {"Stock": "70"},
        "late": late,
        "code": signed(ACCOUNT, "NONE", 7, AT, KEY),
        "more": good | {"x": "1"},
        "less": {name: value for name, value in good.items() if name != "ts"},
    }

    assert {name: told(cart, given) for name, given in refused.items()} == {
        **dict.fromkeys(("key", "account", "changed", "late"), "-2"),
        "code": "-3",
        **dict.fromkeys(("more", "less"), "1"),
    }
    assert cart.shelf.writes == []


def test_it_sells_what_it_shows(cart: PushMall) -> None:
    [order_id] = cart.sell([("DONABE-6", 90)], 1, AT)

    with pytest.raises(SoldOut):
        cart.sell([("DONABE-6", 1)], 1, AT)
    cart.cancel(order_id)

    assert (cart.shelf.shown("DONABE-6"), cart.count_orders()) == (90, 0)
    assert len(cart.sell(None, 3, AT)) == 3
