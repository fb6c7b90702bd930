"""Orders as WooCommerce sends them (REST API v3, "Orders"). Pure: the same `rng`, the same order.

Prices are entered with tax, as in Japanese shops; every amount is reported without tax and the tax
beside it, rounded to whole yen.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from malls.shopify import texts
from malls.shopify.orders import FREE_SHIPPING_FROM, JST, SHIPPING
from malls.shopify.people import Person, anybody
from malls.woocommerce.goods import Thing

Order = dict[str, Any]
# (code, title, status of a new order, how often in a hundred)
PAYMENTS: Sequence[tuple[str, str, str, int]] = (
    ("stripe", "クレジットカード (Stripe)", "processing", 66),
    ("paypay", "PayPay", "processing", 14),
    ("cod", "代金引換", "processing", 10),
    ("bacs", "銀行振込", "on-hold", 10),
)
_PAID = ("stripe", "paypay")


def build_order(
    rng: random.Random,
    *,
    number: int,
    at: datetime,
    lines: Sequence[tuple[Thing, int]],
    payment: str | None = None,
) -> Order:
    """number: new in its shop; ids are made from it. payment: one of `PAYMENTS`, by its code."""
    buyer = anybody(rng)
    drawn = rng.choices(PAYMENTS, [often for *_, often in PAYMENTS])[0]
    code, title, status, _ = next((p for p in PAYMENTS if p[0] == payment), drawn)
    rows = [_line(number * 100 + n, thing, units) for n, (thing, units) in enumerate(lines, 1)]
    order: Order = {
        "id": number,
        "parent_id": 0,
        "number": str(number),
        "order_key": f"wc_order_{rng.getrandbits(48):012x}",
        "created_via": "checkout",
        "version": "10.3.4",
        "status": status,
        "currency": "JPY",
        **stamps("date_created", at),
        **stamps("date_modified", at),
        "prices_include_tax": True,
        "customer_id": buyer.id % 1_000_000 if rng.random() < 0.5 else 0,
        "customer_note": rng.choice(texts.REMARKS) if rng.random() < 0.2 else "",
        "billing": _address(buyer) | {"email": buyer.email},
        "shipping": _address(anybody(rng) if rng.random() < 0.1 else buyer),
        "payment_method": code,
        "payment_method_title": title,
        "transaction_id": f"ch_{number}" if code in _PAID else "",
        **stamps("date_paid", at if code in _PAID else None),
        **stamps("date_completed", None),
        "meta_data": _meta(rng, number, buyer, at),
        "line_items": rows,
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    }
    return order | _sums(rows, number)


def stamps(name: str, at: datetime | None) -> dict[str, str | None]:
    """A time twice: in the site's zone, and in UTC under `…_gmt`; both without saying so."""
    if at is None:
        return {name: None, f"{name}_gmt": None}
    form = "%Y-%m-%dT%H:%M:%S"
    return {
        name: at.astimezone(JST).strftime(form),
        f"{name}_gmt": at.astimezone(UTC).strftime(form),
    }


def changed(order: Order, at: datetime, **fields: Any) -> Order:
    """The same order after a change. Its times have no fractions, so one in the same second gets
    the next."""
    before = datetime.fromisoformat(f"{order['date_modified_gmt']}+00:00")
    return order | fields | stamps("date_modified", max(at, before + timedelta(seconds=1)))


def _split(with_tax: int, percent: int) -> tuple[int, int]:
    """(without tax, tax), rounded down as is usual in Japan."""
    tax = with_tax * percent // (100 + percent)
    return with_tax - tax, tax


def _line(line_id: int, thing: Thing, units: int) -> dict[str, Any]:
    percent, rate = (8, 2) if thing.tax_class else (10, 1)
    net, tax = _split(int(thing.price) * units, percent)
    option = {"id": line_id * 10, "key": "種類", "value": thing.option}
    return {
        "id": line_id,
        "name": f"{thing.name} - {thing.option}" if thing.option else thing.name,
        "product_id": thing.parent or thing.id,
        "variation_id": thing.id if thing.parent else 0,
        "quantity": units,
        "tax_class": thing.tax_class,
        "subtotal": str(net),
        "subtotal_tax": str(tax),
        "total": str(net),
        "total_tax": str(tax),
        "taxes": [{"id": rate, "total": str(tax), "subtotal": str(tax)}],
        "meta_data": [option] if thing.option else [],
        "sku": thing.sku,
        "global_unique_id": thing.gtin,
        "price": net / units,
        "image": {"id": "", "src": ""},
        "parent_name": thing.name if thing.parent else None,
    }


def _sums(rows: Sequence[dict[str, Any]], number: int) -> Order:
    goods = sum(int(row["subtotal"]) + int(row["subtotal_tax"]) for row in rows)
    fee = 0 if goods >= FREE_SHIPPING_FROM else SHIPPING
    net, shipping_tax = _split(fee, 10)
    taxes = {
        rate: sum(int(row["total_tax"]) for row in rows if row["taxes"][0]["id"] == rate)
        for rate in (1, 2)
    }
    total_tax = sum(taxes.values()) + shipping_tax
    return {
        "discount_total": "0",
        "discount_tax": "0",
        "shipping_total": str(net),
        "shipping_tax": str(shipping_tax),
        "cart_tax": str(sum(taxes.values())),
        "total": str(goods + fee),
        "total_tax": str(total_tax),
        "shipping_lines": [
            {
                "id": number * 100 + 90,
                "method_title": "宅配便" if fee else "送料無料",
                "method_id": "flat_rate" if fee else "free_shipping",
                "instance_id": "1",
                "total": str(net),
                "total_tax": str(shipping_tax),
                "taxes": [{"id": 1, "total": str(shipping_tax), "subtotal": ""}] if fee else [],
                "meta_data": [],
            }
        ],
        "tax_lines": [
            {
                "id": number * 100 + 90 + rate,
                "rate_code": f"JP-{label}-1",
                "rate_id": rate,
                "label": label,
                "compound": False,
                "tax_total": str(taxes[rate]),
                "shipping_tax_total": str(shipping_tax if rate == 1 else 0),
                "rate_percent": percent,
                "meta_data": [],
            }
            for rate, label, percent in ((1, "消費税", 10), (2, "軽減税率", 8))
            if taxes[rate] or (rate == 1 and fee)
        ],
    }


def _meta(rng: random.Random, number: int, buyer: Person, at: datetime) -> list[dict[str, Any]]:
    """What the plugin Japanized for WooCommerce writes."""
    rows = {
        "_billing_yomigana_last_name": buyer.family_kana,
        "_billing_yomigana_first_name": buyer.given_kana,
    }
    if rng.random() < 0.3:
        wanted = at.astimezone(JST).date() + timedelta(days=rng.randrange(3, 10))
        rows["wc4jp-delivery-date"] = wanted.isoformat()
        rows["wc4jp-delivery-time-zone"] = rng.choice(texts.DELIVERY_SLOTS)
    return [
        {"id": number * 1000 + n, "key": key, "value": value}
        for n, (key, value) in enumerate(rows.items())
    ]


def _address(person: Person) -> dict[str, str]:
    return {
        "first_name": person.given,
        "last_name": person.family,
        "company": "",
        "address_1": person.line1,
        "address_2": person.line2,
        "city": person.city,
        "state": person.prefecture_code.replace("-", ""),
        "postcode": person.postal,
        "country": "JP",
        "phone": person.phone,
    }
