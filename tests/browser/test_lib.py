"""The small rules of the page, each on its own, in the browser that runs them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import ELSEWHERE
from tests.browser.fake_api import FakeApi

VECTORS = Path(__file__).parents[1] / "common" / "search_vectors.json"
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def call(browser: Browser, running_api: FakeApi) -> Any:
    """`call("lib/money.js", "money", 4980)`: what the function answers."""
    context = browser.new_context(timezone_id=ELSEWHERE)
    page = context.new_page()
    page.goto(f"{running_api.origin}/")

    def run(module: str, name: str, *arguments: Any) -> Any:
        return page.evaluate(
            "async ([module, name, args]) => (await import(`/${module}`))[name](...args)",
            [module, name, list(arguments)],
        )

    yield run
    context.close()


def test_text_is_folded_as_the_server_folds_it(call: Call) -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    found = [{"in": v["in"], "out": call("lib/search.js", "fold", v["in"])} for v in vectors]
    assert found == vectors


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1234567", "123-4567"),
        ("１２３－４５６７", "123-4567"),
        ("〒123-4567", "123-4567"),
        ("123ー4567", "123-4567"),
        ("12345", "12345"),
        ("SW1A 1AA", "SW1A 1AA"),
    ],
)
def test_a_postal_code_is_stored_in_one_form(call: Call, typed: str, stored: str) -> None:
    assert call("lib/search.js", "postalCode", typed) == stored


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", 12),
        ("１２", 12),
        ("1,200", 1200),
        ("１，２００", 1200),
        ("-3", -3),
        ("1.5", None),
        ("", None),
        ("十", None),
        ("99999999999999999", None),
    ],
)
def test_a_number_is_read_as_people_type_it(call: Call, typed: str, value: int | None) -> None:
    assert call("lib/search.js", "wholeNumber", typed) == value


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (4980, "JPY", "¥4,980"),
        (0, "JPY", "¥0"),
        (40994, "USD", "$409.94"),
        (-500, "JPY", "-¥500"),
        (1234567, "KRW", "₩1,234,567"),
        (1500, "KWD", "KWD 1.500"),
        (5, "no", "0.05"),
    ],
)
def test_money_is_written_by_its_currency(
    call: Call, amount: int, currency: str, text: str
) -> None:
    assert call("lib/money.js", "money", amount, currency).replace("\u00a0", " ") == text


@pytest.mark.parametrize(("n", "text"), [(5, "+5"), (-1200, "−1,200"), (0, "±0")])
def test_a_change_has_its_sign(call: Call, n: int, text: str) -> None:
    assert call("lib/money.js", "signed", n) == text


@pytest.mark.parametrize(
    ("at", "text", "machine"),
    [
        ("2026-11-21T11:12:00.000Z", "2026-11-21 (土) 20:12", "2026-11-21T20:12:00+09:00"),
        ("2026-11-21T15:00:00.000Z", "2026-11-22 (日) 00:00", "2026-11-22T00:00:00+09:00"),
        ("2026-12-31T14:59:59.999Z", "2026-12-31 (木) 23:59", "2026-12-31T23:59:59+09:00"),
        ("2026-12-31T15:00:00Z", "2027-01-01 (金) 00:00", "2027-01-01T00:00:00+09:00"),
    ],
)
def test_a_moment_is_written_in_tokyo_s_time(call: Call, at: str, text: str, machine: str) -> None:
    assert call("lib/time.js", "dateTime", at) == text
    assert call("lib/time.js", "machine", at) == machine


def test_a_day_has_its_weekday_in_tokyo(call: Call) -> None:
    assert call("lib/time.js", "calendarDay", "2026-11-25") == "2026-11-25 (水)"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0.5, "たった今"),
        (1, "1分前"),
        (59, "59分前"),
        (60, "1時間前"),
        (47 * 60, "47時間前"),
        (49 * 60, "2日前"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(call: Call, minutes: float, text: str) -> None:
    now = 1_795_000_000_000
    past = datetime.fromtimestamp(now / 1000 - minutes * 60, UTC).isoformat()
    assert call("lib/time.js", "ago", past, now) == text


def test_an_address_is_read_and_written_the_same(call: Call) -> None:
    written = call(
        "lib/router.js", "link", ["orders", "honten:#1/2"], {"q": "髙橋 &", "next": None}
    )
    assert written == "#/orders/honten%3A%231%2F2?q=%E9%AB%99%E6%A9%8B+%26"
    read = call("lib/router.js", "parse", written)
    assert (read["path"], read["query"]) == (["orders", "honten:#1/2"], {"q": "髙橋 &"})


@pytest.mark.parametrize("broken", ["#/orders/%E0%A4%A", "#", "", "#//", "#/?&="])
def test_a_damaged_address_is_no_error(call: Call, broken: str) -> None:
    assert isinstance(call("lib/router.js", "parse", broken)["path"], list)


@pytest.mark.parametrize(
    ("change", "base", "current", "clash"),
    [
        ({"memo": "b"}, {"memo": "a"}, {"memo": "a"}, []),
        ({"memo": "b"}, {"memo": "a"}, {"memo": "c"}, ["memo"]),
        ({"memo": "b"}, {"memo": "a"}, {"memo": "b"}, []),
        ({"x": 1}, {"x": 0, "y": 0}, {"x": 0, "y": 9}, []),
    ],
)
def test_two_changes_clash_when_they_meet_in_one_field(
    call: Call, change: Any, base: Any, current: Any, clash: list[str]
) -> None:
    assert call("lib/versioned.js", "clashing", change, base, current) == clash


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (50, (62, 21, 41, 0, 9, 3, 0)),
        (7, (19, 18, 1, 3, 6, 2, 3)),
        (2, (14, 12, 2, 9, 0, 0, 4)),
        (0, (12, 12, 0, 9, 0, 0, 4)),
        (-4, (8, 12, -4, 9, 0, 0, 4)),
    ],
)
def test_the_effect_of_a_change_serves_waiting_orders_whole_and_in_turn(
    call: Call, change: int, after: tuple[int, ...]
) -> None:
    item = {"on_hand": 12, "allocated": 12, "available": 0, "waiting": 9}
    found = call("screens/stock_forms.js", "effectOf", item, change, [4, 2, 3])
    names = ("on_hand", "allocated", "available", "waiting", "units", "orders", "next")
    assert tuple(found[name] for name in names) == after


def test_a_pkce_challenge_is_the_one_of_rfc_7636(call: Call) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert call("lib/auth.js", "challengeOf", verifier) == challenge
