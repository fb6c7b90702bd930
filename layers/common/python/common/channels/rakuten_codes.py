"""Rakuten's numbers and what they mean to us.

Wire facts: field tables of getOrder version 10 and of updateOrderShipping (Rakuten Pay Order API,
es/2.0), as the public client JakeJP/Rakuten.RMS.Api has them.
"""

from typing import Final

from common.canonical import OrderKind, PaymentMethod, PaymentStatus, SourceStatus, Temperature
from common.channels.port import CancelReason

PROGRESS: Final = {
    "100": SourceStatus.NEW,
    "200": SourceStatus.ON_HOLD,
    "300": SourceStatus.READY,
    "400": SourceStatus.ON_HOLD,
    "500": SourceStatus.SHIPPED,
    "600": SourceStatus.COMPLETED,
    "700": SourceStatus.COMPLETED,
    "800": SourceStatus.CANCEL_REQUESTED,
    "900": SourceStatus.CANCELLED,
}
# Orders that may still change; 500 and above only when somebody wants his money back.
OPEN: Final = (100, 200, 300, 400, 800)
SHIPPED: Final = ("500", "600", "700")
# Rakuten is done with the money from here on; before, it is still asking the card's company.
CLEARED: Final = ("300", "400", "500", "600", "700", "800")

METHODS: Final = {
    "1": PaymentMethod.CARD,
    "2": PaymentMethod.COD,
    "4": PaymentMethod.OTHER,
    "5": PaymentMethod.OTHER,
    "6": PaymentMethod.OTHER,
    "7": PaymentMethod.OTHER,
    "8": PaymentMethod.POINTS_ONLY,
    "9": PaymentMethod.BANK,
    "12": PaymentMethod.APPLE_PAY,
    "13": PaymentMethod.CVS,
    "14": PaymentMethod.CVS,
    "16": PaymentMethod.OTHER,
    "17": PaymentMethod.PAYPAL,
    "21": PaymentMethod.DEFERRED,
    "27": PaymentMethod.OTHER,
}
# The buyer goes to a bank or a shop counter first.
PREPAID: Final = (PaymentMethod.BANK, PaymentMethod.CVS)
# Collected at the door or asked for afterwards.
POSTPAID: Final = (PaymentMethod.COD, PaymentMethod.DEFERRED)


def payment_status(progress: str, method: PaymentMethod) -> PaymentStatus:
    """What an order's progress says of the money; Rakuten has no field for it."""
    if progress not in PROGRESS or progress == "900":
        return PaymentStatus.UNKNOWN
    if progress in ("600", "700"):
        return PaymentStatus.PAID
    if progress not in CLEARED or method in POSTPAID:
        return PaymentStatus.UNPAID
    return PaymentStatus.PAID


CLASSES: Final = {
    "1": Temperature.AMBIENT,
    "2": Temperature.CHILLED,
    "3": Temperature.FROZEN,
}

# deliveryCompany. Ours has names for the first few; all others go out as 1000 (other).
CARRIERS: Final = {
    "yamato": "1001",
    "sagawa": "1002",
    "jp_post": "1003",
    "seino": "1004",
    "fukuyama": "1006",
}
OTHER_CARRIER: Final = "1000"
CARRIER_NAMES: Final = {code: name for name, code in CARRIERS.items()} | {OTHER_CARRIER: "other"}

# changeReasonDetailApply of cancelOrder: 1 by the buyer, 4 not paid, 8 sold out, 10 other.
REASONS: Final = {
    CancelReason.CUSTOMER: 1,
    CancelReason.UNPAID: 4,
    CancelReason.OUT_OF_STOCK: 8,
    CancelReason.OTHER: 10,
}

KINDS: Final = {
    "": OrderKind.NORMAL,
    "1": OrderKind.NORMAL,
    "4": OrderKind.SUBSCRIPTION,
    "5": OrderKind.HANPUKAI,
    "6": OrderKind.PREORDER,
}
FLAGS: Final = {
    "asurakuFlag": "asuraku",
    "drugFlag": "drug",
    "dealFlag": "deal",
    "deliveryCertPrgFlag": "delivery_cert",
    "oneDayOperationFlag": "same_day",
    "modifyFlag": "modified",
    "severalSenderFlag": "several_destinations",
    "isolatedIslandFlag": "remote_island",
    "rakutenConfirmFlag": "rakuten_confirming",
    "cautionDisplayType": "caution",
    "giftCheckFlag": "gift",
    "socialGiftFlag": "social_gift",
}
# The recipient of a social gift has not said yet where he lives.
WAITING: Final = "social_gift_waiting"
