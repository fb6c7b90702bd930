"""Who ordered at Rakuten, where the goods go, and when they are wanted."""

import datetime as dt

from common.canonical import Address, Contact, DeliveryWish
from common.channels.payload import Payload

# shippingTerm: 1 and 2 are halves of the day, the rest are two hours side by side.
_NAMED_TERMS = {1: ("", "12:00", "午前"), 2: ("12:00", "", "午後")}
_OTHER_TERM = "9"
# What stands in place of an address that the recipient has not given yet.
_WAITING = "入力待ち"
# Mail for buyers goes through Rakuten's relay (あんしんメルアド), by addresses below this domain.
_RELAY = "rakuten.ne.jp"


def read_buyer(order: Payload, *, is_member: bool | None) -> Contact:
    """OrdererModel."""
    return read_contact(order.child("OrdererModel"), is_member=is_member)


def read_contact(model: Payload, *, email: str = "", is_member: bool | None = None) -> Contact:
    """An OrdererModel or SenderModel; the latter has no mail address of its own."""
    address = model.text("emailAddress") or email
    return Contact(
        name=_joined(" ", model, "familyName", "firstName"),
        kana=_joined(" ", model, "familyNameKana", "firstNameKana"),
        email=address,
        email_is_masked=_is_relayed(address),
        phone=_joined("-", model, "phoneNumber1", "phoneNumber2", "phoneNumber3"),
        address=Address(
            postal=_joined("-", model, "zipCode1", "zipCode2"),
            prefecture=model.text("prefecture"),
            city=model.text("city"),
            line1=model.text("subAddress"),
        ),
        is_member=is_member,
    )


def is_placeholder(contact: Contact) -> bool:
    """A social gift's recipient before he has typed anything: 999-9999 and 入力待ち."""
    return contact.address.prefecture == _WAITING or (
        contact.address.postal == "999-9999" and contact.name.startswith(_WAITING)
    )


def read_wish(order: Payload) -> DeliveryWish:
    """deliveryDate and shippingTerm. A term nobody has heard of is kept as its digits."""
    date, term = order.text("deliveryDate")[:10], order.text("shippingTerm")
    start, end, label = _slot(term)
    try:
        day = dt.date.fromisoformat(date) if date else None
    except ValueError:
        # The label is what staff see; a date that is none must not look like no wish.
        day, label = None, f"{date} {label}".strip()
    return DeliveryWish(date=day, slot_from=start, slot_to=end, label=label)


def _slot(term: str) -> tuple[str, str, str]:
    """(from, to, label): 1416 → 14:00, 16:00; 1 → until noon; 0 and "" → no wish."""
    if term in ("", "0"):
        return "", "", ""
    if term == _OTHER_TERM:
        return "", "", "その他"
    if not (term.isascii() and term.isdecimal()):
        return "", "", term
    number = int(term)
    if number in _NAMED_TERMS:
        return _NAMED_TERMS[number]
    start, end = divmod(number, 100)
    if 0 < start < end <= 24:
        return f"{start:02d}:00", f"{end:02d}:00", f"{start:02d}:00-{end:02d}:00"
    return "", "", term


def _is_relayed(email: str) -> bool:
    domain = email.lower().rpartition("@")[2]
    return domain == _RELAY or domain.endswith(f".{_RELAY}")


def _joined(glue: str, model: Payload, *names: str) -> str:
    return glue.join(filter(None, [model.text(name) for name in names]))
