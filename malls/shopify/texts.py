"""What people write into an order, and how they pay."""

from collections.abc import Sequence

# (gateway, financial_status, how often in a hundred)
PAYMENTS: Sequence[tuple[str, str, int]] = (
    ("shopify_payments", "paid", 62),
    ("PayPay", "paid", 14),
    ("shopify_payments", "authorized", 8),
    ("代金引換", "pending", 8),
    ("銀行振込", "pending", 8),
)
REMARKS: Sequence[str] = (
    "平日の昼間は不在です。",
    "領収書をお願いします。宛名は「見本商店」でお願いします。",
    "不在の場合は宅配ボックスに入れてください。",
    "贈り物なので、金額の分かる書類を入れないでください。",
    "割れ物なので丁寧な梱包を希望します。",
)
DELIVERY_SLOTS: Sequence[str] = (
    "午前中",
    "14:00-16:00",
    "16:00-18:00",
    "18:00-20:00",
    "19:00-21:00",
)
