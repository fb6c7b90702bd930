"""What was ordered at Rakuten, by destination (PackageModelList)."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from common.canonical import (
    Contact,
    DeliveryWish,
    Destination,
    Discount,
    Gift,
    Line,
    Option,
    Temperature,
)
from common.channels.base import UnreadableDelivery
from common.channels.payload import Payload
from common.channels.rakuten_codes import CARRIER_NAMES
from common.channels.rakuten_people import is_placeholder, read_contact
from common.channels.rules import MAX_TEXT
from common.money import Amount

# The variant of an item that has none.
NO_VARIANT: Final = ("", "normal-inventory")
_ALL_DIGITS: Final = re.compile(r"[0-9]*", re.ASCII)
# "サイズ:M" a line; older orders have the full-width colon.
_COLON: Final = re.compile(r"[:：]")


class Shared(NamedTuple):
    """What the order says once for all of its destinations.

    is_shipped: everything has left. coupons: by the line's itemDetailId.
    """

    wish: DeliveryWish
    method: str
    temperature: Temperature | None
    is_gift: bool
    wrapping: tuple[str, ...]
    is_social: bool
    is_shipped: bool
    needs_shipping: bool
    coupons: Mapping[str, tuple[Discount, ...]]


class Packages(NamedTuple):
    """is_waiting: a social gift whose recipient has not given an address."""

    destinations: tuple[Destination, ...]
    lines: tuple[Line, ...]
    is_waiting: bool
    flags: frozenset[str]
    related: Mapping[str, str]


class _Recipient(NamedTuple):
    contact: Contact
    is_island: bool | None
    is_waiting: bool


def read_packages(order: Payload, shared: Shared) -> Packages:
    """Raises UnreadableDelivery for a package or a line without its id."""
    destinations: list[Destination] = []
    lines: list[Line] = []
    flags: set[str] = set()
    related: dict[str, str] = {}
    is_waiting = False
    for package in order.children("PackageModelList"):
        social = package.child("SocialGiftModel")
        recipient = _recipient(package, social, is_social=shared.is_social)
        is_waiting |= recipient.is_waiting
        related |= _gift_numbers(social)
        destination = _destination(package, recipient, shared)
        destinations.append(destination)
        has_left = shared.is_shipped or bool(package.peek("ShippingModelList"))
        is_gone = package.text("packageDeleteFlag") == "1"
        for item in package.children("ItemModelList"):
            flags |= {name for name in ("drug", "deal") if item.text(f"{name}Flag") == "1"}
            lines.append(_line(item, destination.id, shared, has_left=has_left, is_gone=is_gone))
    return Packages(tuple(destinations), tuple(lines), is_waiting, frozenset(flags), related)


def read_amount(value: object) -> Amount:
    """Yen. Any negative number (-9999, and -99999 in some sums) is "not determined yet"."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return value


def read_rate(value: object) -> Decimal | None:
    """0.1 → Decimal("0.1"); None for what is no rate."""
    try:
        rate = Decimal(str(value))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 <= rate <= 1 else None


def listing_code(manage_number: str, variant_id: str) -> str:
    """`manageNumber/variantId`: the key of the Inventory API, which writes the former small and
    tells capitals of the latter apart."""
    return f"{manage_number.lower()}/{variant_id}"


def _recipient(package: Payload, social: Payload, *, is_social: bool) -> _Recipient:
    """Placeholders never become an address, so that no label can be made of them."""
    sender = package.child("SenderModel")
    island = sender.text("isolatedIslandFlag")
    mail = social.text("receiverEmailAddress")
    contact = read_contact(sender, email=mail)
    is_waiting = is_placeholder(contact) or (is_social and social.text("inputFlag") == "0")
    if is_waiting:
        contact = Contact(email=contact.email, email_is_masked=contact.email_is_masked)
    return _Recipient(contact, island == "1" if island else None, is_waiting)


def _gift_numbers(social: Payload) -> dict[str, str]:
    found = {
        "social_gift": social.text("sgMngNumber"),
        "social_gift_due": social.text("inputDueDate"),
    }
    return {name: text for name, text in found.items() if text}


