"""Orders as EC-CUBE has them. Pure: the same state of `rng` gives the same order.

Facts: the schema in the documentation of EC-CUBE/eccube-api4 and the master data of EC-CUBE 4
(`mtb_order_status`, `mtb_order_item_type`, `mtb_tax_display_type`, `mtb_tax_type`). Amounts are
numbers; goods are priced without tax, fees with it.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from malls.shopify import texts
from malls.shopify.catalogue import Product
from malls.shopify.orders import FREE_SHIPPING_FROM, JST, SHIPPING
from malls.shopify.people import Person, anybody

Order = dict[str, Any]
NEW, CANCELLED, IN_PROGRESS, SHIPPED, PAID = "1", "3", "4", "5", "6"
STATUSES: Mapping[str, str] = {
    NEW: "新規受付",
    CANCELLED: "注文取消し",
    IN_PROGRESS: "対応中",
    SHIPPED: "発送済み",
    PAID: "入金済み",
    "7": "決済処理中",
    "8": "購入処理中",
    "9": "返品",
}
_ITEM_TYPES = {"1": "商品", "2": "送料", "3": "手数料"}
CHARGE = 330
# (id, name, status of a new order, how often in a hundred)
PAYMENTS: Sequence[tuple[str, str, str, int]] = (
    ("5", "クレジットカード", PAID, 70),
    ("3", "銀行振込", NEW, 15),
    ("4", "代金引換", NEW, 15),
)


def build_order(
    rng: random.Random,
    *,
    number: int,
    at: datetime,
    lines: Sequence[tuple[Product, int]],
    places: int = 1,
) -> Order:
    """number: new in its shop; ids are made from it. places: how many addresses it goes to; the
    lines are dealt out to them in turn."""
    buyer = anybody(rng)
    payment = rng.choices(PAYMENTS, [often for *_, often in PAYMENTS])[0]
    receivers = [buyer, *(anybody(rng) for _ in range(places - 1))]
    shippings = [_shipping(rng, f"{number}{n}", who, at) for n, who in enumerate(receivers, 1)]
    items = [
        _goods(f"{number}{n:02d}", product, units, shippings[(n - 1) % places]["id"])
        for n, (product, units) in enumerate(lines, 1)
    ]
    subtotal = sum((item["price"] + item["tax"]) * item["quantity"] for item in items)
    fee = 0 if subtotal >= FREE_SHIPPING_FROM else SHIPPING
    charge = CHARGE if payment[1] == "代金引換" else 0
    items += [
        _fee(f"{number}{80 + n}", "2", fee, row["id"]) for n, row in enumerate(shippings) if fee
    ]
    if charge:
        items.append(_fee(f"{number}90", "3", charge, None))
    total = subtotal + fee * places + charge
    member = {"id": str(buyer.id % 1_000_000)} if rng.random() < 0.5 else None
    return {
        "id": str(number),
        "order_no": f"{at.astimezone(JST):%Y%m%d}-{number}",
        "message": rng.choice(texts.REMARKS) if rng.random() < 0.2 else None,
        "note": None,
        "email": buyer.email,
        **_person(buyer),
        "subtotal": subtotal,
        "discount": 0,
        "delivery_fee_total": fee * places,
        "charge": charge,
        "tax": sum(item["tax"] * item["quantity"] for item in items),
        "total": total,
        "payment_total": total,
        "add_point": subtotal // 100,
        "use_point": 0,
        "payment_method": payment[1],
        "currency_code": "JPY",
        "create_date": stamp(at),
        "update_date": stamp(at),
        "order_date": stamp(at),
        "payment_date": stamp(at) if payment[2] == PAID else None,
        "Customer": member,
        "Payment": {"id": payment[0], "method": payment[1]},
        "OrderStatus": status_of(payment[2]),
        "Shippings": shippings,
        "OrderItems": items,
    }


def stamp(at: datetime) -> str:
    """`2026-11-21T12:00:00+00:00`"""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def status_of(code: str) -> dict[str, str]:
    return {"id": code, "name": STATUSES.get(code, "独自のステータス")}


def touched(order: Order, at: datetime, **fields: Any) -> Order:
    """The same order after a change; its times have no fractions, so one in the same second gets
    the next."""
    before = datetime.fromisoformat(order["update_date"])
    return order | fields | {"update_date": stamp(max(at, before + timedelta(seconds=1)))}


def _goods(item_id: str, product: Product, units: int, place: str) -> dict[str, Any]:
    tax = product.price * product.tax_percent // (100 + product.tax_percent)
    return _item(item_id, "1", product.title, place) | {
        "product_code": product.sku,
        "class_name1": "種類" if product.variant else None,
        "class_category_name1": product.variant,
        "price": product.price - tax,
        "quantity": units,
        "tax": tax,
        "tax_rate": product.tax_percent,
        "Product": {"id": f"{abs(hash_of(product.title))}"},
        "ProductClass": {"id": f"{abs(hash_of(product.sku))}"},
        "TaxDisplayType": {"id": "1"},
    }


def hash_of(text: str) -> int:
    """A small number that is the same in every run, unlike `hash`."""
    return sum(place * ord(char) for place, char in enumerate(text, 1)) % 100_000


def _fee(item_id: str, kind: str, amount: int, place: str | None) -> dict[str, Any]:
    return _item(item_id, kind, _ITEM_TYPES[kind], place) | {
        "price": amount,
        "tax": amount * 10 // 110,
        "tax_rate": 10,
    }


def _item(item_id: str, kind: str, name: str, place: str | None) -> dict[str, Any]:
    return {
        "id": item_id,
        "product_name": name,
        "product_code": None,
        "class_name1": None,
        "class_name2": None,
        "class_category_name1": None,
        "class_category_name2": None,
        "quantity": 1,
        "Product": None,
        "ProductClass": None,
        "Shipping": {"id": place} if place else None,
        "TaxType": {"id": "1"},
        "TaxDisplayType": {"id": "2"},
        "OrderItemType": {"id": kind, "name": _ITEM_TYPES[kind]},
    }


def _shipping(rng: random.Random, number: str, person: Person, at: datetime) -> dict[str, Any]:
    has_wish = rng.random() < 0.3
    day = at.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = stamp(day + timedelta(days=rng.randrange(3, 10))) if has_wish else None
    return {
        "id": number,
        **_person(person),
        "note": None,
        "shipping_delivery_name": "サンプル業者",
        "shipping_delivery_date": wanted,
        "shipping_delivery_time": rng.choice(texts.DELIVERY_SLOTS) if has_wish else None,
        "shipping_date": None,
        "tracking_number": None,
        "mail_send_date": None,
        "Delivery": {"id": "1", "name": "サンプル業者"},
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name01": person.family,
        "name02": person.given,
        "kana01": person.family_kana,
        "kana02": person.given_kana,
        "company_name": None,
        "phone_number": person.phone.replace("-", ""),
        "postal_code": person.postal.replace("-", ""),
        "addr01": person.city,
        "addr02": f"{person.line1} {person.line2}".strip(),
        "Country": None,
        "Pref": {"id": str(int(person.prefecture_code.split("-")[1])), "name": person.prefecture},
    }
