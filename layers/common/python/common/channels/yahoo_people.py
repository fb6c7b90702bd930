"""Who ordered at Yahoo, and where the goods go."""

import datetime as dt
import re

from common.canonical import Address, Contact, DeliveryWish, Destination, Gift
from common.channels.payload import Payload
from common.channels.yahoo_codes import CARRIER_NAMES

DESTINATION = "1"
_HOURS = re.compile(r"(\d{1,2}):?(\d{2})\s*[-~〜～]\s*(\d{1,2}):?(\d{2})", re.ASCII)
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)


def read_buyer(pay: Payload, buyer: Payload) -> Contact:
    """Who pays. Yahoo gives the real mail address."""
    is_login = buyer.text("IsLogin")
    email = pay.text("BillMailAddress")
    found = _contact(pay, "Bill", email)
    if not is_login:
        return found
    return Contact(
        name=found.name,
        kana=found.kana,
        company=found.company,
        department=found.department,
        email=found.email,
        phone=found.phone,
        address=found.address,
        is_member=is_login == "true",
    )


def read_destination(ship: Payload) -> Destination:
    """The one place of an order: Yahoo makes an order of its own of each."""
    carrier = ship.text("ShipCompanyCode")
    return Destination(
        id=DESTINATION,
        contact=_contact(ship, "Ship"),
        delivery_wish=_wish(ship),
        pickup_point=ship.text("ReceiveShopCode"),
        carrier_hint=CARRIER_NAMES.get(carrier, carrier),
        shipping_method=ship.text("ShipMethodName"),
        gift=_gift(ship),
        notes=ship.text("ShipNotes"),
    )


def _contact(source: Payload, prefix: str, email: str = "") -> Contact:
    def text(name: str) -> str:
        return source.text(f"{prefix}{name}")

    names = [text(name) for name in ("LastName", "FirstName")]
    kana = [text(name) for name in ("LastNameKana", "FirstNameKana")]
    # Section fields have a name of the shop's making: company and department as a rule.
    company, department = text("Section1Value"), text("Section2Value")
    return Contact(
        name=" ".join(filter(None, names)),
        kana=" ".join(filter(None, kana)),
        company=company,
        department=department,
        email=email,
        phone=text("PhoneNumber") or text("EmgPhoneNumber"),
        address=Address(
            postal=_postal(text("ZipCode")),
            prefecture=text("Prefecture"),
            city=text("City"),
            line1=text("Address1"),
            line2=text("Address2"),
        ),
    )


def _postal(text: str) -> str:
    """`1000001` → `100-0001`"""
    return f"{text[:3]}-{text[3:]}" if len(text) == 7 and text.isdecimal() else text


def _wish(ship: Payload) -> DeliveryWish:
    date, hours = ship.text("ShipRequestDate"), ship.text("ShipRequestTime")
    found = _HOURS.fullmatch(hours)
    start = f"{int(found[1]):02d}:{found[2]}" if found else ""
    end = f"{int(found[3]):02d}:{found[4]}" if found else ""
    day = read_day(date)
    label = hours if day or not date else f"{date} {hours}".strip()
    return DeliveryWish(date=day, slot_from=start, slot_to=end, label=label)


def read_day(text: str) -> dt.date | None:
    """`2022-10-10`, `20221010`; None for what is no day."""
    found = _DAY.fullmatch(text[:10])
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _gift(ship: Payload) -> Gift:
    """Wrapping and のし that the buyer asked for; kinds without a yes count as well."""
    wraps, paper = (ship.text(name) == "true" for name in ("NeedGiftWrap", "NeedGiftWrapPaper"))
    kind, noshi = ship.text("GiftWrapType"), ship.text("GiftWrapPaperType")
    message, name = ship.text("GiftWrapMessage"), ship.text("GiftWrapName")
    return Gift(
        is_gift=wraps or paper or bool(message),
        wrapping=(kind,) if kind else (),
        noshi_type=noshi or ("のし" if paper else ""),
        noshi_name=name,
        message_card=message,
    )
