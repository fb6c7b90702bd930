"""Orders as Shopify sends them. Pure: the same state of `rng` gives the same order.

The shape is that of the REST Order resource of API version 2026-10. Amounts are texts without
decimals, because yen have none; `taxes_included` is true, as in Japanese shops.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from malls.shopify import texts
from malls.shopify.catalogue import BY_SKU, PRODUCTS, Product, product_id, variant_id
from malls.shopify.people import Person, anybody

JST = timezone(timedelta(hours=9))
FREE_SHIPPING_FROM = 8000
SHIPPING = 550
COUPON = ("WELCOME300", 300)
# The most units of one SKU that `build_order` itself puts into an order.
MOST_UNITS = 3

Order = dict[str, Any]
Lines = Sequence[tuple[str, int]]


def build_order(
    rng: random.Random,
    *,
    number: int,
    at: datetime,
    lines: Lines | None = None,
    products: Sequence[Product] = PRODUCTS,
    payment: str | None = None,
    remarks: bool | None = None,
    most: Mapping[str, int] | None = None,
) -> Order:
    """The payload of `orders/create`.

    number: the order number (`#1001`), which the ids are made from, so it must be new in its shop.
    at: when it was placed, aware. lines: (SKU, quantity) each; None leaves the choice to `rng`,
    out of `products`, at most `most` units of a SKU. payment: a financial_status; remarks: whether
    the buyer wrote some. Raises KeyError for a SKU that is in neither `products` nor the catalogue.
    """
    if not 0 < number < 1_000_000_000:
        raise ValueError(f"order number {number}")
    buyer = anybody(rng)
    known = dict(BY_SKU) | {product.sku: product for product in products}
    if lines is not None:
        chosen = [(known[sku], n) for sku, n in lines]
    else:
        chosen = _basket(rng, products, most or {})
    order_id = 5_000_000_000_000 + number * 1_000
    says = rng.random() < 0.2 if remarks is None else remarks
    order: Order = _identity(rng, order_id, number, at) | {
        "note": rng.choice(texts.REMARKS) if says else None,
        "note_attributes": _delivery_wish(rng, at),
    }
    order |= _payment(rng, payment)
    order |= {
        "email": buyer.email,
        "contact_email": buyer.email,
        "phone": None,
        "buyer_accepts_marketing": False,
        "customer": _customer(buyer, at),
        "billing_address": _address(buyer),
        "shipping_address": _address(anybody(rng) if rng.random() < 0.1 else buyer),
        "line_items": [_line(order_id + i, p, n) for i, (p, n) in enumerate(chosen, 1)],
    }
    order |= _money(rng, chosen)
    return order | _rebates(order)


def stamp(at: datetime) -> str:
    """`2026-11-21T21:00:00+09:00`. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(JST).isoformat(timespec="seconds")


def _basket(
    rng: random.Random, products: Sequence[Product], most: Mapping[str, int]
) -> list[tuple[Product, int]]:
    kinds = min(rng.choices((1, 2, 3, 4), (58, 26, 12, 4))[0], len(products))
    units = range(1, MOST_UNITS + 1)
    wanted = [(p, rng.choices(units, (80, 16, 4))[0]) for p in rng.sample(list(products), kinds)]
    return [(p, min(n, most.get(p.sku, n))) for p, n in wanted]


def _identity(rng: random.Random, order_id: int, number: int, at: datetime) -> Order:
    return {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "name": f"#{number}",
        "number": number - 1000,
        "order_number": number,
        "token": f"{rng.getrandbits(128):032x}",
        "created_at": stamp(at),
        "updated_at": stamp(at),
        "processed_at": stamp(at),
        "cancelled_at": None,
        "cancel_reason": None,
        "closed_at": None,
        "confirmed": True,
        "test": False,
        "source_name": "web",
        "browser_ip": "192.0.2.1",
        "tags": "",
        "fulfillment_status": None,
        "fulfillments": [],
        "refunds": [],
    }


def _payment(rng: random.Random, status: str | None) -> Order:
    gateway, drawn, _ = rng.choices(texts.PAYMENTS, [often for *_, often in texts.PAYMENTS])[0]
    if status is not None:
        gateway = next((g for g, s, _ in texts.PAYMENTS if s == status), "shopify_payments")
    return {"financial_status": status or drawn, "payment_gateway_names": [gateway]}


def _delivery_wish(rng: random.Random, at: datetime) -> list[dict[str, str]]:
    """What Japanese delivery-date apps write; their names are a convention, not Shopify's."""
    if rng.random() >= 0.3:
        return []
    day = at.astimezone(JST).date() + timedelta(days=rng.randrange(3, 10))
    return [
        {"name": "配達希望日", "value": day.isoformat()},
        {"name": "配達希望時間帯", "value": rng.choice(texts.DELIVERY_SLOTS)},
    ]


