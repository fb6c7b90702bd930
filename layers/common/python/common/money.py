"""Money: integers of the currency's minor unit; `None` is "not determined yet", never 0.

For JPY, which has no minor unit, the integer is the number of yen. Amounts are what the mall
reported: taxes and totals are never recomputed.
"""

import re
from decimal import Decimal

Yen = int
Amount = int | None

# ISO 4217 exponents that differ from 2.
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
# A whole JavaScript number holds fifteen digits, and the page has to show every amount.
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_MOST = 10**15


def exponent(currency: str) -> int:
    """Digits after the point: 0 for JPY, 2 for USD."""
    return _EXPONENTS.get(currency.upper(), 2)


def minor_units(value: str | int | float | Decimal | None, currency: str) -> Amount:
    """`"409.94"`, USD → 40994; `"1980"`, JPY → 1980; None or "" → None.

    Raises ValueError when the text is not a plain number, has more digits than the currency, or
    comes to 10¹⁵ or more.
    """
    if value is None or value == "":
        return None
    # str() first: a JSON float 0.1 must be read as the digits the mall sent.
    text = str(value)
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"not an amount: {text[:20]!r}")
    scaled = Decimal(text).scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number of minor units of {currency}")
    if abs(scaled) >= _MOST:
        raise ValueError(f"{text!r} is too much")
    return int(scaled)
