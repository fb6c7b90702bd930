"""Money: integers of the currency's minor unit; `None` is "not determined yet", never 0.

For JPY, which has no minor unit, the integer is the number of yen. Amounts are what the mall
reported: taxes and totals are never recomputed.
"""

from decimal import Decimal, InvalidOperation

Yen = int
Amount = int | None

# ISO 4217 exponents that differ from 2, of currencies that shops on our channels sell in.
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3, "TND": 3}


def exponent(currency: str) -> int:
    """Digits after the point: 0 for JPY, 2 for USD."""
    return _EXPONENTS.get(currency.upper(), 2)


def minor_units(value: str | int | float | Decimal | None, currency: str) -> Amount:
    """`"409.94"`, USD → 40994; `"1980"`, JPY → 1980; None or "" → None.

    Raises ValueError when the text is not a number or has more digits than the currency.
    """
    if value is None or value == "":
        return None
    try:
        # str() first: a JSON float 0.1 must be read as the digits the mall sent.
        scaled = Decimal(str(value)).scaleb(exponent(currency))
    except InvalidOperation:
        raise ValueError(f"not an amount: {value!r}") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{value!r} is not a whole number of minor units of {currency}")
    return int(scaled)
