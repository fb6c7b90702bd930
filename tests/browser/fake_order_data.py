"""The orders of the start, with their histories, mails and failed imports: the same every time."""

import random
from collections.abc import Iterator

from tests.browser.fake_data import GOODS, PEOPLE, SHOPS, Json, minutes_ago

ORDERS = 240
ACTIONS = {
    "QUEUED": ["cancel"],
    "FAILED": ["cancel", "retry"],
    "BLOCKED": ["cancel", "retry"],
    "CANCELLED": ["retry"],
}
_BADGES = (
    ["PRINT"] * 12
    + ["REVIEW"] * 5
    + ["ALLOCATION"] * 3
    + ["PAYMENT"] * 3
    + ["INCOMPLETE", "HOLD", "COMPLETED", "COMPLETED", "SHIPPED", "CANCELLED", "CANCEL_REQUESTED"]
)
_REMARKS = (
    "25日以降に届けてください。\n不在の場合は宅配ボックスへお願いします。",
    "のしは「内祝」、名入れは佐藤でお願いします",
    "領収書を同封してください",
)


def orders() -> dict[str, Json]:
    rng = random.Random(20261121)
    return {order["id"]: order for order in (_order(n, rng) for n in range(ORDERS))}


def _order(n: int, rng: random.Random) -> Json:
    badge = _BADGES[n * 7 % len(_BADGES)]
    shop, _, channel = SHOPS[0] if n % 3 else SHOPS[1]
    number = str(5240 - n)
    name, kana = PEOPLE[rng.randrange(len(PEOPLE))]
    lines = [
        _line(k, sku, rng.randint(1, 3), badge, title, price)
        for k, (sku, title, price, _) in enumerate(rng.sample(GOODS, rng.randint(1, 3)))
    ]
    goods = sum(line["line_total"] for line in lines)
    shipping = 0 if goods > 5000 else 660
    remarks = _REMARKS[n % len(_REMARKS)] if badge == "REVIEW" else ""
    order: Json = {
        "id": f"{shop}:{number}",
        "number": f"#{number}" if channel == "shopify" else f"T-{number}",
        "shop_id": shop,
        "channel": channel,
        "ordered_at": minutes_ago(3 + 11 * n),
        "received_at": minutes_ago(2 + 11 * n),
        "buyer_name": name,
        "summary": lines[0]["title"] + (f" ほか{len(lines) - 1}点" if len(lines) > 1 else ""),
        "line_count": len(lines),
        "unit_count": sum(line["quantity"] for line in lines),
        "total": goods + shipping,
        "currency": "JPY",
        "badge": badge,
        "queues": [badge],
        "reasons": list(_reasons(badge, lines, remarks)),
        "version": 3,
        "source_status": "NEW" if badge != "PAYMENT" else "AWAITING_PAYMENT",
        "raw_status": {"financial_status": "paid", "fulfillment_status": "unfulfilled"}
        if channel == "shopify"
        else {},
        "source_version": minutes_ago(3 + 11 * n),
        "buyer": {
            "name": name,
            "kana": kana,
            "company": "",
            "email": f"buyer{n}@example.com",
            "phone": f"090-0000-{n:04d}",
            "address": _address(),
        },
        "destinations": [_destination(name, kana, n, badge)],
        "lines": lines,
        "money": _money(goods, shipping),
        "payment": {
            "method": "BANK" if badge == "PAYMENT" else "CARD",
            "status": "PAID",
            "raw_name": "",
            "paid_at": None,
        },
        "remarks": remarks,
        "attributes": [],
        "memo": "",
        "facets": _facets(badge),
        "gaps": [],
        "is_allocated": badge != "ALLOCATION",
        "last_changed_at": minutes_ago(1 + 11 * n),
        "last_changed_by": "Banto",
    }
    return order


