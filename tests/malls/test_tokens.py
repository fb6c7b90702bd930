"""Access tokens of the emulators."""

import random
from datetime import UTC, datetime, timedelta

from malls.tokens import Tokens

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Hour:
    now = AT

    def __call__(self) -> datetime:
        return self.now


def test_a_token_is_good_until_it_ends() -> None:
    clock = Hour()
    tokens = Tokens(random.Random(1), clock)
    token = tokens.issue(timedelta(hours=1), prefix="shpat_")

    assert token.startswith("shpat_")
    assert tokens.is_good(token)
    assert not tokens.is_good(token, "refresh")
    assert not tokens.is_good("other")
    clock.now = AT + timedelta(hours=1)
    assert not tokens.is_good(token)


def test_a_refresh_token_is_good_once() -> None:
    tokens = Tokens(random.Random(1), lambda: AT)
    tokens.add("first", timedelta(days=30))

    assert tokens.use_up("first")
    assert not tokens.use_up("first")


def test_what_was_given_out_so_far_can_end_at_once() -> None:
    tokens = Tokens(random.Random(1), lambda: AT)
    old, refresh = tokens.issue(timedelta(hours=1)), tokens.issue(timedelta(1), "refresh")

    tokens.expire_all()

    assert not tokens.is_good(old)
    assert tokens.is_good(refresh, "refresh")
    assert tokens.is_good(tokens.issue(timedelta(hours=1)))
