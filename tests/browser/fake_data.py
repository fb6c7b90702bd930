"""What the fake API knows at the start: the same shops and stock every time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.clock import jst_date
from support.service.channels import KnownChannels

Json = dict[str, Any]

# Saturday 20:12 in Tokyo.
NOW = datetime(2026, 11, 21, 11, 12, tzinfo=UTC)

PEOPLE = (
    ("佐藤 美咲", "サトウ ミサキ"),
    ("髙橋 健一", "タカハシ ケンイチ"),
    ("𠮷田 翔", "ヨシダ ショウ"),
    ("渡邊 あかり", "ワタナベ アカリ"),
    ("山﨑 太郎", "ヤマザキ タロウ"),
    ("小林 陽菜", "コバヤシ ヒナ"),
)
GOODS = (
    ("YUNOMI-AI", "有田焼 湯のみ 藍染付", 2200, "4901234567894"),
    ("TENUGUI-01", "手ぬぐい 青海波", 1320, "4901234567900"),
    ("MISO-500", "天然醸造 米味噌 500g", 864, "4901234567917"),
    ("FUROSHIKI-L", "綿風呂敷 二四巾 市松 (大判・撥水加工)", 3850, "4901234567924"),
    ("SENCHA-100", "八女 煎茶 100g", 1296, "4901234567931"),
    ("HASHI-23", "若狭塗 夫婦箸 桐箱入り", 5500, None),
)
SHOPS = (
    ("honten", "番頭屋 本店", "shopify"),
    ("tsuhan", "番頭屋 通販部", "generic"),
)
# Shops that the orders of this data do not come from.
MORE_SHOPS = (("rakuten", "番頭屋 楽天市場店", "rakuten"),)
# What is entered for them: name → days until it ends, None for never.
CREDENTIALS: dict[str, dict[str, int | None]] = {
    "shopify": {"access_token": None},
    "rakuten": {"service_secret": None, "license_key": 6},
}
OPTIONS = {"shopify": {"location_id": "76543210987"}}


def wire(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def minutes_ago(minutes: float) -> str:
    return wire(NOW - timedelta(minutes=minutes))


def credentials(channel: str, stored: Mapping[str, int | None] | None = None) -> list[Json]:
    """What a channel takes, and which of it is there."""
    info = KnownChannels().info(channel)
    stored = stored or {}
    found = []
    for name in [field.name for field in info.credentials] if info else []:
        days = stored.get(name)
        end = None if days is None else (jst_date(NOW) + timedelta(days=days)).isoformat()
        found.append(
            {
                "name": name,
                "is_set": name in stored,
                "set_at": minutes_ago(60 * 24 * 84) if name in stored else None,
                "expires_at": end,
            }
        )
    return found


def shops() -> dict[str, Json]:
    return {
        id_: {
            "id": id_,
            "name": name,
            "channel": channel,
            "currency": "JPY",
            "enabled": True,
            "mail": {
                "from_address": f"order@{id_}.example.jp",
                "from_name": name,
                "reply_to": f"support@{id_}.example.jp",
                "signature": f"{name}\nhttps://{id_}.example.jp",
            },
            "api_url": "https://banto-honten.myshopify.com" if channel == "shopify" else "",
            "options": OPTIONS.get(channel, {}),
            "credentials": credentials(channel, CREDENTIALS.get(channel)),
            "is_paused": False,
            "webhook_url_path": f"/webhooks/{id_}",
            "has_secret": channel == "shopify",
            "version": 1,
        }
        for id_, name, channel in (*SHOPS, *MORE_SHOPS)
    }


def stock_items() -> dict[str, Json]:
    numbers = [
        (120, 34, 0, 5),
        (48, 46, 0, 3),
        (0, 0, 0, 0),
        (12, 12, 9, 2),
        (300, 61, 0, 20),
        (7, 9, 3, 0),
    ]
    items = {}
    for n, (sku, name, price, jan) in enumerate(GOODS):
        on_hand, allocated, waiting, safety = numbers[n]
        items[sku] = {
            "sku": sku,
            "name": name,
            "jan": jan,
            "price": price,
            "on_hand": on_hand,
            "allocated": allocated,
            "available": on_hand - allocated,
            "waiting": waiting,
            "safety": safety,
            "mode": "shared",
            "components": {},
            "cost": price * 6 // 10,
            "supplier": "",
            "shelf": f"A-{n + 1:02d}",
            "reorder_point": 0,
            "target": 0,
            "lot": 1,
            "version": 5 + n,
            "updated_at": minutes_ago(20 + 90 * n),
        }
    return items


def moves(item: Json) -> list[Json]:
    """Newest first; the numbers run on into what the item has now."""
    hand, allocated = item["on_hand"], item["allocated"]
    staff = {"kind": "staff", "id": "u-staff", "name": "大野 由紀"}
    auto = {"kind": "system", "id": "banto", "name": "Banto"}
    steps: list[tuple[str, Json, str, str, int, int, int]] = [
        ("ALLOCATE", auto, "c-7", "", 0, min(allocated, 8), 6),
        ("STOCKTAKE", staff, "", "棚の奥に1点", 1 if hand else 0, 0, 0),
        ("ALLOCATE", auto, "honten:5012", "", 0, min(max(allocated - 8, 0), 1), 1),
        ("RECEIVE", staff, "納品書 2026-1120", "", max(hand - 31, 0), 0, 0),
        ("INITIAL", staff, "", "", 30 if hand > 30 else max(hand - 1, 0), 0, 0),
    ]
    found = []
    for n, (reason, actor, reference, note, d_hand, d_allocated, orders) in enumerate(steps):
        found.append(
            {
                "version": item["version"] - n,
                "at": minutes_ago(20 + 60 * 7 * n),
                "reason": reason,
                "actor": actor,
                "reference": reference,
                "note": note,
                "on_hand_before": hand - d_hand,
                "on_hand_after": hand,
                "allocated_before": allocated - d_allocated,
                "allocated_after": allocated,
                "waiting_before": item["waiting"],
                "waiting_after": item["waiting"],
                "orders": orders,
            }
        )
        hand, allocated = hand - d_hand, allocated - d_allocated
    return found