def _line(line_id: int, product: Product, quantity: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}",
        "product_id": product_id(product.sku),
        "variant_id": variant_id(product.sku),
        "sku": product.sku,
        "title": product.title,
        "variant_title": product.variant,
        "name": product.name,
        "vendor": product.vendor,
        "quantity": quantity,
        "current_quantity": quantity,
        "fulfillable_quantity": quantity,
        "fulfillment_status": None,
        "grams": product.grams,
        "price": str(product.price),
        "total_discount": "0",
        "discount_allocations": [],
        "taxable": True,
        "tax_lines": [_tax(product.price * quantity, product.tax_percent)],
        "properties": [],
        "requires_shipping": True,
        "gift_card": False,
        "product_exists": True,
    }


def _tax(amount: int, percent: int) -> dict[str, Any]:
    """The tax inside `amount`, rounded down as is usual in Japan."""
    return {
        "title": "消費税",
        "rate": percent / 100,
        "price": str(amount * percent // (100 + percent)),
    }


def _money(rng: random.Random, chosen: Sequence[tuple[Product, int]]) -> Order:
    goods = sum(product.price * quantity for product, quantity in chosen)
    code, off = COUPON if rng.random() < 0.1 and goods > COUPON[1] else (None, 0)
    shipping = 0 if goods - off >= FREE_SHIPPING_FROM else SHIPPING
    taxes = _taxes(chosen, shipping, off)
    total = str(goods - off + shipping)
    return {
        "currency": "JPY",
        "presentment_currency": "JPY",
        "taxes_included": True,
        "total_line_items_price": str(goods),
        "total_discounts": str(off),
        "total_tip_received": "0",
        "discount_codes": (
            [{"code": code, "amount": str(off), "type": "fixed_amount"}] if code else []
        ),
        "subtotal_price": str(goods - off),
        **_shipping(shipping),
        "total_tax": str(sum(int(tax["price"]) for tax in taxes)),
        "tax_lines": taxes,
        "total_price": total,
        "current_total_price": total,
        "total_weight": sum(product.grams * quantity for product, quantity in chosen),
    }


def _rebates(order: Order) -> Order:
    """A coupon as `discount_applications`, spread over the lines by what they cost."""
    off = sum(int(code["amount"]) for code in order["discount_codes"])
    if not off:
        return {"discount_applications": []}
    prices = [int(line["price"]) * line["quantity"] for line in order["line_items"]]
    parts = [off * price // sum(prices) for price in prices]
    parts[0] += off - sum(parts)
    return {
        "discount_applications": [
            {
                "type": "discount_code",
                "code": order["discount_codes"][0]["code"],
                "value": f"{off}.0",
                "value_type": "fixed_amount",
                "allocation_method": "across",
                "target_selection": "all",
                "target_type": "line_item",
            }
        ],
        "line_items": [
            line
            | {"discount_allocations": [{"amount": str(part), "discount_application_index": 0}]}
            for line, part in zip(order["line_items"], parts, strict=True)
        ],
    }


def _taxes(chosen: Sequence[tuple[Product, int]], shipping: int, off: int) -> list[dict[str, Any]]:
    """One entry a rate; shipping is taxed at 10 %, a coupon comes off the larger part."""
    parts = {8: 0, 10: shipping}
    for product, quantity in chosen:
        parts[product.tax_percent] += product.price * quantity
    parts[max(parts, key=lambda percent: parts[percent])] -= off
    return [_tax(amount, percent) for percent, amount in parts.items() if amount]


def _shipping(amount: int) -> Order:
    price = {"amount": str(amount), "currency_code": "JPY"}
    return {
        "total_shipping_price_set": {"shop_money": price, "presentment_money": price},
        "shipping_lines": [
            {
                "id": 3_000_000_000_001,
                "title": "通常配送" if amount else "送料無料",
                "code": "standard",
                "source": "shopify",
                "price": str(amount),
                "discounted_price": str(amount),
            }
        ],
    }


def _customer(buyer: Person, at: datetime) -> dict[str, Any]:
    return {
        "id": buyer.id,
        "email": buyer.email,
        "first_name": buyer.given,
        "last_name": buyer.family,
        "phone": None,
        "state": "disabled",
        "verified_email": True,
        "tags": "",
        "created_at": stamp(at - timedelta(days=30)),
        "updated_at": stamp(at),
    }


def _address(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "last_name": person.family,
        "first_name": person.given,
        "company": None,
        "zip": person.postal,
        "country": "Japan",
        "country_code": "JP",
        "province": person.prefecture,
        "province_code": person.prefecture_code,
        "city": person.city,
        "address1": person.line1,
        "address2": person.line2 or None,
        "phone": person.phone,
    }
