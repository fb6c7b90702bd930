"""Which shops are polled."""

from dataclasses import replace

import pytest

from common.channels.port import Cap, CredentialField
from common.errors import NotFound
from orders.service.scheduling import Scheduling, is_connected
from tests.orders.fake_mall import FakeMall, FakeQueue, FakeShops, a_shop


@pytest.mark.parametrize(
    ("api_url", "default_url", "credentials", "connected"),
    [
        ("http://own.example", "", {"key": "/p"}, True),
        ("", "http://mall.example", {"key": "/p"}, True),
        ("", "", {"key": "/p"}, False),
        ("http://own.example", "", {}, False),
        ("http://own.example", "", {"note": "/p"}, False),
    ],
)
def test_a_shop_is_connected_with_an_address_and_all_that_it_needs(
    api_url: str, default_url: str, credentials: dict[str, str], connected: bool
) -> None:
    fields = (CredentialField("key"), CredentialField("note", optional=True))
    info = replace(FakeMall().info, default_url=default_url, credentials=fields)

    assert is_connected(a_shop(api_url=api_url, credentials=credentials), info) is connected


def test_shops_that_are_off_unconnected_unknown_or_not_to_be_polled_are_left_out() -> None:
    malls = {"tests": FakeMall(), "deaf": FakeMall(caps=Cap.WEBHOOK)}
    shops, queue = FakeShops(), FakeQueue()
    at = {"api_url": "http://mall.example"}
    shops.shops = {
        name: a_shop(name, **given)
        for name, given in {
            "a": at,
            "off": at | {"enabled": False},
            "bare": {},
            "deaf": at | {"channel": "deaf"},
            "gone": at | {"channel": "gone"},
            "paused": at | {"is_paused": True},
        }.items()
    }

    def api_of(code: str) -> FakeMall:
        if code not in malls:
            raise NotFound("There is no such channel.")
        return malls[code]

    assert Scheduling(shops, api_of, queue).send_all() == 2
    assert [body for body, _ in queue.sent] == [{"shop_id": "a"}, {"shop_id": "paused"}]
