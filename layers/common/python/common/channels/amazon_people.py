"""Who ordered at Amazon, where the goods go, and when they are wanted there."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from common.canonical import Address, Contact, DeliveryWish, Destination, Gift
from common.channels.amazon_goods import texts_of
from common.channels.payload import Payload
from common.clock import JST, from_wire
from common.japan import prefecture_of

DESTINATION: Final = "1"
# Relay addresses: marketplace.amazon.co.jp, marketplace.amazon.com …
_RELAY: Final = "marketplace.amazon."
_PICKUP: Final = "PICKUP_POINT"
_DOOR: Final = ("door", "玄関", "置き配")


@dataclass
class Handling:
    """How the parcel is to be handled: what `order.fulfillment` says, as read so far."""

    service: str = ""
    ship_by: str = ""
    deliver_by: str = ""
    windows: Sequence[tuple[str, str]] = ()
    gift: Gift = field(default_factory=Gift)


def read_buyer(buyer: Payload) -> Contact:
    """The buyer; without an address, which Amazon does not tell."""
    email = buyer.text("buyerEmail")
    return Contact(
        name=buyer.text("buyerName"),
        company=buyer.text("buyerCompanyName"),
        email=email,
        email_is_masked=email.rpartition("@")[2].lower().startswith(_RELAY),
    )


def has_destination(order: Payload) -> bool:
    """Whether the order has an address yet: while it is pending there is none."""
    recipient = order.peek("recipient")
    address = recipient.get("deliveryAddress") if isinstance(recipient, dict) else None
    if not isinstance(address, dict):
        return False
    # Of a shipped order Amazon hides all but the place after a while; that is no address either.
    return any(address.get(name) for name in ("name", "companyName", "addressLine1", "postalCode"))


def read_destination(order: Payload, handling: Handling) -> Destination:
    """The one place that an order goes to."""
    recipient = order.child("recipient")
    source = recipient.child("deliveryAddress")
    preference = recipient.child("deliveryPreference")
    drop_off = preference.text("dropOffLocation")
    company, is_pickup = source.text("companyName"), source.peek("addressType") == _PICKUP
    name = source.text("name")
    contact = Contact(
        name=name, company=company, phone=source.text("phone"), address=_address(source)
    )
    notes = (drop_off, preference.text("addressInstruction"), *_hours(preference))
    return Destination(
        DESTINATION,
        contact,
        delivery_wish=wish_of(handling.windows),
        pickup_point=(company or name) if is_pickup else "",
        shipping_method=handling.service,
        leave_at_door=any(word in drop_off.lower() for word in _DOOR),
        gift=handling.gift,
        notes="\n".join(note for note in notes if note),
        ship_by=instant(handling.ship_by),
        deliver_by=instant(handling.deliver_by),
    )


def _address(source: Payload) -> Address:
    country = source.text("countryCode") or "JP"
    region = source.text("stateOrRegion")
    # Japanese sellers see 東京都 here, and the lines below it without it.
    city = (source.text(name) for name in ("city", "municipality", "districtOrCounty"))
    rest = (source.text(name) for name in ("addressLine2", "addressLine3"))
    return Address(
        country=country,
        postal=source.text("postalCode"),
        prefecture=(prefecture_of(region) if country == "JP" else "") or region,
        city=" ".join(filter(None, city)),
        line1=source.text("addressLine1"),
        line2=" ".join(filter(None, rest)),
    )


def _hours(preference: Payload) -> Iterator[str]:
    """Business hours of an office, a line each: `MON 09:00-17:30`."""
    times = preference.child("deliveryTime")
    for row in times.children("businessHours"):
        yield f"{row.text('dayOfWeek')} {_spans(row)}".strip()
    for row in times.children("exceptionDates"):
        words = (row.text("exceptionDate"), row.text("exceptionDateType"), _spans(row))
        yield " ".join(filter(None, words))
    yield ", ".join(texts_of(preference.take("deliveryCapabilities")))


def _spans(row: Payload) -> str:
    return ", ".join(
        "-".join(_time(window.child(name)) for name in ("startTime", "endTime"))
        for window in row.children("timeWindows")
    )


def _time(value: Payload) -> str:
    return f"{value.text('hour') or '0':0>2}:{value.text('minute') or '0':0>2}"


def instant(text: str) -> dt.datetime | None:
    """An instant in UTC; None for what is none, or has no offset."""
    try:
        return from_wire(text)
    except ValueError:
        return None


def wish_of(windows: Sequence[tuple[str, str]]) -> DeliveryWish:
    """The scheduled delivery, in Japanese time. A date only when all items have the same, a slot
    only when it lies within one day; the label has what Amazon sent in any case."""
    if not windows:
        return DeliveryWish()
    label = ", ".join(" - ".join(filter(None, window)) for window in dict.fromkeys(windows))
    first, last = (_in_japan(text) for text in windows[0])
    if len(set(windows)) > 1 or first is None or (last and last.date() != first.date()):
        return DeliveryWish(label=label)
    whole_day = last and (first.time(), last.time()) == (dt.time(0), dt.time(23, 59, 59))
    if last is None or whole_day:
        return DeliveryWish(date=first.date(), label=label)
    return DeliveryWish(
        date=first.date(), slot_from=f"{first:%H:%M}", slot_to=f"{last:%H:%M}", label=label
    )


def _in_japan(text: str) -> dt.datetime | None:
    at = instant(text)
    try:
        return at.astimezone(JST) if at else None
    except OverflowError:
        return None
