"""A mall that can be told everything."""

from tests.orders.fake_mall import FakeMall

API = FakeMall()
