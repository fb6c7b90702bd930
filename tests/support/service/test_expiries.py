"""A mall's own word for the end of a credential."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from common.auth import SYSTEM
from common.channels.port import ChannelError, ErrorKind
from common.channels.rakuten_api import API as RAKUTEN
from common.channels.yahoo_api import API as YAHOO
from support.domain.shop import Credential, Difference
from support.service.expiries import TellsExpiries
from tests.support.fakes import ADMIN, T0, Settings, entered, wanted

RECKONED = date(2027, 2, 19)


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.office.create("mame", wanted(channel="shopify"), actor=ADMIN)
    made.credentials.set("mame", entered({"license_key": "k"}), version=1, actor=ADMIN)
    return made


def last_day(settings: Settings) -> date | None:
    return settings.shops.kept["mame"].credentials["license_key"].expires_on


def test_the_day_that_the_mall_says_counts_and_stands_in_the_history(settings: Settings) -> None:
    # The key was made sixty days before it was entered here.
    assert last_day(settings) == RECKONED
    settings.malls.expiries = {"license_key": T0 + timedelta(days=30), "other": T0}
    settings.forward(days=1)
    assert settings.watch.run() == 0

    ends = date(2026, 12, 21)
    [key] = settings.shops.kept["mame"].credentials.values()
    assert key == Credential(key.parameter, T0, ends)
    assert settings.shops.history[-1] == (
        "mame",
        3,
        [Difference("expires_at.license_key", RECKONED.isoformat(), ends.isoformat())],
        SYSTEM,
        T0 + timedelta(days=1),
    )
    # The warnings go by it.
    settings.now = datetime(2026, 12, 14, 3, tzinfo=UTC)
    assert settings.watch.run() == 1
    assert settings.credentials.list().items[0].days_left == 7


def test_the_same_day_again_changes_nothing(settings: Settings) -> None:
    settings.malls.expiries = {"license_key": datetime(2027, 2, 19, 14, 59, 59, tzinfo=UTC)}
    settings.watch.run()

    assert settings.shops.kept["mame"].version == 2


def test_what_ends_at_midnight_ends_the_day_before(settings: Settings) -> None:
    settings.malls.expiries = {"license_key": datetime(2027, 2, 19, 15, tzinfo=UTC)}
    settings.watch.run()

    assert last_day(settings) == RECKONED


@pytest.mark.parametrize(
    "error", [ChannelError(ErrorKind.AUTH), ChannelError(ErrorKind.TRANSIENT), ValueError("x")]
)
def test_a_mall_that_does_not_tell_keeps_no_warning_back(
    settings: Settings, error: Exception
) -> None:
    settings.malls.expiries = error
    settings.forward(days=60)

    assert settings.watch.run() == 1
    assert last_day(settings) == RECKONED


def test_who_changes_the_shop_meanwhile_wins(settings: Settings) -> None:
    settings.malls.expiries = {"license_key": T0 + timedelta(days=30)}
    settings.shops.before_save = lambda: settings.office.change(
        "mame", wanted(channel="shopify", name="新しい名"), version=2, actor=ADMIN
    )
    settings.watch.run()
    assert (settings.shops.kept["mame"].name, last_day(settings)) == ("新しい名", RECKONED)

    settings.watch.run()
    assert last_day(settings) == date(2026, 12, 21)


def test_shops_that_are_closed_or_without_credentials_are_not_asked(
    settings: Settings,
) -> None:
    settings.office.create("sencha", wanted(channel="shopify"), actor=ADMIN)
    settings.watch.run()
    assert settings.malls.asked == ["mame"]

    settings.shops.kept["mame"] = replace(settings.shops.kept["mame"], enabled=False)
    settings.watch.run()
    assert settings.malls.asked == ["mame"]


def test_rakuten_tells_and_yahoo_does_not() -> None:
    assert isinstance(RAKUTEN, TellsExpiries)
    assert not isinstance(YAHOO, TellsExpiries)
