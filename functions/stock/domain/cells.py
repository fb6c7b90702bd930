"""What people write into cells: numbers with yen signs, separators and full-width digits."""

import re
import unicodedata

_NUMBER = re.compile(r"\d+|\d{1,3}(,\d{3})+", re.ASCII)
_DIGITS_MAX = 15


def number(text: str, most: int) -> tuple[int | None, str]:
    """The number in a cell, and what is wrong with it, in Japanese; None for an empty cell."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("円")
    if not plain:
        return None, ""
    if plain.startswith(("-", "−", "△", "▲")):
        return None, "0以上の数で入力してください"
    if not _NUMBER.fullmatch(plain):
        return None, "整数で入力してください"
    digits = plain.replace(",", "")
    found = int(digits) if len(digits) <= _DIGITS_MAX else most + 1
    return (found, "") if found <= most else (None, f"{most:,}までの数で入力してください")


def is_same_text(one: str, other: str) -> bool:
    """Whether two texts are the same once they were written in CP932, which has one code for each
    of the pairs 〜～, −－ and ‖∥: a name that went out that way comes back as the other."""
    if one == other:
        return True
    try:
        return one.encode("cp932") == other.encode("cp932")
    except UnicodeEncodeError:
        return False


def yen(text: str, most: int) -> tuple[int | None, str]:
    """An amount of yen. Next Engine writes costs and prices as `1200.00`; fractions of a yen are
    refused, not rounded."""
    plain = unicodedata.normalize("NFKC", text).strip()
    whole, dot, fraction = plain.partition(".")
    if dot and fraction and not fraction.strip("0"):
        return number(whole, most)
    return number(text, most)
