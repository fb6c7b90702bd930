import json

import pytest

from support.domain.credential_clock import LEVELS
from tests.logs import caught_logs
from tests.support.fakes import ADMIN, Settings, entered, wanted


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.office.create("mame", wanted(channel="shopify"), actor=ADMIN)
    made.credentials.set("mame", entered({"license_key": "k"}), version=1, actor=ADMIN)
    return made


def test_over_its_life_each_warning_is_told_once(settings: Settings) -> None:
    told = []
    for _ in range(95):
        settings.forward(days=1)
        if settings.watch.run():
            told.append(settings.credentials.list().items[0].days_left)
        assert settings.watch.run() == 0
    assert told == [*LEVELS, -1]


def test_who_dies_before_it_is_noted_tells_it_again(settings: Settings) -> None:
    def die() -> None:
        raise RuntimeError

    settings.forward(days=60)
    settings.notices.before_told = die
    with pytest.raises(RuntimeError):
        settings.watch.run()
    settings.notices.before_told = lambda: None
    assert settings.watch.run() == 1


def test_a_mall_that_refused_is_told_of_and_a_closed_shop_is_not(settings: Settings) -> None:
    settings.troubles.found["mame"] = ("refused", "2026-11-21T12:00:00.000Z")
    assert settings.watch.run() == 1
    settings.forward(days=85)
    settings.office.change("mame", wanted(channel="shopify", enabled=False), version=2, actor=ADMIN)
    assert settings.watch.run() == 0


def test_the_log_says_what_and_the_metric_how_many(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.forward(days=83)
    capsys.readouterr()
    with caught_logs() as logged:
        settings.watch.run()
        settings.watch.run()
    (warning,) = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert {name: warning[name] for name in ("level", "shop", "credential", "days_left")} == {
        "level": "WARNING",
        "shop": "mame",
        "credential": "license_key",
        "days_left": 7,
    }
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [line for line in lines if "_aws" in line]
    assert [metric["CredentialNotices"] for metric in metrics] == [[1.0], [0.0]]
    assert metrics[0]["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Banto",
            "Dimensions": [["stage"]],
            "Metrics": [{"Name": "CredentialNotices", "Unit": "Count"}],
        }
    ]
    assert metrics[0]["stage"] == "test"
