from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from support.domain.credential_clock import (
    Lifetime,
    Notice,
    endings,
    expiry,
    level_of,
    notices,
)
from support.domain.shop import Credential, StoredShop

# Nine in the evening in Japan.
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
LONG_AGO = date(2026, 1, 1)
HUMAN = {("shopify", "key"): Lifetime(90, is_human=True)}


def shop(id_: str, **credentials: Credential) -> StoredShop:
    return StoredShop(
        id=id_,
        name=f"{id_}店",
        channel="shopify",
        currency="JPY",
        enabled=True,
        credentials=credentials,
    )


def ending_in(days: int, *, span: int = 90) -> Credential:
    last = TODAY + timedelta(days=days)
    set_at = NOW - timedelta(days=span - days)
    return Credential(f"/p/{days}", set_at, last)


def test_the_last_day_is_counted_in_japan() -> None:
    lifetime = Lifetime(90, is_human=True)
    evening = datetime(2026, 11, 21, 14, 59, tzinfo=UTC)
    assert expiry(evening, lifetime) == date(2027, 2, 19)
    assert expiry(evening + timedelta(minutes=1), lifetime) == date(2027, 2, 20)
    assert expiry(evening, Lifetime(None, is_human=True)) is None


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (31, None),
        (30, 30),
        (15, 30),
        (14, 14),
        (8, 14),
        (7, 7),
        (4, 7),
        (3, 3),
        (2, 3),
        (1, 1),
        (0, 1),
        (-1, 0),
        (-400, 0),
    ],
)
def test_the_warning_is_the_last_one_that_was_reached(days: int, level: int | None) -> None:
    assert level_of(LONG_AGO, TODAY + timedelta(days=days), TODAY) == level


@pytest.mark.parametrize(
    ("span", "levels"),
    [(28, [14, 7, 3, 1]), (30, [14, 7, 3, 1]), (31, [30, 14, 7, 3, 1]), (2, [1]), (1, [])],
)
def test_no_warning_comes_with_the_credential_itself(span: int, levels: list[int]) -> None:
    expires = TODAY + timedelta(days=span)
    days = [TODAY + timedelta(days=n) for n in range(span + 1)]
    reached = [level_of(TODAY, expires, day) for day in days]
    assert reached[0] is None
    assert list(dict.fromkeys(level for level in reached if level)) == levels


def test_what_ends_first_comes_first_and_what_never_ends_does_not_come() -> None:
    shops = [
        shop("b", key=ending_in(10), id=Credential("/p", NOW)),
        shop("a", key=ending_in(40), other=ending_in(10)),
    ]
    found = endings(shops, HUMAN, NOW)
    assert [(one.shop_id, one.name, one.days_left, one.level) for one in found] == [
        ("a", "other", 10, 14),
        ("b", "key", 10, 14),
        ("a", "key", 40, None),
    ]
    assert found[0].shop_name == "a店"


def test_a_credential_of_which_nothing_is_known_is_a_persons() -> None:
    lifetimes: Mapping[tuple[str, str], Lifetime] = {
        ("shopify", "auto"): Lifetime(28, is_human=False)
    }
    found = endings([shop("a", auto=ending_in(1), old=ending_in(1))], lifetimes, NOW)
    assert [(one.name, one.is_human) for one in found] == [("auto", False), ("old", True)]


def test_each_warning_is_told_under_a_name_of_its_own() -> None:
    def keys(days: int) -> list[str]:
        found = endings([shop("a", key=ending_in(days))], HUMAN, NOW)
        return [notice.key for notice in notices(found, {})]

    assert keys(40) == []
    assert keys(10) == ["key#2026-12-01#14"]
    assert keys(7) == ["key#2026-11-28#07"]
    assert keys(-1) == ["key#2026-11-20#00"]


def test_what_renews_itself_is_told_only_when_it_did_not() -> None:
    auto = {("shopify", "key"): Lifetime(28, is_human=False)}
    assert notices(endings([shop("a", key=ending_in(1))], auto, NOW), {}) == []
    (told,) = notices(endings([shop("a", key=ending_in(-2))], auto, NOW), {})
    assert told == Notice("a", "key", 0, -2, "key#2026-11-19#00")


def test_a_mall_that_refused_is_told_once_a_refusal() -> None:
    assert notices([], {"b": "2026-11-21T12:00:00.000Z", "a": "t"}) == [
        Notice("a", "token", 0, 0, "token#t"),
        Notice("b", "token", 0, 0, "token#2026-11-21T12:00:00.000Z"),
    ]
