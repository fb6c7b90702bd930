"""Who ordered at EC-CUBE, and where the goods go: an order has one or more `Shippings`."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from common.canonical import Address, Contact, Destination
from common.channels.base import UnreadableDelivery
from common.channels.payload import Payload
from common.channels.reading import instant, wish
from common.clock import from_wire, jst_date
from common.japan import prefecture_of
from common.money import Amount

# ISO 3166-1 numeric, which is what EC-CUBE's table of countries goes by.
_JAPAN: Final = "392"


class Place(NamedTuple):
    """One shipment. is_shipped: it has left; when, and with what number, is in `extra`."""

    destination: Destination
    is_shipped: bool


def read_buyer(order: Payload) -> Contact:
    """Whoever ordered; `Customer` is there for members only."""
    member = order.child("Customer").text("id")
    person = _contact(order)
    return Contact(
        name=person.name,
        kana=person.kana,
        company=person.company,
        email=order.text("email"),
        phone=person.phone,
        address=person.address,
        platform_customer_id=member,
        is_member=bool(member),
    )


def read_places(shippings: Iterable[Payload], fees: Mapping[str, Amount]) -> list[Place]:
    """Shipments in the order of the shop. fees: delivery fees by shipment."""
    found = []
    for row in shippings:
        number = row.text("id")
        if not number:
            raise UnreadableDelivery("wrong_shape", "Shippings has a shipment without id.")
        label = row.text("shipping_delivery_time")
        destination = Destination(
            number,
            _contact(row),
            delivery_wish=wish(_day(row), label),
            carrier_hint=row.child("Delivery").text("name"),
            shipping_method=row.text("shipping_delivery_name"),
            notes=row.text("note"),
            shipping_fee=fees.get(number),
        )
        found.append(Place(destination, bool(row.peek("shipping_date"))))
    return found


def _day(row: Payload) -> date | None:
    """The shop's midnight, told in UTC or in the shop's own offset."""
    text = row.text("shipping_delivery_date")
    return jst_date(from_wire(instant(text, "shipping_delivery_date"))) if text else None


def _contact(source: Payload) -> Contact:
    names = [source.text(name) for name in ("name01", "name02", "kana01", "kana02")]
    return Contact(
        name=f"{names[0]} {names[1]}".strip(),
        kana=f"{names[2]} {names[3]}".strip(),
        company=source.text("company_name"),
        phone=source.text("phone_number"),
        address=_address(source),
    )


def _address(source: Payload) -> Address:
    """`Pref` has the codes of JIS X 0401; addr01 is 市区町村, addr02 the rest."""
    country, pref = source.child("Country"), source.child("Pref")
    code, country_name = country.text("id"), country.text("name")
    pref_name = pref.text("name")
    return Address(
        country="JP" if code in ("", _JAPAN) else country_name or code,
        postal=source.text("postal_code"),
        prefecture=prefecture_of(pref.text("id")) or pref_name,
        city=source.text("addr01"),
        line1=source.text("addr02"),
    )
