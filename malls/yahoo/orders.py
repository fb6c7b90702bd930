"""OrderInfo of orderInfo, as plain objects; `to_xml` writes them. Pure. Amounts are yen, tax in."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.sax.saxutils import escape

from malls.shopify.catalogue import Product, jan_of
from malls.shopify.people import Person, anybody

JST = timezone(timedelta(hours=9))
SHIPPING = 550
FREE_SHIPPING_FROM = 5000

Order = dict[str, Any]


def build_order(
    rng: random.Random,
    *,
    order_id: str,
    seller_id: str,
    at: datetime,
    lines: Sequence[tuple[Product, int]],
    codes: Mapping[str, str],
    social_gift: bool = False,
) -> Order:
    """A card order that may be shipped. codes: `itemCode` or `itemCode:subCode` by SKU."""
    buyer = anybody(rng)
    goods = sum(product.price * units for product, units in lines)
    shipping = 0 if goods >= FREE_SHIPPING_FROM else SHIPPING
    order: Order = {
        "OrderId": order_id,
        "Version": 1,
        "ParentOrderId": "",
        "ChildOrderId": "",
        "DeviceType": rng.choice((1, 3)),
        "IsSeen": False,
        "IsSplit": False,
        "OrderTime": stamp(at),
        "LastUpdateTime": stamp(at),
        "Suspect": 0,
        "OrderStatus": "2",
        "StoreStatus": 0,
        "BuyerComments": "",
        "SellerComments": "",
        "Notes": "",
        "IsMultiShip": False,
        "SocialGiftType": 1 if social_gift else 0,
        "Pay": {
            "PayStatus": "0",
            "SettleStatus": 1,
            "PayType": 0,
            "PayMethod": "payment_a1",
            "PayMethodName": "クレジットカード決済",
            "NeedReceipt": False,
            **_person("Bill", buyer),
            "BillMailAddress": buyer.email,
        },
        "Ship": {
            "ShipStatus": "1",
            "ShipMethod": "postage1",
            "ShipMethodName": "宅配便",
            "ShipRequestDate": "",
            "ShipRequestTime": rng.choice(("", "", "12:00-14:00", "19:00-21:00")),
            "ShipNotes": "",
            "ShipCompanyCode": "1001",
            "ShipInvoiceNumber1": "",
            "ShipInvoiceNumber2": "",
            "ShipDate": "",
            "NeedGiftWrap": False,
            **({} if social_gift else _person("Ship", buyer)),
        },
        "Seller": {"SellerId": seller_id},
        "Buyer": {"IsLogin": True},
        "Detail": {
            "PayCharge": 0,
            "ShipCharge": shipping,
            "GiftWrapCharge": 0,
            "Discount": 0,
            "Adjustments": 0,
            "UsePoint": 0,
            "GiftCardDiscount": 0,
            "TotalMallCouponDiscount": 0,
            "TotalPrice": goods + shipping,
            "SettleAmount": goods + shipping,
        },
        "Item": [_item(n, p, units, codes[p.sku]) for n, (p, units) in enumerate(lines, 1)],
    }
    return order


def changed(order: Order, at: datetime, **fields: Any) -> Order:
    """The next version. fields: of the order, or of one of its parts by the part's name."""
    after = order | {"Version": order["Version"] + 1, "LastUpdateTime": stamp(at), "IsSeen": True}
    for name, value in fields.items():
        after[name] = order[name] | value if isinstance(value, dict) else value
    return after


def with_address(order: Order, receiver: Person, at: datetime) -> Order:
    """The social gift after its recipient has typed the address."""
    return changed(order, at, Ship=_person("Ship", receiver))


def stamp(at: datetime) -> str:
    """`2026-11-21T21:00:00+09:00`"""
    return at.astimezone(JST).isoformat(timespec="seconds")


def to_xml(name: str, value: Any, attributes: str = "") -> str:
    """`<name>…</name>`; lists become elements of one name."""
    if isinstance(value, list):
        return "".join(to_xml(name, row) for row in value)
    inner = "".join(_children(value)) if isinstance(value, dict) else _text(value)
    return f"<{name}{attributes}>{inner}</{name}>"


def _children(value: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in value.items():
        yield to_xml(name, inner)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def _person(prefix: str, person: Person) -> dict[str, str]:
    fields = {
        "LastName": person.family,
        "FirstName": person.given,
        "LastNameKana": person.family_kana,
        "FirstNameKana": person.given_kana,
        "ZipCode": person.postal.replace("-", ""),
        "Prefecture": person.prefecture,
        "City": person.city,
        "Address1": person.line1,
        "Address2": person.line2,
        "PhoneNumber": person.phone.replace("-", ""),
    }
    return {f"{prefix}{name}": text for name, text in fields.items()}


def _item(line_id: int, product: Product, units: int, code: str) -> dict[str, Any]:
    item_code, _, sub_code = code.partition(":")
    options = [{"Index": 1, "Name": "種類", "Value": product.variant, "Price": 0}]
    return {
        "LineId": line_id,
        "ItemId": item_code,
        "SubCode": sub_code,
        "Title": product.title,
        "ItemOption": options if product.variant else [],
        "Inscription": "",
        "ItemTaxRatio": product.tax_percent,
        "Jan": jan_of(product),
        "UnitPrice": product.price,
        "Quantity": units,
        "CouponDiscount": 0,
    }
