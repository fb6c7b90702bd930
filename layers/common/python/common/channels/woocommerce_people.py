"""Who ordered at WooCommerce, and where the goods go."""

from collections.abc import Sequence

from common.canonical import Address, Contact, Destination
from common.channels.payload import Payload
from common.channels.woocommerce_goods import Way
from common.channels.woocommerce_meta import Meta
from common.japan import prefecture_of

DESTINATION = "1"
_PICKUP = ("local_pickup", "pickup_location")
_FIELDS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "postcode")


def read_people(
    order: Payload, meta: Meta, ways: Sequence[Way]
) -> tuple[Contact, tuple[Destination, ...]]:
    """Whoever pays, and at most one place: WooCommerce ships an order to one address.

    Without an address of its own the goods go to whoever pays, if anything is shipped at all:
    an order of downloads has no way of shipping.
    """
    billing, shipping = order.child("billing"), order.child("shipping")
    customer = order.text("customer_id")
    has_place = any(shipping.peek(name) for name in _FIELDS)
    payer = _contact(billing, meta.kana("billing"))
    buyer = Contact(
        name=payer.name,
        kana=payer.kana,
        company=payer.company,
        email=billing.text("email"),
        phone=payer.phone,
        address=payer.address,
        platform_customer_id="" if customer == "0" else customer,
        is_member=customer != "0" if customer else None,
    )
    receiver = _contact(shipping, meta.kana("shipping")) if has_place else payer
    if not has_place and not ways:
        return buyer, ()
    way = ways[0] if ways else Way("", "", None)
    place = Destination(
        DESTINATION,
        Contact(
            name=receiver.name,
            kana=receiver.kana,
            company=receiver.company,
            phone=receiver.phone or payer.phone,
            address=receiver.address,
        ),
        delivery_wish=meta.delivery_wish(),
        pickup_point=way.title if way.method in _PICKUP else "",
        shipping_method=way.title,
        shipping_fee=way.fee,
    )
    return buyer, (place,)


def _contact(source: Payload, kana: str) -> Contact:
    country = source.text("country") or "JP"
    family, given = source.text("last_name"), source.text("first_name")
    reading = f"{source.text('yomigana_last_name')} {source.text('yomigana_first_name')}".strip()
    return Contact(
        name=(f"{family} {given}" if country == "JP" else f"{given} {family}").strip(),
        kana=reading or kana,
        company=source.text("company"),
        phone=source.text("phone"),
        address=_address(source, country),
    )


def _address(source: Payload, country: str) -> Address:
    """`JP13` is 東京都 by JIS X 0401."""
    state = source.text("state")
    return Address(
        country=country,
        postal=source.text("postcode"),
        prefecture=(prefecture_of(state.removeprefix("JP")) if country == "JP" else "") or state,
        city=source.text("city"),
        line1=source.text("address_1"),
        line2=source.text("address_2"),
    )
