"""A mall that can be told nothing."""

from dataclasses import replace

from common.channels.port import Cap
from tests.orders.fake_mall import FakeMall

API = FakeMall(caps=Cap.WEBHOOK)
API.info = replace(API.info, name="無言モール")
