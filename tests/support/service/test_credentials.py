from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from common.errors import Changed, Invalid, NotFound
from support.domain.shop import Difference
from tests.support.fakes import ADMIN, T0, Settings, entered, wanted


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.office.create("mame", wanted(channel="shopify"), actor=ADMIN)
    return made


def faults(
    settings: Settings, credentials: Mapping[str, str | None] | None = None, **expires_at: str
) -> list[str]:
    body = entered(credentials, **expires_at)
    with pytest.raises(Invalid) as refused:
        settings.credentials.set("mame", body, version=1, actor=ADMIN)
    return [error.field for error in refused.value.errors]


def test_what_a_person_enters_is_kept_in_the_vault_and_never_shown(settings: Settings) -> None:
    body = entered({"license_key": "SL-hidden", "client_id": "c-hidden"})
    shop = settings.credentials.set("mame", body, version=1, actor=ADMIN)
    assert [
        (each.name, each.is_set, each.set_at, each.expires_at) for each in shop.credentials
    ] == [
        ("license_key", True, T0, date(2027, 2, 19)),
        ("client_id", True, T0, None),
        ("token", False, None, None),
    ]
    kept = settings.shops.kept["mame"].credentials
    assert {name: settings.vault.kept[one.parameter] for name, one in kept.items()} == {
        "license_key": "SL-hidden",
        "client_id": "c-hidden",
    }
    assert kept["license_key"].parameter.startswith(
        "/banto/test/shops/mame/credentials/license_key/"
    )
    told = repr(shop) + repr(settings.shops.history) + repr(settings.shops.kept) + repr(body)
    assert "hidden" not in told
    assert settings.shops.history[-1][2] == [
        Difference("credentials.license_key", None, kept["license_key"].parameter),
        Difference("expires_at.license_key", None, "2027-02-19"),
        Difference("credentials.client_id", None, kept["client_id"].parameter),
    ]
    assert settings.shops.history[-1][3] == ADMIN


def test_what_a_person_says_of_its_end_counts_more_than_what_is_usual(settings: Settings) -> None:
    body = entered({"license_key": "k", "client_id": "c"}, license_key="2026-12-24", client_id=None)
    shop = settings.credentials.set("mame", body, version=1, actor=ADMIN)
    assert [each.expires_at for each in shop.credentials[:2]] == [date(2026, 12, 24), None]
    later = settings.credentials.set("mame", entered(license_key=None), version=2, actor=ADMIN)
    assert later.credentials[0].expires_at is None
    assert settings.vault.deleted == []


def test_others_stay_and_what_was_replaced_lives_until_the_next_change(settings: Settings) -> None:
    values = [
        {"license_key": "k1", "client_id": "c1"},
        {"license_key": "k2"},
        {"license_key": "k3"},
    ]
    for version, value in enumerate(values, 1):
        settings.credentials.set("mame", entered(value), version=version, actor=ADMIN)
    assert sorted(settings.vault.kept.values()) == ["c1", "k2", "k3"]
    shop = settings.credentials.set("mame", entered({"client_id": None}), version=4, actor=ADMIN)
    assert [each.is_set for each in shop.credentials] == [True, False, False]
    assert sorted(settings.vault.kept.values()) == ["c1", "k3"]


def test_the_same_again_changes_nothing(settings: Settings) -> None:
    for _ in range(2):
        version = settings.shops.kept["mame"].version
        settings.credentials.set("mame", entered({"client_id": "c"}), version=version, actor=ADMIN)
    assert settings.shops.kept["mame"].version == 2
    assert len(settings.vault.kept) == 1


def test_a_faster_writer_wins_and_leaves_no_secret_behind(settings: Settings) -> None:
    settings.shops.before_save = lambda: settings.office.pause("mame", is_paused=True, actor=ADMIN)
    with pytest.raises(Changed) as refused:
        settings.credentials.set("mame", entered({"client_id": "c"}), version=1, actor=ADMIN)
    assert refused.value.current["is_paused"] is True
    assert settings.vault.kept == {}
    with pytest.raises(Changed):
        settings.credentials.set("mame", entered({"client_id": "c"}), version=1, actor=ADMIN)
    with pytest.raises(NotFound):
        settings.credentials.set("other", entered({"client_id": "c"}), version=1, actor=ADMIN)


def test_what_does_not_fit_the_channel_is_named(settings: Settings) -> None:
    assert faults(settings, credentials={"colour": "red"}) == ["credentials.colour"]
    assert faults(settings, credentials={"colour": None}) == ["credentials.colour"]
    assert faults(settings, license_key="2027-01-01") == ["expires_at.license_key"]
    assert faults(settings, credentials={"license_key": "k"}, license_key="2026-11-20") == [
        "expires_at.license_key"
    ]
    assert faults(settings, credentials={"license_key": None}, license_key="2027-01-01") == [
        "expires_at.license_key"
    ]
    settings.office.create("kissa", wanted(), actor=ADMIN)
    with pytest.raises(Invalid):
        settings.credentials.set("kissa", entered({"key": "k"}), version=1, actor=ADMIN)
    assert settings.vault.kept == {}


def test_everything_that_ends_is_listed_with_what_needs_a_person(settings: Settings) -> None:
    body = entered({"license_key": "k", "token": "t", "client_id": "c"})
    settings.credentials.set("mame", body, version=1, actor=ADMIN)
    settings.troubles.found["mame"] = ("lost", "2026-11-21T12:00:00.000Z")
    settings.forward(days=20)
    found = settings.credentials.list()
    assert [(one.name, one.days_left, one.level, one.is_human, one.how) for one in found.items] == [
        ("token", 8, 14, False, "shopify.token"),
        ("license_key", 70, None, True, "shopify.license_key"),
    ]
    assert [trouble.model_dump() for trouble in found.troubles] == [
        {"shop_id": "mame", "shop_name": "喫茶の道具店", "reason": "lost", "since": T0}
    ]


def test_the_day_of_the_end_is_still_good(settings: Settings) -> None:
    body = entered({"license_key": "k"}, license_key="2026-11-21")
    settings.credentials.set("mame", body, version=1, actor=ADMIN)
    assert settings.credentials.list().items[0].days_left == 0
    settings.now = T0 + timedelta(hours=3)
    assert settings.credentials.list().items[0].days_left == -1
