"""Who ordered at Shopify, and where the goods go."""

import unicodedata

from common.canonical import Address, Contact, Destination
from common.channels.payload import Payload
from common.japan import prefecture_of

DESTINATION = "1"
# First words of Unicode's names of the letters Japanese names are written in.
_JAPANESE = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA")


def read_buyer(order: Payload) -> Contact:
    """Whoever pays, and the customer behind the order for what the bill does not say."""
    billing, customer = order.child("billing_address"), order.child("customer")
    name, company = _person(billing)
    customer_name, _ = _person(customer)
    state = customer.text("state")
    return Contact(
        name=name or customer_name,
        company=company,
        email=_first(order.text("email"), order.text("contact_email"), customer.text("email")),
        phone=_first(order.text("phone"), billing.text("phone"), customer.text("phone")),
        address=_address(billing),
        platform_customer_id=customer.text("id"),
        is_member=state == "enabled" if state else None,
    )


def read_destinations(order: Payload) -> tuple[Destination, ...]:
    """At most one: Shopify ships an order to one address. None for what is not shipped."""
    shipping = order.child("shipping_address")
    name, company = _person(shipping)
    address = _address(shipping)
    contact = Contact(name=name, company=company, phone=shipping.text("phone"), address=address)
    if contact == Contact():
        return ()
    return (Destination(DESTINATION, contact, shipping_method=_method(order)),)


def _method(order: Payload) -> str:
    rows = order.peek("shipping_lines")
    titles = [row.get("title") for row in rows or () if isinstance(row, dict)]
    return next((title for title in titles if isinstance(title, str)), "")


def _first(*texts: str) -> str:
    return next((text for text in texts if text), "")


def _person(source: Payload) -> tuple[str, str]:
    """(name, company). Shopify's `name` is always given name first; names in Japanese letters are
    put together in Japanese order."""
    name, family, given = (source.text(n) for n in ("name", "last_name", "first_name"))
    if not name or _is_japanese(family + given):
        name = f"{family} {given}".strip() or name
    return name, source.text("company")


def _is_japanese(text: str) -> bool:
    return any(unicodedata.name(char, "").startswith(_JAPANESE) for char in text)


def _address(source: Payload) -> Address:
    country = source.text("country_code") or "JP"
    province, code = source.text("province"), source.text("province_code")
    return Address(
        country=country,
        postal=source.text("zip"),
        prefecture=(prefecture_of(code) if country == "JP" else "") or province,
        city=source.text("city"),
        line1=source.text("address1"),
        line2=source.text("address2"),
    )