def _destination(package: Payload, recipient: _Recipient, shared: Shared) -> Destination:
    number = package.text("basketId")
    if not number:
        raise UnreadableDelivery("wrong_shape", "PackageModelList has a package without basketId.")
    carrier = package.text("defaultDeliveryCompanyCode")
    noshi = package.text("noshi")
    return Destination(
        id=number,
        contact=recipient.contact,
        delivery_wish=shared.wish,
        temperature=shared.temperature,
        is_remote_island=recipient.is_island,
        pickup_point=_pickup(package.child("DeliveryCvsModel")),
        carrier_hint=CARRIER_NAMES.get(carrier, carrier),
        shipping_method=shared.method,
        leave_at_door=package.text("dropOffFlag") == "1",
        gift=Gift(
            is_gift=shared.is_gift or bool(noshi),
            wrapping=shared.wrapping,
            noshi_type=noshi,
        ),
        notes=package.text("dropOffLocation"),
        shipping_fee=read_amount(package.take("postagePrice")),
        cod_fee=read_amount(package.take("deliveryPrice")),
    )


def _pickup(store: Payload) -> str:
    """`ローソン見本店（012345）`; the rest of the model stays in `extra`."""
    name, code = store.text("storeName"), store.text("storeCode")
    return f"{name}（{code}）" if name and code else name or code


def _line(
    item: Payload, destination_id: str, shared: Shared, *, has_left: bool, is_gone: bool
) -> Line:
    line_id, units = item.text("itemDetailId"), item.integer("units")
    if not line_id or units is None or units < 0:
        raise UnreadableDelivery("wrong_shape", "ItemModelList has a line without id or units.")
    is_gone |= item.text("deleteItemFlag") == "1"
    keys, candidates, options = _identity(item)
    price, tax_included = _price(item)
    return Line(
        line_id=line_id,
        destination_id=destination_id,
        title=item.text("itemName")[:MAX_TEXT],
        quantity=units,
        quantity_cancelled=units if is_gone else 0,
        quantity_shipped=units if has_left and not is_gone else 0,
        sku_candidates=candidates,
        channel_sku=keys,
        listing=listing_code(keys["manageNumber"], keys["variantId"]),
        options=options,
        unit_price=price,
        unit_price_tax_included=tax_included,
        tax_rate=read_rate(item.take("taxRate")),
        discounts=shared.coupons.get(line_id, ()),
        line_total=None if price is None else price * units,
        needs_shipping=shared.needs_shipping,
    )


def _price(item: Payload) -> tuple[Amount, bool]:
    """(yen a unit, whether the tax is in it). `priceTaxIncl` came with version 3."""
    price = read_amount(item.take("priceTaxIncl"))
    if price is not None:
        return price, True
    return read_amount(item.take("price")), item.text("includeTaxFlag") != "0"


def _identity(item: Payload) -> tuple[dict[str, str], tuple[str, ...], tuple[Option, ...]]:
    """(keys, codes to find our product by, options).

    The number of the item is the same for all of its variants, so it counts only for an item that
    has none; and a variant numbered by RMS (`11`) could be anybody's code.
    """
    keys = {name: item.text(name) for name in ("manageNumber", "itemNumber")}
    options = list(_options(item.text("selectedChoice")))
    skus = item.children("SkuModelList")
    names = ("variantId", "merchantDefinedSkuId")
    keys |= {name: skus[0].text(name) if skus else "" for name in names}
    if skus:
        options = [*_options(skus[0].text("skuInfo")), *options]
    variant = keys["variantId"]
    codes = [keys["merchantDefinedSkuId"]]
    if variant in NO_VARIANT:
        codes += [keys["itemNumber"], keys["manageNumber"]]
    elif not _ALL_DIGITS.fullmatch(variant):
        codes.append(variant)
    found = dict.fromkeys(code[:MAX_TEXT] for code in codes if code)
    return keys, tuple(found), tuple(options)


def _options(text: str) -> Iterator[Option]:
    """One a line, `name:value`; a line without a colon is a value."""
    for line in filter(None, map(str.strip, text.splitlines())):
        name, *value = _COLON.split(line, maxsplit=1)
        yield Option(name.strip(), value[0].strip()) if value else Option("", name)
