from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import exponent, minor_units


@pytest.mark.parametrize(
    ("value", "currency", "units"),
    [
        ("1980", "JPY", 1980),
        ("1980.00", "JPY", 1980),
        ("0", "JPY", 0),
        ("-500", "JPY", -500),
        (1980, "JPY", 1980),
        (1980.0, "jpy", 1980),
        ("409.94", "USD", 40994),
        ("409.9", "USD", 40990),
        (0.1, "USD", 10),
        (Decimal("0.10"), "EUR", 10),
        ("1.234", "KWD", 1234),
        ("12000", "KRW", 12000),
        ("999999999999999", "JPY", 999_999_999_999_999),
        (None, "JPY", None),
        ("", "JPY", None),
    ],
)
def test_amounts_are_whole_minor_units(value: Any, currency: str, units: int | None) -> None:
    assert minor_units(value, currency) == units


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("12.5", "JPY"),
        ("1.234", "USD"),
        ("0.0001", "KWD"),
        ("1,980", "JPY"),
        ("1_980", "JPY"),
        ("１９８０", "JPY"),
        (" 1980", "JPY"),
        ("¥1980", "JPY"),
        ("1e3", "JPY"),
        ("1E+999999999", "USD"),
        ("1" * 16, "JPY"),
        ("99999999999999", "USD"),
        (10**15, "JPY"),
        (1e300, "JPY"),
        (float("nan"), "JPY"),
        (float("inf"), "JPY"),
        ("NaN", "JPY"),
        (True, "JPY"),
        ("abc", "JPY"),
    ],
)
def test_what_is_no_exact_amount_is_refused(value: Any, currency: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any wording will do
        minor_units(value, currency)


@given(st.integers(0, 10**13 - 1), st.sampled_from(["JPY", "USD", "KWD"]))
def test_every_amount_comes_back_to_the_last_unit(units: int, currency: str) -> None:
    digits = exponent(currency)
    text = f"{Decimal(units).scaleb(-digits):f}"

    assert minor_units(text, currency) == units


def test_currencies_have_their_digits() -> None:
    assert [exponent(c) for c in ("JPY", "USD", "KWD", "jpy", "XXX")] == [0, 2, 3, 0, 2]