def _line(n: int, sku: str, quantity: int, badge: str, title: str, price: int) -> Json:
    unknown = badge == "INCOMPLETE" and n == 0
    waits = badge == "ALLOCATION" and n == 0
    allocated = 0 if unknown or waits else quantity
    return {
        "id": f"L{n + 1}",
        "sku": None if unknown else sku,
        "code": f"{sku}-NEW" if unknown else sku,
        "title": title,
        "options": ["色: 藍", "包装: あり"] if n == 0 else [],
        "quantity": quantity,
        "cancelled": 0,
        "unit_price": price,
        "line_total": price * quantity,
        "tax_rate": "0.08" if sku.startswith(("MISO", "SENCHA")) else "0.10",
        "destination_id": "d1",
        "allocated": allocated,
        "allocation": "FULL" if allocated else "NONE",
    }


def _reasons(badge: str, lines: list[Json], remarks: str) -> Iterator[Json]:
    if badge == "INCOMPLETE":
        yield {"code": "unknown_sku", "detail": lines[0]["code"]}
        yield {"code": "missing_address", "detail": "postal"}
        yield {"code": "missing_address", "detail": "line1"}
    elif badge == "CANCEL_REQUESTED":
        yield {"code": "cancel_requested", "detail": ""}
    elif badge == "HOLD":
        yield {"code": "hold", "detail": "2026-11-25 お客様に確認中"}
    elif badge == "REVIEW":
        yield {"code": "remarks", "detail": " ".join(remarks.split())[:39]}
    elif badge == "PAYMENT":
        yield {"code": "awaiting_payment", "detail": ""}
    elif badge == "ALLOCATION":
        yield {"code": "short", "detail": f"{lines[0]['sku']} ×{lines[0]['quantity']}"}


def _address(**changes: str) -> Json:
    return {
        "country": "JP",
        "postal": "812-0011",
        "prefecture": "福岡県",
        "city": "福岡市博多区",
        "line1": "博多駅前0丁目0-0",
        "line2": "番頭ビル 302",
        "raw_single_line": "",
        **changes,
    }


def _destination(name: str, kana: str, n: int, badge: str) -> Json:
    gaps = {"postal": "", "line1": "", "line2": ""} if badge == "INCOMPLETE" else {}
    return {
        "id": "d1",
        "name": name,
        "kana": kana,
        "company": "",
        "phone": f"090-0000-{n:04d}",
        "address": _address(**gaps),
        "is_corrected": False,
        "delivery_wish": {
            "date": "2026-11-26" if n % 4 == 0 else None,
            "slot": "14時〜16時" if n % 4 == 0 else "",
        },
        "shipping_method": "宅配便",
        "gift": {
            "is_gift": False,
            "wrapping": [],
            "noshi_type": "",
            "noshi_name": "",
            "message_card": "",
            "hide_price": False,
        },
        "notes": "",
    }


def _money(goods: int, shipping: int) -> Json:
    total = goods + shipping
    tax = total - round(total / 1.1)
    return {
        "currency": "JPY",
        "goods_total": goods,
        "shipping_total": shipping,
        "cod_fee": None,
        "payment_fee": None,
        "gift_fee": None,
        "other_fees": None,
        "discount_total": 0,
        "discounts": [],
        "tax_total": tax,
        "tax_included": True,
        "taxes": [{"rate": "0.10", "tax": tax, "base": total}],
        "total": total,
        "amount_due": total,
    }


def _facets(badge: str) -> Json:
    hold = {"until": "2026-11-25", "reason": "お客様に確認中"} if badge == "HOLD" else None
    lifecycle = (
        badge
        if badge in ("INCOMPLETE", "CANCEL_REQUESTED", "SHIPPED", "COMPLETED", "CANCELLED")
        else "ACTIVE"
    )
    return {
        "lifecycle": lifecycle,
        "review": "NEEDED" if badge == "REVIEW" else "CLEARED",
        "payment": "AWAITING" if badge == "PAYMENT" else "PAID",
        "schedule": {"hold": hold, "release_date": None, "ship_date": None, "combine_group": None},
        "shipment": "DRAFT",
    }


