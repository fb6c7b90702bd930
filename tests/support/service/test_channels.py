from common.channels import CHANNELS
from support.domain.credential_clock import Lifetime
from support.service.channels import KnownChannels, channel_list, lifetimes
from tests.support.fakes import MALL, MemoryChannels


def test_a_channel_is_described_by_what_its_mall_can_do() -> None:
    (found,) = channel_list(MemoryChannels(MALL)).items
    assert found.model_dump() == {
        "code": "shopify",
        "name": "Mall",
        "caps": ["poll", "stock"],
        "credentials": [
            {
                "name": "license_key",
                "is_secret": True,
                "lifetime": 90,
                "is_human": True,
                "is_optional": False,
            },
            {
                "name": "client_id",
                "is_secret": False,
                "lifetime": None,
                "is_human": True,
                "is_optional": False,
            },
            {
                "name": "token",
                "is_secret": True,
                "lifetime": 28,
                "is_human": False,
                "is_optional": True,
            },
        ],
        "options": [
            {"name": "seller", "default": "", "is_optional": False},
            {"name": "place", "default": "tokyo", "is_optional": False},
        ],
        "default_url": "https://api.mall.example",
        "api_version": "2026-10",
        "stock_batch": 25,
    }


def test_lifetimes_are_by_channel_and_credential() -> None:
    assert lifetimes(MemoryChannels(MALL)) == {
        ("shopify", "license_key"): Lifetime(90, is_human=True),
        ("shopify", "client_id"): Lifetime(None, is_human=True),
        ("shopify", "token"): Lifetime(28, is_human=False),
    }


def test_channels_that_are_there_are_known_and_others_are_not() -> None:
    known = KnownChannels()
    assert {info.code for info in known.all()} <= set(CHANNELS)
    assert known.info("nowhere") is None
