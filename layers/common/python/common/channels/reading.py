"""What several carts write alike: amounts, times, hours, names of payments and of carriers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from common.canonical import DeliveryWish, PaymentMethod
from common.channels.base import UnreadableDelivery
from common.channels.port import ShipmentNotice
from common.clock import from_wire, to_wire
from common.money import Amount, minor_units

# What a listing shows that is on sale without a number of units. A stock that is counted is less.
UNLIMITED: Final = 999_999

CARRIERS: Final[Mapping[str, str]] = {
    "yamato": "ヤマト運輸",
    "sagawa": "佐川急便",
    "jp_post": "日本郵便",
    "seino": "西濃運輸",
    "fukuyama": "福山通運",
}

_DAY: Final = re.compile(r"(\d{4})\s*[-/年.]\s*(\d{1,2})\s*[-/月.]\s*(\d{1,2})")
_HOURS: Final = re.compile(
    r"(\d{1,2})\s*(?::\s*(\d{2})|時)?\s*[-–〜～~]\s*(\d{1,2})\s*(?::\s*(\d{2})|時)?"
)

# Parts of the names that payments have in Japanese carts; the first that fits wins, so the more
# telling ones stand first.
PAYMENT_NAMES: Final[Sequence[tuple[str, PaymentMethod]]] = (
    ("代金引換", PaymentMethod.COD),
    ("代引", PaymentMethod.COD),
    ("cash on delivery", PaymentMethod.COD),
    ("コンビニ後払", PaymentMethod.DEFERRED),
    ("後払", PaymentMethod.DEFERRED),
    ("あと払", PaymentMethod.DEFERRED),
    ("paidy", PaymentMethod.DEFERRED),
    ("コンビニ", PaymentMethod.CVS),
    ("konbini", PaymentMethod.CVS),
    ("キャリア", PaymentMethod.CARRIER),
    ("ケータイ", PaymentMethod.CARRIER),
    ("paypay", PaymentMethod.PAYPAY),
    ("amazon", PaymentMethod.AMAZON_PAY),
    ("楽天", PaymentMethod.RAKUTEN_PAY),
    ("rakuten", PaymentMethod.RAKUTEN_PAY),
    ("apple", PaymentMethod.APPLE_PAY),
    ("paypal", PaymentMethod.PAYPAL),
    ("クレジット", PaymentMethod.CARD),
    ("カード", PaymentMethod.CARD),
    ("credit", PaymentMethod.CARD),
    ("card", PaymentMethod.CARD),
    ("stripe", PaymentMethod.CARD),
    ("銀行", PaymentMethod.BANK),
    ("郵便振替", PaymentMethod.BANK),
    ("振込", PaymentMethod.BANK),
    ("bank", PaymentMethod.BANK),
)


def carrier_of(notice: ShipmentNotice) -> str:
    """The carrier as a buyer knows it."""
    return notice.carrier_name or CARRIERS.get(notice.carrier, "")


def amount(value: object, currency: str) -> Amount:
    """Minor units; None for what cannot be read: staff see it, and it stops nothing."""
    try:
        return minor_units(value if isinstance(value, (str, int, float)) else None, currency)
    except ValueError:
        return None


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum; None as soon as one of them is."""
    found = 0
    for one in amounts:
        if one is None:
            return None
        found += one
    return found


def instant(value: str, field: str) -> str:
    """As `common.clock.to_wire` writes it. Raises UnreadableDelivery."""
    try:
        return to_wire(from_wire(value))
    except ValueError:
        raise UnreadableDelivery("wrong_shape", f"{field} is not an instant.") from None


def units(value: object, field: str) -> int:
    """A quantity, also one written as `2.0`. Raises UnreadableDelivery."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnreadableDelivery("wrong_shape", f"{field} is not a whole number.")
    return value


def day(text: str) -> date | None:
    """`2026-11-25`, `2026/11/25` or `2026年11月25日(水)`; None for anything else."""
    found = _DAY.search(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def wish(wanted: date | None, label: str) -> DeliveryWish:
    """A day, and hours such as `14:00-16:00`, `14時～16時` or `午前中`, which stays a label."""
    found = _HOURS.search(label)
    if found is None or _DAY.search(label):
        return DeliveryWish(wanted, label=label)
    first, first_minute, last, last_minute = found.groups()
    if int(first) > 24 or int(last) > 24:
        return DeliveryWish(wanted, label=label)
    return DeliveryWish(
        wanted,
        f"{int(first):02d}:{first_minute or '00'}",
        f"{int(last):02d}:{last_minute or '00'}",
        label,
    )


def method(names: Sequence[str], codes: Mapping[str, PaymentMethod] | None = None) -> PaymentMethod:
    """How the buyer pays. names: as the mall calls it, its own code first. codes: those known."""
    for name in names:
        if codes and name in codes:
            return codes[name]
    lowered = " ".join(names).lower()
    found = next((m for part, m in PAYMENT_NAMES if part in lowered), None)
    if found is not None:
        return found
    return PaymentMethod.OTHER if lowered.strip() else PaymentMethod.UNKNOWN