def timeline(order: Json) -> list[Json]:
    """Newest first."""
    auto = {"kind": "system", "id": "banto", "name": "Banto"}
    mall = {"kind": "mall", "id": order["channel"], "name": ""}
    allocated = [
        {"field": f"lines.{n}.allocated", "before": 0, "after": line["quantity"]}
        for n, line in enumerate(order["lines"])
    ]
    return [
        {
            "seq": 3,
            "at": order["last_changed_at"],
            "kind": "allocation",
            "actor": auto,
            "reason": "",
            "changes": allocated,
        },
        {
            "seq": 2,
            "at": order["received_at"],
            "kind": "imported",
            "actor": mall,
            "reason": "",
            "changes": [{"field": "content.payment.status", "before": "UNPAID", "after": "PAID"}],
        },
        {
            "seq": 1,
            "at": order["received_at"],
            "kind": "received",
            "actor": mall,
            "reason": "",
            "changes": [],
        },
    ]


def mails(placed: dict[str, Json]) -> dict[str, Json]:
    states = ["DELIVERED"] * 5 + ["SENT", "QUEUED", "BLOCKED", "FAILED", "BOUNCED"]
    reasons = {
        "BLOCKED": "variable:from_address",
        "FAILED": "refused:MessageRejected",
        "BOUNCED": "bounce:Permanent/General",
    }
    found = {}
    for n, order in enumerate(list(placed.values())[:60]):
        state = states[n % len(states)]
        id_ = f"order-received-1-{n:026d}"
        sent = state in ("DELIVERED", "SENT", "BOUNCED")
        found[id_] = {
            "id": id_,
            "kind": "ORDER_RECEIVED",
            "order_id": order["id"],
            "shop_id": order["shop_id"],
            "to": order["buyer"]["email"],
            "from": f"order@{order['shop_id']}.example.jp",
            "subject": f"【番頭屋】ご注文ありがとうございます (ご注文番号 {order['number']})",
            "state": state,
            "attempts": 1 if sent else 0,
            "created_at": order["received_at"],
            "sent_at": order["received_at"] if sent else None,
            "reason": reasons.get(state),
            "version": 2,
            "actions": ACTIONS.get(state, []),
            "text": _letter(order),
            "message_id": f"0101019a-{n:04d}" if sent else None,
            "events": [{"at": order["received_at"], "kind": "queued", "detail": ""}]
            + (
                [{"at": order["received_at"], "kind": "delivered", "detail": "250 2.0.0 OK"}]
                if state == "DELIVERED"
                else []
            ),
        }
    return found


def _letter(order: Json) -> str:
    goods = "\n".join(
        f"・{line['title']} × {line['quantity']}  {line['line_total']:,}円"
        for line in order["lines"]
    )
    return (
        f"{order['buyer_name']} 様\n\n"
        "このたびはご注文いただき、誠にありがとうございます。\n"
        "下記の内容でご注文を承りました。\n\n"
        f"■ご注文番号  {order['number']}\n\n"
        f"■ご注文内容\n{goods}\n\n"
        f"■合計  {order['total']:,}円 (税込)\n\n"
        "商品の準備ができましたら、あらためてご連絡いたします。\n\n番頭屋\n"
    )


def failed_imports() -> list[Json]:
    return [
        {
            "id": "2026-11-21T10:40:00Z#0a1b2c",
            "shop_id": "tsuhan",
            "channel": "generic",
            "received_at": minutes_ago(32),
            "reason": "wrong_shape",
            "detail": "lines.0.quantity: 数値ではありません",
            "attempts": 2,
            "size": 1843,
        },
        {
            "id": "2026-11-21T02:02:00Z#3d4e5f",
            "shop_id": "honten",
            "channel": "shopify",
            "received_at": minutes_ago(550),
            "reason": "not_json",
            "detail": "",
            "attempts": 0,
            "size": 210,
        },
    ]
